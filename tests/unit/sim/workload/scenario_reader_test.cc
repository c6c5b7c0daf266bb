#include "sim/workload/scenario_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const std::string kHeader = "apiVersion: tutti.dev/v1alpha1\nkind: Scenario\n";

std::vector<std::string> Errors(const std::string& text) {
  std::vector<std::string> texts;
  for (const base::Problem& problem : LoadScenario(text, "f").errors) {
    texts.push_back(problem.ToString());
  }
  return texts;
}

TEST(ScenarioReaderTest, EveryKeyArrives) {
  const LoadedScenario loaded = LoadScenario(kHeader + R"(
name: two racks
nodes:
- name: gpu
  count: 3
  allocatable: {cpu: 64, memory: 512Gi, pods: 110}
  labels: {zone: a}
  gpus: 8
  gpuModel: A100
  racks: {label: example.org/rack, size: 2}
- {name: cpu, allocatable: {cpu: 1500m}}
jobs:
- name: train
  user: ann
  queue: research
  priority: -5
  run: 2h
  estimate: 3h
  minMember: 4
  arrivals: {poisson: 5m, seed: 7, from: 1h, count: 100}
  roles:
  - {count: 4, requests: {cpu: 8, memory: 64Gi}, gpus: 8, gpuModels: [A100, H100]}
  - {requests: {cpu: 500m}, nodeSelector: {zone: a}}
- name: serve
  run: forever
  roles: [{gpus: 1, gpuMilli: 250}]
- name: often
  run: 0s
  arrivals: {every: 1s, count: 3}
  roles: [{count: 1}]
- name: listed
  run: 1s
  arrivals: {at: [5s, 0s]}
  roles: [{count: 1}]
)",
                                             "f");
  ASSERT_TRUE(loaded.ok()) << loaded.errors[0].ToString();
  const Scenario& scenario = loaded.scenario;
  EXPECT_EQ(scenario.name, "two racks");
  ASSERT_THAT(scenario.nodes, SizeIs(4));
  EXPECT_EQ(scenario.nodes[2].name, "gpu-2");
  EXPECT_THAT(scenario.nodes[2].labels,
              ElementsAre(Pair("zone", "a"), Pair("example.org/rack", "gpu-rack-1")));
  EXPECT_THAT(
      scenario.nodes[2].allocatable,
      ElementsAre(Pair("cpu", 64'000), Pair("memory", int64_t{512} << 30), Pair("pods", 110)));
  EXPECT_EQ(scenario.nodes[2].gpus, 8);
  EXPECT_EQ(scenario.nodes[2].gpu_model, "A100");
  EXPECT_THAT(scenario.nodes[3].allocatable, ElementsAre(Pair("cpu", 1500)));
  ASSERT_THAT(scenario.jobs, SizeIs(4));
  const Job& train = scenario.jobs[0].job;
  EXPECT_EQ(train.user, "ann");
  EXPECT_EQ(train.queue, "research");
  EXPECT_EQ(train.priority, -5);
  EXPECT_EQ(train.run_ms, 7'200'000);
  EXPECT_EQ(train.estimate_ms, 10'800'000);
  EXPECT_EQ(train.min_member, 4);
  ASSERT_THAT(train.roles, SizeIs(2));
  EXPECT_EQ(train.roles[0].count, 4);
  EXPECT_EQ(train.roles[0].gpu_milli, 1000);
  EXPECT_THAT(train.roles[0].gpu_models, ElementsAre("A100", "H100"));
  EXPECT_THAT(train.roles[1].node_selector, ElementsAre(Pair("zone", "a")));
  const Arrivals& poisson = scenario.jobs[0].arrivals;
  EXPECT_EQ(poisson.kind, Arrivals::Kind::kPoisson);
  EXPECT_EQ(poisson.gap_ms, 300'000);
  EXPECT_EQ(poisson.from_ms, 3'600'000);
  EXPECT_EQ(poisson.seed, 7u);
  EXPECT_EQ(poisson.count, 100);
  EXPECT_EQ(scenario.jobs[1].job.run_ms, -1);
  EXPECT_EQ(scenario.jobs[1].job.roles[0].gpu_milli, 250);
  EXPECT_EQ(scenario.jobs[2].arrivals.kind, Arrivals::Kind::kEvery);
  EXPECT_THAT(scenario.jobs[3].arrivals.at_ms, ElementsAre(0, 5000));
}

TEST(ScenarioReaderTest, EveryErrorIsReportedWithItsPlace) {
  EXPECT_THAT(
      Errors(kHeader + R"(nodes:
- {name: a, allocateable: {cpu: 1}, racks: {size: 0}}
- {name: a, allocatable: {cpu: much, nvidia.com/gpu: 8}, gpuModel: T4}
jobs:
- name: Big_Job
  run: 10
  minMember: 5
  roles: [{count: 2, gpus: 2, gpuMilli: 500}]
  arrivals: {every: 5m, seed: 1}
- {name: x, roles: []}
- {name: y, run: 1s, arrivals: {at: 0s, every: 1s}, roles: [7]}
)"),
      ElementsAre(
          "f:4:3: nodes[0].allocatable: missing: add allocatable: {cpu: 8, memory: 32Gi}",
          "f:4:13: nodes[0].allocateable: unknown key (did you mean allocatable?)",
          "f:4:44: nodes[0].racks.label: missing: add label: topology.example.org/rack",
          "f:4:51: nodes[0].racks.size: expected a whole number from 1 to 100000, got 0",
          "f:5:10: nodes[1].name: a is given twice, first on line 4: rename one",
          "f:5:32: nodes[1].allocatable.cpu: expected a quantity from 0, such as 4, 500m or 16Gi, "
          "got much",
          "f:5:38: nodes[1].allocatable.nvidia.com/gpu: GPUs stand beside allocatable: write gpus: "
          "N there",
          "f:5:68: nodes[1].gpuModel: a model without GPUs: add gpus: N or leave it out",
          HasSubstr("f:7:9: jobs[0].name: expected a name of at most 50 characters"),
          "f:8:8: jobs[0].run: expected a duration such as 0s, 500ms, 10s or 1h30m, got 10",
          "f:9:14: jobs[0].minMember: expected a whole number from 0 to 2, got 5",
          HasSubstr("f:10:41: jobs[0].roles[0].gpuMilli: only a member with one GPU may share it"),
          "f:11:13: jobs[0].arrivals.count: missing: add count: 100",
          "f:11:31: jobs[0].arrivals.seed: means nothing beside every: remove it",
          "f:12:3: jobs[1].run: missing: add run: 10m, or forever",
          "f:12:20: jobs[1].roles: expected at least one role, got a list",
          HasSubstr("f:13:32: jobs[2].arrivals: expected one of at: 0s, every: 5m and poisson: 5m, "
                    "got at and every"),
          HasSubstr("f:13:61: jobs[2].roles[0]: expected a map with the keys count")));
}

TEST(ScenarioReaderTest, TheHeaderAndBothListsAreRequired) {
  EXPECT_THAT(
      Errors("kind: Scenari\n"),
      ElementsAre(HasSubstr("apiVersion: missing"), HasSubstr("nodes: missing"),
                  HasSubstr("jobs: missing"), "f:1:7: kind: expected Scenario, got Scenari"));
  EXPECT_THAT(Errors(""), SizeIs(1));
  EXPECT_THAT(Errors("[1]"), ElementsAre(HasSubstr("f:1:1: ")));
  EXPECT_THAT(Errors("a: b: c"), ElementsAre(HasSubstr("not valid YAML")));
  EXPECT_THAT(Errors(kHeader + "nodes: []\njobs: []\n"), IsEmpty());
}

TEST(ScenarioReaderTest, ASmallFileCannotAskForUnboundedMemory) {
  EXPECT_THAT(Errors(kHeader + "nodes:\n- {name: a, count: 60000, allocatable: {cpu: 1}}\n"
                               "- {name: b, count: 60000, allocatable: {cpu: 1}}\njobs: []\n"),
              ElementsAre(HasSubstr("f:5:3: nodes[1]: 120000 nodes")));
  EXPECT_THAT(
      Errors(kHeader +
             "nodes: []\njobs: [{name: a, run: 1s, roles: [{count: 1000000}, {count: 1}]}]\n"),
      ElementsAre(HasSubstr("1000001 members in all")));
}

TEST(ScenarioReaderTest, FilesSayWhyTheyCannotBeRead) {
  const testing::TempFolder folder;
  EXPECT_EQ(LoadScenarioFile(folder.path() + "/none").status().code(), absl::StatusCode::kNotFound);
  const auto wrong = LoadScenarioFile(folder.Write("s.yaml", kHeader));
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("s.yaml:1:1: nodes: missing"));
  EXPECT_TRUE(LoadScenarioFile(folder.Write("t.yaml", kHeader + "nodes: []\njobs: []\n")).ok());
}

}  // namespace
}  // namespace tutti::sim
