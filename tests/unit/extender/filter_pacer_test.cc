#include "extender/filter_pacer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "tests/support/fake_backlog.h"

namespace tutti::extender {
namespace {

using ::testing::ElementsAre;

constexpr base::Duration kForEver = std::chrono::hours(24);

class Sent {
 public:
  FilterPacer::Send Note(int number) {
    return [this, number] {
      absl::MutexLock lock(&mutex_);
      numbers_.push_back(number);
    };
  }
  // Waits until so many were sent.
  std::vector<int> Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] { return numbers_.size() >= count; };
    mutex_.Await(absl::Condition(&there));
    return numbers_;
  }
  std::vector<int> numbers() {
    absl::MutexLock lock(&mutex_);
    return numbers_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<int> numbers_;
};

TEST(FilterPacerTest, WhileTheApiServerKeepsUpNothingIsHeld) {
  testing::FakeBacklog backlog;
  FilterPacer pacer(backlog, kForEver);
  Sent sent;
  EXPECT_FALSE(pacer.Pace(sent.Note(1)));
  EXPECT_THAT(sent.numbers(), ElementsAre(1)) << "on the caller's thread";
}

TEST(FilterPacerTest, WhatIsHeldGoesInOrderOnceTheBacklogIsShort) {
  testing::FakeBacklog backlog;
  backlog.Set(true);
  FilterPacer pacer(backlog, kForEver);
  Sent sent;
  for (const int number : {1, 2, 3}) EXPECT_TRUE(pacer.Pace(sent.Note(number)));
  EXPECT_THAT(sent.numbers(), ElementsAre());
  backlog.Set(false);
  EXPECT_THAT(sent.Await(3), ElementsAre(1, 2, 3));
  EXPECT_FALSE(pacer.Pace(sent.Note(4)));
}

TEST(FilterPacerTest, ABacklogThatWasShortOnceHoldsAgain) {
  testing::FakeBacklog backlog;
  FilterPacer pacer(backlog, kForEver);
  backlog.Set(false);
  backlog.Set(true);
  Sent sent;
  EXPECT_TRUE(pacer.Pace(sent.Note(1)));
  EXPECT_THAT(sent.numbers(), ElementsAre());
  backlog.Set(false);
  EXPECT_THAT(sent.Await(1), ElementsAre(1));
}

TEST(FilterPacerTest, NothingIsHeldForEver) {
  testing::FakeBacklog backlog;
  backlog.Set(true);
  FilterPacer pacer(backlog, std::chrono::milliseconds(1));
  Sent sent;
  for (const int number : {1, 2}) EXPECT_TRUE(pacer.Pace(sent.Note(number)));
  EXPECT_THAT(sent.Await(2), ElementsAre(1, 2));
}

TEST(FilterPacerTest, WhatIsHeldAtTheEndIsSent) {
  testing::FakeBacklog backlog;
  backlog.Set(true);
  Sent sent;
  {
    FilterPacer pacer(backlog, kForEver);
    for (const int number : {1, 2}) EXPECT_TRUE(pacer.Pace(sent.Note(number)));
  }
  EXPECT_THAT(sent.numbers(), ElementsAre(1, 2));
  backlog.Set(false);  // nobody is told any more
}

}  // namespace
}  // namespace tutti::extender
