#include "remote/object_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

class ObjectTableTest : public ::testing::Test {
 protected:
  void Set(const std::string& name, const std::string& text = "x") {
    table_.Set({"budgets", "team", name, 3}, {{"/owner", ConfigKind::kString, text, "here"}});
  }
  void Remove(const std::string& name) { table_.Remove({"budgets", "team", name}); }
  // What a stream of this version is shown, and its new version.
  wire::ObjectUpdate Show(uint64_t& version) {
    wire::ObjectUpdate update;
    version = table_.Show(version, update);
    return update;
  }
  static Names NamesOf(const google::protobuf::RepeatedPtrField<wire::WatchedObject>& objects) {
    Names names;
    for (const wire::WatchedObject& object : objects) names.push_back(object.name());
    return names;
  }

  ObjectTable table_;
};

TEST_F(ObjectTableTest, ANewStreamIsShownAllOfIt) {
  Set("a");
  Set("b");
  Remove("a");
  Set("c", "ada");
  uint64_t version = 0;
  const wire::ObjectUpdate update = Show(version);
  EXPECT_THAT(NamesOf(update.objects()), ElementsAre("b", "c"));
  EXPECT_THAT(NamesOf(update.gone()), IsEmpty()) << "it has never seen them";
  EXPECT_FALSE(update.afresh());
  const wire::WatchedObject& object = update.objects(1);
  EXPECT_EQ(object.resource(), "budgets");
  EXPECT_EQ(object.namespace_(), "team");
  EXPECT_EQ(object.generation(), 3);
  ASSERT_EQ(object.spec_size(), 1);
  EXPECT_EQ(object.spec(0).pointer(), "/owner");
  EXPECT_EQ(object.spec(0).text(), "ada");
}

TEST_F(ObjectTableTest, AfterThatWhatHasChanged) {
  Set("a");
  Set("b");
  uint64_t version = 0;
  Show(version);
  EXPECT_EQ(version, table_.version());
  Set("b", "y");
  Set("c");
  Remove("a");
  Remove("c");
  Set("c");
  Remove("never-there");
  const wire::ObjectUpdate update = Show(version);
  EXPECT_THAT(NamesOf(update.objects()), ElementsAre("b", "c"));
  EXPECT_THAT(NamesOf(update.gone()), ElementsAre("a"));
  const wire::ObjectUpdate nothing = Show(version);
  EXPECT_EQ(nothing.ByteSizeLong(), 0u);
}

TEST_F(ObjectTableTest, WhoHasSleptForTooLongIsShownAllOfItAfresh) {
  Set("stays");
  uint64_t early = 0;
  Show(early);
  for (size_t i = 0; i < ObjectTable::kMostGone; ++i) {
    Set(std::to_string(i));
    Remove(std::to_string(i));
  }
  uint64_t version = early;
  EXPECT_FALSE(Show(version).afresh()) << "just enough are remembered";
  Set("one-more");
  Remove("one-more");
  version = early;
  const wire::ObjectUpdate update = Show(version);
  EXPECT_TRUE(update.afresh());
  EXPECT_THAT(NamesOf(update.objects()), ElementsAre("stays"));
  EXPECT_THAT(NamesOf(update.gone()), IsEmpty());
}

}  // namespace
}  // namespace tutti::remote
