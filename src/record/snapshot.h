// Snapshot: a core's whole state out of a file, and a core that goes on from there.
#pragma once

#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "planner/core.h"
#include "planner/core_checkpoint.h"
#include "record/log_header.h"
#include "record/replay_world.h"

namespace tutti::record {

struct Snapshot {
  LogHeader header;
  std::unique_ptr<ReplayWorld> world;  // outlives the core
  planner::CoreCheckpoint checkpoint;
};

// A snapshot, or the state at the beginning of a decision log's file. Errors as LogReader's.
absl::StatusOr<Snapshot> ReadSnapshot(std::istream& in, std::string name,
                                      const MakeWorld& make_world);

// A world without plugins, for those who only look.
absl::StatusOr<std::unique_ptr<ReplayWorld>> MakePlainWorld(const LogHeader& header);

// Takes the same decisions next as the core that was saved. InvalidArgument: the checkpoint
// contradicts itself.
absl::StatusOr<std::unique_ptr<planner::Core>> MakeCore(const LogHeader& header, ReplayWorld& world,
                                                        planner::CoreCheckpoint checkpoint);

}  // namespace tutti::record
