#include "loader/abi_plugin.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "loader/views_to_c.h"
#include "tutti/abi/convert.h"

namespace tutti::loader {
namespace {

tutti_cycle NewCycle(uint64_t seed) {
  return {.struct_size = sizeof(tutti_cycle), .reserved = 0, .seed = seed, .state = nullptr};
}

// The verdict on the only candidate of a block, as Filter answers it.
Status RefusalOf(const BlockVerdict& verdict, uint32_t offset) {
  if (verdict.passing().Has(offset)) return Status::Success();
  const BlockVerdict::Diagnosis& why = verdict.diagnoses()[0];
  return verdict.unresolvable().Has(offset)
             ? Status::UnschedulableAndUnresolvable(verdict.reason(offset), why.need, why.have)
             : Status::Unschedulable(verdict.reason(offset), why.need, why.have);
}

}  // namespace

// What the host's CycleState holds of a plugin that has been given the chance to write: the
// plugin's own state, which goes back to it in the end.
struct AbiPlugin::HeldCycle {
  struct End {
    const AbiPlugin* plugin;
    void operator()(tutti_cycle* cycle) const {
      if (cycle->state != nullptr && plugin->api_.end_cycle != nullptr)
        plugin->api_.end_cycle(plugin->self_, cycle->state);
      delete cycle;
    }
  };
  std::unique_ptr<tutti_cycle, End> cycle;
};

// The same for Filter and Score, which may find none.
class AbiPlugin::Cycle {
 public:
  explicit Cycle(const CycleState& state) : empty_(NewCycle(state.seed())) {
    const auto* held = state.Get<HeldCycle>();
    cycle_ = held == nullptr ? &empty_ : held->cycle.get();
  }
  const tutti_cycle* c() const { return cycle_; }

