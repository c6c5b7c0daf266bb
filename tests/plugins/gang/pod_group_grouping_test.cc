#include "plugins/gang/pod_group_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Object;
using testing::PodViewBuilder;

constexpr char kGroupLabel[] = "scheduling.x-k8s.io/pod-group";
constexpr char kLightName[] = "pod-group.scheduling.sigs.k8s.io/name";
constexpr char kLightSize[] = "pod-group.scheduling.sigs.k8s.io/min-available";

class PodGroupGroupingTest : public ::testing::Test {
 protected:
  std::optional<GangObject> SpecOf(const std::string& spec) const {
    return grouping_.SpecOf(
        Object(absl::StrFormat(R"({"metadata":{"name":"train"},"spec":%s})", spec)));
  }
  const PodGroupGrouping grouping_;
};

TEST_F(PodGroupGroupingTest, ALabelNamesThePodGroup) {
  PodViewBuilder pod;
  pod.Label(kGroupLabel, "train");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_FALSE(membership->spec) << "the PodGroup says the size";
  PodViewBuilder annotated;
  annotated.Annotation(kGroupLabel, "train");
  EXPECT_FALSE(grouping_.GroupOf(annotated.View())) << "scheduler-plugins reads labels only";
}

TEST_F(PodGroupGroupingTest, ThePodGroupGivesSizeAndTimeout) {
  const auto gang = SpecOf(R"({"minMember":4,"scheduleTimeoutSeconds":30})");
  ASSERT_TRUE(gang);
  EXPECT_EQ(gang->identity, "train");
  EXPECT_EQ(gang->spec, (GangSpec{4, std::chrono::seconds(30)}));
  EXPECT_THAT(gang->problem, IsEmpty());
}

TEST_F(PodGroupGroupingTest, LeftOutTheyTakeTheirDefaults) {
  EXPECT_EQ(SpecOf("{}")->spec, (GangSpec{1, {}}));
  EXPECT_EQ(SpecOf(R"({"minMember":2,"scheduleTimeoutSeconds":0})")->spec, (GangSpec{2, {}}));
  EXPECT_EQ(SpecOf(R"({"minMember":2,"scheduleTimeoutSeconds":-9})")->spec, (GangSpec{2, {}}));
}

TEST_F(PodGroupGroupingTest, ABadSizeNamesTheGroupTheFieldAndWhatToWrite) {
  for (const int64_t bad : {int64_t{0}, int64_t{-4}, int64_t{100'001}, int64_t{4'294'967'297}}) {
    EXPECT_THAT(SpecOf(absl::StrFormat(R"({"minMember":%d})", bad))->problem,
                AllOf(HasSubstr(absl::StrFormat("PodGroup train: spec.minMember is %d", bad)),
                      HasSubstr("expected 1 to 100000; correct the PodGroup")));
  }
}

TEST_F(PodGroupGroupingTest, APodMayNameItsQueue) {
  for (const char* label : {kGroupLabel, kLightName}) {
    PodViewBuilder pod;
    pod.Label(label, "train").Label(kLightSize, "3").Label("tutti.dev/queue", "research");
    EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "research") << label;
  }
}

TEST_F(PodGroupGroupingTest, ATimeoutPastAllBoundsDoesNotWrapRound) {
  const auto gang = SpecOf(R"({"minMember":2,"scheduleTimeoutSeconds":9223372036854775807})");
  EXPECT_GT(gang->spec.wait_timeout, std::chrono::hours(24));
}

TEST_F(PodGroupGroupingTest, TheOldLabelsNeedNoObject) {
  PodViewBuilder pod;
  pod.Label(kLightName, "ring").Label(kLightSize, "3");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->display_name, "ring");
  EXPECT_EQ(membership->spec, (GangSpec{3, {}}));
}

TEST_F(PodGroupGroupingTest, TheOldLabelsNeverMeetAPodGroupOfTheSameName) {
  PodViewBuilder light;
  light.Label(kLightName, "train").Label(kLightSize, "3");
  PodViewBuilder full;
  full.Label(kGroupLabel, "train");
  EXPECT_NE(grouping_.GroupOf(light.View())->identity, grouping_.GroupOf(full.View())->identity);
}

TEST_F(PodGroupGroupingTest, OfBothMarksThePodGroupCounts) {
  PodViewBuilder pod;
  pod.Label(kLightName, "ring").Label(kLightSize, "0").Label(kGroupLabel, "train");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "train");
  EXPECT_THAT(grouping_.GroupOf(pod.View())->problem, IsEmpty());
}

TEST_F(PodGroupGroupingTest, ABadOldSizeNamesTheLabelAndWhatToWrite) {
  for (const char* bad : {"", "0", "-1", "100001", "three"}) {
    PodViewBuilder pod;
    pod.Label(kLightName, "ring").Label(kLightSize, bad);
    const auto membership = grouping_.GroupOf(pod.View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                AllOf(HasSubstr(absl::StrFormat("label %s is \"%s\"", kLightSize, bad)),
                      HasSubstr("expected 1 to 100000, in quotes; set it on every pod")));
  }
}

TEST_F(PodGroupGroupingTest, WatchesThePodGroupsOfSchedulerPlugins) {
  ASSERT_EQ(grouping_.Watches().size(), 1u);
  EXPECT_EQ(grouping_.Watches()[0].group, "scheduling.x-k8s.io");
  EXPECT_EQ(grouping_.Watches()[0].resource, "podgroups");
  EXPECT_THAT(grouping_.Watches()[0].versions, ElementsAre("v1alpha1"));
}

}  // namespace
}  // namespace tutti::gang
