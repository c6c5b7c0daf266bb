// A small world for tests of the simulator: jobs from a list, and the tables that it needs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/simulation.h"

namespace tutti::sim {

class ListSource final : public JobSource {
 public:
  explicit ListSource(std::vector<Job> jobs) : jobs_(std::move(jobs)) {}

  absl::StatusOr<std::optional<Job>> Next() override {
    if (next_ == jobs_.size()) return std::optional<Job>();
    return std::optional<Job>(jobs_[next_++]);
  }
  const RowErrors& errors() const override { return errors_; }

 private:
  const std::vector<Job> jobs_;
  size_t next_ = 0;
  RowErrors errors_{"list", BadRows::kStop};
};

inline SimNode CpuNode(const std::string& name, int64_t cpus) {
  SimNode node;
  node.name = name;
  node.allocatable = {{"cpu", cpus * 1000}};
  return node;
}

inline std::vector<SimNode> CpuNodes(int count, int64_t cpus) {
  std::vector<SimNode> nodes;
  for (int i = 0; i < count; ++i) nodes.push_back(CpuNode("n" + std::to_string(i), cpus));
  return nodes;
}

// `members` of one CPU each; times in seconds.
inline Job CpuJob(const std::string& name, int64_t submit, int64_t members, int64_t run,
                  int64_t estimate = -1) {
  Job job;
  job.name = name;
  job.submit_ms = submit * 1000;
  job.run_ms = run < 0 ? -1 : run * 1000;
  job.estimate_ms = estimate < 0 ? -1 : estimate * 1000;
  Role role;
  role.count = members;
  role.requests = {{"cpu", 1000}};
  job.roles = {role};
  return job;
}

struct SimWorld {
  base::Interner labels;
  model::ResourceTable resources;
  model::Fields fields;
  SimulationOptions options;
  std::map<std::string, int64_t> starts;  // seconds, by the job's name

  SimWorld() {
    options.check_invariants = true;
    options.on_start = [this](const SimulationOptions::Start& start) {
      starts[start.job.name] = start.start_ms / 1000;
    };
  }
  absl::StatusOr<SimulationResult> Run(std::vector<Job> jobs) {
    ListSource source(std::move(jobs));
    return RunSimulation(source, options, {labels, resources, fields});
  }
};

}  // namespace tutti::sim
