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
  return plugin;
}

AbiPlugin::~AbiPlugin() {
  if (self_ != nullptr) api_.destroy(self_);
}

framework::Points AbiPlugin::points() const {
  framework::Points points;
  if (api_.pre_filter != nullptr) points.pre_filter = this;
  if (api_.filter_block != nullptr) points.filter = this;
  if (api_.pre_score != nullptr) points.pre_score = this;
  if (api_.score_block != nullptr) points.score = this;
  if (api_.pre_enqueue != nullptr) points.pre_enqueue = this;
  if (api_.queue_less != nullptr) points.queue_sort = this;
  if (api_.placement_generate != nullptr) points.placement_generate = this;
  if (api_.placement_score != nullptr) points.placement_score = this;
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

}  // namespace tutti::loader
