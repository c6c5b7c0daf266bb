#include "sim/engine/cluster_use.h"

#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

model::NodeInfo Node(int64_t cpu, int64_t gpu, model::ResourceId gpus) {
  model::NodeInfo node;
  node.allocatable = {{model::kCpu, cpu}, {model::kPods, 110}};
  if (gpu > 0) node.allocatable.Set(gpus, gpu);
  return node;
}

TEST(ClusterUseTest, MeansAreWeighedByTime) {
  model::ResourceTable resources;
  ClusterUse use({Node(1000, 0, {}), Node(3000, 0, {})}, resources);
  ASSERT_EQ(use.resources(), 1u) << "pods are no resource of their own";
  EXPECT_EQ(use.name(0), "cpu");
  use.Take(1, {{model::kCpu, 2000}}, 10);
  EXPECT_EQ(use.Share(0), 0.5);
  use.GiveBack(1, {{model::kCpu, 2000}}, 30);
  EXPECT_EQ(use.Share(0), 0);
  EXPECT_EQ(use.MeanShare(0, 40), 0.25) << "a half, half of the time";
}

TEST(ClusterUseTest, WhatIsFreeOnNodesPartlyInUseIsFragmented) {
  model::ResourceTable resources;
  const model::ResourceId gpus = resources.InternForNode("nvidia.com/gpu");
  ClusterUse use({Node(1000, 8000, gpus), Node(1000, 8000, gpus)}, resources);
  EXPECT_EQ(use.scattered_resource(), "nvidia.com/gpu");
  EXPECT_EQ(use.Fragmentation(), 0) << "whole nodes are free";
  use.Take(0, {{gpus, 2000}}, 0);
  EXPECT_EQ(use.Fragmentation(), 6.0 / 16);
  use.Take(0, {{gpus, 6000}}, 0);
  EXPECT_EQ(use.Fragmentation(), 0) << "nothing is left of it";
  use.GiveBack(0, {{gpus, 7000}}, 0);
  EXPECT_EQ(use.Fragmentation(), 7.0 / 16);
}

TEST(ClusterUseTest, LongRunsDoNotOverflow) {
  model::ResourceTable resources;
  const int64_t terabytes = int64_t{1} << 60;
  model::NodeInfo node;
  node.allocatable = {{model::kMemory, terabytes}};
  ClusterUse use({node}, resources);
  use.Take(0, {{model::kMemory, terabytes}}, 0);
  EXPECT_EQ(use.MeanShare(0, int64_t{1} << 40), 1);
}

}  // namespace
}  // namespace tutti::sim
