#include "admission/submit_rules.h"

#include <algorithm>

namespace tutti::admission {
namespace {

constexpr std::string_view kOwn = "/metadata";

// Whose pods are made of spec.template.
WorkloadKind Templated(std::string_view group, std::string_view resource, std::string_view kind) {
  return {group, resource, kind, {kOwn, "/spec/template/metadata"}};
}

WorkloadKind Kubeflow(std::string_view resource, std::string_view kind,
                      std::string_view templates) {
  return {"kubeflow.org", resource, kind, {kOwn, templates}};
}

// What its members wait for says which queue they are in.
WorkloadKind PodGroup(std::string_view group, std::string_view dialect) {
  return {group, "podgroups", "PodGroup", {kOwn}, {"/spec/queue"}, dialect};
}

std::vector<WorkloadKind> AllKinds() {
  return {
      {"", "pods", "Pod", {kOwn}},
      Templated("", "replicationcontrollers", "ReplicationController"),
      Templated("apps", "daemonsets", "DaemonSet"),
      Templated("apps", "deployments", "Deployment"),
      Templated("apps", "replicasets", "ReplicaSet"),
      Templated("apps", "statefulsets", "StatefulSet"),
      Templated("batch", "jobs", "Job"),
      {"batch",
       "cronjobs",
       "CronJob",
       {kOwn, "/spec/jobTemplate/metadata", "/spec/jobTemplate/spec/template/metadata"}},
      {"jobset.x-k8s.io",
       "jobsets",
       "JobSet",
       {kOwn, "/spec/replicatedJobs/[]/template/metadata",
        "/spec/replicatedJobs/[]/template/spec/template/metadata"}},
      {"leaderworkerset.x-k8s.io",
       "leaderworkersets",
       "LeaderWorkerSet",
       {kOwn, "/spec/leaderWorkerTemplate/leaderTemplate/metadata",
        "/spec/leaderWorkerTemplate/workerTemplate/metadata"}},
      Kubeflow("jaxjobs", "JAXJob", "/spec/jaxReplicaSpecs/{}/template/metadata"),
      Kubeflow("mpijobs", "MPIJob", "/spec/mpiReplicaSpecs/{}/template/metadata"),
      Kubeflow("paddlejobs", "PaddleJob", "/spec/paddleReplicaSpecs/{}/template/metadata"),
      Kubeflow("pytorchjobs", "PyTorchJob", "/spec/pytorchReplicaSpecs/{}/template/metadata"),
      Kubeflow("tfjobs", "TFJob", "/spec/tfReplicaSpecs/{}/template/metadata"),
      Kubeflow("xgboostjobs", "XGBoostJob", "/spec/xgbReplicaSpecs/{}/template/metadata"),
      {"ray.io",
       "rayclusters",
       "RayCluster",
       {kOwn, "/spec/headGroupSpec/template/metadata",
        "/spec/workerGroupSpecs/[]/template/metadata"}},
      {"ray.io",
       "rayjobs",
       "RayJob",
       {kOwn, "/spec/submitterPodTemplate/metadata",
        "/spec/rayClusterSpec/headGroupSpec/template/metadata",
        "/spec/rayClusterSpec/workerGroupSpecs/[]/template/metadata"}},
      {"ray.io",
       "rayservices",
       "RayService",
       {kOwn, "/spec/rayClusterConfig/headGroupSpec/template/metadata",
        "/spec/rayClusterConfig/workerGroupSpecs/[]/template/metadata"}},
      {"scheduling.k8s.io", "podgroups", "PodGroup", {kOwn}, {}, "podgroup"},
      {"scheduling.k8s.io", "compositepodgroups", "CompositePodGroup", {kOwn}, {}, "podgroup"},
      PodGroup("scheduling.x-k8s.io", "scheduling-x-k8s-io"),
      PodGroup("scheduling.volcano.sh", "volcano"),
      PodGroup("scheduling.run.ai", "kai"),
      PodGroup("scheduling.sigs.k8s.io", "koordinator"),
      PodGroup("scheduling.godel.kubewharf.io", "godel"),
  };
}

// As plugins/gang reads them. Not all of them need a gang's marker beside them: that may be written
// later, by another user.
std::vector<QueueMarker> AllMarkers() {
  return {
      {.key = "tutti.dev/queue", .annotation = true, .label = true},
      {.key = "scheduling.volcano.sh/queue-name", .annotation = true, .dialect = "volcano"},
      {.key = "yunikorn.apache.org/queue",
       .annotation = true,
       .label = true,
       .dialect = "yunikorn"},
      // A name that others use for something else.
      {.key = "queue",
       .label = true,
       .beside = {"yunikorn.apache.org/task-group-name", "yunikorn.apache.org/task-groups"},
       .dialect = "yunikorn"},
      {.key = "kueue.x-k8s.io/queue-name", .label = true, .dialect = "kueue"},
      {.key = "kai.scheduler/queue", .label = true, .dialect = "kai"},
      {.key = "quota.scheduling.koordinator.sh/name", .label = true, .dialect = "koordinator"},
  };
}

}  // namespace

const WorkloadKind* SubmitRules::Find(std::string_view group, std::string_view resource) const {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const WorkloadKind& kind) {
    return kind.group == group && kind.resource == resource;
  });
  return found == kinds.end() ? nullptr : &*found;
}

SubmitRules SubmitRulesFor(const std::vector<std::string>& dialects) {
  const auto is_on = [&](std::string_view name) {
    return std::find(dialects.begin(), dialects.end(), name) != dialects.end();
  };
  SubmitRules rules{AllKinds(), AllMarkers()};
  std::erase_if(rules.kinds, [&](const WorkloadKind& kind) {
    return !kind.dialect.empty() && !is_on(kind.dialect);
  });
  std::erase_if(rules.markers, [&](const QueueMarker& marker) {
    return !marker.dialect.empty() && !is_on(marker.dialect);
  });
  return rules;
}

}  // namespace tutti::admission
