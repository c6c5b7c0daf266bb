#include "base/interner.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"

namespace tutti::base {
namespace {

TEST(InternerTest, OneTextHasOneId) {
  Interner interner;
  const StringId a = interner.Intern("a");
  const StringId b = interner.Intern("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(interner.Intern(std::string("a")), a);
  EXPECT_EQ(interner.Text(a), "a");
  EXPECT_EQ(interner.Find("b"), b);
  EXPECT_EQ(interner.size(), 2u);
}

TEST(InternerTest, FindNeverGrowsTheTable) {
  Interner interner;
  EXPECT_FALSE(interner.Find("unknown").valid());
  EXPECT_EQ(interner.size(), 0u);
  EXPECT_EQ(interner.Text(StringId()), "");
  EXPECT_EQ(interner.Text(StringId(7)), "");
}

TEST(InternerTest, BeyondTheLimitThereAreNoNewIds) {
  Interner interner(2);
  const StringId a = interner.Intern("a");
  interner.Intern("b");
  EXPECT_FALSE(interner.Intern("c").valid());
  EXPECT_EQ(interner.Intern("a"), a);
  EXPECT_EQ(interner.size(), 2u);
}

TEST(InternerTest, TextsStayWhereTheyAreWhileTheTableGrows) {
  Interner interner;
  const std::string_view first = interner.Text(interner.Intern("first"));
  for (int i = 0; i < 10'000; ++i) interner.Intern(absl::StrFormat("text %d", i));
  EXPECT_EQ(first.data(), interner.Text(interner.Find("first")).data());
  EXPECT_EQ(first, "first");
}

TEST(InternerTest, ThreadsThatRaceForTheSameTextsAgree) {
  constexpr int kThreads = 8;
  constexpr int kTexts = 500;
  Interner interner;
  std::vector<std::vector<StringId>> ids(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&interner, &mine = ids[t]] {
        for (int i = 0; i < kTexts; ++i) {
          const std::string text = absl::StrFormat("node-%d", i);
          mine.push_back(interner.Intern(text));
          EXPECT_EQ(interner.Text(mine.back()), text);
        }
      });
    }
  }
  for (int t = 1; t < kThreads; ++t) EXPECT_EQ(ids[t], ids[0]);
  EXPECT_EQ(interner.size(), static_cast<size_t>(kTexts));
}

}  // namespace
}  // namespace tutti::base
