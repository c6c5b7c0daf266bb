// FilterDecision: the verdict on one pod over the offered nodes, whatever door asked.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "extender/extender_args.h"
#include "extender/pod_pipeline.h"
#include "extender/workspace.h"
#include "framework/core_port.h"
#include "framework/pod_filter.h"
#include "model/cluster_snapshot.h"

namespace tutti::extender {

struct FilterDecision {
  framework::FilterVerdict verdict;
  size_t kept_position = 0;  // of kOne: where the planned node stands in the request
  std::string planned_node;  // where verdict.report_not_offered
  // Of the refused positions, those that plugins refuse, ascending; of kNone the one at position 0.
  std::vector<std::pair<uint32_t, PodPipeline::Refusal>> by_plugin;
  std::string error;  // a plugin failed: the pod cannot be judged
};

// kReal: what kube-scheduler asks. kDryRun: what a simulation asks (Cluster Autoscaler): a gang
// member that has no place yet gets every node that one such pod fits on by the numbers.
enum class FilterMode { kReal, kDryRun };

// `snapshot` must be ready. Pure apart from `workspace`, whose args are not touched. The Pod is
// decoded in full only where the snapshot does not know it. InvalidArgument: no readable Pod.
absl::StatusOr<FilterDecision> DecideFilter(const PodSummary& pod,
                                            std::span<const std::string_view> names,
                                            FilterMode mode, const model::ClusterSnapshot& snapshot,
                                            Workspace& workspace);

// What the decision log keeps of a decision on `offered` nodes.
framework::CorePort::FilterAnswer AnswerOf(base::Uid pod, const FilterDecision& decision,
                                           size_t offered, const model::ClusterSnapshot& snapshot);

// Of a pod of no gang, one score per name (PodPipeline::Score), and what the decision log keeps of
// it. nullopt: nobody scores, and `scores` stays as it is.
absl::StatusOr<std::optional<framework::CorePort::ScoreAnswer>> ScorePod(
    const PodSummary& pod, std::span<const std::string_view> names,
    const model::ClusterSnapshot& snapshot, Workspace& workspace, std::vector<int64_t>& scores);

// Why nodes are refused, for the reply: as many as a reader can use, no name twice. Nodes dropped
// beyond that carry no reason, which the protocol allows.
struct NamedRefusal {
  std::string_view node;
  std::string message;        // model::StableMessage
  bool unresolvable = false;  // preempting pods would not help
};
inline constexpr size_t kMostNamedRefusals = 32;
std::vector<NamedRefusal> NamedRefusals(const FilterDecision& decision,
                                        std::span<const std::string_view> names);

// What preempt makes of a decision: a reservation is no reason to drop a candidate, because with
// the victims gone the pod may fit beside it; nor is a plugin's refusal that this may cure.
void KeepForPreemption(FilterDecision& decision);

// Calls `keep(from, to)` for each run [from, to) of positions that the verdict keeps, in order.
template <class Keep>
void ForEachKeptRun(const FilterDecision& decision, size_t count, Keep&& keep) {
  using Kind = framework::FilterVerdict::Kind;
  switch (decision.verdict.kind) {
    case Kind::kAll:
      keep(size_t{0}, count);
      return;
    case Kind::kOne:
      keep(decision.kept_position, decision.kept_position + 1);
      return;
    case Kind::kNone:
      return;
    case Kind::kSubset:
      break;
  }
  size_t from = 0;
  for (const uint32_t refused : decision.verdict.refused) {
    if (refused > from) keep(from, size_t{refused});
    from = size_t{refused} + 1;
  }
  if (from < count) keep(from, count);
}

}  // namespace tutti::extender
