#include "plugins/gang/kueue_grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PodViewBuilder;

PodViewBuilder Member(const std::string& count) {
  PodViewBuilder pod;
  pod.Label("kueue.x-k8s.io/pod-group-name", "train")
      .Annotation("kueue.x-k8s.io/pod-group-total-count", count);
  return pod;
}

class KueueGroupingTest : public ::testing::Test {
 protected:
  const KueueGrouping grouping_;
};

TEST_F(KueueGroupingTest, ReadsGroupCountAndQueue) {
  PodViewBuilder pod = Member("4");
  pod.Label("kueue.x-k8s.io/queue-name", "theirs");
  const auto membership = grouping_.GroupOf(pod.View());
  ASSERT_TRUE(membership);
  EXPECT_EQ(membership->identity, "train");
  EXPECT_EQ(membership->display_name, "train");
  EXPECT_EQ(membership->spec, (GangSpec{4}));
  EXPECT_EQ(membership->queue, "theirs");
  EXPECT_THAT(membership->problem, IsEmpty());
  pod.Annotation("tutti.dev/queue", "ours");
  EXPECT_EQ(grouping_.GroupOf(pod.View())->queue, "ours");
}

TEST_F(KueueGroupingTest, APodThatOnlyNamesItsQueueIsNoMember) {
  PodViewBuilder pod;
  pod.Label("kueue.x-k8s.io/queue-name", "theirs");
  EXPECT_FALSE(grouping_.GroupOf(pod.View()));
}

TEST_F(KueueGroupingTest, ABadCountIsNamed) {
  for (const char* bad : {"", "0", "-1", "100001", "four"}) {
    const auto membership = grouping_.GroupOf(Member(bad).View());
    EXPECT_FALSE(membership->spec) << bad;
    EXPECT_THAT(membership->problem,
                AllOf(HasSubstr("annotation kueue.x-k8s.io/pod-group-total-count is \"" +
                                std::string(bad) + "\""),
                      HasSubstr("expected 1 to 100000, in quotes; set it on every pod")));
  }
}

TEST_F(KueueGroupingTest, WatchesNothing) { EXPECT_THAT(grouping_.Watches(), IsEmpty()); }

}  // namespace
}  // namespace tutti::gang
