#include "plugins/gang/godel_grouping.h"

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

constexpr char kGroup[] = "godel.bytedance.com/pod-group-name";

class GodelGroupingTest : public ::testing::Test {
 protected:
  const GodelGrouping grouping_;
};

TEST_F(GodelGroupingTest, AnAnnotationOrALabelNamesThePodGroup) {
  PodViewBuilder pod;
  pod.Label(kGroup, "by-label").Label("tutti.dev/queue", "research");
  ASSERT_TRUE(grouping_.GroupOf(pod.View()));
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "by-label");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "research");
  EXPECT_FALSE(grouping_.GroupOf(pod.View())->spec) << "the PodGroup says the size";
  pod.Annotation(kGroup, "by-annotation");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->identity, "by-annotation");
  EXPECT_FALSE(grouping_.GroupOf(PodViewBuilder().View()));
}

TEST_F(GodelGroupingTest, ThePodGroupGivesSizeAndTimeout) {
  const auto gang = grouping_.SpecOf(Object(
      R"({"metadata":{"name":"train"},"spec":{"minMember":4,"scheduleTimeoutSeconds":30}})"));
  ASSERT_TRUE(gang);
  EXPECT_EQ(gang->identity, "train");
  EXPECT_EQ(gang->spec, (GangSpec{4, std::chrono::seconds(30)}));
  EXPECT_THAT(gang->problem, IsEmpty());
}

TEST_F(GodelGroupingTest, ABadSizeIsNamed) {
  EXPECT_THAT(
      grouping_.SpecOf(Object(R"({"metadata":{"name":"train"},"spec":{"minMember":0}})"))->problem,
      AllOf(HasSubstr("PodGroup train: spec.minMember is 0"), HasSubstr("correct the PodGroup")));
}

TEST_F(GodelGroupingTest, WatchesThePodGroupsOfGodel) {
  ASSERT_EQ(grouping_.Watches().size(), 1u);
  EXPECT_EQ(grouping_.Watches()[0].group, "scheduling.godel.kubewharf.io");
  EXPECT_EQ(grouping_.Watches()[0].resource, "podgroups");
  EXPECT_THAT(grouping_.Watches()[0].versions, ElementsAre("v1alpha1"));
}

}  // namespace
}  // namespace tutti::gang
