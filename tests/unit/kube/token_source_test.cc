#include "kube/token_source.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/temp_folder.h"
#include "tests/unit/kube/test_clock.h"

namespace tutti::kube {
namespace {

TEST(TokenSourceTest, FixedTokenNeverChanges) {
  TestClock clock;
  TokenSource source("t", "", clock);
  EXPECT_EQ(source.Current().value, "t");
  EXPECT_FALSE(source.Changed(source.Current().version));
}

TEST(TokenSourceTest, FileIsReadAgainWhenItChanges) {
  TestClock clock;
  const testing::TempFolder folder;
  const std::string file = folder.Write("token", "one\n");
  TokenSource source("", file, clock);
  const TokenSource::Token first = source.Current();
  EXPECT_EQ(first.value, "one");
  folder.Write("token", "second\n");
  EXPECT_EQ(source.Current().value, "one") << "looked at once a second only";
  clock.Advance(std::chrono::seconds(2));
  EXPECT_EQ(source.Current().value, "second");
  EXPECT_NE(source.Current().version, first.version);
  // After a refusal it is read at once.
  folder.Write("token", "third\n");
  EXPECT_TRUE(source.Changed(source.Current().version));
  EXPECT_EQ(source.Current().value, "third");
  EXPECT_FALSE(source.Changed(source.Current().version));
}

TEST(TokenSourceTest, VanishedFileLeavesTheLastToken) {
  TestClock clock;
  const testing::TempFolder folder;
  const std::string file = folder.Write("token", "one");
  TokenSource source("", file, clock);
  std::remove(file.c_str());
  clock.Advance(std::chrono::seconds(2));
  EXPECT_EQ(source.Current().value, "one");
  EXPECT_FALSE(source.Changed(source.Current().version));
}

}  // namespace
}  // namespace tutti::kube
