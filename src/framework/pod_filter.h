// PodFilter: the Filter verdict on one pod over the nodes that kube-scheduler offers.
//
// Pure: a function of (pod, offered nodes, snapshot). No lock, clock, I/O or log line; the same
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
  const model::ResourceList* requests = nullptr;  // null: not decoded, as the pod is known
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
  model::Reason reason;             // of kNone, and of each refused node of kSubset
  std::vector<uint32_t> refused;    // positions among the offered nodes, ascending
  bool report_not_offered = false;  // tell the core: the planned node `node` was not offered
};

// The nodes that this pod is refused, ascending: of the offered ones, only these need to be looked
// up at all. None in the common case: a planned pod, or no reservation anywhere.
void NodesToRefuse(const FilterPod& pod, const model::ClusterSnapshot& snapshot,
                   std::vector<model::NodeIndex>& nodes);

// `refused`: where NodesToRefuse stand among the offered nodes, ascending. A node that the snapshot
// does not know is left to kube-scheduler for pods of no gang. Where the pod is placed, only the
// planned node's presence matters: `planned_offered`.
FilterVerdict Filter(const FilterPod& pod, std::span<const uint32_t> refused, bool planned_offered,
                     const model::ClusterSnapshot& snapshot);

}  // namespace tutti::framework
