#include "plugins/gang/koordinator_grouping.h"

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

constexpr char kLabel[] = "pod-group.scheduling.sigs.k8s.io";
constexpr char kPrefix[] = "gang.scheduling.koordinator.sh/";

PodViewBuilder Member(const std::string& name, const std::string& min_available) {
  PodViewBuilder pod;
  pod.Annotation(std::string(kPrefix) + "name", name)
      .Annotation(std::string(kPrefix) + "min-available", min_available);
  return pod;
}

PodViewBuilder Bundled(const std::string& name, const std::string& groups) {
  PodViewBuilder pod = Member(name, "3");
  pod.Annotation(std::string(kPrefix) + "groups", groups);
  return pod;
}

class KoordinatorGroupingTest : public ::testing::Test {
 protected:
  std::optional<GangObject> SpecOf(const std::string& annotations) const {
    return grouping_.SpecOf(Object(R"({"metadata":{"name":"train","namespace":"default",
      "annotations":{)" + annotations +
                                   R"(}},"spec":{"minMember":4,"scheduleTimeoutSeconds":30}})"));
  }
  const KoordinatorGrouping grouping_;
};

TEST_F(KoordinatorGroupingTest, ALabelNamesThePodGroup) {
  PodViewBuilder pod = Member("by-annotation", "2");
  pod.Label(kLabel, "train").Label("quota.scheduling.koordinator.sh/name", "research");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->queue, "research");
  EXPECT_FALSE(membership->spec) << "the PodGroup says the size";
  EXPECT_EQ(SpecOf("")->identity, "train");
  EXPECT_EQ(SpecOf("")->spec, (GangSpec{4, std::chrono::seconds(30)}));
}

TEST_F(KoordinatorGroupingTest, TheOldLabelsOfSchedulerPluginsAreNotThese) {
  PodViewBuilder pod;
  pod.Label("pod-group.scheduling.sigs.k8s.io/name", "ring");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
}

TEST_F(KoordinatorGroupingTest, AnnotationsNeedNoObject) {
  PodViewBuilder pod = Member("train", "4");
  pod.Annotation(std::string(kPrefix) + "waiting-time", "1m30s")
      .Annotation(std::string(kPrefix) + "total-number", "9")
      .Annotation(std::string(kPrefix) + "mode", "NonStrict");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->role, "");
  EXPECT_EQ(membership->spec, (GangSpec{4, std::chrono::seconds(90)}));
  EXPECT_THAT(membership->problem, IsEmpty());
}

TEST_F(KoordinatorGroupingTest, BundledGangsAreOneGangOfWhichEachIsARole) {
  const auto a = grouping_.GroupOf(Bundled("a", R"(["default/b","default/a"])").View());
  const auto b = grouping_.GroupOf(Bundled("b", R"(["default/a","default/b"])").View());
  EXPECT_EQ(a->identity, b->identity);
  EXPECT_EQ(a->display_name, "a,b");
  EXPECT_EQ(a->role, "a");
  EXPECT_EQ(b->role, "b");
  EXPECT_THAT(a->spec->roles, ElementsAre(RoleMinimum{"a", 3}, RoleMinimum{"b", 1}));
  EXPECT_THAT(b->spec->roles, ElementsAre(RoleMinimum{"a", 1}, RoleMinimum{"b", 3}));
  EXPECT_EQ(a->spec->min_member, 4);
}

TEST_F(KoordinatorGroupingTest, AGangBundledWithItselfIsAsItIsAlone) {
  for (const char* groups : {R"(["default/a"])", "[]", R"(["a","a"])"}) {
    const auto membership = grouping_.GroupOf(Bundled("a", groups).View());
    EXPECT_EQ(membership->identity, "a") << groups;
    EXPECT_EQ(membership->spec, (GangSpec{3})) << groups;
  }
}

TEST_F(KoordinatorGroupingTest, WhatCannotBeBundledIsAProblem) {
  for (const char* bad :
       {R"(["other/b"])", "a,b", R"({"a":1})", "[1]", R"([["default/b"]])", "[", "\"default/b\""}) {
    const auto membership = grouping_.GroupOf(Bundled("a", bad).View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                AllOf(HasSubstr("annotation gang.scheduling.koordinator.sh/groups is \""),
                      HasSubstr("expected a JSON list of gangs of the pod's own namespace"),
                      HasSubstr("correct or remove it")))
        << bad;
  }
  EXPECT_THAT(SpecOf(R"("gang.scheduling.koordinator.sh/groups":"[\"default/b\"]")")->problem,
              AllOf(HasSubstr("PodGroup train: annotation"), HasSubstr("mark the pods")));
  EXPECT_THAT(SpecOf(R"("gang.scheduling.koordinator.sh/groups":"[\"default/train\"]")")->problem,
              IsEmpty());
}

TEST_F(KoordinatorGroupingTest, BadNumbersAreNamed) {
  for (const char* bad : {"", "0", "-1", "100001", "four"}) {
    const auto membership = grouping_.GroupOf(Member("train", bad).View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                HasSubstr("annotation gang.scheduling.koordinator.sh/min-available is \"" +
                          std::string(bad) + "\"; expected 1 to 100000, in quotes; set it on"));
  }
  for (const char* bad : {"90", "0s", "-1m", "soon", "1.5h"}) {
    PodViewBuilder pod = Member("train", "4");
    pod.Annotation(std::string(kPrefix) + "waiting-time", bad);
    const auto membership = grouping_.GroupOf(pod.View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem, AllOf(HasSubstr("waiting-time is \"" + std::string(bad)),
                                           HasSubstr("such as 90s, 5m or 1h30m")));
  }
}

TEST_F(KoordinatorGroupingTest, WatchesThePodGroupsOfKoordinator) {
  ASSERT_EQ(grouping_.Watches().size(), 1u);
  EXPECT_EQ(grouping_.Watches()[0].group, "scheduling.sigs.k8s.io");
  EXPECT_EQ(grouping_.Watches()[0].resource, "podgroups");
  EXPECT_THAT(grouping_.Watches()[0].versions, ElementsAre("v1alpha1"));
}

}  // namespace
}  // namespace tutti::gang
