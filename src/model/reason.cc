#include "model/reason.h"

#include <array>

#include "absl/strings/str_format.h"
#include "base/quantity.h"

namespace tutti::model {
namespace {

struct CodeText {
  std::string_view name;
  std::string_view help;
};

constexpr std::array<CodeText, kReasonCodes> kTexts = {{
    {"None", "nothing to say"},
    {"Placed", "has a planned node; kube-scheduler binds it next"},
    {"Scheduled", "minMember members are bound"},
    {"Misconfigured", "the gang's markers are wrong; correct what the message names"},
    {"WaitingForSpec",
     "the PodGroup or Job that gives the gang's size does not exist yet; create it"},
    {"WaitingForMembers",
     "fewer pods than minMember exist; the gang is placed when the rest is created"},
    {"WaitingForCapacity",
     "not enough free room for minMember pods at once; waits for running pods to finish"},
    {"BehindHead", "there is room, but using it would delay the gang at the head of the queue"},
    {"ExceedsCluster",
     "minMember pods would not fit even into an empty cluster; ask for less or add nodes"},
    {"NoEligibleNode",
     "no node accepts such a pod; check taints, node selector, affinity and volumes"},
    {"BackingOff",
     "members were missing at the wait timeout; the gang is tried again after a pause"},
    {"PinnedNodeLost", "the node it was pinned to cannot take it any more; recreate the pod"},
    {"NodeReserved", "the node's free room is reserved for a gang"},
    {"PlacedNodeNotOffered",
     "kube-scheduler did not offer the planned node; the pod is retried or replanned"},
    {"NotYetSeen", "the pod is newer than Tutti's view of the cluster; it is retried at once"},
    {"NotReady", "Tutti is not synced yet or not the leader"},
    {"PartialGangEvicted", "too few of the gang's members run, so those that did were evicted"},
    {"BindFailed", "the pod was not bound; kube-scheduler tries again"},
    {"RefusedByPlugin",
     "a plugin refuses every node that has room; it says why under its own code"},
    {"PluginFailed",
     "a plugin failed and is configured to reject then; see the log and mend or disable it"},
    {"Held", "an operator holds the gang or its queue; it goes on after Resume"},
    {"MaxRunTimeExceeded",
     "the gang ran for longer than its queue allows and was evicted as a whole"},
    {"GangAtMax",
     "as many members as the gang may have at once run; this one follows when one of them ends"},
    {"WaitingForRole",
     "its node is reserved; it starts when the role of its gang that it starts after is ready"},
}};

}  // namespace

std::string_view CodeName(ReasonCode code) { return kTexts[static_cast<size_t>(code)].name; }

std::string_view CodeName(const Reason& reason) {
  return reason.plugin != nullptr ? std::string_view(reason.plugin->code) : CodeName(reason.code);
}

std::string_view CodeHelp(ReasonCode code) { return kTexts[static_cast<size_t>(code)].help; }

std::string AmountText(int64_t amount, ResourceId resource, const ResourceTable& resources) {
  if (IsMilli(resource)) return base::FormatMilli(amount) + " " + resources.Name(resource);
  if (resource == kMemory || resource == kEphemeralStorage) {
    return base::FormatBytes(amount) + " " + resources.Name(resource);
  }
  return absl::StrFormat("%d %s", amount, resources.Name(resource));
}

std::string Describe(const Reason& reason, const std::vector<Holder>& holders,
                     const ResourceTable& resources) {
  std::string text = reason.plugin != nullptr
                         ? absl::StrFormat("%s: %s (plugin %s)", reason.plugin->code,
                                           reason.plugin->meaning, reason.plugin->plugin)
                         : absl::StrFormat("%s: %s", CodeName(reason.code), CodeHelp(reason.code));
  if (reason.need == 0 && reason.have == 0) return text;
  if (!reason.resource.valid())
    return absl::StrFormat("%s (need %d, have %d)", text, reason.need, reason.have);
  absl::StrAppendFormat(&text, " (need %s, have %s",
                        AmountText(reason.need, reason.resource, resources),
                        AmountText(reason.have, reason.resource, resources));
  for (size_t i = 0; i < holders.size(); ++i) {
    absl::StrAppendFormat(&text, "%s %s %s", i == 0 ? "; held by" : ",", holders[i].who,
                          AmountText(holders[i].amount, reason.resource, resources));
  }
  return text + ")";
}

std::string StableMessage(const Reason& reason) {
  const bool members = reason.need > 0 && !reason.resource.valid() && reason.plugin == nullptr;
  if (!members) return absl::StrFormat("tutti/%s", CodeName(reason));
  return absl::StrFormat("tutti/%s: needs %d at once", CodeName(reason.code), reason.need);
}

}  // namespace tutti::model
