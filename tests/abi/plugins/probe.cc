#include "probe.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace tutti::testing {
namespace {

uint64_t Hash(std::string_view text, uint64_t hash) {
  for (const char c : text) hash = Mix(hash, static_cast<unsigned char>(c));
  return Mix(hash, text.size());
}
uint64_t Hash(int64_t number, uint64_t hash) { return Mix(hash, static_cast<uint64_t>(number)); }

// Counts its own end, once.
struct Remembered {
  struct Count {
    const PluginHost* host;
    CounterId counter;
    void operator()(const uint64_t* digest) const {
      host->Increment(counter, 1);
      delete digest;
    }
  };
  std::unique_ptr<const uint64_t, Count> digest;
};

uint64_t Recall(const CycleState& state) {
  const auto* remembered = state.Get<Remembered>();
  return Mix(state.seed(), remembered == nullptr ? 0 : *remembered->digest);
}

}  // namespace

const PluginDescriptor& Probe::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "Probe", "7.1-beta", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<Probe>(config, host);
      }};
  return kDescriptor;
}

Probe::Probe(Config& config, PluginHost& host) : host_(host) {
  zone_ = host.NodeLabel("zone");
  rack_ = host.NodeAnnotation("rack");
  wish_ = host.PodAnnotation("wish");
  team_ = host.PodLabel("team");
  gpu_ = host.Resource(config.String("/resource", "nvidia.com/gpu"));
  for (int i = 0; i < 12; ++i)
    reasons_.push_back(host.Reason("Probe" + std::to_string(i), "because of " + std::to_string(i)));
  states_ = host.Counter("probe_states_total", "states that came to their end");
  salt_ = Mix(static_cast<uint64_t>(config.Integer("/salt", 0)), config.Boolean("/odd", false));
}

uint64_t Probe::Digest(const PodClassView& pod) const {
  uint64_t hash = Hash(pod.gang, Hash(pod.namespace_name, salt_));
  hash = Hash(pod.priority, Hash(pod.count, hash));
  hash = Hash(pod.Field(team_), Hash(pod.Field(wish_), hash));
  for (const auto& [resource, amount] : pod.requests)
    hash = Hash(amount, Mix(hash, resource.value));
  return Hash(pod.Requests(gpu_), hash);
}

uint64_t Probe::Digest(const NodeView& node) const {
  uint64_t hash = Hash(node.name(), Mix(salt_, node.index().value));
  hash = Hash(node.Field(rack_), Hash(node.Field(zone_), hash));
  for (const ResourceId resource : {kCpu, kMemory, kPods, gpu_})
    hash = Hash(node.Free(resource), Hash(node.Allocatable(resource), hash));
  const TextId zone = node.FieldId(zone_);
  return zone.valid() && host_.texts().Find(node.Field(zone_)) == zone ? hash : ~hash;
}

uint64_t Probe::Digest(const ClusterView& cluster) const {
  uint64_t hash = salt_;
  for (const NodeBlockView& block : cluster.blocks) {
    block.present.ForEach([&](uint32_t offset) { hash = Mix(hash, Digest(block.Node(offset))); });
  }
  return hash;
}

uint64_t Probe::Digest(const GangView& gang) const {
  uint64_t hash = Hash(gang.dialect, Hash(gang.name, Hash(gang.namespace_name, salt_)));
  hash = Hash(gang.created.count(), Mix(Hash(gang.priority, hash), gang.arrival));
  hash = Hash(gang.bound, Hash(gang.members, Hash(gang.min_member, hash)));
  for (const PodClassView& pods : gang.classes) hash = Mix(hash, Digest(pods));
  for (const NodeIndex node : gang.placed_on) hash = Mix(hash, node.value);
  return hash;
}

// All codes, also those that no point may answer, and one exception.
Status Probe::Verdict(uint64_t digest) const {
  const ReasonId reason = reasons_[digest % reasons_.size()];
  const auto need = static_cast<int64_t>(digest >> 8);
  const auto have = static_cast<int64_t>(digest % 1000);
  switch (digest / 16 % 16) {
    case 0:
      return Status::Skip();
    case 1:
      return Status::Unschedulable(reason, need, have);
    case 2:
      return Status::UnschedulableAndUnresolvable(reason, need, -have);
    case 3:
      return Status::Error("it failed with " + std::to_string(digest));
    case 4:
      return Status::Wait();
    case 5:
      return Status::Pending(reason, need, have);
    case 6:
      throw std::string("no exception").length();
    default:
      return Status::Success();
  }
}