 private:
  tutti_cycle empty_;
  const tutti_cycle* cycle_;
};

tutti_cycle& AbiPlugin::CycleOf(CycleState& state) const {
  if (const auto* held = state.Get<HeldCycle>()) return *held->cycle;
  const uint64_t seed = state.seed();
  return *state.Set(HeldCycle{{new tutti_cycle(NewCycle(seed)), HeldCycle::End{this}}}).cycle;
}

std::unique_ptr<Plugin> AbiPlugin::Make(const tutti_plugin_descriptor& api, Config& config,
                                        PluginHost& host) {
  std::unique_ptr<AbiPlugin> plugin(new AbiPlugin(api, host));
  const ConfigToC entries(config);
  StatusToC failure;
  plugin->self_ = api.create(plugin->host_.c(), entries.c(), failure.c());
  plugin->host_.Seal();
  failure.ThrowIfFailed();
  if (plugin->self_ == nullptr) return nullptr;
  plugin->points_ = plugin->Served();
  return plugin;
}

AbiPlugin::~AbiPlugin() {
  if (self_ != nullptr) api_.destroy(self_);
}

framework::Points AbiPlugin::Served() {
  framework::Points points;
  if (api_.pre_filter != nullptr) points.pre_filter = this;
  if (api_.filter_block != nullptr) points.filter = this;
  if (api_.pre_score != nullptr) points.pre_score = this;
  if (api_.score_block != nullptr) points.score = this;
  if (api_.select_devices != nullptr) points.device_select = this;
  if (api_.pre_enqueue != nullptr) points.pre_enqueue = this;
  if (api_.queue_less != nullptr) points.queue_sort = this;
  if (api_.placement_generate != nullptr) points.placement_generate = this;
  if (api_.placement_score != nullptr) points.placement_score = this;
  if (api_.post_filter != nullptr) points.post_filter = this;
  if (api_.select_victims != nullptr) points.select_victims = this;
  if (api_.reserve != nullptr) points.reserve = this;
  if (api_.permit != nullptr) points.permit = this;
  if (api_.pre_bind != nullptr) points.pre_bind = this;
  if (api_.post_bind != nullptr) points.post_bind = this;
  if (api_.on_cluster_event != nullptr) points.cluster_event = this;
  if (api_.queues != nullptr) points.queue_select = this;
  if (api_.watches != nullptr) points.object_watch = this;
  if (api_.save_state != nullptr) points.state = this;
  return points;
}

Status AbiPlugin::PreFilter(CycleState& state, const PodClassView& pod,
                            const ClusterView& cluster) const {
  const tutti_pod_class c_pod = ToC(pod);
  StatusToC status;
  api_.pre_filter(self_, &CycleOf(state), &c_pod, ClusterToC(cluster).c(), status.c());
  return status.Take();
}

Status AbiPlugin::FilterBlock(const CycleState& state, const PodClassView& pod,
                              const NodeBlockView& block, BlockVerdict& verdict) const {
  const Cycle cycle(state);
  const tutti_pod_class c_pod = ToC(pod);
  const tutti_node_block c_block = ToC(block);
  tutti_block_verdict said;
  said.struct_size = sizeof said;
  said.reserved = 0;
  abi::ToC(verdict, said);
  StatusToC status;
  api_.filter_block(self_, cycle.c(), &c_pod, &c_block, &said, status.c());
  verdict = abi::FromC(said);
  return status.Take();
}

Status AbiPlugin::Filter(const CycleState& state, const PodClassView& pod,
                         const NodeView& node) const {
  NodeMask alone;
  alone.Add(node.offset());
  BlockVerdict verdict(alone);
  Status status = FilterBlock(state, pod, node.block(), verdict);
  return status.ok() ? RefusalOf(verdict, node.offset()) : status;
}

Status AbiPlugin::PreScore(CycleState& state, const PodClassView& pod,
                           const ClusterView& cluster) const {
  const tutti_pod_class c_pod = ToC(pod);
  StatusToC status;
  api_.pre_score(self_, &CycleOf(state), &c_pod, ClusterToC(cluster).c(), status.c());
  return status.Take();
}

void AbiPlugin::ScoreBlock(const CycleState& state, const PodClassView& pod,
                           const NodeBlockView& block, const NodeMask& candidates,
                           std::span<int64_t, kNodesPerBlock> scores) const {
  const Cycle cycle(state);
  const tutti_pod_class c_pod = ToC(pod);
  const tutti_node_block c_block = ToC(block);
  const tutti_node_mask c_candidates = abi::ToC(candidates);
  StatusToC status;
  api_.score_block(self_, cycle.c(), &c_pod, &c_block, &c_candidates, scores.data(), status.c());
  status.ThrowIfFailed();
}

int64_t AbiPlugin::Score(const CycleState& state, const PodClassView& pod,
                         const NodeView& node) const {
  NodeMask alone;
  alone.Add(node.offset());
  std::array<int64_t, kNodesPerBlock> scores;
  scores[node.offset()] = 0;  // a plugin that writes nothing
  ScoreBlock(state, pod, node.block(), alone, scores);
  return scores[node.offset()];
}

bool AbiPlugin::IsNodeLocal() const {
  return api_.is_node_local != nullptr && api_.is_node_local(self_);
}

bool AbiPlugin::HasNormalizeScore() const {
  return api_.has_normalize_score != nullptr && api_.has_normalize_score(self_);
}

void AbiPlugin::NormalizeScore(const CycleState& state, const PodClassView& pod,
                               std::span<int64_t> scores) const {
  const Cycle cycle(state);
  const tutti_pod_class c_pod = ToC(pod);
  StatusToC status;
  api_.normalize_score(self_, cycle.c(), &c_pod, scores.data(), scores.size(), status.c());
  status.ThrowIfFailed();
}

DeviceSet AbiPlugin::SelectDevices(const CycleState& state, const PodClassView& pod,
                                   const NodeView& node, const DeviceRequest& request,
                                   const DeviceSet& fitting) const {
  const Cycle cycle(state);
  const tutti_pod_class c_pod = ToC(pod);
  const tutti_node_block c_block = ToC(node.block());
  const tutti_device_request c_request = {.struct_size = sizeof c_request,
                                          .count = request.count,
                                          .milli = request.milli,
                                          .fitting = abi::ToC(fitting),
                                          .reserved = 0};
  StatusToC status;
  const uint32_t selected = api_.select_devices(self_, cycle.c(), &c_pod, &c_block, node.offset(),
                                                &c_request, status.c());
  status.ThrowIfFailed();
  return abi::DevicesFromC(selected);
}

Status AbiPlugin::PreEnqueue(const GangView& gang, const ClusterView& cluster) const {
  StatusToC status;
  api_.pre_enqueue(self_, GangToC(gang).c(), ClusterToC(cluster).c(), status.c());
  return status.Take();
}

bool AbiPlugin::Less(const GangView& a, const GangView& b) const {
  StatusToC status;
  const bool less = api_.queue_less(self_, GangToC(a).c(), GangToC(b).c(), status.c());
  status.ThrowIfFailed();
  return less;
}

Status AbiPlugin::PlacementGenerate(CycleState& state, const GangView& gang,
                                    const ClusterView& cluster,
                                    std::vector<Domain>& domains) const {
  StatusToC status;
  api_.placement_generate(self_, &CycleOf(state), GangToC(gang).c(), ClusterToC(cluster).c(),
                          ToC(domains), status.c());
  return status.Take();
}

int64_t AbiPlugin::PlacementScore(const CycleState& state, const GangView& gang,
                                  const PlacementView& placement,
                                  const ClusterView& cluster) const {
  const Cycle cycle(state);
  StatusToC status;
  const int64_t score =
      api_.placement_score(self_, cycle.c(), GangToC(gang).c(), PlacementToC(placement).c(),
                           ClusterToC(cluster).c(), status.c());
  status.ThrowIfFailed();
  return score;
}

Status AbiPlugin::PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                             const ClusterView& cluster, Nomination& nomination) const {
  const tutti_gang_diagnosis c_diagnosis = ToC(diagnosis);
  StatusToC status;
  api_.post_filter(self_, GangToC(gang).c(), &c_diagnosis, ClusterToC(cluster).c(), ToC(nomination),
                   status.c());
  return status.Take();
}

