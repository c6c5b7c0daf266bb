#include "sim/engine/simulation.h"

#include "sim/engine/simulator.h"

namespace tutti::sim {

absl::StatusOr<SimulationResult> RunSimulation(JobSource& source, const SimulationOptions& options,
                                               const SimulationTables& tables) {
  return Simulator(source, options, tables).Run();
}

}  // namespace tutti::sim
