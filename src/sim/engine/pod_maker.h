// PodMaker: the nodes and jobs of a workload as the API objects that the core is told of.
//
// GPUs become the resource nvidia.com/gpu in thousandths of a device, so that members that share
// one add up; single devices are not told apart. Their model becomes the node label
// tutti.dev/gpu-model.
#pragma once

#include <cstdint>
#include <vector>

#include "base/uid.h"
#include "model/pod_info.h"
#include "objects/shape_table.h"
#include "sim/engine/simulation.h"

namespace tutti::sim {

inline constexpr char kGpuResource[] = "nvidia.com/gpu";
inline constexpr char kGpuModelLabel[] = "tutti.dev/gpu-model";

class PodMaker {
 public:
  explicit PodMaker(const SimulationTables& tables) : tables_(tables) {}

  model::NodeInfo Node(const SimNode& node);
  // One pod for each role, without name and uid: what its members have in common. `number` tells
  // the gang from all others.
  std::vector<model::PodInfo> Roles(const Job& job, uint64_t number, int64_t now_ms,
                                    int64_t expected_ms);

  // Of a member: `number` of the gang, and its index among the members.
  static base::Uid UidOf(uint64_t number, uint64_t index) { return {number, index + 1}; }
  static uint64_t NumberOf(base::Uid uid) { return uid.high; }
  static uint64_t IndexOf(base::Uid uid) { return uid.low - 1; }

 private:
  model::ResourceId Resource(const std::string& name, bool of_node);
  model::PodShape Shape(const Role& role, int32_t priority);

  const SimulationTables& tables_;
  objects::ShapeTable shapes_;
};

}  // namespace tutti::sim
