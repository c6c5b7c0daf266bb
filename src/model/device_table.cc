#include "model/device_table.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace tutti::model {
namespace {

// Never short: a column that only counts.
constexpr int64_t kPlenty = int64_t{1} << 40;

std::string KindName(uint32_t kind) {
  return kind == 0 ? absl::StrCat(kDevicePodsPrefix, "share")
                   : absl::StrCat(kDevicePodsPrefix, kind);
}

uint32_t KindOf(const DeviceRequest& request) { return request.share() ? 0 : request.count; }

}  // namespace

std::string DeviceIndexText(const DeviceSet& devices) {
  std::string text;
  devices.ForEach([&](uint32_t device) {
    if (!text.empty()) text += '-';
    absl::StrAppend(&text, device);
  });
  return text;
}

DeviceSet ParseDeviceIndex(std::string_view text) {
  DeviceSet devices;
  while (!text.empty()) {
    const size_t dash = text.find('-');
    const std::string_view piece = text.substr(0, dash);
    uint32_t device = 0;
    const bool number = piece.size() <= 2 &&
                        absl::SimpleAtoi(absl::string_view(piece.data(), piece.size()), &device);
    if (!number || device >= kMostDevices || devices.Has(device)) return {};
    devices.Add(device);
    if (dash == std::string_view::npos) return devices;
    text.remove_prefix(dash + 1);
  }
  return {};  // ends with a dash
}

absl::StatusOr<DeviceTable> DeviceTable::Make(ResourceTable& resources, std::string_view counted,
                                              uint32_t most_per_node) {
  DeviceTable table;
  table.columns_.most_per_node = std::min(most_per_node, kMostDevices);
  table.columns_.counted = resources.InternForNode(counted);
  table.columns_.milli = resources.InternForNode(kDeviceMilli);
  bool complete = table.columns_.counted.valid() && table.columns_.milli.valid();
  for (uint32_t i = 0; i < table.columns_.most_per_node; ++i) {
    table.columns_.slots[i] = resources.InternForNode(absl::StrCat(kDevicePrefix, i));
    complete = complete && table.columns_.slots[i].valid();
  }
  for (uint32_t kind = 0; kind <= kMostDevices; ++kind)
    table.columns_.kinds[kind] = resources.Find(KindName(kind));
  if (complete) return table;
  return absl::ResourceExhaustedError(
      absl::StrFormat("devices of %s: the table of resources is full (%d names): ask for fewer "
                      "resources in plugins",
                      counted, resources.size()));
}

void DeviceTable::AddToNode(ResourceList& allocatable) const {
  if (!active()) return;
  const auto count = static_cast<uint32_t>(
      std::clamp<int64_t>(allocatable.Get(columns_.counted), 0, int64_t{columns_.most_per_node}));
  if (count == 0) return;
  allocatable.Set(columns_.milli, int64_t{count} * kWholeDevice);
  for (uint32_t i = 0; i < count; ++i) allocatable.Set(columns_.slots[i], kWholeDevice);
  for (const ResourceId kind : columns_.kinds) {
    if (kind.valid()) allocatable.Set(kind, kPlenty);
  }
}

void DeviceTable::SetRequest(ResourceList& requests, const DeviceRequest& request) const {
  if (!active()) return;
  requests.Set(columns_.milli, request.total());
  for (uint32_t kind = 0; kind < columns_.kinds.size(); ++kind) {
    if (columns_.kinds[kind].valid())
      requests.Set(columns_.kinds[kind], request.any() && KindOf(request) == kind ? 1 : 0);
  }
}

ResourceList DeviceTable::AmountOf(const DeviceRequest& request, const DeviceSet& devices) const {
  ResourceList amount;
  devices.ForEach([&](uint32_t device) { amount.Set(columns_.slots[device], request.milli); });
  return amount;
}

int64_t PlacesOn(const FreeDevices& free, const DeviceRequest& request) {
  int64_t places = 0;
  for (uint32_t i = 0; i < free.count; ++i) {
    if (request.milli > 0 && free.milli[i] > 0) places += free.milli[i] / request.milli;
  }
  return request.count > 1 ? places / request.count : places;
}

}  // namespace tutti::model
