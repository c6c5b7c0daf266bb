// OpenbRun: one openb experiment: a workload against the planner's core with one policy.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/plugin_registry.h"
#include "sim/openb/openb_workload.h"

namespace tutti::sim {

struct OpenbResult {
  int64_t arrived = 0;
  int64_t placed = 0;
  int64_t gpu_milli = 0;  // given to pods
  // What the core's own checks found; only where they were asked for.
  std::vector<std::string> broken;

  // Of all devices there are.
  double allocation_percent(const OpenbWorkload& workload) const {
    return 100.0 * static_cast<double>(gpu_milli) / static_cast<double>(workload.gpu_milli());
  }
};

// Drives planner::Core as the service does: every pod is a gang of one, which is planned when it
// arrives, bound to its node and devices at once, and never leaves; a pod that does not fit is
// deleted. Equal scores go to the first node by name. One thread; deterministic.
class OpenbRun {
 public:
  // InvalidArgument: there is no such policy. `registry` must hold the policies' plugins.
  static absl::StatusOr<std::unique_ptr<OpenbRun>> Make(const framework::PluginRegistry& registry,
                                                        std::string_view policy,
                                                        const OpenbWorkload& workload);
  ~OpenbRun();

  // One pod of the workload arrives; true: it was placed.
  bool Arrive(size_t pod);
  const OpenbResult& result() const;
  // The core's invariants as they are now, into result().broken.
  void Check();

 private:
  struct Parts;
  explicit OpenbRun(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tutti::sim
