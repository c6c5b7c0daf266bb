#include "control/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "absl/synchronization/notification.h"

namespace tutti::control {
namespace {

TEST(WorkPoolTest, TooMuchIsRefusedAndThereIsRoomAgainAfterwards) {
  WorkPool pool(1, 2);
  absl::Notification began;
  absl::Notification go_on;
  absl::Notification done;
  ASSERT_TRUE(pool.TryRun([&] {
    began.Notify();
    go_on.WaitForNotification();
  }));
  began.WaitForNotification();
  ASSERT_TRUE(pool.TryRun([&] { done.Notify(); }));
  EXPECT_FALSE(pool.TryRun([] {}));
  go_on.Notify();
  done.WaitForNotification();
  while (!pool.TryRun([] {})) {
  }
}

TEST(WorkPoolTest, WhatWaitsForAThreadHoweverManyThereAreIsRunAndTakesNoRoom) {
  WorkPool pool(1, 1);
  absl::Notification go_on;
  absl::Notification done;
  ASSERT_TRUE(pool.TryRun([&] { go_on.WaitForNotification(); }));
  pool.Run([&] { done.Notify(); });
  EXPECT_FALSE(pool.TryRun([] {}));
  go_on.Notify();
  done.WaitForNotification();
  EXPECT_TRUE(pool.TryRun([] {})) << "the first has ended, and the second never counted";
}

TEST(WorkPoolTest, WhatWasTakenIsRunBeforeItEnds) {
  std::atomic<int> runs{0};
  {
    WorkPool pool(2, 100);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.TryRun([&] { ++runs; }));
  }
  EXPECT_EQ(runs, 100);
}

}  // namespace
}  // namespace tutti::control
