#include "base/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace tutti::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kForever = std::chrono::hours(1);

TEST(MailboxTest, GivesEverythingInOrder) {
  Mailbox<int> box(10);
  box.Push(1);
  box.Push(2);
  EXPECT_TRUE(box.TryPush(3));
  EXPECT_EQ(box.size(), 3u);
  EXPECT_THAT(box.TakeAll(kForever), ElementsAre(1, 2, 3));
  EXPECT_THAT(box.TakeAll(Duration(0)), IsEmpty());
}

TEST(MailboxTest, TryPushRefusesWhenFull) {
  Mailbox<int> box(2);
  EXPECT_TRUE(box.TryPush(1));
  EXPECT_TRUE(box.TryPush(2));
  EXPECT_FALSE(box.TryPush(3));
  EXPECT_THAT(box.TakeAll(kForever), ElementsAre(1, 2));
  EXPECT_TRUE(box.TryPush(4));
}

TEST(MailboxTest, AFullBoxHoldsItsWriterBackAndLosesNothing) {
  constexpr int kItems = 10'000;
  Mailbox<int> box(3);
  std::jthread writer([&box] {
    for (int i = 0; i < kItems; ++i) ASSERT_TRUE(box.Push(i));
  });
  int expected = 0;
  while (expected < kItems) {
    const std::vector<int> taken = box.TakeAll(kForever);
    EXPECT_LE(taken.size(), 3u);
    for (int item : taken) ASSERT_EQ(item, expected++);
  }
}

TEST(MailboxTest, ItemsOfEveryWriterArriveOnceAndInThatWritersOrder) {
  constexpr int kWriters = 4;
  constexpr int kItems = 2'000;
  Mailbox<std::pair<int, int>> box(16);
  std::vector<std::jthread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&box, w] {
      for (int i = 0; i < kItems; ++i) box.Push({w, i});
    });
  }
  std::vector<int> next(kWriters, 0);
  for (int seen = 0; seen < kWriters * kItems;) {
    for (const auto& [writer, item] : box.TakeAll(kForever)) {
      ASSERT_EQ(item, next[writer]++);
      ++seen;
    }
  }
}

TEST(MailboxTest, CloseWakesTheReaderAndTheWritersThatWait) {
  Mailbox<std::unique_ptr<int>> box(1);
  ASSERT_TRUE(box.Push(std::make_unique<int>(1)));
  bool entered = true;
  std::jthread writer([&box, &entered] { entered = box.Push(std::make_unique<int>(2)); });
  box.Close();
  writer.join();
  EXPECT_FALSE(entered);
  EXPECT_FALSE(box.TryPush(std::make_unique<int>(3)));
  // What was in the box before Close is still delivered; then TakeAll answers at once.
  EXPECT_EQ(box.TakeAll(kForever).size(), 1u);
  EXPECT_THAT(box.TakeAll(kForever), IsEmpty());
  EXPECT_TRUE(box.closed());
}

}  // namespace
}  // namespace tutti::base
