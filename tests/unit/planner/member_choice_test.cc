// Gangs that may do with some of their groups.
#include "planner/member_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using testing::CoreDriver;
using ::testing::IsEmpty;

class MemberChoiceTest : public ::testing::Test {
 protected:
  ~MemberChoiceTest() override { EXPECT_THAT(driver_.broken, IsEmpty()); }

  // `count` pods of this role, a second younger than those before them.
  std::vector<PodInfo> Show(const std::string& role, int count, int64_t cpu = 1000,
                            const std::string& node = "") {
    model::PodShape shape = *CoreDriver::Shape(cpu);
    if (!node.empty()) shape.node_selector = {{"kubernetes.io/hostname", node}};
    const auto shared = std::make_shared<const model::PodShape>(std::move(shape));
    std::vector<PodInfo> pods;
    ++created_;
    for (int i = 0; i < count; ++i) {
      PodInfo pod = driver_.NewPod(absl::StrFormat("%s-%d", role, i), "g", 1, shared);
      pod.created_seconds = created_;
      pod.gang->role = role;
      pod.gang->spec->roles = roles_;
      driver_.Show(pod);
      pods.push_back(pod);
    }
    return pods;
  }
  int Placed(const std::vector<PodInfo>& pods) {
    return static_cast<int>(std::count_if(pods.begin(), pods.end(), [&](const PodInfo& pod) {
      return !driver_.PlacedOn(pod).empty();
    }));
  }
  void Bind(std::vector<PodInfo>& pods) {
    for (PodInfo& pod : pods) {
      pod.node_name = driver_.PlacedOn(pod);
      if (!pod.node_name.empty()) driver_.Show(pod);
    }
  }

  CoreDriver driver_;
  std::vector<RoleMinimum> roles_ = {{"", 0, 2}, {"a", 2}, {"b", 2}, {"c", 2}};
  int64_t created_ = 100;
};

TEST_F(MemberChoiceTest, AGangStartsWithTheGroupsThatItNeedsAndOthersFollowWhole) {
  driver_.AddNode("n", 5000);
  const auto a = Show("a", 2);
  const auto b = Show("b", 1);
  driver_.Pass();
  EXPECT_EQ(Placed(a) + Placed(b), 0) << "one group is too few";
  EXPECT_EQ(driver_.HeldBecause(a[0]), ReasonCode::kWaitingForMembers);
  const auto c = Show("c", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(a), 2);
  EXPECT_EQ(Placed(b), 0) << "there is room for one, but half a group does not start";
  EXPECT_EQ(Placed(c), 2);
  EXPECT_EQ(driver_.HeldBecause(b[0]), ReasonCode::kWaitingForMembers);
  const auto rest = Show("b", 1);
  driver_.Pass();
  EXPECT_EQ(Placed(b) + Placed(rest), 0) << "there is room for one of two";
  driver_.AddNode("m", 1000);
  driver_.Pass();
  EXPECT_EQ(Placed(b) + Placed(rest), 2);
}

TEST_F(MemberChoiceTest, WhatIsMoreThanAGroupNeedsFollowsOneByOne) {
  driver_.AddNode("n", 5000);
  const auto a = Show("a", 4);
  const auto b = Show("b", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(a), 3);
  EXPECT_EQ(Placed(b), 2);
}

TEST_F(MemberChoiceTest, AGroupThatFindsNoRoomGivesWayToOneThatDoes) {
  driver_.AddNode("n", 4000);
  const auto a = Show("a", 2, 3000);  // first in line, and there is room for one of them
  const auto b = Show("b", 2);
  const auto c = Show("c", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(a), 0);
  EXPECT_EQ(Placed(b), 2);
  EXPECT_EQ(Placed(c), 2);
}

TEST_F(MemberChoiceTest, WhereEachFitsAloneTheLargestGivesWay) {
  roles_ = {{"", 0, 2}, {"a", 4}, {"b", 2}, {"c", 2}};
  driver_.AddNode("n", 5000);
  const auto a = Show("a", 4);
  const auto b = Show("b", 2);
  const auto c = Show("c", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(a), 0);
  EXPECT_EQ(Placed(b) + Placed(c), 4);
}

