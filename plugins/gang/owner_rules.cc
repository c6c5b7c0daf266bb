#include "owner_rules.h"

namespace tutti::gang {
namespace {

OwnerRule JobSet() {
  const std::vector<CountFactor> pods = {
      {"/replicas"}, {"/template/spec/parallelism", 1, "/template/spec/completions"}};
  // What starts in order is made only when the jobs before it are ready.
  constexpr std::string_view kOrder = "/spec/startupPolicy/startupPolicyOrder";
  return {
      .kind = {"jobset.x-k8s.io", {"v1alpha2"}, "jobsets"},
      .kind_name = "JobSet",
      .name_label = "jobset.sigs.k8s.io/jobset-name",
      .role_label = "jobset.sigs.k8s.io/replicatedjob-name",
      .roles = {{.parts = "/spec/replicatedJobs/*",
                 .factors = pods,
                 .role_at = "/name",
                 .unless = "/dependsOn/0",
                 .field = kOrder,
                 .value = "InOrder",
                 .equal = false},
                {.parts = "/spec/replicatedJobs/0",
                 .factors = pods,
                 .role_at = "/name",
                 .field = kOrder,
                 .value = "InOrder"}},
  };
}

OwnerRule LeaderWorkerSet() {
  return {
      .kind = {"leaderworkerset.x-k8s.io", {"v1"}, "leaderworkersets"},
      .kind_name = "LeaderWorkerSet",
      .name_label = "leaderworkerset.sigs.k8s.io/name",
      .index_label = "leaderworkerset.sigs.k8s.io/group-index",
      .size_annotation = "leaderworkerset.sigs.k8s.io/size",
      .unless_annotation = "leaderworkerset.sigs.k8s.io/exclusive-topology",
  };
}

// `replicas`: where the numbers of pods are.
OwnerRule Kubeflow(ObjectKind kind, std::string_view kind_name, std::string_view replicas) {
  return {
      .kind = std::move(kind),
      .kind_name = kind_name,
      .role_label = "training.kubeflow.org/replica-type",
      .roles = {{.parts = replicas, .factors = {{"/replicas"}}}},
      .min_member = "/spec/runPolicy/schedulingPolicy/minAvailable",
  };
}

OwnerRule RayCluster() {
  constexpr std::string_view kAutoscaling = "/spec/enableInTreeAutoscaling";
  const auto workers = [&](std::string_view count, bool autoscaled) {
    return RoleRule{.parts = "/spec/workerGroupSpecs/*",
                    .factors = {{count, 0}, {"/numOfHosts"}},
                    .role_at = "/groupName",
                    .unless = "/suspend",
                    .field = kAutoscaling,
                    .value = "true",
                    .equal = autoscaled};
  };
  return {
      .kind = {"ray.io", {"v1", "v1alpha1"}, "rayclusters"},
      .kind_name = "RayCluster",
      .role_label = "ray.io/group",
      .roles = {{.parts = "/spec/headGroupSpec", .role = "headgroup"},
                workers("/replicas", false),
                workers("/minReplicas", true)},
  };
}

}  // namespace

std::vector<OwnerRule> BuiltinOwnerRules() {
  const auto v1 = [](std::string resource) {
    return ObjectKind{"kubeflow.org", {"v1"}, std::move(resource)};
  };
  return {
      JobSet(),
      LeaderWorkerSet(),
      Kubeflow(v1("tfjobs"), "TFJob", "/spec/tfReplicaSpecs/*"),
      Kubeflow(v1("pytorchjobs"), "PyTorchJob", "/spec/pytorchReplicaSpecs/*"),
      Kubeflow(v1("xgboostjobs"), "XGBoostJob", "/spec/xgbReplicaSpecs/*"),
      Kubeflow(v1("jaxjobs"), "JAXJob", "/spec/jaxReplicaSpecs/*"),
      Kubeflow(v1("paddlejobs"), "PaddleJob", "/spec/paddleReplicaSpecs/*"),
      // The launcher may be made only when the workers are ready.
      Kubeflow({"kubeflow.org", {"v2beta1", "v1"}, "mpijobs"}, "MPIJob",
               "/spec/mpiReplicaSpecs/Worker"),
      RayCluster(),
  };
}

}  // namespace tutti::gang
