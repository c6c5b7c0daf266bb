#include "resources/node_resources_fit.h"

#include <gtest/gtest.h>

#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using testing::FakeCluster;
using testing::FakeHost;
using testing::FakePod;
using testing::MakePlugin;

class NodeResourcesFitTest : public ::testing::Test {
 protected:
  NodeResourcesFitTest() {
    cluster_.AddNode("empty").Allocatable("cpu", 4000).Allocatable("memory", 1000);
    cluster_.AddNode("half").Allocatable("cpu", 4000).Used("cpu", 2000).Allocatable("memory", 1000);
    pod_.Request("cpu", 1000).Request("memory", 500);
  }
  int64_t Score(const NodeResourcesFit& plugin, std::string_view node) {
    return plugin.Score(CycleState(), pod_.view(), cluster_.Node(node));
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
  FakePod pod_{host_};
};

TEST_F(NodeResourcesFitTest, MostAllocatedPrefersTheFullerNode) {
  const auto plugin = MakePlugin<NodeResourcesFit>(host_);
  EXPECT_EQ(Score(*plugin, "empty"), (25 + 50) / 2);
  EXPECT_EQ(Score(*plugin, "half"), (75 + 50) / 2);
}

TEST_F(NodeResourcesFitTest, LeastAllocatedPrefersTheEmptierNodeByTheResourcesThatCount) {
  const auto plugin = MakePlugin<NodeResourcesFit>(
      host_, {{"/scoringStrategy/type", ConfigKind::kString, "LeastAllocated", ""},
              {"/scoringStrategy/resources/0/name", ConfigKind::kString, "cpu", ""}});
  EXPECT_EQ(Score(*plugin, "empty"), 75);
  EXPECT_EQ(Score(*plugin, "half"), 25);
}

TEST_F(NodeResourcesFitTest, AResourceThatANodeDoesNotHaveSaysNothingOfIt) {
  const auto plugin = MakePlugin<NodeResourcesFit>(
      host_, {{"/scoringStrategy/resources/0/name", ConfigKind::kString, "cpu", ""},
              {"/scoringStrategy/resources/1/name", ConfigKind::kString, "nvidia.com/gpu", ""},
              {"/scoringStrategy/resources/1/weight", ConfigKind::kInteger, "10", ""}});
  EXPECT_EQ(Score(*plugin, "half"), 75);
}

TEST_F(NodeResourcesFitTest, HugeAmountsNeitherWrapRoundNorLeaveTheRange) {
  cluster_.AddNode("huge").Allocatable("memory", INT64_MAX).Used("memory", 5);
  cluster_.AddNode("over").Allocatable("cpu", 4000).Used("cpu", 9000);
  const auto plugin = MakePlugin<NodeResourcesFit>(host_);
  for (const char* node : {"huge", "over"}) {
    EXPECT_GE(Score(*plugin, node), kMinNodeScore) << node;
    EXPECT_LE(Score(*plugin, node), kMaxNodeScore) << node;
  }
}

TEST_F(NodeResourcesFitTest, ATypingErrorIsRefused) {
  EXPECT_THROW(MakePlugin<NodeResourcesFit>(
                   host_, {{"/scoringStrategy/type", ConfigKind::kString, "Most", ""}}),
               std::invalid_argument);
  EXPECT_THROW(
      MakePlugin<NodeResourcesFit>(host_, {{"/strategy", ConfigKind::kString, "Most", ""}}),
      std::invalid_argument);
}

}  // namespace
}  // namespace tutti::plugins
