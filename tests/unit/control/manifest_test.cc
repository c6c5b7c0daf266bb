#include "control/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "builtin_plugins.h"

namespace tutti::control {
namespace {

using planner::SimulatedJob;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ManifestTest : public ::testing::Test {
 protected:
  ManifestTest() {
    std::vector<std::string> unknown;
    owned_ = BuiltinGangGroupings(BuiltinGangDialects(), {}, unknown);
    for (const auto& grouping : owned_) groupings_.push_back(grouping.get());
  }
  absl::StatusOr<std::vector<SimulatedJob>> Jobs(const std::string& text) {
    Manifest manifest(resources_, groupings_, nullptr, "team");
    const absl::Status status = manifest.Read(text);
    if (!status.ok()) return status;
    return manifest.TakeJobs();
  }
  std::string Refusal(const std::string& text) {
    const absl::StatusOr<std::vector<SimulatedJob>> jobs = Jobs(text);
    EXPECT_EQ(jobs.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(jobs.status().message());
  }
  static const model::PodInfo& First(const SimulatedJob& job) { return job.pods.front(); }

  model::ResourceTable resources_;
  std::vector<std::unique_ptr<GangGrouping>> owned_;
  objects::GangGroupings groupings_;
};

constexpr char kGangJob[] = R"(
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  parallelism: 3
  completions: 3
  template:
    metadata:
      annotations: {tutti.dev/gang-job: "true"}
    spec:
      containers:
      - name: main
        resources: {requests: {cpu: 2, memory: 1Gi, nvidia.com/gpu: "1"}}
)";

TEST_F(ManifestTest, AJobIsAsManyPodsAsItWouldMake) {
  const auto jobs = Jobs(kGangJob);
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_THAT(*jobs, SizeIs(1));
  const SimulatedJob& job = jobs->front();
  EXPECT_FALSE(job.single_pods);
  EXPECT_EQ(job.gang->display_name, "train");
  EXPECT_EQ(job.gang->key.namespace_name, "team");
  EXPECT_EQ(job.gang->key.dialect, "job");
  EXPECT_EQ(job.gang->min_member(), 3);
  EXPECT_EQ(job.gang->waiting, 3);
  EXPECT_EQ(First(job).shape->requests.Get(model::kCpu), 2000);
  EXPECT_EQ(First(job).shape->requests.Get(model::kMemory), int64_t{1} << 30);
  EXPECT_EQ(resources_.size(), 4u) << "the GPU's name is the manifest's own";
}

TEST_F(ManifestTest, GangsOfSeveralDocumentsAndPodsOfNone) {
  const auto jobs = Jobs(std::string(kGangJob) + R"(
---
apiVersion: scheduling.x-k8s.io/v1alpha1
kind: PodGroup
metadata: {name: pg, namespace: other}
spec: {minMember: 2}
---
# nothing but a comment
---
{"kind": "PodList", "apiVersion": "v1", "items": [
  {"metadata": {"name": "pg-0", "namespace": "other", "labels": {"scheduling.x-k8s.io/pod-group": "pg"}}, "spec": {"containers": []}},
  {"metadata": {"name": "pg-1", "namespace": "other", "labels": {"scheduling.x-k8s.io/pod-group": "pg"}}, "spec": {"containers": []}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 4, template: {spec: {containers: [{name: c, resources: {requests: {cpu: 100m}}}]}}}
)");
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_THAT(*jobs, SizeIs(3));
  EXPECT_EQ((*jobs)[1].gang->display_name, "pg");
  EXPECT_EQ((*jobs)[1].gang->min_member(), 2);
  EXPECT_TRUE((*jobs)[2].single_pods);
  EXPECT_EQ((*jobs)[2].gang->waiting, 4);
  EXPECT_EQ((*jobs)[2].gang->display_name, "web-0");
}

TEST_F(ManifestTest, PodsOfGroupsOfGroupsAreOfTheTopmostGang) {
  const auto jobs = Jobs(R"(
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {schedulingGroup: {podGroupName: workers}, containers: [{name: main}]}
---
apiVersion: scheduling.k8s.io/v1beta1
kind: PodGroup
metadata: {name: workers}
spec: {parentCompositePodGroupName: train, schedulingPolicy: {gang: {minCount: 3}}}
---
apiVersion: scheduling.k8s.io/v1alpha3
kind: CompositePodGroup
metadata: {name: train}
spec: {schedulingPolicy: {gang: {minGroupCount: 1}}}
)");
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_THAT(*jobs, SizeIs(1));
  EXPECT_EQ(jobs->front().gang->display_name, "train");
  EXPECT_EQ(jobs->front().gang->min_member(), 3);
  EXPECT_EQ(First(jobs->front()).gang->role, "workers");
}

TEST_F(ManifestTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(Refusal(""), HasSubstr("there are no pods to simulate"));
  EXPECT_THAT(Refusal("{\"kind\": \"Pod\""), HasSubstr("document 1 of the manifest: is no JSON"));
  EXPECT_THAT(Refusal("kind: Pod\n---\nkind: [\n"), HasSubstr("document 2 of the manifest: line"));
  EXPECT_THAT(Refusal("- a\n- b\n"), HasSubstr("is no object"));
  EXPECT_THAT(Refusal("kind: Pod\nkind: Job\n"), HasSubstr("stands there twice"));
  EXPECT_THAT(Refusal("kind: CronJob\n"), HasSubstr("cannot simulate kind \"CronJob\""));
  EXPECT_THAT(Refusal("kind: Job\nmetadata: {name: j}\nspec: {parallelism: many}\n"),
              HasSubstr("Job j: spec.parallelism: expected a number"));
  EXPECT_THAT(Refusal("kind: PodList\nitems: 3\n"), HasSubstr("expected an array items"));
  EXPECT_THAT(
      Refusal("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{resources: {requests: {cpu: "
              "lots}}}]}\n"),
      HasSubstr("cpu"));
  EXPECT_THAT(Refusal(std::string(Manifest::kMostBytes + 1, ' ')), HasSubstr("expected at most"));
  EXPECT_THAT(Refusal("kind: Job\nmetadata: {name: j}\nspec: {parallelism: 20001}\n"),
              HasSubstr("more than 20000 pods"));
  EXPECT_THAT(Refusal("kind: Job\nmetadata: {name: j}\nspec: {parallelism: 9223372036854775807}\n"),
              HasSubstr("more than 20000 pods"));
  EXPECT_THAT(Refusal("{\"kind\": " + std::string(100'000, '[')), HasSubstr("deeper"));
}

TEST_F(ManifestTest, AGangInShort) {
  Manifest manifest(resources_, groupings_, nullptr, "team");
  GangSpecText gang;
  gang.name = "g";
  gang.min_member = 3;
  gang.priority = 7;
  gang.pods = {{1, {{"cpu", "1"}}, {{"role", "driver"}}}, {4, {{"cpu", "2"}}, {}}};
  ASSERT_TRUE(manifest.Add(gang).ok());
  const auto jobs = manifest.TakeJobs();
  ASSERT_TRUE(jobs.ok()) << jobs.status();
  ASSERT_THAT(*jobs, SizeIs(1));
  EXPECT_EQ(jobs->front().gang->min_member(), 3);
  EXPECT_EQ(jobs->front().gang->priority(), 7);
  EXPECT_EQ(jobs->front().gang->waiting, 5);
  EXPECT_EQ(First(jobs->front()).shape->node_selector.at(0).second, "driver");
}

TEST_F(ManifestTest, AGangInShortThatCannotBeIsRefused) {
  const auto add = [&](GangSpecText gang) {
    Manifest manifest(resources_, groupings_, nullptr, "");
    return std::string(manifest.Add(gang).message());
  };
  GangSpecText gang;
  gang.pods = {{2, {{"cpu", "1"}}, {}}};
  gang.min_member = 3;
  EXPECT_THAT(add(gang), HasSubstr("gang.min_member is 3: expected 0 to 2"));
  gang.min_member = 0;
  gang.pods[0].count = 0;
  EXPECT_THAT(add(gang), HasSubstr("expected a number from 1"));
  gang.pods[0].count = 30'000;
  EXPECT_THAT(add(gang), HasSubstr("more than 20000 pods"));
  gang.pods[0] = {1, {{"cpu", "plenty"}}, {}};
  EXPECT_THAT(add(gang), HasSubstr("cpu"));
}

}  // namespace
}  // namespace tutti::control