Status Probe::PreFilter(CycleState& state, const PodClassView& pod,
                        const ClusterView& cluster) const {
  const uint64_t digest = Mix(Mix(state.seed(), Digest(pod)), Digest(cluster));
  state.Set(Remembered{{new uint64_t(digest), {&host_, states_}}});
  return Verdict(digest);
}

Status Probe::Filter(const CycleState& state, const PodClassView& pod, const NodeView& node) const {
  const uint64_t digest = Mix(Mix(Recall(state), Digest(pod)), Digest(node));
  const ReasonId reason = reasons_[digest % reasons_.size()];
  const auto have = static_cast<int64_t>(digest / 64 % 100);
  if (digest / 8 % 2 == 0) return Status::Success();
  if (digest / 16 % 2 == 0) return Status::Unschedulable(reason, 100, have);
  return Status::UnschedulableAndUnresolvable(reason, have + 1, have);
}

Status Probe::PreScore(CycleState& state, const PodClassView& pod,
                       const ClusterView& cluster) const {
  const uint64_t digest = Mix(Mix(Recall(state), Digest(pod)), Digest(cluster));
  state.Set(Remembered{{new uint64_t(digest), {&host_, states_}}});
  return digest % 8 == 0 ? Verdict(digest) : Status::Success();
}

int64_t Probe::Score(const CycleState& state, const PodClassView& pod, const NodeView& node) const {
  return static_cast<int64_t>(Mix(Mix(Recall(state), Digest(pod)), Digest(node)) % 100'000);
}

void Probe::NormalizeScore(const CycleState& state, const PodClassView&,
                           std::span<int64_t> scores) const {
  const auto shift = static_cast<int64_t>(Recall(state) % 7);
  int64_t most = 1;
  for (const int64_t score : scores) most = std::max(most, score);
  for (int64_t& score : scores) score = std::max<int64_t>(0, score * kMaxNodeScore / most - shift);
}

DeviceSet Probe::SelectDevices(const CycleState& state, const PodClassView& pod,
                               const NodeView& node, const DeviceRequest& request,
                               const DeviceSet& fitting) const {
  uint64_t digest = Mix(Mix(Recall(state), Digest(pod)), Digest(node));
  digest = Hash(request.milli, Mix(digest, request.count));
  fitting.ForEach([&](uint32_t device) { digest = Mix(digest, device); });
  if (digest % 8 == 0) throw std::string("no exception").length();
  DeviceSet selected;
  if (digest % 8 == 1) return selected;
  selected = fitting;
  for (uint32_t device = digest / 8 % kMostDevices; selected.Count() > request.count; ++device)
    selected.Remove(device % kMostDevices);
  return selected;
}

Status Probe::PreEnqueue(const GangView& gang, const ClusterView& cluster) const {
  return Verdict(Mix(Digest(gang), Digest(cluster)));
}

bool Probe::Less(const GangView& a, const GangView& b) const { return Digest(a) < Digest(b); }

Status Probe::PlacementGenerate(CycleState& state, const GangView& gang, const ClusterView& cluster,
                                std::vector<Domain>& domains) const {
  const uint64_t digest = Mix(Mix(state.seed(), Digest(gang)), Digest(cluster));
  state.Set(Remembered{{new uint64_t(digest), {&host_, states_}}});
  for (uint64_t d = 0; d < digest % 5; ++d) {
    Domain domain{d == 0 ? "" : "domain-" + std::to_string(d), {}};
    domain.nodes.resize(d);
    for (uint64_t b = 0; b < d; ++b) domain.nodes[b].words[b % 4] = Mix(digest, d + b);
    domains.push_back(std::move(domain));
  }
  return Verdict(digest);
}

uint64_t Probe::Digest(const PlacementView& placement) const {
  uint64_t digest = salt_;
  if (placement.domain != nullptr) {
    digest = Hash(placement.domain->name, digest);
    for (const NodeMask& mask : placement.domain->nodes) {
      for (const uint64_t word : mask.words) digest = Mix(digest, word);
    }
  }
  for (const std::span<const NodeIndex> nodes : placement.nodes) {
    for (const NodeIndex node : nodes) digest = Mix(digest, node.value);
    digest = Mix(digest, nodes.size());
  }
  return digest;
}

int64_t Probe::PlacementScore(const CycleState& state, const GangView& gang,
                              const PlacementView& placement, const ClusterView& cluster) const {
  const uint64_t digest = Mix(Mix(Recall(state), Digest(gang)), Digest(cluster));
  return static_cast<int64_t>(Mix(digest, Digest(placement)) % 101);
}

uint64_t Probe::Digest(const PlacedPodView& pod) const {
  uint64_t hash = Mix(Mix(salt_, pod.uid.high), pod.uid.low);
  hash = Hash(pod.gang, Hash(pod.name, Hash(pod.namespace_name, hash)));
  hash = Hash(pod.priority, Mix(hash, pod.gang_arrival));
  hash = Mix(Mix(Mix(hash, pod.leaving), pod.evictable), pod.node.value);
  hash = Hash(pod.bound_since.count(), Hash(pod.node_name, hash));
  for (const auto& [resource, amount] : pod.requests)
    hash = Hash(amount, Mix(hash, resource.value));
  return Hash(pod.Field(team_), Hash(pod.Field(wish_), hash));
}

uint64_t Probe::Digest(const GangDiagnosis& diagnosis) const {
  const uint64_t hash = Mix(Hash(diagnosis.code, salt_), diagnosis.resource.value);
  return Hash(diagnosis.have, Hash(diagnosis.need, hash));
}

Status Probe::PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                         const ClusterView& cluster, Nomination& nomination) const {
  const uint64_t digest = Mix(Mix(Digest(gang), Digest(diagnosis)), Digest(cluster));
  nomination.nodes.resize(std::min<size_t>(digest % 3, cluster.blocks.size()));
  for (size_t b = 0; b < nomination.nodes.size(); ++b) {
    nomination.nodes[b].words[digest % 4] = Mix(digest, b);
    nomination.nodes[b] &= cluster.blocks[b].present;
  }
  return Verdict(digest);
}

