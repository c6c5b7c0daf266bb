// Gangs of groups whose objects come and go in any order.
#include "planner/group_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::GangObjectUpserted;
using model::PodInfo;
using model::ReasonCode;
using testing::CoreDriver;
using ::testing::IsEmpty;

class GroupDeskTest : public ::testing::Test {
 protected:
  GroupDeskTest() {
    driver_.AddNode("n", 4000);
    GangObjectUpserted top{CoreDriver::KeyOf("top"), "top", {1}, {}};
    top.spec.roles = {{"", 0, 2}};
    top.parent = "";
    objects_.push_back(top);
    for (const char* name : {"a", "b"}) {
      GangObjectUpserted group{CoreDriver::KeyOf(name), name, {2}, {}};
      group.parent = "top";
      objects_.push_back(group);
    }
  }
  ~GroupDeskTest() override { EXPECT_THAT(driver_.broken, IsEmpty()); }

  void Show(const std::string& group, int count) {
    for (int i = 0; i < count; ++i) {
      pods_.push_back(driver_.NewPod(absl::StrFormat("%s-%d", group, pods_.size()), group, 0,
                                     CoreDriver::Shape(1000)));
      driver_.Show(pods_.back());
    }
  }
  int Placed() {
    return static_cast<int>(std::count_if(pods_.begin(), pods_.end(), [&](const PodInfo& pod) {
      return !driver_.PlacedOn(pod).empty();
    }));
  }

  CoreDriver driver_;
  std::vector<GangObjectUpserted> objects_;
  std::vector<PodInfo> pods_;
};

TEST_F(GroupDeskTest, TheGangIsWholeInWhateverOrderItsPartsCome) {
  std::vector<int> order = {0, 1, 2, 3, 4};
  do {
    CoreDriver driver;
    driver.AddNode("n", 4000);
    std::vector<PodInfo> pods;
    for (const int part : order) {
      driver.Pass();
      for (const PodInfo& pod : pods) EXPECT_EQ(driver.PlacedOn(pod), "");
      if (part < 3) {
        driver.Apply(objects_[static_cast<size_t>(part)]);
        continue;
      }
      const std::string group = part == 3 ? "a" : "b";
      for (int i = 0; i < 2; ++i) {
        pods.push_back(
            driver.NewPod(absl::StrFormat("%s-%d", group, i), group, 0, CoreDriver::Shape(1000)));
        driver.Show(pods.back());
      }
    }
    driver.Pass();
    for (const PodInfo& pod : pods) EXPECT_EQ(driver.PlacedOn(pod), "n");
    EXPECT_THAT(driver.broken, IsEmpty());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(GroupDeskTest, WithoutItsTopmostObjectTheGangWaitsForIt) {
  driver_.Apply(objects_[1]);
  Show("a", 2);
  driver_.Pass();
  EXPECT_EQ(driver_.HeldBecause(pods_[0]), ReasonCode::kWaitingForSpec);
  driver_.Apply(objects_[0]);
  driver_.Pass();
  EXPECT_EQ(driver_.HeldBecause(pods_[0]), ReasonCode::kWaitingForMembers) << "of two groups";
}

TEST_F(GroupDeskTest, AGroupThatLeavesIsAGangOfItsOwn) {
  for (const GangObjectUpserted& object : objects_) driver_.Apply(object);
  Show("a", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(), 0);
  GangObjectUpserted alone = objects_[1];
  alone.parent.reset();
  driver_.Apply(alone);
  driver_.Pass();
  EXPECT_EQ(Placed(), 2);
}

TEST_F(GroupDeskTest, WhatRunsGoesOnWhenObjectsGo) {
  for (const GangObjectUpserted& object : objects_) driver_.Apply(object);
  Show("a", 2);
  Show("b", 2);
  driver_.Pass();
  ASSERT_EQ(Placed(), 4);
  for (PodInfo& pod : pods_) {
    pod.node_name = "n";
    driver_.Show(pod);
  }
  driver_.Pass();
  for (const GangObjectUpserted& object : objects_)
    driver_.Apply(model::GangObjectDeleted{object.key});
  driver_.Pass(std::chrono::hours(1));
  EXPECT_THAT(driver_.Take<model::EvictPod>(), IsEmpty());
}

TEST_F(GroupDeskTest, APodThatPassesAdmissionIsGatedForTheGangOfItsGroup) {
  for (const GangObjectUpserted& object : objects_) driver_.Apply(object);
  const model::AnswerAdmission answer =
      driver_.Admit(driver_.NewPod("a-0", "a", 0, CoreDriver::Shape(1000)));
  EXPECT_TRUE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
}

}  // namespace
}  // namespace tutti::planner
