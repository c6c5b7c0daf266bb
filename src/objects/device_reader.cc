#include "objects/device_reader.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/quantity.h"
#include "base/shown.h"

namespace tutti::objects {
namespace {

using model::DeviceRequest;
using model::kMostDevices;
using model::kWholeDevice;

struct Dialect {
  std::string_view milli;
  std::string_view count;
};
constexpr Dialect kDialects[] = {
    {"tutti.dev/gpu-milli", "tutti.dev/gpu-count"},
    {"alibabacloud.com/gpu-milli", "alibabacloud.com/gpu-count"},
};
constexpr std::string_view kFraction = "gpu-fraction";
constexpr std::string_view kFractionDevices = "gpu-fraction-num-devices";

std::string_view Find(std::span<const PodView::Entry> annotations, std::string_view key) {
  for (const auto& [name, value] : annotations) {
    if (name == key) return value;
  }
  return {};
}

std::optional<int64_t> WholeNumber(std::string_view text, int64_t most) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number)) return std::nullopt;
  return number < 0 || number > most ? std::nullopt : std::optional(number);
}

DeviceAsk Wrong(std::string_view key, std::string_view value, std::string_view expected) {
  DeviceAsk ask;
  ask.problem =
      absl::StrFormat("annotation %s is \"%s\": expected %s", key, base::Shown(value), expected);
  return ask;
}

// nullopt: it has none of these annotations.
std::optional<DeviceAsk> ByNumbers(std::span<const PodView::Entry> annotations,
                                   const Dialect& dialect) {
  const std::string_view milli_text = Find(annotations, dialect.milli);
  const std::string_view count_text = Find(annotations, dialect.count);
  if (milli_text.empty() && count_text.empty()) return std::nullopt;
  const std::optional<int64_t> milli =
      milli_text.empty() ? kWholeDevice : WholeNumber(milli_text, kWholeDevice);
  if (!milli) return Wrong(dialect.milli, milli_text, "0 to 1000, thousandths of each device");
  const std::optional<int64_t> count =
      count_text.empty() ? 1 : WholeNumber(count_text, kMostDevices);
  if (!count) return Wrong(dialect.count, count_text, "a number of devices, 0 to 16");
  if (*milli == 0 || *count == 0) return DeviceAsk();
  if (*count > 1 && *milli < kWholeDevice) {
    return Wrong(dialect.milli, milli_text,
                 absl::StrFormat("1000, as only one device can be shared and %s is %d",
                                 dialect.count, *count));
  }
  return DeviceAsk{{static_cast<uint32_t>(*count), *milli}, ""};
}

std::optional<DeviceAsk> ByFraction(std::span<const PodView::Entry> annotations) {
  const std::string_view text = Find(annotations, kFraction);
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<int64_t> milli = base::ParseMilliQuantity(text);
  if (!milli.ok() || *milli <= 0 || *milli > kWholeDevice)
    return Wrong(kFraction, text, "a fraction of one device, above 0 and up to 1");
  const std::string_view devices = Find(annotations, kFractionDevices);
  if (!devices.empty() && devices != "1" && *milli < kWholeDevice) {
    return Wrong(kFractionDevices, devices,
                 "1, as a pod can have a share of one device only: ask for whole devices");
  }
  const std::optional<int64_t> count = devices.empty() ? 1 : WholeNumber(devices, kMostDevices);
  if (!count || *count == 0) return Wrong(kFractionDevices, devices, "1 to 16");
  return DeviceAsk{{static_cast<uint32_t>(*count), *milli}, ""};
}

}  // namespace

DeviceAsk ReadDevices(std::span<const PodView::Entry> annotations,
                      const model::ResourceList& requests, const model::DeviceTable& devices) {
  if (!devices.active()) return {};
  const int64_t whole = requests.Get(devices.counted());
  const DeviceRequest by_resource =
      DeviceRequest::OfTotal(std::min<int64_t>(whole, kMostDevices + 1) * kWholeDevice);
  std::optional<DeviceAsk> ask;
  for (const Dialect& dialect : kDialects) {
    if (!ask) ask = ByNumbers(annotations, dialect);
  }
  if (!ask) ask = ByFraction(annotations);
  if (!ask) return {by_resource, ""};
  if (ask->problem.empty() && by_resource.any() && ask->request != by_resource) {
    ask->problem = absl::StrFormat(
        "its annotations ask for %d thousandths of devices and its containers for %d whole ones: "
        "ask in one way only",
        ask->request.total(), whole);
  }
  // What it certainly takes.
  if (!ask->problem.empty()) ask->request = by_resource;
  return *ask;
}

std::vector<std::string_view> DeviceAnnotations() {
  std::vector<std::string_view> names = {kFraction};
  for (const Dialect& dialect : kDialects)
    names.insert(names.end(), {dialect.milli, dialect.count});
  return names;
}

}  // namespace tutti::objects
