// DeviceSelect: whether what it gives fits, is as much as was asked for, and is always the same.
#include <array>
#include <string>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "tutti/devices.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 16;
constexpr int kClasses = 4;
constexpr uint32_t kStride = 8;  // of the nodes every eighth is asked about
constexpr DeviceRequest kRequests[] = {{1, 1}, {1, 250}, {1, kWholeDevice}, {2, kWholeDevice}};

class DeviceProbe {
 public:
  DeviceProbe(const ProbeWorld& world, ClusterKind kind, Findings& findings)
      : world_(world), kind_(kind), findings_(findings) {
    const model::ResourceTable& resources = world.services().resources;
    total_ = resources.Find(kDeviceMilli);
    for (uint32_t i = 0; i < kMostDevices; ++i)
      devices_[i] = resources.Find(kDevicePrefix + std::to_string(i));
  }

  void Ask(const PodClassView& pod, const ClusterView& cluster, Random& random) {
    CycleState state(kSeed);
    if (!Prepare(state, pod, cluster)) return;
    for (const NodeBlockView& block : cluster.blocks) {
      block.present.ForEach([&](uint32_t offset) {
        if (offset % kStride != 0) return;
        for (const DeviceRequest& request : kRequests) {
          const DeviceSet fitting = FittingOn(block, offset, request, random);
          if (fitting.Count() >= request.count) Judge(state, pod, block, offset, request, fitting);
        }
      });
    }
  }

 private:
  // What the plugin remembers of the cycle; false: it does not get that far.
  bool Prepare(CycleState& state, const PodClassView& pod, const ClusterView& cluster) {
    const framework::Points& points = world_.points();
    Status ready;
    if (points.pre_filter != nullptr)
      ready = Contained([&] { return points.pre_filter->PreFilter(state, pod, cluster); });
    if (!ready.ok() && ready.code() != Code::kSkip) return false;
    if (points.pre_score != nullptr)
      static_cast<void>(Contained([&] { return points.pre_score->PreScore(state, pod, cluster); }));
    return true;
  }

  // As the columns have it that the plugin has asked for; where it has asked for none, some.
  DeviceSet FittingOn(const NodeBlockView& block, uint32_t offset, const DeviceRequest& request,
                      Random& random) const {
    DeviceSet fitting;
    const int64_t count = block.Allocatable(total_, offset) / kWholeDevice;
    for (uint32_t i = 0; i < kMostDevices; ++i) {
      const bool fits = total_.valid()
                            ? i < count && block.Free(devices_[i], offset) >= request.milli
                            : random.OneIn(2);
      if (fits) fitting.Add(i);
    }
    return fitting;
  }

  void Judge(const CycleState& state, const PodClassView& pod, const NodeBlockView& block,
             uint32_t offset, const DeviceRequest& request, const DeviceSet& fitting) {
    DeviceSet selected[2];
    for (DeviceSet& into : selected) {
      const Status status = Contained([&] {
        into = world_.points().device_select->SelectDevices(state, pod, block.Node(offset), request,
                                                            fitting);
      });
      if (!status.ok()) return Fail("DeviceSelect answered " + Show(status, world_));
    }
    if (!selected[0].In(fitting)) {
      Fail(
          absl::StrFormat("DeviceSelect gave a device of node %s that does not fit: take them "
                          "from `fitting`",
                          block.names[offset]));
    } else if (!selected[0].empty() && selected[0].Count() != request.count) {
      Fail(absl::StrFormat("DeviceSelect gave %d devices of node %s: expected none, or %d",
                           selected[0].Count(), block.names[offset], request.count));
    } else if (selected[0] != selected[1]) {
      Fail(absl::StrFormat("DeviceSelect gave other devices of node %s when asked the same again",
                           block.names[offset]));
    }
  }
  void Fail(const std::string& what) {
    findings_.Fail(absl::StrFormat("%s (asked about %s)", what, Describe(kind_)));
  }

  const ProbeWorld& world_;
  const ClusterKind kind_;
  Findings& findings_;
  ResourceId total_;
  std::array<ResourceId, kMostDevices> devices_;
};

}  // namespace

void ProbeDevices(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().device_select == nullptr) return;
  const std::vector<std::string> some_texts = SomeTexts(subject);
  Random random(kSeed);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    DeviceProbe probe(world, kind, findings);
    for (int i = 0; i < kClasses; ++i)
      probe.Ask(ProbePod(i, world, some_texts, random).view(), cluster.view(), random);
  }
}

}  // namespace tutti::check
