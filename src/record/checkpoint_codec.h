// A core's checkpoint as messages and back. Internal to src/record.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "planner/core_checkpoint.h"
#include "record/model_codec.h"

namespace tutti::record {

// Takes an entry whose tables are still to be filled in.
using EmitEntry = std::function<void(pb::LogEntry& entry)>;

// Emits bounded pieces, the last of them marked.
void PutCheckpoint(const planner::CoreCheckpoint& checkpoint, uint64_t next_batch,
                   TableWriter& tables, const EmitEntry& emit);

// Adds what a piece holds to `checkpoint`. What is wrong is remembered by `reader`.
void GetPiece(const pb::CheckpointPiece& in, planner::CoreCheckpoint& checkpoint,
              ModelReader& reader);

}  // namespace tutti::record
