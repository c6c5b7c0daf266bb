// DeviceTable: how the devices of nodes and pods stand among the columns of resources.
//
// A node's devices are columns of their own (thousandths of each), and one more for their sum. A
// pod's request is its sum, an entry of its ResourceList as any other; which devices it has got is
// a DeviceSet, which stands beside it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/node_block.h"
#include "model/resource_list.h"
#include "model/resource_table.h"
#include "tutti/devices.h"

namespace tutti::model {

using tutti::DeviceRequest;
using tutti::DeviceSet;
using tutti::FreeDevices;
using tutti::kMostDevices;
using tutti::kWholeDevice;

// Written when a pod is bound: "0-1-3".
inline constexpr char kDeviceIndexAnnotation[] = "tutti.dev/gpu-index";
// "0-1-3"; "" for none.
std::string DeviceIndexText(const DeviceSet& devices);
// Empty where the text is no such list, or names a device past kMostDevices or one twice.
DeviceSet ParseDeviceIndex(std::string_view text);

// A value; as good as nothing where devices are off. Read by any thread.
class DeviceTable {
 public:
  // Which resources they are; the same numbers stand for the same everywhere in a process.
  struct Columns {
    ResourceId milli;    // invalid: devices are off
    ResourceId counted;
    std::array<ResourceId, kMostDevices> slots{};
    uint32_t most_per_node = 0;
    // Pods with a share, then with 1, 2, ... whole devices; invalid: nobody asks.
    std::array<ResourceId, kMostDevices + 1> kinds{};
  };

  DeviceTable() = default;  // off
  explicit DeviceTable(const Columns& columns) : columns_(columns) {}
  // `counted`: the extended resource whose amount is a node's number of devices. Made after the
  // plugins and before anything is decoded: pods are counted by kind where a plugin has asked for
  // it. ResourceExhausted where the table of resources is full.
  static absl::StatusOr<DeviceTable> Make(ResourceTable& resources, std::string_view counted,
                                          uint32_t most_per_node = kMostDevices);

  const Columns& columns() const { return columns_; }
  bool active() const { return columns_.milli.valid(); }
  ResourceId milli() const { return columns_.milli; }
  ResourceId slot(uint32_t device) const { return columns_.slots[device]; }
  ResourceId counted() const { return columns_.counted; }

  // Gives a node the columns of its devices, of which it has as many as of `counted()`.
  void AddToNode(ResourceList& allocatable) const;
  // Replaces what the pod asks for of devices.
  void SetRequest(ResourceList& requests, const DeviceRequest& request) const;
  DeviceRequest RequestOf(const ResourceList& requests) const {
    return active() ? DeviceRequest::OfTotal(requests.Get(columns_.milli)) : DeviceRequest();
  }
  // What the request takes of these devices' own columns.
  ResourceList AmountOf(const DeviceRequest& request, const DeviceSet& devices) const;

  uint32_t CountOf(const NodeBlock& block, uint32_t offset) const {
    const int64_t count = block.Allocatable(columns_.milli, offset) / kWholeDevice;
    return static_cast<uint32_t>(count < kMostDevices ? count : kMostDevices);
  }
  FreeDevices FreeOf(const NodeBlock& block, uint32_t offset) const {
    FreeDevices free;
    free.count = CountOf(block, offset);
    for (uint32_t i = 0; i < free.count; ++i) free.milli[i] = block.Free(columns_.slots[i], offset);
    return free;
  }

 private:
  Columns columns_;
};

// How many such pods fit onto these devices.
int64_t PlacesOn(const FreeDevices& free, const DeviceRequest& request);

}  // namespace tutti::model
