#include "plugins/gang/annotation_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PodViewBuilder;

PodViewBuilder Member(const std::string& min_member) {
  PodViewBuilder pod;
  pod.Annotation("tutti.dev/gang", "train").Annotation("tutti.dev/min-member", min_member);
  return pod;
}

class AnnotationGroupingTest : public ::testing::Test {
 protected:
  const AnnotationGrouping grouping_;
};

TEST_F(AnnotationGroupingTest, ReadsNameSizeAndWait) {
  PodViewBuilder pod = Member("4");
  pod.Annotation("tutti.dev/wait-timeout", "90s");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->display_name, "train");
  EXPECT_EQ(membership->spec, (GangSpec{4, std::chrono::seconds(90)}));
  EXPECT_THAT(membership->problem, IsEmpty());
}

TEST_F(AnnotationGroupingTest, WithoutAWaitTheConfiguredDefaultHolds) {
  EXPECT_EQ(grouping_.GroupOf(Member("1").View())->spec, (GangSpec{1, {}}));
}

TEST_F(AnnotationGroupingTest, RolesAndGroupsStandOnThePods) {
  PodViewBuilder pod = Member("4");
  pod.Annotation("tutti.dev/role", "workers/0")
      .Annotation("tutti.dev/roles",
                  R"([{"name":"driver","minMember":1},
                      {"name":"workers","minSubGroup":2,"subGroupSize":4}])");
  const auto membership = grouping_.GroupOf(pod.View());
  EXPECT_EQ(membership->role, "workers/0");
  EXPECT_EQ(membership->spec->min_member, 4);
  EXPECT_EQ(membership->spec->roles,
            (std::vector<RoleMinimum>{{"driver", 1}, {"workers", 0, 2, 4}}));
  PodViewBuilder size_of_roles;
  size_of_roles.Annotation("tutti.dev/gang", "train")
      .Annotation("tutti.dev/roles", R"([{"name":"driver","minMember":1}])");
  EXPECT_EQ(grouping_.GroupOf(size_of_roles.View())->spec->min_member, 1);
}

TEST_F(AnnotationGroupingTest, AGangMayGrowToAMaximum) {
  PodViewBuilder pod = Member("4");
  pod.Annotation("tutti.dev/max-member", "8");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->spec->max_member, 8);
  for (const char* bad : {"3", "0", "many", "100001"}) {
    PodViewBuilder wrong = Member("4");
    wrong.Annotation("tutti.dev/max-member", bad);
    EXPECT_THAT(grouping_.GroupOf(wrong.View())->problem,
                HasSubstr("expected a number in quotes, not below the 4 that start together"))
        << bad;
  }
}

TEST_F(AnnotationGroupingTest, BadRolesSayWhatToWrite) {
  for (const char* bad : {"driver", R"([{"name":"driver"}])",
                          R"([{"name":"w","minSubGroup":1000,"subGroupSize":1000}])"}) {
    PodViewBuilder pod = Member("4");
    pod.Annotation("tutti.dev/roles", bad);
    const auto membership = grouping_.GroupOf(pod.View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem, HasSubstr("annotation tutti.dev/roles is \"")) << bad;
    EXPECT_THAT(membership->problem, HasSubstr("expected a JSON list of roles")) << bad;
  }
}

TEST_F(AnnotationGroupingTest, APodWithoutTheMarkerIsNotOurs) {
  EXPECT_FALSE(grouping_.GroupOf(PodViewBuilder().View()));
  PodViewBuilder size_alone;
  size_alone.Annotation("tutti.dev/min-member", "4").Annotation("tutti.dev/gang", "");
  EXPECT_FALSE(grouping_.GroupOf(size_alone.View()));
}

TEST_F(AnnotationGroupingTest, LabelsServeAsWellAndAnnotationsComeFirst) {
  PodViewBuilder labels;
  labels.Label("tutti.dev/gang", "by-label").Label("tutti.dev/min-member", "3");
  EXPECT_EQ(grouping_.GroupOf(labels.View())->identity, "by-label");
  EXPECT_EQ(grouping_.GroupOf(labels.View())->spec->min_member, 3);
  labels.Annotation("tutti.dev/gang", "by-annotation").Annotation("tutti.dev/min-member", "5");
  EXPECT_EQ(grouping_.GroupOf(labels.View())->identity, "by-annotation");
  EXPECT_EQ(grouping_.GroupOf(labels.View())->spec->min_member, 5);
}

TEST_F(AnnotationGroupingTest, ABadSizeNamesTheAnnotationTheValueAndWhatToWrite) {
  for (const char* bad : {"0", "-3", "100001", "9999999999999999999999", "four", "4.0"}) {
    const auto membership = grouping_.GroupOf(Member(bad).View());
    ASSERT_TRUE(membership) << bad;
    EXPECT_EQ(membership->identity, "train") << "it is still known whose member it is";
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                HasSubstr("annotation tutti.dev/min-member is \"" + std::string(bad) + "\""));
    EXPECT_THAT(membership->problem, HasSubstr("expected 1 to 100000, in quotes; "));
    EXPECT_THAT(membership->problem, HasSubstr("set it on every pod"));
  }
}

TEST_F(AnnotationGroupingTest, AMissingSizeIsAProblemNotAGangOfOne) {
  PodViewBuilder pod;
  pod.Annotation("tutti.dev/gang", "train");
  EXPECT_THAT(grouping_.GroupOf(pod.View())->problem, HasSubstr("min-member is \"\""));
}

TEST_F(AnnotationGroupingTest, ABadWaitIsAProblemOfItsOwn) {
  for (const char* bad : {"90", "0s", "-1m", "soon", "31d", "721h"}) {
    PodViewBuilder pod = Member("4");
    pod.Annotation("tutti.dev/wait-timeout", bad);
    const auto membership = grouping_.GroupOf(pod.View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                HasSubstr("annotation tutti.dev/wait-timeout is \"" + std::string(bad) + "\""));
    EXPECT_THAT(membership->problem, HasSubstr("such as 90s, 5m or 1h30m; correct or remove it"));
  }
}

TEST_F(AnnotationGroupingTest, ThePodMayNameItsQueue) {
  EXPECT_THAT(grouping_.GroupOf(Member("4").View())->queue, IsEmpty());
  PodViewBuilder pod = Member("4");
  pod.Label("tutti.dev/queue", "research");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "research");
}

TEST_F(AnnotationGroupingTest, AHugeValueDoesNotFillTheMessage) {
  const auto membership = grouping_.GroupOf(Member(std::string(100'000, '9')).View());
  EXPECT_LT(membership->problem.size(), 300u);
}

TEST_F(AnnotationGroupingTest, WatchesNothing) { EXPECT_THAT(grouping_.Watches(), IsEmpty()); }

}  // namespace
}  // namespace tutti::gang
