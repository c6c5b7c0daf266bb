#include "base/uid.h"

#include <gtest/gtest.h>

#include <string>

namespace tutti::base {
namespace {

TEST(UidTest, ReadsAndWritesTheCanonicalForm) {
  const std::string text = "0123abcd-4567-89ef-fedc-ba9876543210";
  const std::optional<Uid> uid = Uid::Parse(text);
  ASSERT_TRUE(uid);
  EXPECT_EQ(uid->high, 0x0123abcd456789efu);
  EXPECT_EQ(uid->low, 0xfedcba9876543210u);
  EXPECT_EQ(uid->ToString(), text);
  EXPECT_EQ(Uid::Parse("0123ABCD-4567-89EF-FEDC-BA9876543210"), uid);
}

TEST(UidTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "0123abcd", "0123abcd456789effedcba9876543210", "0123abcd-4567-89ef-fedc-ba987654321",
        "0123abcd-4567-89ef-fedc-ba98765432100", "0123abcd-4567-89ef-fedc-ba987654321g",
        "0123abcd_4567-89ef-fedc-ba9876543210", "{123abcd-4567-89ef-fedc-ba987654321}",
        "-123abcd-4567-89ef-fedc-ba9876543210", "0123abcd-4567-89ef-fedc-ba98765432\xc3\xa9"}) {
    EXPECT_FALSE(Uid::Parse(text)) << text;
  }
}

TEST(UidTest, NoneIsInvalidAndDistinctUidsDiffer) {
  EXPECT_FALSE(Uid().valid());
  EXPECT_TRUE((Uid{0, 1}).valid());
  EXPECT_NE((Uid{0, 1}), (Uid{1, 0}));
}

}  // namespace
}  // namespace tutti::base
