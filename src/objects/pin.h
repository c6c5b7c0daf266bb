// Pin: the node names that Tutti itself wrote into a pod's required node affinity, and how to take
// them out again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/node_selector.h"

namespace tutti::objects {

inline constexpr char kGateName[] = "tutti.dev/gang";
// Asked for by gang pods that the webhook marks, so that kube-scheduler sends no other pods to us
// (managedResources). No node has it and nobody counts it.
inline constexpr char kMemberResource[] = "tutti.dev/gang-member";
inline constexpr char kPinnedNodesAnnotation[] = "tutti.dev/pinned-nodes";  // "node-a,node-b"
inline constexpr char kPlanAnnotation[] = "tutti.dev/plan";
inline constexpr size_t kMostPins = 8;

// The node names in the annotation; empty where there are none or more than kMostPins.
std::vector<std::string> PinnedNodes(std::string_view annotation);

// A pin is a requirement `metadata.name In [X]` at the end of a term's matchFields, X one of
// `pins`. We wrote either one term per pinned node and nothing else (the pod had no required
// terms), or each of the pod's terms once per pinned node with the requirement added. Answers the
// terms as they were before: nullopt inside where there were none. Outer nullopt: the terms are not
// of these forms, so nobody pinned them.
std::optional<std::optional<model::NodeSelector>> WithoutPins(const model::NodeSelector& terms,
                                                              const std::vector<std::string>& pins);

}  // namespace tutti::objects
