#include "queue/gang_preemption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tutti/testing/fake_bound_pods.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using testing::FakeBoundPods;
using ::testing::IsEmpty;

class GangPreemptionTest : public ::testing::Test {
 protected:
  GangPreemptionTest() {
    cluster_.AddNode("a").Allocatable("cpu", 4000);
    cluster_.AddNode("b").Allocatable("cpu", 4000);
  }
  FakeBoundPods::Pod& Runs(const std::string& name, const std::string& node, int32_t priority) {
    return pods_.Add(name, cluster_.Index(node)).Priority(priority);
  }
  // The numbers of the pods, in the order in which they are proposed for a gang of priority 10.
  std::vector<uint64_t> Victims(std::vector<ConfigEntry> config = {}) {
    const auto plugin = testing::MakePlugin<GangPreemption>(host_, std::move(config));
    for (const char* node : {"a", "b"}) {
      for (const PlacedPodView& pod : pods_.On(cluster_.Index(node))) {
        ClusterEventView event;
        event.kind = ClusterEventKind::kPodBound;
        event.pod = &pod;
        plugin->OnClusterEvent(event);
      }
    }
    GangView gang;
    gang.priority = 10;
    gang.arrival = 99;
    std::vector<PodUid> victims;
    status_ = plugin->SelectVictims(gang, {}, cluster_.view(), pods_, victims);
    std::vector<uint64_t> numbers;
    for (const PodUid& uid : victims) numbers.push_back(uid.low);
    return numbers;
  }

  testing::FakeHost host_;
  testing::FakeCluster cluster_{host_};
  FakeBoundPods pods_{host_};
  Status status_;
};

TEST_F(GangPreemptionTest, TheLowestPriorityGoesFirstThenWhoeverWasBoundLast) {
  using std::chrono::seconds;
  Runs("one", "a", 5).BoundSince(seconds(100));
  Runs("two", "b", 3).BoundSince(seconds(100));
  Runs("three", "b", 3).BoundSince(seconds(200));
  Runs("equal", "a", 10);
  Runs("own", "a", 0).Gang("g", 99);
  EXPECT_THAT(Victims(), ElementsAre(3, 2, 1));
  EXPECT_TRUE(status_.ok());
}

TEST_F(GangPreemptionTest, AGangGoesAsAWholeByTheMemberThatMattersMost) {
  Runs("train-0", "a", 1).Gang("train", 7);
  Runs("single", "a", 4);
  Runs("train-1", "b", 5).Gang("train", 7);
  Runs("mixed-0", "a", 1).Gang("mixed", 8);
  Runs("mixed-1", "b", 11).Gang("mixed", 8);
  Runs("fixed-0", "a", 1).Gang("fixed", 9);
  Runs("fixed-1", "b", 1).Gang("fixed", 9).NotEvictable();
  EXPECT_THAT(Victims(), ElementsAre(2, 1, 3)) << "a gang that cannot go whole stays";
}

TEST_F(GangPreemptionTest, TheGapKeepsNeighboursFromOneAnother) {
  Runs("near", "a", 6);
  Runs("far", "b", 5);
  EXPECT_THAT(Victims({{"/minPriorityGap", ConfigKind::kInteger, "5", ""}}), ElementsAre(2));
}

TEST_F(GangPreemptionTest, WhereNobodyMattersLessItSkips) {
  Runs("equal", "a", 10);
  EXPECT_THAT(Victims(), IsEmpty());
  EXPECT_EQ(status_.code(), Code::kSkip);
  Runs("leaving", "b", 1).Leaving();
  EXPECT_THAT(Victims(), IsEmpty()) << "it makes room by itself";
  EXPECT_EQ(status_.code(), Code::kSkip);
}

}  // namespace
}  // namespace tutti::plugins
