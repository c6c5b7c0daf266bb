// ScenarioReader: `kind: Scenario` files. Every problem is reported at once, with its place and,
// where there is one, a suggestion. docs: see the test for a file with every key.
//
//   apiVersion: tutti.dev/v1alpha1
//   kind: Scenario
//   name: two-racks
//   nodes:
//   - {name: gpu, count: 8, allocatable: {cpu: 64, memory: 512Gi}, gpus: 8, gpuModel: A100,
//      labels: {zone: a}, racks: {label: rack, size: 4}}       # nodes gpu-0 .. gpu-7
//   jobs:
//   - name: train
//     run: 2h                                                  # or: forever
//     arrivals: {poisson: 5m, seed: 7, count: 100}             # or: {at: 0s}, {every: 5m, count:
//     3} roles:
//     - {count: 4, requests: {cpu: 8, memory: 64Gi}, gpus: 8}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/problem.h"
#include "sim/workload/scenario.h"

namespace tutti::sim {

struct LoadedScenario {
  Scenario scenario;                  // meaningful only when ok()
  std::vector<base::Problem> errors;  // every one, in the order of the file

  bool ok() const { return errors.empty(); }
};

// Input is bounded: 256 KiB of YAML without anchors, 100,000 nodes, a million members per job.
LoadedScenario LoadScenario(std::string_view text, std::string_view file_name);

// The same from a file; InvalidArgument with one problem per line where it is wrong.
absl::StatusOr<Scenario> LoadScenarioFile(const std::string& path);

}  // namespace tutti::sim
