// PodFilter: the Filter verdict on one pod over the nodes that kube-scheduler offers.
//
// Pure: a function of (pod, candidates, snapshot). No lock, clock, I/O or log line; the same
// question on the same snapshot has the same answer, so simulations and repeats are harmless.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/uid.h"
#include "model/cluster_snapshot.h"
#include "model/resource_list.h"

namespace tutti::framework {

struct FilterPod {
  base::Uid uid;                // invalid where the request has none
  std::string_view plan_token;  // annotation tutti.dev/plan
  bool in_gang = false;         // a grouping claims it
  int32_t priority = 0;
  const model::ResourceList* requests = nullptr;  // null: ask NeedsRequests first
};

struct FilterVerdict {
  enum class Kind {
    kAll,     // every offered node
    kOne,     // `node` alone
    kSubset,  // the offered nodes but those marked in `refused`
    kNone,    // no node: `reason` says why, and waiting for pods to be preempted would not help
  };
  Kind kind = Kind::kAll;
  model::NodeIndex node;
  model::Reason reason;           // of kNone, and of each refused node of kSubset
  std::vector<uint32_t> refused;  // positions in `candidates`, ascending
  bool report_not_offered =
      false;  // tell the core: the planned node `node` was not among the candidates
};

// The nodes that this pod would be refused, ascending: of the candidates, only these need to be
// looked up at all. None in the common case: a planned pod, or no reservation anywhere.
void NodesToRefuse(const FilterPod& pod, const model::ClusterSnapshot& snapshot,
                   std::vector<model::NodeIndex>& nodes);

// `candidates`: one per offered node, in the request's order; invalid for a name that the snapshot
// does not know (such a node is left to kube-scheduler for pods of no gang) or that is not among
// NodesToRefuse. Where that is empty and the pod is placed, only the planned node's presence
// matters: pass `planned_offered`.
FilterVerdict Filter(const FilterPod& pod, std::span<const model::NodeIndex> candidates,
                     bool planned_offered, const model::ClusterSnapshot& snapshot);

}  // namespace tutti::framework