Status AbiPlugin::SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                                const ClusterView& cluster, const BoundPods& pods,
                                std::vector<PodUid>& victims) const {
  const tutti_gang_diagnosis c_diagnosis = ToC(diagnosis);
  const BoundPodsToC c_pods(pods);
  StatusToC status;
  api_.select_victims(self_, GangToC(gang).c(), &c_diagnosis, ClusterToC(cluster).c(), c_pods.c(),
                      ToC(victims), status.c());
  return status.Take();
}

Status AbiPlugin::Reserve(const GangView& gang, const PlacementView& placement,
                          const ClusterView& cluster) {
  StatusToC status;
  api_.reserve(self_, GangToC(gang).c(), PlacementToC(placement).c(), ClusterToC(cluster).c(),
               status.c());
  return status.Take();
}

void AbiPlugin::ReserveAgain(const GangView& gang, const PlacementView& placement,
                             const ClusterView& cluster) {
  if (api_.reserve_again == nullptr)
    return static_cast<void>(AbiPlugin::Reserve(gang, placement, cluster));
  StatusToC status;
  api_.reserve_again(self_, GangToC(gang).c(), PlacementToC(placement).c(), ClusterToC(cluster).c(),
                     status.c());
  status.ThrowIfFailed();
}

void AbiPlugin::Unreserve(const GangView& gang, const PlacementView& placement) {
  StatusToC status;
  api_.unreserve(self_, GangToC(gang).c(), PlacementToC(placement).c(), status.c());
  status.ThrowIfFailed();
}

Status AbiPlugin::Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) {
  const tutti_placed_pod c_pod = ToC(pod);
  int64_t timeout_ns = timeout.count();
  StatusToC status;
  api_.permit(self_, &c_pod, &timeout_ns, status.c());
  timeout = std::chrono::nanoseconds(timeout_ns);
  return status.Take();
}

Status AbiPlugin::PreBind(const PlacedPodView& pod, BindAnnotations& annotations) {
  const tutti_placed_pod c_pod = ToC(pod);
  StatusToC status;
  api_.pre_bind(self_, &c_pod, ToC(annotations), status.c());
  return status.Take();
}

void AbiPlugin::PostBind(const PlacedPodView& pod) {
  const tutti_placed_pod c_pod = ToC(pod);
  StatusToC status;
  api_.post_bind(self_, &c_pod, status.c());
  status.ThrowIfFailed();
}

ClusterEventKinds AbiPlugin::EventsToRegister() const { return api_.events_to_register(self_); }

QueueingHint AbiPlugin::OnClusterEvent(const ClusterEventView& event) {
  StatusToC status;
  const uint32_t hint = api_.on_cluster_event(self_, ClusterEventToC(event).c(), status.c());
  status.ThrowIfFailed();
  return hint == TUTTI_QUEUE ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
}

}  // namespace tutti::loader
