#include "model/resource_table.h"

#include <gtest/gtest.h>

#include <string>

namespace tutti::model {
namespace {

TEST(ResourceTableTest, TheNativeResourcesHaveTheirFixedNumbers) {
  ResourceTable table;
  EXPECT_EQ(table.InternForPod("cpu"), kCpu);
  EXPECT_EQ(table.InternForPod("memory"), kMemory);
  EXPECT_EQ(table.InternForPod("ephemeral-storage"), kEphemeralStorage);
  EXPECT_EQ(table.InternForNode("pods"), kPods);
  EXPECT_EQ(table.Name(kMemory), "memory");
  EXPECT_EQ(table.size(), 4u);
}

TEST(ResourceTableTest, AnUnknownNameGetsANumberAndKeepsIt) {
  ResourceTable table;
  const ResourceId gpu = table.InternForPod("nvidia.com/gpu");
  EXPECT_TRUE(gpu.valid());
  EXPECT_EQ(table.InternForNode("nvidia.com/gpu"), gpu);
  EXPECT_EQ(table.Name(gpu), "nvidia.com/gpu");
  EXPECT_EQ(table.Name(ResourceId(77)), "");
}

TEST(ResourceTableTest, PodsCannotUseUpThePartKeptForNodes) {
  ResourceTable table;
  for (size_t i = 0; table.size() < ResourceTable::kLimitForPods; ++i)
    ASSERT_TRUE(table.InternForPod("example.com/r" + std::to_string(i)).valid());
  EXPECT_FALSE(table.InternForPod("example.com/one-more").valid());
  EXPECT_TRUE(table.InternForPod("example.com/r0").valid()) << "what is known stays known";
  const ResourceId of_node = table.InternForNode("example.com/of-a-node");
  EXPECT_TRUE(of_node.valid());
  EXPECT_EQ(table.InternForPod("example.com/of-a-node"), of_node);
  for (size_t i = 0; table.size() < ResourceTable::kLimit; ++i)
    table.InternForNode("example.com/n" + std::to_string(i));
  EXPECT_FALSE(table.InternForNode("example.com/past-the-end").valid());
}

TEST(ResourceTableTest, ACopyLearnsByItself) {
  ResourceTable table;
  const ResourceId gpu = table.InternForPod("nvidia.com/gpu");
  ResourceTable copy(table);
  EXPECT_EQ(copy.InternForPod("nvidia.com/gpu"), gpu);
  const ResourceId own = copy.InternForPod("example.com/own");
  EXPECT_EQ(table.Name(own), "");
}

}  // namespace
}  // namespace tutti::model
