// OpenbWorkload: the nodes and pods of one openb experiment, tuned to a demand.
//
// The protocol (Weng et al., USENIX ATC 2023): the pods of the list in random order, then random
// ones of them again until the GPUs asked for come to `demand_percent` of those there are; where
// the list alone asks for more, random ones are left out. Pods arrive one after another and never
// leave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/workload/job.h"

namespace tutti::sim {

struct OpenbWorkload {
  std::vector<SimNode> nodes;  // by name
  std::vector<Role> pods;      // as the list has them

  int64_t gpu_milli() const;  // of all nodes
};

// Both files must be without bad rows.
absl::StatusOr<OpenbWorkload> LoadOpenb(const std::string& node_file, const std::string& pod_file);

// The same nodes with the names dealt out anew. Equal scores go to the first node by name, and an
// allocation may hang on which that is by several points. Drawn with each seed, the mean of several
// is that of an order that nobody chose. Same seed, same names.
OpenbWorkload NamedAnew(const OpenbWorkload& workload, uint64_t seed);

// Numbers of `pods`, in the order in which they arrive. Same seed, same order.
std::vector<size_t> OpenbArrivals(const OpenbWorkload& workload, int demand_percent, uint64_t seed);

// The most frequent kinds of pods that make up 95 % of the list: CPU, devices and models.
struct OpenbKind {
  Role role;
  int64_t pods = 0;
};
std::vector<OpenbKind> TypicalOpenbPods(const OpenbWorkload& workload);

}  // namespace tutti::sim
