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

}  // namespace
}  // namespace tutti::planner