TEST_F(MemberChoiceTest, AGangThatFitsInNoWayReservesForItsFirstChoice) {
  driver_.AddNode("n", 4000);
  PodInfo other = driver_.NewPod("other", "", 0, CoreDriver::Shape(2000));
  other.node_name = "n";
  driver_.Show(other);
  const auto a = Show("a", 2);
  const auto b = Show("b", 2);
  driver_.Pass();
  EXPECT_EQ(Placed(a) + Placed(b), 0);
  EXPECT_EQ(driver_.HeldBecause(a[0]), ReasonCode::kWaitingForCapacity);
  driver_.Apply(model::PodDeleted{other.uid});
  driver_.Pass();
  EXPECT_EQ(Placed(a) + Placed(b), 4);
}

TEST_F(MemberChoiceTest, AGangIsWholeOnlyWhenItsGroupsAre) {
  roles_ = {{"", 0, 1}, {"a", 4}, {"b", 1}};
  driver_.AddNode("n", 4000);
  auto a = Show("a", 4);
  driver_.Pass();
  ASSERT_EQ(Placed(a), 4);
  std::vector<PodInfo> first = {a[0]};
  Bind(first);
  driver_.Pass(std::chrono::minutes(10));
  bool released = false;
  for (const model::EvictPod& evict : driver_.Take<model::EvictPod>())
    released = released || evict.pod.name == a[0].name;
  EXPECT_TRUE(released) << "as many as the smallest group has, but of another";
}

TEST_F(MemberChoiceTest, WithoutAGroupThatItDoesNotNeedAGangRunsOn) {
  roles_ = {{"", 0, 1}, {"a", 2}, {"b", 2}};
  driver_.AddNode("n", 4000);
  auto a = Show("a", 2);
  auto b = Show("b", 2);
  for (auto* pods : {&a, &b}) {
    for (PodInfo& pod : *pods) {
      pod.gang->on_member_lost = model::MemberLost::kRelease;
      driver_.Show(pod);
    }
  }
  driver_.Pass();
  Bind(a);
  Bind(b);
  driver_.Pass();
  driver_.Take<model::EvictPod>();
  driver_.Apply(model::PodDeleted{a[0].uid});
  driver_.Pass();
  EXPECT_THAT(driver_.Take<model::EvictPod>(), IsEmpty()) << "b is whole";
  driver_.Apply(model::PodDeleted{b[0].uid});
  driver_.Pass();
  EXPECT_EQ(driver_.Take<model::EvictPod>().size(), 2u) << "neither is";
}

TEST_F(MemberChoiceTest, ByTheLabelsOfItsMembersAnObjectMakesGroups) {
  driver_.AddNode("n", 3000);
  model::GangObjectUpserted object{CoreDriver::KeyOf("v"), "v", {}, {}};
  object.spec.min_member = 1;
  object.spec.roles = {{"w", 0, 1, 2}};
  object.spec.rules = {{"w", {}, {"replica"}}};
  driver_.Apply(object);
  std::vector<PodInfo> pods;
  for (const char* replica : {"0", "1", "1", "2"}) {
    pods.push_back(
        driver_.NewPod(absl::StrFormat("v-%d", pods.size()), "v", 0, CoreDriver::Shape(1000)));
    pods.back().gang->labels = {{"replica", replica}};
    driver_.Show(pods.back());
  }
  driver_.Pass();
  EXPECT_TRUE(driver_.PlacedOn(pods[0]).empty());
  EXPECT_FALSE(driver_.PlacedOn(pods[1]).empty());
  EXPECT_FALSE(driver_.PlacedOn(pods[2]).empty());
  EXPECT_TRUE(driver_.PlacedOn(pods[3]).empty());
}

}  // namespace
}  // namespace tutti::planner
