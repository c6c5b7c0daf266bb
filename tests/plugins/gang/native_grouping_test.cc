#include "plugins/gang/native_grouping.h"

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

class NativeGroupingTest : public ::testing::Test {
 protected:
  std::optional<GangObject> SpecOf(const std::string& policy) const {
    return grouping_.SpecOf(Object(absl::StrFormat(
        R"({"metadata":{"name":"train"},"spec":{"schedulingPolicy":%s}})", policy)));
  }
  const NativeGrouping grouping_;
};

TEST_F(NativeGroupingTest, APodNamesItsGroupInItsSpec) {
  PodViewBuilder pod;
  pod.SchedulingGroup("train").Label("pod-group", "other");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->display_name, "train");
  EXPECT_FALSE(membership->spec) << "the PodGroup says the size";
  EXPECT_FALSE(grouping_.GroupOf(PodViewBuilder().View()));
}

TEST_F(NativeGroupingTest, TheGroupGivesTheSize) {
  const auto gang = SpecOf(R"({"gang":{"minCount":4}})");
  ASSERT_TRUE(gang);
  EXPECT_EQ(gang->identity, "train");
  EXPECT_EQ(gang->spec, (GangSpec{4, {}}));
  EXPECT_THAT(gang->problem, IsEmpty());
}

TEST_F(NativeGroupingTest, ThePodGroupOrThePodMayNameTheQueue) {
  const auto gang = grouping_.SpecOf(
      Object(R"({"metadata":{"name":"train","labels":{"tutti.dev/queue":"research"}},"spec":{}})"));
  EXPECT_EQ(gang->queue, "research");
  PodViewBuilder pod;
  pod.SchedulingGroup("train").Label("tutti.dev/queue", "research");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "research");
}

TEST_F(NativeGroupingTest, PolicyBasicAndNoPolicyScheduleOneByOne) {
  for (const char* policy : {R"({"basic":{}})", "{}", "null"}) {
    EXPECT_EQ(SpecOf(policy)->spec.min_member, 1) << policy;
    EXPECT_THAT(SpecOf(policy)->problem, IsEmpty()) << policy;
  }
}

TEST_F(NativeGroupingTest, ABadSizeNamesTheGroupTheFieldAndWhatToWrite) {
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{100'001}, int64_t{4'294'967'297}}) {
    const auto gang = SpecOf(absl::StrFormat(R"({"gang":{"minCount":%d}})", bad));
    EXPECT_THAT(gang->problem,
                AllOf(HasSubstr(absl::StrFormat(
                          "PodGroup train: spec.schedulingPolicy.gang.minCount is %d", bad)),
                      HasSubstr("expected 1 to 100000; correct the PodGroup")));
  }
  EXPECT_THAT(SpecOf(R"({"gang":{}})")->problem, HasSubstr("minCount is 0"));
  EXPECT_THAT(SpecOf(R"({"gang":{"minCount":"4"}})")->problem, HasSubstr("minCount is 0"));
}

TEST_F(NativeGroupingTest, ACompositePodGroupIsAGangOfGroups) {
  const auto composite = [&](const std::string& spec) {
    return *grouping_.SpecOf(
        Object(R"({"kind":"CompositePodGroup","metadata":{"name":"train"},"spec":)" + spec + "}"));
  };
  const GangObject top = composite(R"({"schedulingPolicy":{"gang":{"minGroupCount":2}}})");
  EXPECT_EQ(top.identity, "composite/train") << "there may be a PodGroup train as well";
  EXPECT_EQ(top.display_name, "train");
  EXPECT_EQ(top.parent, "");
  EXPECT_THAT(top.spec.roles, ElementsAre(RoleMinimum{"", 0, 2}));
  const GangObject basic =
      composite(R"({"schedulingPolicy":{"basic":{}},"parentCompositePodGroupName":"root"})");
  EXPECT_EQ(basic.parent, "composite/root");
  EXPECT_THAT(basic.spec.roles, ElementsAre(RoleMinimum{"", 0, kNoGroups}));
  EXPECT_THAT(composite(R"({"schedulingPolicy":{"gang":{"minGroupCount":0}}})").problem,
              HasSubstr("CompositePodGroup train: spec.schedulingPolicy.gang.minGroupCount is 0; "
                        "expected 1 to 100000"));
}

TEST_F(NativeGroupingTest, APodGroupMayBeAGroupOfOne) {
  const auto gang = grouping_.SpecOf(Object(
      R"({"metadata":{"name":"workers"},"spec":{"parentCompositePodGroupName":"train",
          "schedulingPolicy":{"gang":{"minCount":4}}}})"));
  EXPECT_EQ(gang->identity, "workers");
  EXPECT_EQ(gang->parent, "composite/train");
  EXPECT_EQ(gang->spec, (GangSpec{4}));
  EXPECT_EQ(SpecOf(R"({"gang":{"minCount":4}})")->parent, std::nullopt);
}

TEST_F(NativeGroupingTest, WatchesTheVersionsOf137And136NewestFirst) {
  ASSERT_EQ(grouping_.Watches().size(), 2u);
  EXPECT_EQ(grouping_.Watches()[1].resource, "compositepodgroups");
  EXPECT_THAT(grouping_.Watches()[1].versions, ElementsAre("v1alpha3"));
  const ObjectKind kind = grouping_.Watches()[0];
  EXPECT_EQ(kind.group, "scheduling.k8s.io");
  EXPECT_EQ(kind.resource, "podgroups");
  EXPECT_THAT(kind.versions, ElementsAre("v1beta1", "v1alpha3", "v1alpha2"));
}

}  // namespace
}  // namespace tutti::gang
