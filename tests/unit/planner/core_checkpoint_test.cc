#include "planner/core_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using testing::CoreDriver;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Two gangs that do not both fit, one of them placed and partly bound, the other the queue's head.
class CoreCheckpointTest : public ::testing::Test {
 protected:
  CoreCheckpointTest() {
    driver_.AddNode("n0", 4000);
    driver_.AddNode("gone", 4000);
    driver_.AddNode("n1", 4000);
    driver_.Apply(model::NodeDeleted{"gone"});
    for (int i = 0; i < 2; ++i) {
      first_.push_back(driver_.NewPod("a-" + std::to_string(i), "a", 2, shape_));
      driver_.Show(first_.back());
    }
    driver_.Pass();
    for (int i = 0; i < 2; ++i) {
      second_.push_back(driver_.NewPod("b-" + std::to_string(i), "b", 2, shape_));
      driver_.Show(second_.back());
    }
    driver_.Pass();
  }
  // A core that was made from what this one is now.
  std::unique_ptr<Core> Copy() {
    auto core = std::make_unique<Core>(CoreOptions(), driver_.labels);
    const absl::Status status = core->Restore(driver_.core.Save());
    EXPECT_TRUE(status.ok()) << status;
    return core;
  }
  absl::Status RestoreChanged(const std::function<void(CoreCheckpoint&)>& change) {
    CoreCheckpoint checkpoint = driver_.core.Save();
    change(checkpoint);
    Core core(CoreOptions(), driver_.labels);
    return core.Restore(std::move(checkpoint));
  }

  CoreDriver driver_;
  std::shared_ptr<const model::PodShape> shape_ = CoreDriver::Shape(3000);
  std::vector<model::PodInfo> first_;
  std::vector<model::PodInfo> second_;
};

TEST_F(CoreCheckpointTest, TheCopyHoldsTheSameAndBalances) {
  const auto copy = Copy();
  EXPECT_EQ(copy->DurableState(), driver_.core.DurableState());
  EXPECT_THAT(copy->CheckInvariants(), IsEmpty());
  EXPECT_EQ(copy->reservations(), driver_.core.reservations());
  EXPECT_EQ(copy->NextDeadline(), driver_.core.NextDeadline());
}

TEST_F(CoreCheckpointTest, TheCopyDecidesAsTheOriginal) {
  const auto copy = Copy();
  // The node that comes takes the place that became free, in both.
  const std::vector<model::ClusterEvent> next = {
      model::PodDeleted{first_[0].uid}, model::PodDeleted{first_[1].uid}, model::TimePassed{}};
  size_t told = 0;
  for (const model::ClusterEvent& event : next) {
    const model::Effects mine = driver_.core.Apply(driver_.now, event);
    const model::Effects its = copy->Apply(driver_.now, event);
    ASSERT_THAT(its, SizeIs(mine.size()));
    for (size_t i = 0; i < mine.size(); ++i) {
      ASSERT_EQ(mine[i].index(), its[i].index());
      const auto* a = std::get_if<model::NominatePod>(&mine[i]);
      if (a == nullptr) continue;
      const auto& b = std::get<model::NominatePod>(its[i]);
      EXPECT_EQ(a->pod.name, b.pod.name);
      EXPECT_EQ(a->node_name, b.node_name);
      EXPECT_EQ(a->write, b.write);
      ++told;
    }
  }
  EXPECT_EQ(told, 2u) << "the second gang gets the room of the first";
}

TEST_F(CoreCheckpointTest, ASecondCopyIsTheSame) {
  const auto copy = Copy();
  const CoreCheckpoint again = copy->Save();
  const CoreCheckpoint first = driver_.core.Save();
  EXPECT_EQ(again.nodes.free, first.nodes.free);
  EXPECT_EQ(again.reservations.size(), first.reservations.size());
  EXPECT_EQ(again.head, first.head);
  EXPECT_NE(again.head, 0u) << "the second gang waits at the head of the queue";
}

TEST_F(CoreCheckpointTest, TheCopyKnowsWhatOperatorsHaveHeldAndClosed) {
  driver_.Apply(model::NodeClosed{"n1", true});
  driver_.Apply(model::NodeClosed{"yet-to-come", true});
  driver_.Apply(model::GangHeld{second_[0].gang->key, true});
  driver_.Apply(model::QueueGateSet{model::QueueGate::kDraining});
  driver_.Pass();
  const auto copy = Copy();
  const Core::Counts counts = copy->Count();
  EXPECT_EQ(counts.held_gangs, driver_.core.Count().held_gangs);
  EXPECT_EQ(counts.closed_nodes, driver_.core.Count().closed_nodes);
  const CoreCheckpoint again = copy->Save();
  EXPECT_EQ(again.closed_nodes, (std::vector<std::string>{"n1", "yet-to-come"}));
  EXPECT_EQ(again.queue_gate, model::QueueGate::kDraining);
  EXPECT_EQ(again.drained_from, driver_.core.Save().drained_from);
}

