// DeviceFixture: a fake cluster whose nodes have devices.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tutti/devices.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {

class DeviceFixture : public ::testing::Test {
 protected:
  // `free`: thousandths of each device that are left.
  testing::FakeCluster::Builder Node(const std::string& name, int64_t cpu,
                                     std::initializer_list<int64_t> free) {
    auto node = cluster_.AddNode(name);
    node.Allocatable("cpu", cpu);
    uint32_t device = 0;
    for (const int64_t left : free) {
      const std::string column = kDevicePrefix + std::to_string(device++);
      node.Allocatable(kDeviceMilli, kWholeDevice).Used(kDeviceMilli, kWholeDevice - left);
      node.Allocatable(column, kWholeDevice).Used(column, kWholeDevice - left);
    }
    return node;
  }
  testing::FakePod Pod(int64_t cpu, int64_t gpu_milli) {
    testing::FakePod pod(host_);
    pod.Request("cpu", cpu);
    if (gpu_milli > 0) pod.Request(kDeviceMilli, gpu_milli);
    return pod;
  }
  template <class P>
  int64_t Score(const P& plugin, const std::string& node, int64_t cpu, int64_t gpu_milli) {
    const testing::FakePod pod = Pod(cpu, gpu_milli);
    return plugin.Score(CycleState(), pod.view(), cluster_.Node(node));
  }
  // "1", "0-2", "" where the plugin says nothing.
  template <class P>
  std::string Devices(const P& plugin, const std::string& node, int64_t cpu, int64_t gpu_milli) {
    const testing::FakePod pod = Pod(cpu, gpu_milli);
    const DeviceRequest request = DeviceRequest::OfTotal(gpu_milli);
    const DeviceSet fitting = DeviceColumns(host_).Free(cluster_.Node(node)).Fitting(request);
    std::string text;
    plugin.SelectDevices(CycleState(7), pod.view(), cluster_.Node(node), request, fitting)
        .ForEach(
            [&](uint32_t device) { text += (text.empty() ? "" : "-") + std::to_string(device); });
    return text;
  }
  static ConfigEntry Number(const std::string& pointer, int64_t value) {
    return {pointer, ConfigKind::kInteger, std::to_string(value), ""};
  }

  testing::FakeHost host_;
  testing::FakeCluster cluster_{host_};
};

}  // namespace tutti::plugins
