#include "fragmentation_gradient.h"

#include <algorithm>
#include <cmath>

namespace tutti::plugins {

const PluginDescriptor& FragmentationGradient::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "FragmentationGradient", "1",
      [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<FragmentationGradient>(config, host);
      }};
  return kDescriptor;
}

FragmentationGradient::FragmentationGradient(Config& config, PluginHost& host)
    : devices_(host),
      typical_(TypicalPods::Read(config)),
      model_(host.NodeLabel(config.String("/modelLabel", "nvidia.com/gpu.product"))) {}

TypicalPods::Node FragmentationGradient::Look(const NodeView& node, const FreeDevices& free) const {
  return {typical_, typical_.any_models() ? node.Field(model_) : std::string_view(), free};
}

int64_t FragmentationGradient::ScoreOf(int64_t fragments_before, int64_t fragments_after) const {
  const double devices = static_cast<double>(fragments_before - fragments_after) /
                         static_cast<double>(std::max<int64_t>(typical_.weight(), 1)) /
                         static_cast<double>(kWholeDevice);
  return static_cast<int64_t>(static_cast<double>(kMaxNodeScore) / (1.0 + std::exp(-devices)));
}

FragmentationGradient::Choice FragmentationGradient::BestDevice(int64_t pod_cpu,
                                                                const NodeView& node,
                                                                const DeviceRequest& request,
                                                                const FreeDevices& free) const {
  const TypicalPods::Node now = Look(node, free);
  const int64_t cpu = node.Free(kCpu);
  const int64_t before = now.Fragments(cpu);
  Choice best;
  for (uint32_t i = 0; i < free.count; ++i) {
    const int64_t left = free.milli[i];
    // A device with as much left as one before it scores as that one does.
    const auto* const end = free.milli.begin() + i;
    if (left < request.milli || std::find(free.milli.begin(), end, left) != end) continue;
    const int64_t score =
        ScoreOf(before, now.FragmentsAfter(cpu - pod_cpu, left, left - request.milli));
    if (score > best.score) best = {score, i};
  }
  return best;
}

int64_t FragmentationGradient::Score(const CycleState&, const PodClassView& pod,
                                     const NodeView& node) const {
  const DeviceRequest request = devices_.Request(pod);
  const FreeDevices free = devices_.Free(node);
  const int64_t pod_cpu = pod.Requests(kCpu);
  if (request.share())
    return std::max(BestDevice(pod_cpu, node, request, free).score, kMinNodeScore);
  TypicalPods::Node now = Look(node, free);
  const int64_t before = now.Fragments(node.Free(kCpu));
  free.Tightest(request, free.Fitting(request)).ForEach([&](uint32_t device) {
    now.Change(free.milli[device], free.milli[device] - request.milli);
  });
  return ScoreOf(before, now.Fragments(node.Free(kCpu) - pod_cpu));
}

DeviceSet FragmentationGradient::SelectDevices(const CycleState&, const PodClassView& pod,
                                               const NodeView& node, const DeviceRequest& request,
                                               const DeviceSet&) const {
  DeviceSet selected;
  if (!request.share()) return selected;
  const Choice best = BestDevice(pod.Requests(kCpu), node, request, devices_.Free(node));
  if (best.score >= 0) selected.Add(best.device);
  return selected;
}

}  // namespace tutti::plugins