TEST_F(CoreCheckpointTest, TheCopyKnowsOfEvictionsUnderWay) {
  model::PodInfo bound = first_[0];
  bound.node_name = "n0";
  driver_.Show(bound);
  driver_.Apply(model::PodDeleted{first_[1].uid});
  driver_.Pass(std::chrono::minutes(2));  // bound in part for too long
  driver_.Pass(std::chrono::minutes(2));
  const auto evictions = driver_.Take<model::EvictPod>();
  ASSERT_THAT(evictions, SizeIs(1));
  const auto is_evicted = [&](const Core& core) {
    const std::vector<CoreCheckpoint::Pod> pods = core.Save().pods;
    return std::any_of(pods.begin(), pods.end(), [&](const CoreCheckpoint::Pod& pod) {
      return pod.info.uid == bound.uid && pod.evicting;
    });
  };
  EXPECT_TRUE(is_evicted(driver_.core));
  EXPECT_TRUE(is_evicted(*Copy()));
  driver_.Apply(model::WriteFinished{evictions[0].write, model::WriteOutcome::kFailed, "not now"});
  EXPECT_FALSE(is_evicted(*Copy()));
  EXPECT_THAT(Copy()->Save().evict_retries, SizeIs(1));
}

TEST_F(CoreCheckpointTest, TheCopyKnowsWhatWasLearned) {
  for (int i = 0; i < 2; ++i) {
    model::PodInfo pod = driver_.NewPod("c-" + std::to_string(i), "c-" + std::to_string(i), 1,
                                        CoreDriver::Shape(500));
    pod.submitter = "user/ada";
    pod.node_name = "n0";
    driver_.Show(pod);
    driver_.Pass(std::chrono::minutes(5));
    pod.phase = model::PodPhase::kSucceeded;
    driver_.Show(pod);
  }
  model::PodInfo runs = driver_.NewPod("d", "d", 1, CoreDriver::Shape(500));
  runs.submitter = "user/ada";
  runs.node_name = "n0";
  driver_.Show(runs);
  const CoreCheckpoint copy = Copy()->Save();
  ASSERT_THAT(copy.submitters, SizeIs(1));
  EXPECT_EQ(copy.submitters[0].namespace_name, "default");
  EXPECT_EQ(copy.submitters[0].name, "user/ada");
  EXPECT_EQ(copy.submitters[0].before, std::chrono::minutes(5));
  EXPECT_EQ(copy.gangs.back().learned, std::chrono::minutes(5)) << "when it began";
}

TEST_F(CoreCheckpointTest, WhatContradictsItselfIsRefused) {
  EXPECT_TRUE(RestoreChanged([](CoreCheckpoint&) {}).ok());
  EXPECT_THAT(RestoreChanged([](auto& c) {
                c.submitters = {{"ns", "x"}};
              }).message(),
              HasSubstr("submitter x of namespace ns"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.pods.clear(); }).message(),
              HasSubstr("has a member that is not its own"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.gangs.clear(); }).message(), HasSubstr("gang"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.reservations.clear(); }).message(),
              HasSubstr("without a reservation"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.nodes.nodes.pop_back(); }).message(),
              HasSubstr("is on no node"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.nodes.free.clear(); }).message(),
              HasSubstr("out of range"));
  EXPECT_THAT(RestoreChanged([](auto& c) {
                c.queue.push_back({true, 0, 99});
              }).message(),
              HasSubstr("gang 99 is queued twice or not there"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.pods.push_back(c.pods[0]); }).message(),
              HasSubstr("stands there twice"));
  EXPECT_THAT(RestoreChanged([](auto& c) {
                c.dates.push_back({99, {}, {}});
              }).message(),
              HasSubstr("gang 99 has its dates twice or is not there"));
  EXPECT_THAT(
      RestoreChanged([](auto& c) { c.gangs[0].started = c.now + base::Duration(1); }).message(),
      HasSubstr("has started in the future"));
  EXPECT_THAT(RestoreChanged([](auto& c) {
                c.head_room = {{planner::MemberClass()}, false, true};
              }).message(),
              HasSubstr("a class of 0 members"));
  EXPECT_THAT(RestoreChanged([](auto& c) { c.next_write = 0; }).message(),
              HasSubstr("write 1 is out of range"));
}

}  // namespace
}  // namespace tutti::planner
