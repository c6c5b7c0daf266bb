#include "typical_pods.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

constexpr int64_t kMostPods = 1024;
constexpr int64_t kMostWeight = 1'000'000;

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const size_t bar = text.find('|');
    if (const std::string_view piece = text.substr(0, bar); !piece.empty())
      pieces.emplace_back(piece);
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
  }
  return pieces;
}

bool Accepts(const TypicalPod& pod, const std::string& model) {
  return pod.models.empty() ||
         std::find(pod.models.begin(), pod.models.end(), model) != pod.models.end();
}

template <class T>
void AddDifferent(std::vector<T>& all, const T& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

std::vector<TypicalPod> TypicalPods::Read(Config& config) {
  std::vector<TypicalPod> pods;
  const std::string list = "/typicalPods";
  const size_t count = config.Size(list);
  if (count == 0) config.Fail(list, "expected a list of the pods that usually come");
  if (count > kMostPods)
    config.Fail(list, "expected at most " + std::to_string(kMostPods) + " pods");
  for (size_t i = 0; i < std::min<size_t>(count, kMostPods); ++i) {
    const std::string item = list + "/" + std::to_string(i);
    TypicalPod pod;
    pod.cpu = config.Integer(item + "/cpuMilli", 0, 0, int64_t{1} << 40);
    const int64_t devices = config.Integer(item + "/gpuCount", 1, 0, kMostDevices);
    const int64_t milli = config.Integer(item + "/gpuMilli", 0, 0, kWholeDevice);
    if (milli > 0 && milli < kWholeDevice && devices > 1)
      config.Fail(item + "/gpuMilli", "expected 1000 where gpuCount is above 1");
    if (milli > 0 && devices > 0) pod.devices = {static_cast<uint32_t>(devices), milli};
    pod.models = Split(config.String(item + "/models", ""));
    pod.weight = config.Integer(item + "/weight", 1, 1, kMostWeight);
    pods.push_back(std::move(pod));
  }
  std::vector<DeviceRequest> kinds;
  for (const TypicalPod& pod : pods) AddDifferent(kinds, pod.devices);
  if (kinds.size() > kMostKinds)
    config.Fail(list, "expected at most " + std::to_string(kMostKinds) + " different requests");
  return pods;
}

TypicalPods::TypicalPods(const std::vector<TypicalPod>& pods) : models_{""} {
  for (const TypicalPod& pod : pods) {
    const bool known = std::find(kinds_.begin(), kinds_.end(), pod.devices) != kinds_.end();
    if (pod.devices.any() && !known && kinds_.size() == kMostKinds) continue;
    weight_ += pod.weight;
    if (!pod.devices.any()) continue;
    AddDifferent(kinds_, pod.devices);
    AddDifferent(cpus_, pod.cpu);
    for (const std::string& model : pod.models) AddDifferent(models_, model);
  }
  std::sort(cpus_.begin(), cpus_.end());
  std::stable_sort(
      kinds_.begin(), kinds_.end(),
      [](const DeviceRequest& a, const DeviceRequest& b) { return a.milli < b.milli; });
  for (size_t left = 0; left < served_.size(); ++left) {
    served_[left] = static_cast<uint8_t>(std::count_if(
        kinds_.begin(), kinds_.end(),
        [&](const DeviceRequest& kind) { return kind.milli <= static_cast<int64_t>(left); }));
  }
  for (const std::string& model : models_) {
    std::vector<int64_t>& table = tables_.emplace_back(kinds_.size() * cpu_steps(), 0);
    for (const TypicalPod& pod : pods) {
      if (!pod.devices.any() || !Accepts(pod, model)) continue;
      const auto kind = std::find(kinds_.begin(), kinds_.end(), pod.devices) - kinds_.begin();
      if (static_cast<size_t>(kind) == kinds_.size()) continue;
      const auto first = std::lower_bound(cpus_.begin(), cpus_.end(), pod.cpu) - cpus_.begin();
      for (size_t step = static_cast<size_t>(first) + 1; step < cpu_steps(); ++step)
        table[step * kinds_.size() + static_cast<size_t>(kind)] += pod.weight;
    }
  }
}

const int64_t* TypicalPods::TableOf(std::string_view model) const {
  const auto found = std::find(models_.begin(), models_.end(), model);
  const size_t index = found == models_.end() ? 0 : static_cast<size_t>(found - models_.begin());
  return tables_[index].data();
}

const int64_t* TypicalPods::WeightsAt(const int64_t* table, int64_t free_cpu) const {
  const auto step = std::upper_bound(cpus_.begin(), cpus_.end(), free_cpu) - cpus_.begin();
  return table + static_cast<size_t>(step) * kinds_.size();
}

TypicalPods::Node::Node(const TypicalPods& pods, std::string_view model, const FreeDevices& free)
    : pods_(pods), table_(pods.TableOf(model)), total_(free.total()) {
  const size_t kinds = pods.kinds_.size();
  std::fill_n(usable_.begin(), kinds, 0);
  std::fill_n(devices_.begin(), kinds, 0);
  // Entered at the last kind that it serves, then summed up downwards.
  for (uint32_t i = 0; i < free.count; ++i) {
    const size_t served = pods.KindsServed(free.milli[i]);
    if (served == 0) continue;
    usable_[served - 1] += free.milli[i];
    ++devices_[served - 1];
  }
  for (size_t k = kinds; k > 1; --k) {
    usable_[k - 2] += usable_[k - 1];
    devices_[k - 2] += devices_[k - 1];
  }
}

void TypicalPods::Node::Change(int64_t before, int64_t after) {
  total_ += after - before;
  const size_t still = pods_.KindsServed(after);
  const size_t once = pods_.KindsServed(before);
  for (size_t k = 0; k < still; ++k) usable_[k] += after - before;
  for (size_t k = still; k < once; ++k) {
    usable_[k] -= before;
    --devices_[k];
  }
}

int64_t TypicalPods::Node::OfUse(const int64_t* weights, size_t first, size_t end, uint32_t fewer,
                                 int64_t less) const {
  int64_t of_use = 0;
  for (size_t k = first; k < end; ++k) {
    const bool enough = devices_[k] >= pods_.kinds_[k].count + fewer;
    of_use += enough ? weights[k] * (usable_[k] - less) : 0;
  }
  return of_use;
}

int64_t TypicalPods::Node::Fragments(int64_t free_cpu) const {
  const int64_t* const weights = pods_.WeightsAt(table_, free_cpu);
  return pods_.weight_ * total_ - OfUse(weights, 0, pods_.kinds_.size(), 0, 0);
}

int64_t TypicalPods::Node::FragmentsAfter(int64_t free_cpu, int64_t before, int64_t after) const {
  const int64_t* const weights = pods_.WeightsAt(table_, free_cpu);
  const size_t still = pods_.KindsServed(after);
  const size_t once = pods_.KindsServed(before);
  return pods_.weight_ * (total_ - before + after) - OfUse(weights, 0, still, 0, before - after) -
         OfUse(weights, still, once, 1, before) - OfUse(weights, once, pods_.kinds_.size(), 0, 0);
}

}  // namespace tutti::plugins
