// Eligibility: may pods of a shape run on a node at all, whatever room it has?
#pragma once

#include <cstdint>
#include <vector>

#include "base/interner.h"
#include "model/pod_info.h"

namespace tutti::model {

// Taints against tolerations (NoSchedule, NoExecute; unschedulable is the taint
// node.kubernetes.io/unschedulable), node selector, required node affinity. The rules of
// kube-scheduler's TaintToleration, NodeUnschedulable and NodeAffinity plugins.
enum class Eligibility : uint8_t {
  kEligible,
  kUnknownResource,  // asks for what no node can have
  kUnschedulable,
  kUntoleratedTaint,
  kNodeSelector,
  kNodeAffinity,
};
// The first rule that keeps them off, in this order.
Eligibility EligibilityOf(const PodShape& shape, const NodeInfo& node,
                          const base::Interner& labels);

inline bool Eligible(const PodShape& shape, const NodeInfo& node, const base::Interner& labels) {
  return EligibilityOf(shape, node, labels) == Eligibility::kEligible;
}

bool Tolerates(const std::vector<Toleration>& tolerations, const Taint& taint);

}  // namespace tutti::model
