// Eligibility: may pods of a shape run on a node at all, whatever room it has?
#pragma once

#include "base/interner.h"
#include "model/pod_info.h"

namespace tutti::model {

// Taints against tolerations (NoSchedule, NoExecute; unschedulable is the taint
// node.kubernetes.io/unschedulable), node selector, required node affinity. The rules of
// kube-scheduler's TaintToleration, NodeUnschedulable and NodeAffinity plugins.
bool Eligible(const PodShape& shape, const NodeInfo& node, const base::Interner& labels);

bool Tolerates(const std::vector<Toleration>& tolerations, const Taint& taint);

}  // namespace tutti::model