Status Probe::SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                            const ClusterView& cluster, const BoundPods& pods,
                            std::vector<PodUid>& victims) const {
  uint64_t digest = Mix(Mix(Digest(gang), Digest(diagnosis)), Digest(cluster));
  for (uint32_t node = 0; node < 8; ++node) {
    for (const PlacedPodView& pod : pods.On(NodeIndex(node))) {
      digest = Mix(digest, Digest(pod));
      if (digest % 2 == 0) victims.push_back(pod.uid);
    }
  }
  return Verdict(digest);
}

Status Probe::Reserve(const GangView& gang, const PlacementView& placement,
                      const ClusterView& cluster) {
  told_ = Mix(Mix(told_, Digest(gang)), Mix(Digest(placement), Digest(cluster)));
  return Verdict(told_);
}

void Probe::Unreserve(const GangView& gang, const PlacementView& placement) {
  told_ = Mix(Mix(told_, Digest(gang)), Digest(placement));
}

Status Probe::Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) {
  told_ = Mix(told_, Digest(pod));
  timeout = std::chrono::nanoseconds(told_ % 1'000'000);
  return Verdict(told_);
}

Status Probe::PreBind(const PlacedPodView& pod, BindAnnotations& annotations) {
  told_ = Mix(told_, Digest(pod));
  for (uint64_t i = 0; i < told_ % 3; ++i)
    annotations.Add("example.com/a" + std::to_string(i), std::to_string(told_));
  return Verdict(told_);
}

void Probe::PostBind(const PlacedPodView& pod) { told_ = Mix(told_, Digest(pod)); }

ClusterEventKinds Probe::EventsToRegister() const {
  return 1 + static_cast<ClusterEventKinds>(salt_ % 255);
}

QueueingHint Probe::OnClusterEvent(const ClusterEventView& event) {
  told_ = Mix(Mix(told_, static_cast<uint64_t>(event.kind)), event.was_reserved);
  if (event.node != nullptr) told_ = Mix(told_, Digest(*event.node));
  if (event.pod != nullptr) told_ = Mix(told_, Digest(*event.pod));
  if (event.gang != nullptr) told_ = Mix(told_, Digest(*event.gang));
  return told_ % 2 == 0 ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
}

}  // namespace tutti::testing
