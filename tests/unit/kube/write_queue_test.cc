#include "kube/write_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/kube/test_clock.h"

namespace tutti::kube {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WriteQueueTest : public ::testing::Test {
 protected:
  void Push(const std::string& name, base::Duration longest_wait = base::Duration::max()) {
    queue_.Push({[this, name](WriteQueue::Done done) {
                   running_.push_back(name);
                   done_.push_back(std::move(done));
                 },
                 [this, name](const absl::Status& why) {
                   dropped_.push_back(name + ": " + std::string(why.message()));
                 },
                 longest_wait});
  }
  void EndOldest() {
    const WriteQueue::Done done = std::move(done_.front());
    done_.erase(done_.begin());
    done();
  }

  TestClock clock_;
  WriteQueue queue_{clock_, 2};
  std::vector<std::string> running_;
  std::vector<std::string> dropped_;
  std::vector<WriteQueue::Done> done_;
};

TEST_F(WriteQueueTest, SoManyAtOnceAndTheOthersInOrder) {
  for (const char* name : {"a", "b", "c", "d"}) Push(name);
  EXPECT_THAT(running_, ElementsAre("a", "b"));
  EXPECT_EQ(queue_.waiting(), 2u);
  EndOldest();
  EXPECT_THAT(running_, ElementsAre("a", "b", "c"));
  EndOldest();
  EndOldest();
  EndOldest();
  EXPECT_THAT(running_, ElementsAre("a", "b", "c", "d"));
  Push("e");
  EXPECT_THAT(running_, SizeIs(5)) << "what ended makes room";
}

TEST_F(WriteQueueTest, ItIsLongWhileAsManyWaitAsMayBeUnderWay) {
  int told = 0;
  queue_.OnShort([&] { ++told; });
  for (const char* name : {"a", "b", "c"}) Push(name);
  EXPECT_FALSE(queue_.Long());
  Push("d");
  Push("e");
  EXPECT_TRUE(queue_.Long());
  EndOldest();
  EXPECT_TRUE(queue_.Long());
  EXPECT_EQ(told, 0);
  EndOldest();
  EXPECT_FALSE(queue_.Long());
  EXPECT_EQ(told, 1);
  EndOldest();
  EXPECT_EQ(told, 1) << "it was short already";
  queue_.OnShort(nullptr);
  for (const char* name : {"f", "g", "h"}) Push(name);
  EndOldest();
  EndOldest();
  EndOldest();
  EXPECT_EQ(told, 1);
}

TEST_F(WriteQueueTest, WhatHasWaitedTooLongIsNotSent) {
  Push("a");
  Push("b");
  Push("patient");
  Push("hasty", seconds(5));
  Push("last", seconds(60));
  clock_.Advance(seconds(10));
  EndOldest();
  EndOldest();
  EXPECT_THAT(running_, ElementsAre("a", "b", "patient", "last"));
  ASSERT_THAT(dropped_, SizeIs(1));
  EXPECT_THAT(dropped_[0], HasSubstr("hasty: kube-apiserver is slow: waited 10 s"));
}

// The one who pushes is the one who must take the news: told then and there, it could wait for
// itself.
TEST_F(WriteQueueTest, NothingIsDroppedWhilePushing) {
  Push("a");
  Push("b");
  Push("hasty", seconds(5));
  clock_.Advance(seconds(10));
  Push("c");
  EXPECT_THAT(dropped_, IsEmpty());
  EndOldest();
  EXPECT_THAT(dropped_, SizeIs(1));
  EXPECT_THAT(running_, ElementsAre("a", "b", "c"));
}

TEST_F(WriteQueueTest, AJobMayEndWhileItIsBeingStarted) {
  int ran = 0;
  for (int i = 0; i < 1000; ++i)
    queue_.Push({[&](const WriteQueue::Done& done) { ++ran, done(); }, nullptr});
  EXPECT_EQ(ran, 1000);
}

TEST_F(WriteQueueTest, AfterTheEndNothingRuns) {
  for (const char* name : {"a", "b", "c"}) Push(name);
  queue_.Close();
  EndOldest();
  Push("d");
  EXPECT_THAT(running_, ElementsAre("a", "b"));
  EXPECT_THAT(dropped_, IsEmpty());
}

}  // namespace
}  // namespace tutti::kube
