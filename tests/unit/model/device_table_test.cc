#include "model/device_table.h"

#include <gtest/gtest.h>

#include "model/node_table.h"

namespace tutti::model {
namespace {

DeviceSet Set(std::initializer_list<uint32_t> devices) {
  DeviceSet set;
  for (const uint32_t device : devices) set.Add(device);
  return set;
}

FreeDevices Free(std::initializer_list<int64_t> milli) {
  FreeDevices free;
  for (const int64_t amount : milli) free.milli[free.count++] = amount;
  return free;
}

TEST(DeviceTableTest, AListOfDevicesAsTextAndBack) {
  EXPECT_EQ(DeviceIndexText(Set({0, 1, 13})), "0-1-13");
  EXPECT_EQ(ParseDeviceIndex("0-1-13"), Set({0, 1, 13}));
  EXPECT_EQ(ParseDeviceIndex("3-1"), Set({1, 3})) << "in any order";
  EXPECT_EQ(DeviceIndexText({}), "");
}

TEST(DeviceTableTest, WhatIsNoListOfDevicesReadsAsNone) {
  for (const char* text :
       {"", "-", "0-", "-1", "a", "0--1", "1-1", "16", "99999999999", "0,1", "+1-2x"})
    EXPECT_TRUE(ParseDeviceIndex(text).empty()) << text;
}

TEST(DeviceTableTest, TheSumTellsASharedDeviceFromWholeOnes) {
  EXPECT_EQ(DeviceRequest::OfTotal(0), DeviceRequest());
  EXPECT_EQ(DeviceRequest::OfTotal(470), (DeviceRequest{1, 470}));
  EXPECT_TRUE(DeviceRequest::OfTotal(470).share());
  EXPECT_EQ(DeviceRequest::OfTotal(1000), (DeviceRequest{1, 1000}));
  EXPECT_EQ(DeviceRequest::OfTotal(8000), (DeviceRequest{8, 1000}));
  EXPECT_GT(DeviceRequest::OfTotal(INT64_MAX - 1000).count, kMostDevices);
}

TEST(DeviceTableTest, ShareFillsDevicesAndWholeOnesCount) {
  const FreeDevices free = Free({1000, 500, 1000, -200});
  EXPECT_EQ(PlacesOn(free, {1, 300}), 3 + 1 + 3);
  EXPECT_EQ(PlacesOn(free, {1, 1000}), 2);
  EXPECT_EQ(PlacesOn(free, {2, 1000}), 1);
  EXPECT_EQ(PlacesOn(free, {3, 1000}), 0);
}

TEST(DeviceTableTest, TheTightestDevicesGoFirstThenTheLowest) {
  const FreeDevices free = Free({1000, 500, 400, 500});
  EXPECT_EQ(free.Tightest({1, 300}, free.Fitting({1, 300})), Set({2}));
  EXPECT_EQ(free.Tightest({1, 450}, free.Fitting({1, 450})), Set({1}));
  EXPECT_EQ(free.Tightest({1, 600}, free.Fitting({1, 600})), Set({0}));
  EXPECT_TRUE(free.Fitting({1, 1001}).empty());
}

class DeviceTableOnNodesTest : public ::testing::Test {
 protected:
  DeviceTableOnNodesTest() : devices_(*DeviceTable::Make(resources_, "nvidia.com/gpu", 8)) {}

  ResourceTable resources_;
  DeviceTable devices_;
};

TEST_F(DeviceTableOnNodesTest, ANodeHasAsManyDevicesAsOfTheCountedResource) {
  NodeInfo node;
  node.name = "a";
  node.allocatable = {{devices_.counted(), 2}};
  devices_.AddToNode(node.allocatable);
  NodeTable nodes;
  const NodeIndex a = nodes.Upsert(node);
  const FreeDevices free = devices_.FreeOf(*nodes.blocks()[0], OffsetOf(a));
  EXPECT_EQ(free.count, 2u);
  EXPECT_EQ(free.total(), 2000);
  nodes.Reserve(a, devices_.AmountOf({1, 300}, Set({1})), {});
  EXPECT_EQ(devices_.FreeOf(*nodes.blocks()[0], OffsetOf(a)).milli[1], 700);
  EXPECT_EQ(devices_.FreeOf(*nodes.blocks()[0], OffsetOf(a)).milli[0], 1000);
}

TEST_F(DeviceTableOnNodesTest, MoreThanTheConfiguredNumberAreNotUsed) {
  ResourceList allocatable{{devices_.counted(), 40}};
  devices_.AddToNode(allocatable);
  EXPECT_EQ(allocatable.Get(devices_.milli()), 8000);
}

TEST_F(DeviceTableOnNodesTest, ADeviceThatNoNodeHasTakesNothing) {
  EXPECT_TRUE(devices_.AmountOf({1, 1000}, ParseDeviceIndex("15")).empty());
}

TEST_F(DeviceTableOnNodesTest, ATableOfTheSameColumnsIsTheSame) {
  const DeviceTable copy(devices_.columns());
  EXPECT_TRUE(copy.active());
  EXPECT_EQ(copy.counted(), devices_.counted());
  EXPECT_EQ(copy.slot(0), devices_.slot(0));
}

TEST_F(DeviceTableOnNodesTest, NodesWithoutDevicesStayAsTheyAre) {
  ResourceList allocatable{{kCpu, 4000}};
  devices_.AddToNode(allocatable);
  EXPECT_EQ(allocatable, (ResourceList{{kCpu, 4000}}));
}

TEST_F(DeviceTableOnNodesTest, ARequestIsItsSumAndCanBeTakenBack) {
  ResourceList requests{{kCpu, 100}};
  devices_.SetRequest(requests, {2, 1000});
  EXPECT_EQ(devices_.RequestOf(requests), (DeviceRequest{2, 1000}));
  devices_.SetRequest(requests, {});
  EXPECT_EQ(requests, (ResourceList{{kCpu, 100}}));
}

TEST(DeviceTableOffTest, NothingHasDevices) {
  const DeviceTable off;
  ResourceList list{{kCpu, 100}};
  off.AddToNode(list);
  off.SetRequest(list, {1, 500});
  EXPECT_EQ(list, (ResourceList{{kCpu, 100}}));
  EXPECT_FALSE(off.RequestOf(list).any());
}

TEST(DeviceKindsTest, PodsAreCountedByKindWhereAPluginAsksForIt) {
  ResourceTable resources;
  const ResourceId shared = resources.InternForNode(std::string(kDevicePodsPrefix) + "share");
  const ResourceId pairs = resources.InternForNode(std::string(kDevicePodsPrefix) + "2");
  const DeviceTable devices = *DeviceTable::Make(resources, "nvidia.com/gpu");
  ResourceList share;
  devices.SetRequest(share, {1, 500});
  EXPECT_EQ(share.Get(shared), 1);
  EXPECT_EQ(share.Get(pairs), 0);
  ResourceList pair;
  devices.SetRequest(pair, {2, 1000});
  EXPECT_EQ(pair.Get(pairs), 1);
}

}  // namespace
}  // namespace tutti::model
