// Job and SimNode: a workload as plain values, the same whichever file it came from.
// Times are milliseconds since an origin of the workload's own; amounts are base units: CPU in
// thousandths, memory and storage in bytes, everything else in whole units.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

using Amounts = std::vector<std::pair<std::string, int64_t>>;     // resource name -> base units
using Labels = std::vector<std::pair<std::string, std::string>>;  // both in the order of the file

// `count` identical members. GPUs stand in their own fields and never in `requests`.
struct Role {
  int64_t count = 1;
  Amounts requests;
  Labels node_selector;
  std::vector<std::string> gpu_models;  // any of these; empty: any at all
  int64_t gpus = 0;                     // devices of one member
  int64_t gpu_milli = 0;                // of each device, 1..1000; 0 where gpus is 0
};

struct Job {
  std::string name;  // as the file has it: logs repeat names
  std::string user;
  std::string queue;
  int64_t submit_ms = 0;
  int64_t run_ms = -1;       // -1: runs for ever
  int64_t estimate_ms = -1;  // what the user said it would run; -1: nothing
  int32_t priority = 0;
  std::vector<Role> roles;
  int64_t min_member = 0;  // 0: all
};

struct SimNode {
  std::string name;
  Amounts allocatable;
  Labels labels;
  int64_t gpus = 0;
  std::string gpu_model;
};

}  // namespace tutti::sim
