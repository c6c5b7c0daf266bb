#include "extender/pod_pipeline.h"

namespace tutti::extender {
namespace {

// The same pod, the same seed: a repeated question has the same answer.
uint64_t SeedOf(const base::Uid& uid) { return Mix(uid.high, uid.low); }

}  // namespace

void PodPipeline::Begin(const model::PodInfo& pod, std::span<const NodeIndex> candidates,
                        const model::ClusterSnapshot& snapshot) {
  if (generation_ != snapshot.generation) views_.Reset(snapshot.blocks);
  generation_ = snapshot.generation;
  fields_.assign(pod.shape->fields.begin(), pod.shape->fields.end());
  pod_ = {};
  pod_.namespace_name = pod.namespace_name;
  pod_.priority = pod.shape->priority;
  pod_.requests = pod.shape->requests.entries();
  pod_.fields = fields_;
  masks_.assign(snapshot.blocks.size(), {});
  for (const NodeIndex node : candidates) {
    if (node.valid()) masks_[BlockOf(node)].Add(OffsetOf(node));
  }
}

PodPipeline::Verdict PodPipeline::Filter(const model::PodInfo& pod,
                                         std::span<const NodeIndex> candidates,
                                         const model::ClusterSnapshot& snapshot) {
  Begin(pod, candidates, snapshot);
  Verdict verdict;
  framework::Cycle cycle(*plugins_.profile, pod_, SeedOf(pod.uid), &plugins_.on_failure);
  const ClusterView cluster = views_.view();
  verdict.failed = cycle.PreFilter(cluster);
  framework::Diagnosis diagnosis;
  diagnosis.keep_nodes = true;
  if (verdict.failed.ok() && cycle.filters())
    verdict.failed = cycle.Filter(cluster, masks_, &diagnosis);
  if (!verdict.failed.ok()) {
    verdict.whole.reason = plugins_.reasons->Find(verdict.failed.reason());
    verdict.whole.unresolvable = verdict.failed.code() == Code::kUnschedulableAndUnresolvable;
    return verdict;
  }
  for (const framework::Diagnosis::Refused& refused : diagnosis.nodes) {
    verdict.refused.push_back(
        {refused.node, {plugins_.reasons->Find(refused.reason), refused.unresolvable}});
  }
  return verdict;
}

void PodPipeline::Score(const model::PodInfo& pod, std::span<const NodeIndex> candidates,
                        const model::ClusterSnapshot& snapshot, std::vector<int64_t>& scores) {
  scores.assign(candidates.size(), 0);
  Begin(pod, candidates, snapshot);
  framework::Cycle cycle(*plugins_.profile, pod_, SeedOf(pod.uid), &plugins_.on_failure);
  const ClusterView cluster = views_.view();
  if (!cycle.PreFilter(cluster).ok() || !cycle.PreScore(cluster)) return;
  cycle.Score(cluster, masks_, totals_);
  int64_t most = 0;
  for (const auto& at : plugins_.profile->scores())
    most += kMaxNodeScore * plugins_.profile->plugins()[at.plugin].weight;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].valid()) scores[i] = (totals_[candidates[i].value] * kMost + most / 2) / most;
  }
}

}  // namespace tutti::extender
