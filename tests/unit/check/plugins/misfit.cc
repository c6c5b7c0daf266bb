#include "misfit.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tutti/export.h"

namespace tutti::testing {
namespace {

std::atomic<int> instances = 0;

void WriteIntoEveryFile() {
  for (int fd = 3; fd < 64; ++fd) {
    const char rubbish[] = "rubbish that nobody has asked for";
    if (::write(fd, rubbish, sizeof rubbish) < 0) continue;
  }
}

uint32_t SomeDevice(const DeviceSet& devices) {
  uint32_t some = 0;
  devices.ForEach([&](uint32_t device) { some = device; });
  return some;
}

}  // namespace

const PluginDescriptor& Misfit::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "Misfit", "0.1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<Misfit>(config, host);
      }};
  return kDescriptor;
}

Misfit::Misfit(Config& config, PluginHost& host)
    : host_(host), instance_(++instances), maker_(std::this_thread::get_id()) {
  fault_ = config.String("/fault", "");
  if (Does("crash while made")) std::abort();
  if (Does("know every key")) {
    for (const ConfigEntry& entry : config.entries()) config.Know(entry.pointer);
  }
  if (Does("throw where a number is huge") && config.Integer("/size", 1) > 1'000'000)
    throw std::length_error("too much");
  refused_ = host.Reason(Does("bad names") ? "refused" : "Refused", "it says so");
  host.Counter(Does("bad names") ? "Nodes-Seen" : "nodes_seen", "Nodes that were judged");
  if (Does("declare anew")) host.Reason("Instance" + std::to_string(instance_), "one more");
  if (Does("print")) {
    std::puts("{\"passed\": true}");
    std::fflush(stdout);
  }
}

Status Misfit::PreFilter(CycleState&, const PodClassView&, const ClusterView&) const {
  if (Does("PreFilter waits")) return Status::Wait();
  if (Does("refuse all without a reason")) return Status::Unschedulable(ReasonId(77));
  return Status::Success();
}

Status Misfit::Filter(const CycleState&, const PodClassView&, const NodeView& node) const {
  if (Does("crash")) std::abort();
  if (Does("exit")) ::_exit(7);
  if (Does("hang")) {
    while (true) ::pause();
  }
  if (Does("write into every file")) WriteIntoEveryFile();
  if (Does("throw")) throw std::runtime_error("a tantrum");
  if (Does("undeclared reason")) return Status::Unschedulable(ReasonId(99));
  if (Does("no reason")) return Status::Unschedulable(ReasonId());
  if (Does("count questions") && Mix(static_cast<uint64_t>(++asked_), 1) % 3 == 0)
    return Status::Unschedulable(refused_);
  if (Does("look at the clock") && host_.Now().count() % 2 != 0)
    return Status::Unschedulable(refused_);
  if (Does("tell instances apart") && instance_ % 2 == 0) return Status::Unschedulable(refused_);
  if (Does("tell threads apart") && std::this_thread::get_id() != maker_)
    return Status::UnschedulableAndUnresolvable(refused_);
  return node.offset() % 7 == 0 ? Status::Unschedulable(refused_, 3, 2) : Status::Success();
}

Status Misfit::FilterBlock(const CycleState& state, const PodClassView& pod,
                           const NodeBlockView& block, BlockVerdict& verdict) const {
  const NodeMask candidates = verdict.passing();
  if (Does("pass others")) {
    verdict = BlockVerdict(NodeMask::All());
    return Status::Success();
  }
  if (Does("judge others")) {
    BlockVerdict::Parts parts = verdict.parts();
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      if (!candidates.Has(i)) parts.unresolvable.Add(i);
    }
    verdict = BlockVerdict(parts);
    return Status::Success();
  }
  if (Does("diagnose nothing")) {
    BlockVerdict::Parts parts;
    parts.reasons.fill(refused_);
    verdict = BlockVerdict(parts);
    return Status::Success();
  }
  if (Does("look at the neighbours") && candidates.Count() > 1) {
    candidates.ForEach([&](uint32_t i) { verdict.Refuse(i, Status::Unschedulable(refused_)); });
    return Status::Success();
  }
  return FilterPlugin::FilterBlock(state, pod, block, verdict);
}

Status Misfit::PreScore(CycleState&, const PodClassView&, const ClusterView&) const {
  return Does("PreScore refuses") ? Status::Unschedulable(refused_) : Status::Success();
}

int64_t Misfit::Score(const CycleState&, const PodClassView& pod, const NodeView& node) const {
  if (Does("claim to be node-local")) return pod.count % 101;
  if (Does("score 101")) return 101;
  if (Does("overflow") && node.Free(kMemory) > int64_t{1} << 50) return -1;
  return node.offset() % 101;
}

void Misfit::ScoreBlock(const CycleState& state, const PodClassView& pod,
                        const NodeBlockView& block, const NodeMask& candidates,
                        std::span<int64_t, kNodesPerBlock> scores) const {
  if (Does("score nobody")) return;
  if (Does("score everybody")) {
    for (int64_t& score : scores) score = 5;
    return;
  }
  ScorePlugin::ScoreBlock(state, pod, block, candidates, scores);
}

bool Misfit::HasNormalizeScore() const { return Does("normalize one to 200"); }

void Misfit::NormalizeScore(const CycleState&, const PodClassView&,
                            std::span<int64_t> scores) const {
  for (int64_t& score : scores) score = scores.size() == 1 ? 200 : 50;
}

Status Misfit::PreEnqueue(const GangView&, const ClusterView&) const {
  if (Does("PreEnqueue skips")) return Status::Skip();
  return Does("hold without a reason") ? Status::Pending(ReasonId()) : Status::Success();
}

bool Misfit::Less(const GangView& a, const GangView& b) const {
  if (Does("always less")) return true;
  if (Does("less than many")) return (b.arrival - a.arrival) % 3 == 1;
  return a.min_member < b.min_member;
}

Status Misfit::PlacementGenerate(CycleState&, const GangView&, const ClusterView& cluster,
                                 std::vector<Domain>& domains) const {
  Domain domain{"all", {}};
  for (const NodeBlockView& block : cluster.blocks)
    domain.nodes.push_back(Does("place on nothing") ? NodeMask::All() : block.present);
  if (Does("generate anew")) domain.name += std::to_string(++asked_);
  domains.push_back(std::move(domain));
  if (Does("too many domains")) domains.resize(kMostDomains + 1);
  return Does("PlacementGenerate waits") ? Status::Wait() : Status::Success();
}

int64_t Misfit::PlacementScore(const CycleState&, const GangView&, const PlacementView&,
                               const ClusterView&) const {
  return Does("placement scores -1") ? -1 : 100;
}

DeviceSet Misfit::SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                                const DeviceRequest& request, const DeviceSet& fitting) const {
  DeviceSet selected = fitting;
  const auto first = static_cast<uint32_t>(Does("select anew") ? ++asked_ % kMostDevices : 0);
  for (uint32_t i = first; selected.Count() > request.count; ++i) selected.Remove(i % kMostDevices);
  if (Does("select too few") && request.count > 1) selected.Remove(SomeDevice(selected));
  if (Does("select what does not fit")) {
    for (uint32_t i = 0; i < kMostDevices; ++i) selected.Add(i);
  }
  return selected;
}

}  // namespace tutti::testing

TUTTI_EXPORT_PLUGIN(tutti::testing::Misfit)
