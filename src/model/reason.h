// Reason: why a pod or a gang is where it is. One closed vocabulary for kube-scheduler's messages,
// events, conditions, logs, metrics and the control API.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/reason_table.h"
#include "model/resource_table.h"

namespace tutti::model {

enum class ReasonCode : uint8_t {
  kNone,
  kPlaced,              // has a node
  kScheduled,           // minMember members are bound
  kMisconfigured,       // its markers are wrong
  kWaitingForSpec,      // the object that says its size is not there yet
  kWaitingForMembers,   // fewer pods than minMember exist
  kWaitingForCapacity,  // does not fit now; could fit when others finish
  kBehindHead,          // would fit, but would delay the gang at the head of the queue
  kExceedsCluster,      // could not fit even if the cluster were empty
  kNoEligibleNode,      // no node takes such a pod (taints, selectors, refused nodes)
  kBackingOff,          // gave up its nodes at the wait timeout and waits before the next try
  kPinnedNodeLost,      // the only nodes it may still use cannot take it any more: recreate the pod
  kNodeReserved,        // a pod of no gang: the free room of the node is promised to a gang
  kPlacedNodeNotOffered,  // kube-scheduler did not offer the planned node
  kNotYetSeen,            // kube-scheduler knows a pod that our watch has not shown yet
  kNotReady,              // not synced, or not the leader
  kPartialGangEvicted,    // bound members were evicted: too few others were bound, or ran on
  kBindFailed,            // a bind came to nothing; kube-scheduler tries again
  kRefusedByPlugin,       // a plugin refuses it; Reason::plugin says why
  kPluginFailed,          // a plugin failed, and its onError is reject
  kHeld,                  // somebody has put it on hold, or its queue
  kMaxRunTimeExceeded,    // bound members were evicted: it ran for longer than its queue allows
  kGangAtMax,             // as many members as the gang may have at once have a node
  kWaitingForRole,        // has a node, but starts after a role that is not ready yet
};
inline constexpr int kReasonCodes = static_cast<int>(ReasonCode::kWaitingForRole) + 1;

struct Reason {
  ReasonCode code = ReasonCode::kNone;
  int64_t need = 0;  // members, or units of `resource` where it is set
  int64_t have = 0;
  ResourceId resource;                   // the scarcest one, where one can be named
  const PluginReason* plugin = nullptr;  // of kRefusedByPlugin; lives as long as the process

  bool operator==(const Reason&) const = default;
};

// Somebody who holds what a gang waits for.
struct Holder {
  std::string who;     // "gang train-a", "pods of no gang"
  int64_t amount = 0;  // units of Reason::resource

  bool operator==(const Holder&) const = default;
};

// "WaitingForMembers": the metric label, the event reason, the code in messages.
std::string_view CodeName(ReasonCode code);
// As above; of a plugin's reason, the plugin's own code.
std::string_view CodeName(const Reason& reason);
// One line on what the code means and what its reader can do: docs are generated from it.
std::string_view CodeHelp(ReasonCode code);

// "16 cpu", "24Gi memory", "8 nvidia.com/gpu".
std::string AmountText(int64_t amount, ResourceId resource, const ResourceTable& resources);

// For events, logs and people: every number, and who holds what is short. Changes as the state
// changes.
std::string Describe(const Reason& reason, const std::vector<Holder>& holders,
                     const ResourceTable& resources);
// For kube-scheduler: starts with "tutti/", holds only what does not change between retries,
// because a changed message requeues the pod.
std::string StableMessage(const Reason& reason);

}  // namespace tutti::model
