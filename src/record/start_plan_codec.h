// A planned start as a protobuf message.
#pragma once

#include "planner/start_plan.h"
#include "record/model_codec.h"
#include "tutti/v1/snapshot.pb.h"

namespace tutti::record {

void Put(const planner::StartPlan::Entry& entry, pb::SavedPlannedStart& out);
void Get(const pb::SavedPlannedStart& in, planner::StartPlan::Entry& entry, ModelReader& reader);

}  // namespace tutti::record
