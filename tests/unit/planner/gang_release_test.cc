// Gangs that lose members: what becomes of the others, and that a gang starts again as a whole.
#include "planner/gang_release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::MemberLost;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kMembers = 3;

class GangReleaseTest : public ::testing::Test {
 protected:
  explicit GangReleaseTest() {
    for (int i = 0; i < 2 * kMembers; ++i) driver_.AddNode(absl::StrFormat("node-%d", i), 1000);
  }
  ~GangReleaseTest() override { EXPECT_THAT(driver_.broken, IsEmpty()); }

  model::PodInfo NewPod(const std::string& name, MemberLost then) {
    model::PodInfo pod = driver_.NewPod(name, "a", kMembers, shape_);
    pod.gang->on_member_lost = then;
    return pod;
  }
  // A gang that runs, each member on a node of its own.
  std::vector<model::PodInfo> Start(MemberLost then) {
    std::vector<model::PodInfo> pods;
    for (int i = 0; i < kMembers; ++i) {
      pods.push_back(NewPod(absl::StrFormat("a-%d", i), then));
      driver_.Show(pods.back());
    }
    driver_.Pass();
    for (model::PodInfo& pod : pods) {
      pod.node_name = driver_.PlacedOn(pod);
      EXPECT_NE(pod.node_name, "");
      driver_.Show(pod);
    }
    driver_.Pass();
    driver_.Take<model::EvictPod>();
    return pods;
  }
  void Delete(model::PodInfo& pod) {
    pod.deleting = true;
    driver_.Show(pod);
  }
  std::vector<std::string> Evicted() {
    std::vector<std::string> names;
    for (const model::EvictPod& evict : driver_.Take<model::EvictPod>()) {
      names.push_back(evict.pod.name);
      writes_.push_back(evict.write);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  testing::CoreDriver driver_;
  const std::shared_ptr<const model::PodShape> shape_ = testing::CoreDriver::Shape(1000);
  std::vector<uint64_t> writes_;  // evictions under way
};

TEST_F(GangReleaseTest, OthersRunOnAndALostMemberIsReplacedByItself) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kReplace);
  Delete(pods[0]);
  const model::PodInfo next = NewPod("a-next", MemberLost::kReplace);
  driver_.Show(next);
  driver_.Pass();
  EXPECT_NE(driver_.PlacedOn(next), "");
  EXPECT_THAT(Evicted(), IsEmpty());
}

TEST_F(GangReleaseTest, OthersAreReleasedWithALostMemberWhereTheGangWantsIt) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kRelease);
  Delete(pods[0]);
  EXPECT_THAT(Evicted(), ::testing::ElementsAre("a-1", "a-2"));
}

TEST_F(GangReleaseTest, AFailedMemberIsALostOneAndOneThatSucceededIsNot) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kRelease);
  pods[0].phase = model::PodPhase::kSucceeded;
  driver_.Show(pods[0]);
  EXPECT_THAT(Evicted(), IsEmpty());
  pods[1].phase = model::PodPhase::kFailed;
  driver_.Show(pods[1]);
  EXPECT_THAT(Evicted(), ::testing::ElementsAre("a-2"));
}

TEST_F(GangReleaseTest, SurplusCanBeLost) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kRelease);
  model::PodInfo surplus = NewPod("a-surplus", MemberLost::kRelease);
  driver_.Show(surplus);
  driver_.Pass();
  surplus.node_name = driver_.PlacedOn(surplus);
  driver_.Show(surplus);
  Delete(pods[1]);
  EXPECT_THAT(Evicted(), IsEmpty()) << "three are left";
  Delete(pods[2]);
  EXPECT_THAT(Evicted(), ::testing::ElementsAre("a-0", "a-surplus"));
}

TEST_F(GangReleaseTest, NobodyStartsInPlaceOfThoseThatAreBeingReleased) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kRelease);
  Delete(pods[0]);
  ASSERT_THAT(Evicted(), SizeIs(2));
  std::vector<model::PodInfo> next;
  for (int i = 0; i < kMembers; ++i) {
    next.push_back(NewPod(absl::StrFormat("a-next-%d", i), MemberLost::kRelease));
    driver_.Show(next.back());
  }
  driver_.Pass(std::chrono::minutes(5));
  EXPECT_EQ(driver_.PlacedOn(next[0]), "") << "two of the old ones still run";
  for (const uint64_t write : writes_) driver_.Finish(write, model::WriteOutcome::kDone);
  Delete(pods[1]);
  Delete(pods[2]);
  driver_.Pass(std::chrono::minutes(5));
  for (const model::PodInfo& pod : next)
    EXPECT_NE(driver_.PlacedOn(pod), "") << "a new whole, while the old pods still end";
}

// Whoever ends them: preemption, a drain, or a user.
TEST_F(GangReleaseTest, AGangWhoseMembersAllGoStartsAgainAsAWhole) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kReplace);
  for (model::PodInfo& pod : pods) Delete(pod);
  const model::PodInfo next = NewPod("a-next", MemberLost::kReplace);
  driver_.Show(next);
  driver_.Pass();
  EXPECT_EQ(driver_.PlacedOn(next), "") << "two more are missing";
  EXPECT_EQ(driver_.HeldBecause(next), model::ReasonCode::kWaitingForMembers);
}

TEST_F(GangReleaseTest, AnEvictionThatIsRefusedIsTriedAgain) {
  std::vector<model::PodInfo> pods = Start(MemberLost::kRelease);
  Delete(pods[0]);
  ASSERT_THAT(Evicted(), SizeIs(2));
  for (const uint64_t write : writes_) driver_.Finish(write, model::WriteOutcome::kFailed);
  driver_.Pass(std::chrono::hours(1));
  driver_.Pass(std::chrono::hours(1));
  EXPECT_THAT(Evicted(), ::testing::ElementsAre("a-1", "a-2"));
}

TEST_F(GangReleaseTest, WhatWasLostBeforeThisProcessIsFollowedAtItsStart) {
  driver_.Apply(model::LeadershipChanged{false});
  for (int i = 0; i < kMembers - 1; ++i) {
    model::PodInfo pod = NewPod(absl::StrFormat("a-%d", i), MemberLost::kRelease);
    pod.node_name = absl::StrFormat("node-%d", i);
    pod.created_seconds = 100;
    pod.bound_seconds = 200;
    driver_.Show(pod);
  }
  EXPECT_THAT(Evicted(), IsEmpty());
  driver_.Apply(model::LeadershipChanged{true});
  EXPECT_THAT(Evicted(), ::testing::ElementsAre("a-0", "a-1"));
}

}  // namespace
}  // namespace tutti::planner
