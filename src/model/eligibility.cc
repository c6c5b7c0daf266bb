#include "model/eligibility.h"

#include <algorithm>

namespace tutti::model {
namespace {

bool Covers(const Toleration& toleration, const Taint& taint) {
  if (toleration.effect != TaintEffect::kNone && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  return toleration.exists || (!toleration.key.empty() && toleration.value == taint.value);
}

bool SelectorHolds(const PodShape& shape, const NodeInfo& node, const base::Interner& labels) {
  return std::all_of(shape.node_selector.begin(), shape.node_selector.end(),
                     [&](const auto& wanted) {
                       const base::StringId value = node.Label(labels.Find(wanted.first));
                       return value.valid() && labels.Text(value) == wanted.second;
                     });
}

}  // namespace

bool Tolerates(const std::vector<Toleration>& tolerations, const Taint& taint) {
  return std::any_of(tolerations.begin(), tolerations.end(),
                     [&](const Toleration& toleration) { return Covers(toleration, taint); });
}

Eligibility EligibilityOf(const PodShape& shape, const NodeInfo& node,
                          const base::Interner& labels) {
  if (shape.unknown_resource) return Eligibility::kUnknownResource;
  static const Taint kUnschedulable{"node.kubernetes.io/unschedulable", "",
                                    TaintEffect::kNoSchedule};
  if (node.unschedulable && !Tolerates(shape.tolerations, kUnschedulable))
    return Eligibility::kUnschedulable;
  for (const Taint& taint : node.taints) {
    const bool filters =
        taint.effect == TaintEffect::kNoSchedule || taint.effect == TaintEffect::kNoExecute;
    if (filters && !Tolerates(shape.tolerations, taint))
      return taint.key == kUnschedulable.key ? Eligibility::kUnschedulable
                                             : Eligibility::kUntoleratedTaint;
  }
  if (!SelectorHolds(shape, node, labels)) return Eligibility::kNodeSelector;
  const bool affine = !shape.required_affinity || Matches(*shape.required_affinity, node, labels);
  return affine ? Eligibility::kEligible : Eligibility::kNodeAffinity;
}

}  // namespace tutti::model
