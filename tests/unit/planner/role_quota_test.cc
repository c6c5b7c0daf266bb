#include "planner/role_quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::planner {
namespace {

using ::testing::ElementsAre;

TEST(RoleQuotaTest, NestedMinimumsCountOnce) {
  EXPECT_EQ(Sum({}), 0);
  const std::vector<RoleMinimum> flat = {{"driver", 1}, {"worker", 3}};
  EXPECT_EQ(Sum(flat), 4);
  const std::vector<RoleMinimum> nested = {{"w", 4}, {"w/a", 3}, {"w/b", 2}, {"x", 1}};
  EXPECT_EQ(Sum(nested), 6) << "w/a and w/b ask for more than w";
  const std::vector<RoleMinimum> above = {{"w", 7}, {"w/a", 3}, {"w/a/deep", 1}};
  EXPECT_EQ(Sum(above), 7);
  const std::vector<RoleMinimum> alike = {{"w", 2}, {"wide", 3}};
  EXPECT_EQ(Sum(alike), 5) << "a common beginning is no path";
}

TEST(RoleQuotaTest, PicksWhatTheRolesLackThenByOrder) {
  const std::vector<RoleMinimum> roles = {{"driver", 1}, {"worker", 2}};
  RoleQuota quota(roles);
  const std::vector<std::string_view> waiting = {"worker", "", "worker", "worker", "driver"};
  EXPECT_THAT(quota.Pick(waiting, 4), ElementsAre(0, 1, 2, 4));
  EXPECT_TRUE(quota.met());
}

TEST(RoleQuotaTest, WhatIsSecuredAlreadyIsNotPickedAgain) {
  const std::vector<RoleMinimum> roles = {{"driver", 1}, {"worker", 2}};
  RoleQuota quota(roles);
  quota.Count("driver");
  quota.Count("worker");
  const std::vector<std::string_view> waiting = {"driver", "worker"};
  EXPECT_THAT(quota.Pick(waiting, 1), ElementsAre(1));
}

TEST(RoleQuotaTest, AMemberDeepDownFillsEveryLevelAboveIt) {
  const std::vector<RoleMinimum> roles = {{"w", 3}, {"w/a", 1}, {"w/b", 1}};
  RoleQuota quota(roles);
  const std::vector<std::string_view> waiting = {"x", "w/a", "w/a", "w/b"};
  EXPECT_THAT(quota.Pick(waiting, 3), ElementsAre(1, 2, 3));
}

TEST(RoleQuotaTest, SaysWhichRoleIsShort) {
  const std::vector<RoleMinimum> roles = {{"driver", 1}, {"worker", 3}};
  RoleQuota quota(roles);
  const std::vector<std::string_view> waiting = {"driver", "worker"};
  quota.Pick(waiting, 4);
  const auto shortage = quota.FirstShort();
  ASSERT_TRUE(shortage);
  EXPECT_EQ(shortage->role, "worker");
  EXPECT_EQ(shortage->need, 3);
  EXPECT_EQ(shortage->have, 1);
}

using Roles = std::vector<std::string_view>;

std::vector<std::string> Groups(const std::vector<RoleQuota::Unit>& units) {
  std::vector<std::string> groups;
  for (const RoleQuota::Unit& unit : units) groups.push_back(unit.group);
  return groups;
}

TEST(RoleQuotaTest, OfGroupsTheSmallestCount) {
  const std::vector<RoleMinimum> named = {{"", 0, 2}, {"a", 5}, {"b", 3}, {"c", 4}};
  EXPECT_EQ(Sum(named), 7);
  const std::vector<RoleMinimum> alike = {{"w", 1, 3, 4}, {"d", 1}};
  EXPECT_EQ(Sum(alike), 13);
  const std::vector<RoleMinimum> nested = {{"", 0, 1}, {"r0", 0, 1}, {"r0/x", 3}, {"r0/y", 2},
                                           {"r1"},     {"r1/x", 3},  {"r1/y", 2}};
  EXPECT_EQ(Sum(nested), 2);
  const std::vector<RoleMinimum> none = {{"", 0, kNoGroups}, {"a", 5}};
  EXPECT_EQ(Sum(none), 0);
}

TEST(RoleQuotaTest, ChosenAreTheGroupsThatHaveMembersThenThoseThatWaitLongest) {
  const std::vector<RoleMinimum> roles = {{"", 0, 2}, {"a", 2}, {"b", 2}, {"c", 2}};
  RoleQuota quota(roles);
  quota.Count("a");
  const Roles waiting = {"b", "c", "c", "b", "a"};
  EXPECT_THAT(quota.Pick(waiting, 0), ElementsAre(0, 3, 4));
  EXPECT_THAT(Groups(quota.chosen()), ElementsAre("a", "b"));
  EXPECT_TRUE(quota.met());
}

TEST(RoleQuotaTest, AGroupThatCannotBeWholeIsLeftAsItWas) {
  const std::vector<RoleMinimum> roles = {{"", 0, 1}, {"a", 3}, {"b", 2}};
  RoleQuota quota(roles);
  const Roles waiting = {"a", "a", "b", "b"};
  EXPECT_THAT(quota.Pick(waiting, 2), ElementsAre(2, 3));
  RoleQuota too_few(roles);
  EXPECT_THAT(too_few.Pick(Roles{"a", "a", "b"}, 3), ElementsAre());
  const auto shortage = too_few.FirstShort();
  ASSERT_TRUE(shortage);
  EXPECT_TRUE(shortage->groups);
  EXPECT_EQ(shortage->role, "");
  EXPECT_EQ(shortage->need, 1);
  EXPECT_EQ(shortage->have, 0);
}

TEST(RoleQuotaTest, OtherGroupsAreChosenWhereSomeAreToBeAvoided) {
  const std::vector<RoleMinimum> roles = {{"", 0, 1}, {"a", 1}, {"b", 1}};
  const Roles waiting = {"a", "b"};
  RoleQuota first(roles);
  EXPECT_THAT(first.Pick(waiting, 1), ElementsAre(0));
  RoleQuota other(roles);
  EXPECT_THAT(other.Pick(waiting, 1, std::vector<std::string>{"a"}), ElementsAre(1));
  RoleQuota nothing_else(roles);
  EXPECT_THAT(nothing_else.Pick(Roles{"a"}, 1, std::vector<std::string>{"a"}), ElementsAre(0));
}

TEST(RoleQuotaTest, GroupsThatNobodyNamesAreMadeByTheirMembers) {
  const std::vector<RoleMinimum> roles = {{"w", 0, 1, 2}};
  RoleQuota quota(roles);
  const Roles waiting = {"w/0", "w/1", "w", "w/1"};
  EXPECT_THAT(quota.Pick(waiting, 0), ElementsAre(1, 3));
  EXPECT_THAT(Groups(quota.chosen()), ElementsAre("w/1"));
}

TEST(RoleQuotaTest, WhatFollowsComesInWholeGroups) {
  const std::vector<RoleMinimum> roles = {{"", 0, 1}, {"a", 2}, {"b", 2}, {"c", 2}};
  RoleQuota quota(roles);
  quota.Count("a");
  quota.Count("a");
  const Roles waiting = {"b", "c", "a", "b", "b", ""};
  EXPECT_THAT(quota.Pick(waiting, 0), ElementsAre());
  const std::vector<RoleQuota::Unit> units = quota.Units(waiting);
  ASSERT_EQ(units.size(), 4u);
  EXPECT_THAT(units[0].members, ElementsAre(0, 3));
  EXPECT_TRUE(units[0].fills);
  EXPECT_THAT(units[1].members, ElementsAre(2));
  EXPECT_THAT(units[2].members, ElementsAre(4));
  EXPECT_EQ(units[2].group, "b") << "one more of it, which needs the two before";
  EXPECT_FALSE(units[2].fills);
  EXPECT_THAT(units[3].members, ElementsAre(5));
  EXPECT_EQ(units[3].group, "");
  ASSERT_TRUE(quota.left_out());
  EXPECT_EQ(quota.left_out()->role, "c");
  EXPECT_EQ(quota.left_out()->need, 2);
  EXPECT_EQ(quota.left_out()->have, 1);
}

TEST(RoleQuotaTest, MoreThanTheGroupsNeedIsFilledWithWholeGroups) {
  const std::vector<RoleMinimum> roles = {{"w", 0, 1, 2}};
  RoleQuota quota(roles);
  const Roles waiting = {"w/0", "w/1", "w/0", "w/2", "w/1"};
  EXPECT_THAT(quota.Pick(waiting, 4), ElementsAre(0, 1, 2, 4)) << "never a part of w/2";
}

TEST(RoleQuotaTest, GroupsWithinGroupsAreChosenEachForItself) {
  const std::vector<RoleMinimum> roles = {{"", 0, 1},   {"r0", 0, 2}, {"r0/x", 1}, {"r0/y", 1},
                                          {"r1", 0, 2}, {"r1/x", 1},  {"r1/y", 1}, {"r1/z", 2}};
  RoleQuota quota(roles);
  const Roles waiting = {"r0/x", "r1/z", "r1/y", "r1/z"};
  EXPECT_THAT(quota.Pick(waiting, 0), ElementsAre(1, 2, 3)) << "r0 lacks y";
  EXPECT_THAT(Groups(quota.chosen()), ElementsAre("r1/z", "r1/y", "r1"));
}

TEST(RoleQuotaTest, ALastNameWillDoWhereItIsTheOnlyOne) {
  const std::vector<RoleMinimum> roles = {{"r0/lead", 1}, {"r0/work", 1}, {"r1/work", 1}};
  RoleQuota quota(roles);
  EXPECT_THAT(quota.Pick(Roles{"work", "lead", "r1/work"}, 0), ElementsAre(1, 2));
  EXPECT_EQ(quota.FirstShort()->role, "r0/work") << "work could be either";
}

TEST(RoleByRulesTest, TheFirstRuleThatFitsSaysTheRole) {
  const std::vector<RoleRule> rules = {{"w/rep", {{"task", "w"}}, {"zone", "rep"}},
                                       {"any/all", {{"task", "w"}}, {}}};
  using Labels = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(RoleByRules(rules, Labels{{"rep", "3"}, {"task", "w"}, {"zone", "a"}}), "w/rep/a,3");
  EXPECT_EQ(RoleByRules(rules, Labels{{"rep", "3"}, {"task", "w"}}), "any/all");
  EXPECT_EQ(RoleByRules(rules, Labels{{"rep", "3"}, {"zone", "a"}}), std::nullopt);
}

}  // namespace
}  // namespace tutti::planner
