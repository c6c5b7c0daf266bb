// Devices of nodes (GPUs) as plugins see them: each device is a column of thousandths, as every
// other resource.
//
// A node has up to kMostDevices devices of kWholeDevice thousandths each. A pod asks for a share of
// one device, or for a number of whole ones. What it asks for in sum is its request of
// tutti.dev/gpu-milli; that tells the two apart. Where the operator has not switched devices on,
// every column is zero and no pod asks.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include "tutti/plugin.h"
#include "tutti/views.h"

namespace tutti {

inline constexpr uint32_t kMostDevices = 16;
inline constexpr int64_t kWholeDevice = 1000;

// Names of the columns. A node's devices in sum, then each of them: kDevicePrefix + "3".
inline constexpr char kDeviceMilli[] = "tutti.dev/gpu-milli";
inline constexpr char kDevicePrefix[] = "tutti.dev/gpu-";
// How many pods of a node have a share of a device, or so many whole ones: kDevicePodsPrefix +
// "share", or + "2". Kept where a plugin asks for them, zero otherwise.
inline constexpr char kDevicePodsPrefix[] = "tutti.dev/gpu-pods-";

// Devices of one node, by their number.
class DeviceSet {
 public:
  constexpr DeviceSet() = default;
  constexpr bool Has(uint32_t device) const { return (bits_ >> device & 1) != 0; }
  constexpr void Add(uint32_t device) { bits_ |= uint32_t{1} << device; }
  constexpr void Remove(uint32_t device) { bits_ &= ~(uint32_t{1} << device); }
  constexpr uint32_t Count() const { return static_cast<uint32_t>(std::popcount(bits_)); }
  constexpr bool empty() const { return bits_ == 0; }
  // Every device of `this` is one of `other`.
  constexpr bool In(const DeviceSet& other) const { return (bits_ & ~other.bits_) == 0; }
  constexpr bool operator==(const DeviceSet&) const = default;

  // Ascending.
  template <class Visit>
  constexpr void ForEach(Visit&& visit) const {
    for (uint32_t bits = bits_; bits != 0; bits &= bits - 1)
      visit(static_cast<uint32_t>(std::countr_zero(bits)));
  }

 private:
  uint32_t bits_ = 0;
};

// `milli` of each of `count` devices; below kWholeDevice only of one.
struct DeviceRequest {
  uint32_t count = 0;  // 0: asks for none
  int64_t milli = 0;

  constexpr bool any() const { return count > 0; }
  constexpr bool share() const { return count > 0 && milli < kWholeDevice; }
  constexpr int64_t total() const { return static_cast<int64_t>(count) * milli; }
  constexpr bool operator==(const DeviceRequest&) const = default;

  // Of what a pod asks for in sum. More than a node can have asks for more devices than that.
  static constexpr DeviceRequest OfTotal(int64_t total) {
    if (total <= 0) return {};
    if (total < kWholeDevice) return {1, total};
    const int64_t whole = (total + kWholeDevice - 1) / kWholeDevice;
    return {static_cast<uint32_t>(whole < kMostDevices ? whole : kMostDevices + 1), kWholeDevice};
  }
};

// What is free of each device of a node.
struct FreeDevices {
  std::array<int64_t, kMostDevices> milli{};
  uint32_t count = 0;  // how many the node has

  int64_t total() const {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; ++i) sum += milli[i];
    return sum;
  }
  // Those with enough left for one of the request's devices.
  DeviceSet Fitting(const DeviceRequest& request) const {
    DeviceSet fitting;
    for (uint32_t i = 0; i < count; ++i) {
      if (milli[i] >= request.milli) fitting.Add(i);
    }
    return fitting;
  }
  // The devices that a pod gets where no plugin says otherwise: of `fitting`, those with least
  // left; of equals the lowest number. Fewer than asked for where there are fewer.
  DeviceSet Tightest(const DeviceRequest& request, DeviceSet fitting) const {
    DeviceSet chosen;
    while (chosen.Count() < request.count && !fitting.empty()) {
      uint32_t best = kMostDevices;
      fitting.ForEach([&](uint32_t i) {
        if (best == kMostDevices || milli[i] < milli[best]) best = i;
      });
      chosen.Add(best);
      fitting.Remove(best);
    }
    return chosen;
  }
};

// The columns of devices; made by a plugin's factory.
class DeviceColumns {
 public:
  explicit DeviceColumns(PluginHost& host) : total_(host.Resource(kDeviceMilli)) {
    for (uint32_t i = 0; i < kMostDevices; ++i)
      devices_[i] = host.Resource(kDevicePrefix + std::to_string(i));
  }

  ResourceId total() const { return total_; }
  DeviceRequest Request(const PodClassView& pod) const {
    return DeviceRequest::OfTotal(pod.Requests(total_));
  }
  uint32_t Count(const NodeBlockView& block, uint32_t offset) const {
    const int64_t count = block.Allocatable(total_, offset) / kWholeDevice;
    return static_cast<uint32_t>(count < kMostDevices ? count : kMostDevices);
  }
  // Below zero, where more is taken than there is, reads as nothing left.
  FreeDevices Free(const NodeView& node) const {
    FreeDevices free;
    free.count = Count(node.block(), node.offset());
    for (uint32_t i = 0; i < free.count; ++i) {
      const int64_t left = node.Free(devices_[i]);
      free.milli[i] = left > 0 ? left : 0;
    }
    return free;
  }

 private:
  ResourceId total_;
  std::array<ResourceId, kMostDevices> devices_;
};

}  // namespace tutti
