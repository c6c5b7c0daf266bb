#include "plugins/gang/kai_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Object;
using testing::PodViewBuilder;

class KaiGroupingTest : public ::testing::Test {
 protected:
  GangObject SpecOf(const std::string& spec) const {
    return grouping_.SpecOf(Object(R"({"metadata":{"name":"train"},"spec":)" + spec + "}")).value();
  }
  const KaiGrouping grouping_;
};

TEST_F(KaiGroupingTest, ThePodNamesItsPodGroupSubGroupAndQueue) {
  PodViewBuilder pod;
  pod.Annotation("pod-group-name", "train")
      .Label("kai.scheduler/subgroup-name", "workers")
      .Label("kai.scheduler/queue", "theirs");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->role, "workers");
  EXPECT_EQ(membership->queue, "theirs");
  EXPECT_FALSE(membership->spec) << "the PodGroup says the size";
  PodViewBuilder queue_alone;
  queue_alone.Label("kai.scheduler/queue", "theirs").Label("pod-group-name", "train");
  EXPECT_FALSE(grouping_.GroupOf(queue_alone.View()));
}

TEST_F(KaiGroupingTest, ThePodGroupGivesSizeAndQueue) {
  const GangObject gang = SpecOf(R"({"minMember":4,"queue":"research"})");
  EXPECT_EQ(gang.identity, "train");
  EXPECT_EQ(gang.spec, (GangSpec{4}));
  EXPECT_EQ(gang.queue, "research");
  EXPECT_THAT(gang.problem, IsEmpty());
}

TEST_F(KaiGroupingTest, SubGroupsAreRoles) {
  const GangObject gang = SpecOf(R"({"minMember":6,"subGroups":[
    {"name":"prefill","minMember":2},{"name":"decode","minMember":3},{"name":"spare","minMember":0}]})");
  EXPECT_EQ(gang.spec.min_member, 6);
  EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"decode", 3}, RoleMinimum{"prefill", 2}));
}

TEST_F(KaiGroupingTest, SomeOfTheSubGroupsMayDo) {
  const GangObject gang = SpecOf(R"({"minSubGroup":1,"subGroups":[
    {"name":"replica-0","minSubGroup":2},{"name":"replica-1"},
    {"name":"leader-0","minMember":1,"parent":"replica-0"},
    {"name":"workers-0","minMember":4,"parent":"replica-0"},
    {"name":"workers-1","parent":"replica-1"}]})");
  EXPECT_EQ(gang.spec.min_member, 1);
  EXPECT_THAT(
      gang.spec.roles,
      ElementsAre(RoleMinimum{"", 0, 1}, RoleMinimum{"replica-0", 0, 2},
                  RoleMinimum{"replica-0/leader-0", 1}, RoleMinimum{"replica-0/workers-0", 4},
                  RoleMinimum{"replica-1"}, RoleMinimum{"replica-1/workers-1", 1}));
  EXPECT_THAT(gang.problem, IsEmpty());
  EXPECT_THAT(SpecOf(R"({"subGroups":[{"name":"a","minSubGroup":0},
                                      {"name":"b","minMember":2,"parent":"a"}]})")
                  .spec.roles,
              ElementsAre(RoleMinimum{"a", 0, kNoGroups}, RoleMinimum{"a/b", 2}));
}

TEST_F(KaiGroupingTest, WithoutMinSubGroupAllOfATreeIsNeeded) {
  const GangObject gang = SpecOf(R"({"subGroups":[
    {"name":"replica-0"},{"name":"leader-0","minMember":1,"parent":"replica-0"},
    {"name":"workers-0","minMember":4,"parent":"replica-0"}]})");
  EXPECT_EQ(gang.spec.min_member, 5);
  EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"replica-0/leader-0", 1},
                                           RoleMinimum{"replica-0/workers-0", 4}));
}

TEST_F(KaiGroupingTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(SpecOf(R"({"minMember":-1})").problem,
              HasSubstr("PodGroup train: spec.minMember is -1; expected 1 to 100000"));
  EXPECT_THAT(SpecOf(R"({"subGroups":[{"name":"a"},{"name":"b","minMember":100001}]})").problem,
              HasSubstr("PodGroup train: spec.subGroups.1.minMember is 100001; expected 0 to"));
  EXPECT_THAT(SpecOf(R"({"subGroups":[{"name":"a"},{"name":"a"}]})").problem,
              AllOf(HasSubstr("PodGroup train: the name of a subgroup is \"a\""),
                    HasSubstr("correct the PodGroup")));
  EXPECT_THAT(SpecOf(R"({"subGroups":[{"minMember":1}]})").problem, HasSubstr("subgroup is \"\""));
  EXPECT_THAT(SpecOf(R"({"subGroups":[{"name":"a","minMember":60000},
                                      {"name":"b","minMember":60000}]})")
                  .problem,
              AllOf(HasSubstr("need more than 100000 pods"), HasSubstr("correct their minMember")));
  EXPECT_THAT(SpecOf(R"({"subGroups":"a"})").problem, IsEmpty());
  EXPECT_THAT(SpecOf(R"({"subGroups":["a"]})").problem, HasSubstr("subgroup is \"\""));
}

TEST_F(KaiGroupingTest, WatchesThePodGroupsOfKai) {
  ASSERT_EQ(grouping_.Watches().size(), 1u);
  EXPECT_EQ(grouping_.Watches()[0].group, "scheduling.run.ai");
  EXPECT_EQ(grouping_.Watches()[0].resource, "podgroups");
  EXPECT_THAT(grouping_.Watches()[0].versions, ElementsAre("v2alpha2"));
}

}  // namespace
}  // namespace tutti::gang
