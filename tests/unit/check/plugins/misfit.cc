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

[[noreturn]] void Hang() {
  while (true) ::pause();
}

int64_t MembersOf(const GangView& gang) {
  int64_t members = 0;
  for (const PodClassView& pods : gang.classes) members += pods.count;
  return members;
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
  if (Does("hang")) Hang();
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

Status Misfit::PostFilter(const GangView&, const GangDiagnosis&, const ClusterView& cluster,
                          Nomination& nomination) const {
  if (Does("PostFilter waits")) return Status::Wait();
  if (Does("PostFilter throws")) throw std::runtime_error("a tantrum");
  if (Does("PostFilter fails")) return Status::Error("no luck");
  if (Does("PostFilter refuses for nothing")) return Status::Unschedulable(ReasonId(66));
  if (Does("PostFilter hangs")) Hang();
  if (Does("PostFilter forgets") && ++asked_ % 2 == 0) return Status::Skip();
  for (const NodeBlockView& block : cluster.blocks)
    nomination.nodes.push_back(Does("nominate nothing") ? NodeMask::All() : block.present);
  return Status::Success();
}

Status Misfit::SelectVictims(const GangView& gang, const GangDiagnosis&, const ClusterView& cluster,
                             const BoundPods& pods, std::vector<PodUid>& victims) const {
  if (Does("SelectVictims refuses")) return Status::Unschedulable(refused_);
  if (Does("SelectVictims throws")) throw std::runtime_error("a tantrum");
  if (Does("SelectVictims hangs")) Hang();
  if (Does("propose strangers")) victims.push_back({1, 2});
  if (Does("propose too many")) victims.resize(kMostVictims + 1);
  for (const NodeBlockView& block : cluster.blocks) {
    block.present.ForEach([&](uint32_t offset) {
      for (const PlacedPodView& pod : pods.On(block.Index(offset))) {
        const bool own = pod.gang_arrival != 0 && pod.gang_arrival == gang.arrival;
        const bool may_go = Does("propose the protected") ? !own : pod.evictable;
        if (!may_go || (own && !Does("propose its own"))) continue;
        victims.push_back(pod.uid);
        if (Does("propose twice")) victims.push_back(pod.uid);
      }
    });
  }
  if (Does("propose anew") && ++asked_ % 2 == 0) victims.clear();
  return Status::Success();
}

Status Misfit::Reserve(const GangView& gang, const PlacementView&, const ClusterView&) {
  constexpr int64_t kMostReserved = 64;
  if (Does("Reserve waits")) return Status::Wait();
  if (Does("Reserve throws")) throw std::runtime_error("a tantrum");
  if (Does("Reserve hangs")) Hang();
  if (Does("Reserve refuses for nothing")) return Status::Pending(ReasonId());
  if (Does("enter what is refused") && gang.arrival % 2 == 1 && ++reserved_ < kMostReserved)
    return Status::Pending(refused_);
  const int64_t members = MembersOf(gang);
  if (reserved_ + members > kMostReserved)
    return Status::Pending(refused_, members, kMostReserved - reserved_);
  reserved_ += members;
  return Status::Success();
}

void Misfit::Unreserve(const GangView& gang, const PlacementView&) {
  if (Does("Unreserve throws")) throw std::runtime_error("a tantrum");
  const int64_t members = MembersOf(gang);
  if (Does("forget to unreserve")) return;
  if (Does("unreserve all but one")) reserved_ += 1;
  reserved_ -= Does("unreserve by the call") ? 1 : members;
}

Status Misfit::Permit(const PlacedPodView&, std::chrono::nanoseconds& timeout) {
  if (Does("Permit skips")) return Status::Skip();
  if (Does("Permit throws")) throw std::runtime_error("a tantrum");
  if (Does("Permit hangs")) Hang();
  if (Does("Permit refuses for nothing")) return Status::Unschedulable(ReasonId(55));
  if (Does("wait without end")) return Status::Wait();
  if (Does("wait back in time")) return timeout = std::chrono::seconds(-1), Status::Wait();
  if (Does("wait for an hour")) return timeout = std::chrono::hours(1), Status::Wait();
  return Status::Success();
}

Status Misfit::PreBind(const PlacedPodView& pod, BindAnnotations& annotations) {
  if (Does("PreBind waits")) return Status::Wait();
  if (Does("PreBind throws")) throw std::runtime_error("a tantrum");
  if (Does("PreBind refuses for nothing")) return Status::Unschedulable(ReasonId(44));
  if (Does("annotate for Tutti")) annotations.Add("tutti.dev/plan", "mine");
  if (Does("annotate nonsense")) annotations.Add("no key at all!", "x");
  if (Does("annotate too much")) annotations.Add("example.com/a", std::string(20'000, 'x'));
  if (Does("annotate twice")) annotations.Add("example.com/node", "x");
  annotations.Add("example.com/node", pod.node_name);
  return Status::Success();
}

void Misfit::PostBind(const PlacedPodView&) {
  if (Does("PostBind throws")) throw std::runtime_error("a tantrum");
  if (Does("PostBind crashes")) std::abort();
}

ClusterEventKinds Misfit::EventsToRegister() const {
  if (Does("subscribe to nothing")) return 0;
  if (Does("subscribe to what there is not")) return ClusterEventKinds{1} << 20;
  if (Does("subscribe anew")) return KindBit(static_cast<ClusterEventKind>(++asked_ % 2));
  return (ClusterEventKinds{1} << kClusterEventKinds) - 1;
}

QueueingHint Misfit::OnClusterEvent(const ClusterEventView& event) {
  if (Does("throw at a node") && event.node != nullptr) throw std::runtime_error("a tantrum");
  if (Does("throw at a gang") && event.gang != nullptr) throw std::runtime_error("a tantrum");
  if (Does("event hangs")) Hang();
  if (event.was_reserved && !Does("miss what was bound")) reserved_ -= 1;
  return QueueingHint::kQueueSkip;
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
