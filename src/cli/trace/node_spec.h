// The nodes of a simulation, as an option tells them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/workload/job.h"

namespace tutti::cli {

// "COUNT" or "COUNT:cpu=64,memory=512Gi,gpu=8,model=A100,rack=16": so many equal nodes; with rack=N
// each N of them get the same label `rack`. Without amounts a node has one CPU. InvalidArgument
// names the part that is wrong.
absl::StatusOr<std::vector<sim::SimNode>> ParseNodeSpec(const std::string& text);

}  // namespace tutti::cli
