// OwnerGrouping: pods grouped by who owns them, without a marker of their own; by the rules of
// owner_rules.h. Only where configuration names this dialect.
//
//   JobSet: one gang. Roles: the replicatedJobs, without those that are made later (dependsOn; with
//     startupPolicy InOrder all but the first)
//   LeaderWorkerSet: one gang per group. Pods with an exclusive topology are no members, as workers
//     are made only when their leader has a node. So is it with startupPolicy LeaderReady, which
//     pods do not tell: keep these out by the annotation below.
//   TFJob, PyTorchJob, XGBoostJob, JAXJob, PaddleJob of kubeflow.org: one gang. Roles: the replica
//     types; runPolicy.schedulingPolicy.minAvailable asks for fewer. MPIJob: its workers alone
//   RayCluster: one gang. Roles: the head and the worker groups (replicas; minReplicas with
//     enableInTreeAutoscaling)
//
//   annotation tutti.dev/gang-job: "false" keeps a pod out
//   annotation or label tutti.dev/queue, on the owner or on the pods: the queue
#pragma once

#include "owner_rules.h"
#include "tutti/gang_grouping.h"

namespace tutti::gang {

class OwnerGrouping final : public GangGrouping {
 public:
  explicit OwnerGrouping(std::vector<OwnerRule> rules = BuiltinOwnerRules());

  std::string_view name() const override { return "owner"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;

 private:
  const std::vector<OwnerRule> rules_;
};

}  // namespace tutti::gang
