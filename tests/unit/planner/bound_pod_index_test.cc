#include "planner/bound_pod_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BoundPodIndexTest : public ::testing::Test {
 protected:
  PodRecord& Add(uint64_t uid, const std::string& name, const std::string& node) {
    PodRecord& record = state_.pods[base::Uid{0, uid}];
    record.info.uid = {0, uid};
    record.info.name = name;
    record.info.namespace_name = "team";
    record.info.node_name = node;
    record.info.bound_seconds = 77;
    record.info.shape = CoreDriver::Shape(500);
    record.info.charge =
        std::make_shared<const model::ResourceList>(model::ResourceList{{kCpu, 700}, {kPods, 1}});
    record.charged = true;
    index_.Add(record);
    return record;
  }
  NodeIndex AddNode(const std::string& name) {
    model::NodeInfo node;
    node.name = name;
    return state_.nodes.Upsert(std::move(node));
  }
  std::vector<std::string> On(NodeIndex node) const {
    std::vector<std::string> names;
    for (const PlacedPodView& pod : index_.On(node)) names.emplace_back(pod.name);
    return names;
  }

  base::Interner labels_;
  CoreState state_{CoreOptions{}, labels_, framework::Plugins{}};
  BoundPodIndex index_{state_};
};

TEST_F(BoundPodIndexTest, GivesThePodsOfANodeByUidWhateverOrderTheyCameIn) {
  const NodeIndex a = AddNode("a");
  const NodeIndex b = AddNode("b");
  Add(3, "third", "a");
  PodRecord& first = Add(1, "first", "a");
  Add(2, "other", "b");
  Add(4, "lost", "nowhere");
  EXPECT_THAT(On(a), ElementsAre("first", "third"));
  EXPECT_THAT(On(b), ElementsAre("other"));
  index_.Remove(first);
  EXPECT_THAT(On(a), ElementsAre("third"));
  EXPECT_THAT(On(NodeIndex(200)), IsEmpty());
  EXPECT_THAT(On(NodeIndex()), IsEmpty());
}

TEST_F(BoundPodIndexTest, ShowsWhatVictimsAreChosenBy) {
  const NodeIndex a = AddNode("a");
  PodRecord& record = Add(1, "p", "a");
  PlacedPodView pod = index_.On(a)[0];
  EXPECT_EQ(pod.uid, (PodUid{0, 1}));
  EXPECT_EQ(pod.namespace_name, "team");
  EXPECT_EQ(pod.node_name, "a");
  EXPECT_EQ(pod.requests[0].second, 700) << "what it counts for, not what it asked for";
  EXPECT_EQ(pod.bound_since, std::chrono::seconds(77));
  EXPECT_TRUE(pod.evictable);
  EXPECT_FALSE(pod.leaving);

  record.info.deleting = true;
  pod = index_.On(a)[0];
  EXPECT_TRUE(pod.leaving);
  EXPECT_FALSE(pod.evictable);

  record.info.deleting = false;
  record.info.disruptable = false;
  EXPECT_FALSE(index_.On(a)[0].evictable) << "a DaemonSet's";

  record.info.disruptable = true;
  state_.now = base::Timestamp{100};
  record.evict_again_at = base::Timestamp{101};
  EXPECT_FALSE(index_.On(a)[0].evictable) << "its eviction has just failed";
  state_.now = base::Timestamp{101};
  EXPECT_TRUE(index_.On(a)[0].evictable);

  state_.evicting.insert(record.info.uid);
  EXPECT_TRUE(index_.On(a)[0].leaving);
}

}  // namespace
}  // namespace tutti::planner
