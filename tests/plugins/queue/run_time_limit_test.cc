#include "queue/run_time_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

using std::chrono::hours;

GangView Lasting(std::chrono::nanoseconds duration) {
  GangView gang;
  gang.duration = duration;
  return gang;
}

QueueSpec Queue(const std::string& name, const std::string& parent, hours max_run_time,
                RunTimeAction action) {
  QueueSpec spec;
  spec.name = name;
  spec.parent = parent;
  spec.max_run_time = max_run_time;
  spec.run_time_action = action;
  return spec;
}

std::chrono::nanoseconds LimitOf(std::vector<QueueSpec> specs, QueueId queue, hours declared) {
  QueueTree tree(std::chrono::nanoseconds(0));
  tree.Rebuild(std::move(specs), std::chrono::nanoseconds(0));
  return RunTimeLimit(tree, queue, Lasting(declared));
}

TEST(RunTimeLimitTest, NobodyIsEvictedUnlessItsQueueSaysSo) {
  EXPECT_EQ(LimitOf({Queue("a", "", hours(2), RunTimeAction::kNone)}, QueueId(0), hours(1)),
            hours(0));
  EXPECT_EQ(LimitOf({Queue("a", "", hours(2), RunTimeAction::kEvict)}, QueueId(0), hours(1)),
            hours(2));
  EXPECT_EQ(LimitOf({Queue("a", "", hours(2), RunTimeAction::kEvict)}, QueueId(0), hours(0)),
            hours(2));
}

TEST(RunTimeLimitTest, WhatAGangDeclaresMayBindIt) {
  const auto declared = [](hours max, hours says) {
    return LimitOf({Queue("a", "", max, RunTimeAction::kEvictDeclared)}, QueueId(0), says);
  };
  EXPECT_EQ(declared(hours(2), hours(1)), hours(1));
  EXPECT_EQ(declared(hours(2), hours(0)), hours(2)) << "it says nothing";
  EXPECT_EQ(declared(hours(0), hours(5)), hours(5));
  EXPECT_EQ(declared(hours(0), hours(0)), hours(0));
}

TEST(RunTimeLimitTest, TheShortestTimeOfAllQueuesAboveItCounts) {
  const std::vector<QueueSpec> specs = {Queue("top", "", hours(3), RunTimeAction::kEvict),
                                        Queue("a", "top", hours(8), RunTimeAction::kEvict),
                                        Queue("b", "top", hours(1), RunTimeAction::kEvict),
                                        Queue("c", "top", hours(1), RunTimeAction::kNone)};
  EXPECT_EQ(LimitOf(specs, QueueId(1), hours(0)), hours(3));
  EXPECT_EQ(LimitOf(specs, QueueId(2), hours(0)), hours(1));
  EXPECT_EQ(LimitOf(specs, QueueId(3), hours(0)), hours(3));
}

TEST(RunTimeLimitTest, WhereItIsEnforcedAGangNeedNotSayHowLong) {
  QueueSpec spec = Queue("a", "", hours(2), RunTimeAction::kNone);
  EXPECT_TRUE(MayRunTooLong(spec, Lasting(hours(0))));
  EXPECT_TRUE(MayRunTooLong(spec, Lasting(hours(3))));
  EXPECT_FALSE(MayRunTooLong(spec, Lasting(hours(2))));
  spec.run_time_action = RunTimeAction::kEvict;
  EXPECT_FALSE(MayRunTooLong(spec, Lasting(hours(0))));
  EXPECT_TRUE(MayRunTooLong(spec, Lasting(hours(3)))) << "it would be evicted for sure";
  spec.max_run_time = {};
  EXPECT_FALSE(MayRunTooLong(spec, Lasting(hours(3))));
}

}  // namespace
}  // namespace tutti::plugins
