#include "plugins/gang/volcano_grouping.h"

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

constexpr char kKubeGroup[] = "scheduling.k8s.io/group-name";
constexpr char kGroup[] = "scheduling.volcano.sh/group-name";

class VolcanoGroupingTest : public ::testing::Test {
 protected:
  GangObject SpecOf(const std::string& spec) const {
    return grouping_.SpecOf(Object(R"({"metadata":{"name":"train"},"spec":)" + spec + "}")).value();
  }
  const VolcanoGrouping grouping_;
};

TEST_F(VolcanoGroupingTest, AnAnnotationNamesThePodGroup) {
  for (const char* key : {kKubeGroup, kGroup}) {
    PodViewBuilder pod;
    pod.Annotation(key, "train");
    const auto membership = grouping_.GroupOf(pod.View());
    ASSERT_TRUE(membership) << key;
    EXPECT_EQ(membership->identity, "train");
    EXPECT_FALSE(membership->spec) << "the PodGroup says the size";
  }
  PodViewBuilder labelled;
  labelled.Label(kGroup, "train");
  EXPECT_FALSE(grouping_.GroupOf(labelled.View())) << "Volcano reads annotations only";
  PodViewBuilder both;
  both.Annotation(kGroup, "second").Annotation(kKubeGroup, "first");
  EXPECT_EQ(grouping_.GroupOf(both.View())->identity, "first");
}

TEST_F(VolcanoGroupingTest, ThePodSaysItsRoleAndItsQueue) {
  PodViewBuilder pod;
  pod.Annotation(kKubeGroup, "train").Label("volcano.sh/task-spec", "worker");
  pod.Annotation("scheduling.volcano.sh/queue-name", "theirs");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->role, "worker");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "theirs");
  pod.Annotation("volcano.sh/task-spec", "ps").Label("tutti.dev/queue", "ours");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->role, "ps");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "ours");
}

TEST_F(VolcanoGroupingTest, ThePodGroupGivesSizeRolesAndQueue) {
  const GangObject gang =
      SpecOf(R"({"minMember":4,"minTaskMember":{"worker":2,"ps":1,"eval":0},"queue":"research"})");
  EXPECT_EQ(gang.identity, "train");
  EXPECT_EQ(gang.spec.min_member, 4);
  EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"ps", 1}, RoleMinimum{"worker", 2}));
  EXPECT_EQ(gang.queue, "research");
  EXPECT_THAT(gang.problem, IsEmpty());
  EXPECT_EQ(SpecOf("{}").spec, (GangSpec{1})) << "the kind's default";
}

TEST_F(VolcanoGroupingTest, RolesThatNeedMoreThanTheGangAreNotHeeded) {
  const GangObject gang = SpecOf(R"({"minMember":2,"minTaskMember":{"worker":2,"ps":1}})");
  EXPECT_EQ(gang.spec, (GangSpec{2})) << "as in Volcano";
}

TEST_F(VolcanoGroupingTest, APolicyMakesGroupsByLabels) {
  const GangObject gang = SpecOf(R"({"minMember":8,"minTaskMember":{"worker":8},"subGroupPolicy":[
    {"name":"replica","subGroupSize":4,"minSubGroups":2,
     "labelSelector":{"matchLabels":{"volcano.sh/task-spec":"worker"}},
     "matchLabelKeys":["example.com/replica"]}]})");
  EXPECT_THAT(gang.problem, IsEmpty());
  EXPECT_EQ(gang.spec.min_member, 8);
  EXPECT_THAT(gang.spec.roles,
              ElementsAre(RoleMinimum{"worker", 8}, RoleMinimum{"worker/replica", 0, 2, 4}));
  EXPECT_THAT(gang.spec.rules, ElementsAre(RoleRule{"worker/replica",
                                                    {{"volcano.sh/task-spec", "worker"}},
                                                    {"example.com/replica"}}));
}

TEST_F(VolcanoGroupingTest, APolicyForMoreThanOneTaskGoesBeforeThem) {
  const GangObject gang = SpecOf(R"({"minMember":8,"minTaskMember":{"worker":8},"subGroupPolicy":[
    {"subGroupSize":3}, {"name":"x","labelSelector":{"matchExpressions":[{"key":"a"}]}}]})");
  EXPECT_THAT(gang.spec.roles, ElementsAre(RoleMinimum{"policy-0", 0, kNoGroups, 3}));
  EXPECT_THAT(gang.spec.rules, ElementsAre(RoleRule{"policy-0/all", {}, {}}));
}

TEST_F(VolcanoGroupingTest, PodsBringTheirLabelsForIt) {
  PodViewBuilder pod;
  pod.Annotation(kKubeGroup, "train").Label("b", "2").Label("a", "1");
  EXPECT_THAT(grouping_.GroupOf(pod.View())->labels,
              ElementsAre(::testing::Pair("a", "1"), ::testing::Pair("b", "2")));
}

TEST_F(VolcanoGroupingTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(SpecOf(R"({"subGroupPolicy":[{"subGroupSize":0}]})").problem,
              HasSubstr("spec.subGroupPolicy.0.subGroupSize is 0; expected 1 to 100000"));
  EXPECT_THAT(SpecOf(R"({"subGroupPolicy":[{"subGroupSize":1000,"minSubGroups":1000}]})").problem,
              HasSubstr("its subGroupPolicy needs more than 100000 pods"));

  EXPECT_THAT(SpecOf(R"({"minMember":0})").problem,
              AllOf(HasSubstr("PodGroup train: spec.minMember is 0"),
                    HasSubstr("expected 1 to 100000; correct the PodGroup")));
  for (const char* bad : {"-1", "100001", "\"2\"", "2.5", "99999999999999999999", "{}"}) {
    EXPECT_THAT(SpecOf(std::string(R"({"minTaskMember":{"worker":)") + bad + "}}").problem,
                AllOf(HasSubstr("PodGroup train: spec.minTaskMember.worker is "),
                      HasSubstr("expected 0 to 100000; correct the PodGroup")))
        << bad;
  }
}

TEST_F(VolcanoGroupingTest, WatchesThePodGroupsOfVolcano) {
  ASSERT_EQ(grouping_.Watches().size(), 1u);
  EXPECT_EQ(grouping_.Watches()[0].group, "scheduling.volcano.sh");
  EXPECT_EQ(grouping_.Watches()[0].resource, "podgroups");
  EXPECT_THAT(grouping_.Watches()[0].versions, ElementsAre("v1beta1"));
}

}  // namespace
}  // namespace tutti::gang
