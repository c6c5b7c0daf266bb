// What plugins want kept, and where the round over their queues is, as parts of a checkpoint.
// Internal to src/record.
#pragma once

#include "planner/core_checkpoint.h"
#include "record/model_codec.h"
#include "tutti/v1/snapshot.pb.h"

namespace tutti::record {

void Put(const planner::CoreCheckpoint::Round& round, pb::SavedRound& out);
void Get(const pb::SavedRound& in, planner::CoreCheckpoint::Round& round, ModelReader& reader);

void Put(const framework::PluginState& state, pb::SavedPluginState& out);
framework::PluginState Get(const pb::SavedPluginState& in);

}  // namespace tutti::record
