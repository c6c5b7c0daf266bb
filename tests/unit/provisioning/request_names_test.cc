#include "provisioning/request_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tutti::provisioning {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

std::string Name(const std::string& identity, const std::string& display) {
  return RequestName({"team", "annotations", identity}, display);
}

// Objects outlive the process that names them: this value must never change.
TEST(RequestNamesTest, TheNameOfAGangIsAlwaysTheSame) {
  EXPECT_EQ(Name("train", "train"), Name("train", "train"));
  EXPECT_EQ(Name("train", "train"), "tutti-train-1133ad6423f0dda9");
}

TEST(RequestNamesTest, ItIsADnsLabelWhateverTheGangIsCalled) {
  for (const std::string& display :
       {std::string("Train.V2/eval"), std::string(300, 'x'), std::string("--"), std::string(),
        std::string("\xc3\xa9t\xc3\xa9"), std::string(80, '-') + "a", std::string("a/") + "b"}) {
    const std::string name = Name("id", display);
    EXPECT_THAT(name, MatchesRegex("tutti-[a-z0-9]([-a-z0-9]*[a-z0-9])?-[0-9a-f]+"));
    EXPECT_LE(name.size(), 63u) << name;
  }
  EXPECT_THAT(Name("id", "Train.V2/eval"), StartsWith("tutti-train-v2-eval-"));
  EXPECT_THAT(Name("id", "--"), StartsWith("tutti-gang-"));
}

TEST(RequestNamesTest, DifferentGangsHaveDifferentNames) {
  EXPECT_NE(Name("a", "train"), Name("b", "train"));
  EXPECT_NE(RequestName({"team", "a", "bc"}, "x"), RequestName({"team", "ab", "c"}, "x"));
}

TEST(RequestNamesTest, TemplatesAreNumbered) {
  EXPECT_EQ(TemplateName("tutti-train-1", 12), "tutti-train-1-12");
}

TEST(RequestNamesTest, ALabelIsTheGangsNameWhereItMayBeOne) {
  EXPECT_EQ(GangLabel("Train_1.eval"), "Train_1.eval");
  for (const std::string& display : {std::string("a/b"), std::string(64, 'x'), std::string("-a"),
                                     std::string("a."), std::string()}) {
    const std::string label = GangLabel(display);
    EXPECT_THAT(label, MatchesRegex("[a-z0-9]([-a-z0-9]*[a-z0-9])?"));
    EXPECT_LE(label.size(), 63u);
  }
  EXPECT_NE(GangLabel("a/b"), GangLabel("a:b"));
}

}  // namespace
}  // namespace tutti::provisioning
