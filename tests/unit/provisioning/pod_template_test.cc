#include "provisioning/pod_template.h"

#include <gtest/gtest.h>

namespace tutti::provisioning {
namespace {

using nlohmann::json;

json Pod() {
  return json::parse(R"({
    "metadata": {
      "name": "train-0", "namespace": "team", "uid": "u-1",
      "labels": {"app": "train"}, "annotations": {"tutti.dev/gang": "train"}},
    "spec": {
      "nodeName": "n1",
      "schedulingGates": [{"name": "tutti.dev/gang"}],
      "nodeSelector": {"zone": "a"},
      "tolerations": [{"key": "gpu", "operator": "Exists"}],
      "priority": 10,
      "volumes": [{"name": "kube-api-access-x7k2p", "projected": {}},
                  {"name": "data", "emptyDir": {}}],
      "initContainers": [{"name": "i",
        "volumeMounts": [{"name": "kube-api-access-x7k2p", "mountPath": "/var"}]}],
      "containers": [{"name": "c",
        "resources": {"requests": {"cpu": "1", "tutti.dev/gang-member": "1"},
                      "limits": {"tutti.dev/gang-member": "1"}},
        "volumeMounts": [{"name": "kube-api-access-x7k2p", "mountPath": "/var"},
                         {"name": "data", "mountPath": "/data"}]}]},
    "status": {"phase": "Pending"}})");
}

TEST(PodTemplateTest, WhatBelongsToThisPodOrToTuttiIsLeftOut) {
  EXPECT_EQ(PodTemplateOf(Pod()), json::parse(R"({
    "metadata": {"labels": {"app": "train"}},
    "spec": {
      "nodeSelector": {"zone": "a"},
      "tolerations": [{"key": "gpu", "operator": "Exists"}],
      "priority": 10,
      "volumes": [{"name": "data", "emptyDir": {}}],
      "initContainers": [{"name": "i"}],
      "containers": [{"name": "c",
        "resources": {"requests": {"cpu": "1"}},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}})"));
}

TEST(PodTemplateTest, APodOfAnyShapeIsRead) {
  for (const char* text :
       {"{}", "[]", R"({"spec": 1})", R"({"spec": {"containers": [1, {}], "volumes": [2]}})",
        R"({"metadata": {"labels": null}, "spec": {"containers": {}, "volumes": {}}})"}) {
    const json made = PodTemplateOf(json::parse(text));
    EXPECT_TRUE(made["spec"].is_object()) << text;
    EXPECT_TRUE(made["metadata"]["labels"].is_object()) << text;
  }
}

TEST(PodTemplateTest, TheOwnerIsThePodsControllerOtherwiseThePod) {
  json pod = Pod();
  EXPECT_EQ(OwnerOf(pod), json::parse(R"({"apiVersion": "v1", "kind": "Pod", "name": "train-0",
                                          "uid": "u-1"})"));
  pod["metadata"]["ownerReferences"] = json::parse(R"([
    {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "u-2"},
    {"apiVersion": "batch/v1", "kind": "Job", "name": "train", "uid": "u-3", "controller": true,
     "blockOwnerDeletion": true}])");
  EXPECT_EQ(OwnerOf(pod), json::parse(R"({"apiVersion": "batch/v1", "kind": "Job",
                                          "name": "train", "uid": "u-3"})"));
  EXPECT_EQ(UidOf(pod), "u-1");
  EXPECT_EQ(UidOf(json::object()), "");
}

}  // namespace
}  // namespace tutti::provisioning
