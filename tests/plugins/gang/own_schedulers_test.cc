#include "plugins/gang/own_schedulers.h"

#include <gtest/gtest.h>

#include "plugins/gang/kueue_grouping.h"
#include "tests/support/pod_view_builder.h"

namespace tutti::gang {
namespace {

using testing::PodViewBuilder;

PodViewBuilder Marked() {
  PodViewBuilder pod;
  pod.Label("kueue.x-k8s.io/pod-group-name", "train")
      .Annotation("kueue.x-k8s.io/pod-group-total-count", "2");
  return pod;
}

TEST(OwnSchedulersTest, PodsOfAnotherSchedulerAreLeftToIt) {
  const OwnSchedulers ours(std::make_unique<KueueGrouping>(), {"default-scheduler", "batch"});
  EXPECT_TRUE(ours.GroupOf(Marked().View())) << "none is named: the default one";
  EXPECT_TRUE(ours.GroupOf(Marked().SchedulerName("batch").View()));
  EXPECT_FALSE(ours.GroupOf(Marked().SchedulerName("volcano").View()));
  EXPECT_EQ(ours.name(), "kueue");
}

TEST(OwnSchedulersTest, WithoutNamesEveryPodIsOurs) {
  const OwnSchedulers all(std::make_unique<KueueGrouping>(), {});
  EXPECT_TRUE(all.GroupOf(Marked().SchedulerName("volcano").View()));
}

}  // namespace
}  // namespace tutti::gang
