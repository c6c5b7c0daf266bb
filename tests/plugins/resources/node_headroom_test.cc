#include "resources/node_headroom.h"

#include <gtest/gtest.h>

#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using testing::FakeCluster;
using testing::FakeHost;
using testing::FakePod;
using testing::MakePlugin;

class NodeHeadroomTest : public ::testing::Test {
 protected:
  NodeHeadroomTest() { cluster_.AddNode("a").Allocatable("cpu", 4000).Used("cpu", 1000); }
  Status Filter(const NodeHeadroom& plugin, int64_t cpu) {
    FakePod pod(host_);
    pod.Request("cpu", cpu);
    return plugin.Filter(CycleState(), pod.view(), cluster_.Node("a"));
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
};

TEST_F(NodeHeadroomTest, TheShareStaysFree) {
  const auto plugin =
      MakePlugin<NodeHeadroom>(host_, {{"/percent", ConfigKind::kInteger, "25", ""}});
  EXPECT_TRUE(Filter(*plugin, 2000).ok()) << "exactly 1000 of 4000 stay free";
  const Status refused = Filter(*plugin, 2001);
  EXPECT_EQ(refused.code(), Code::kUnschedulable);
  EXPECT_EQ(host_.ReasonCode(refused.reason()), "NodeHeadroom");
  EXPECT_EQ(refused.need(), 3001);
  EXPECT_EQ(refused.have(), 3000);
}

TEST_F(NodeHeadroomTest, WhatAPodDoesNotAskForIsNotItsFault) {
  cluster_.Change("a").Used("cpu", 3000);
  const auto plugin = MakePlugin<NodeHeadroom>(host_);
  EXPECT_TRUE(Filter(*plugin, 0).ok());
}

TEST_F(NodeHeadroomTest, ImportantPodsAreWhatItIsFor) {
  const auto plugin =
      MakePlugin<NodeHeadroom>(host_, {{"/exemptPriority", ConfigKind::kInteger, "1000", ""}});
  CycleState state;
  FakePod pod(host_);
  EXPECT_TRUE(plugin->PreFilter(state, pod.view(), cluster_.view()).ok());
  pod.Priority(1000);
  EXPECT_EQ(plugin->PreFilter(state, pod.view(), cluster_.view()).code(), Code::kSkip);
}

}  // namespace
}  // namespace tutti::plugins
