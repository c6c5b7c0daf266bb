// Manifest: Kubernetes objects as people write them, into jobs that Simulate understands.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/field_table.h"
#include "model/resource_table.h"
#include "objects/pod_decoder.h"
#include "planner/simulation.h"

namespace tutti::control {

// A gang in short: so many pods of each kind, all of one gang.
struct GangSpecText {
  struct Pods {
    int64_t count = 0;
    std::map<std::string, std::string> requests;  // as in a Pod: "cpu": "4"
    std::map<std::string, std::string> node_selector;
  };
  std::string name;
  int min_member = 0;  // 0: all its pods
  int32_t priority = 0;
  std::vector<Pods> pods;
};

// One thread. Reads with tables of its own, so that what a manifest names is remembered nowhere.
class Manifest {
 public:
  static constexpr size_t kMostBytes = size_t{1} << 20;
  static constexpr size_t kMostJobs = 64;
  static constexpr int64_t kMostPods = 20'000;

  // `resources` is copied, the rest must outlive the manifest.
  Manifest(const model::ResourceTable& resources, objects::GangGroupings groupings,
           const model::FieldTable* fields, std::string default_namespace);
  ~Manifest();
  Manifest(Manifest&&) noexcept;

  // YAML or JSON, several documents or Lists: Pod, Job, Deployment, ReplicaSet, StatefulSet and
  // whatever the groupings read (PodGroup). InvalidArgument names the document and the field.
  absl::Status Read(std::string_view text);
  absl::Status Add(const GangSpecText& gang);

  // Gangs in the order in which their first pod came, then pods of no gang by kind. InvalidArgument
  // where there is nothing.
  absl::StatusOr<std::vector<planner::SimulatedJob>> TakeJobs();

  // Of the jobs, and for the texts about them.
  const model::ResourceTable& resources() const;
  // How many names the table had that it was made from: ids from there on are the manifest's own.
  size_t known_resources() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::control
