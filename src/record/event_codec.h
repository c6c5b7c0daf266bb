// Events and effects as messages and back. Internal to src/record.
#pragma once

#include "model/cluster_event.h"
#include "model/effect.h"
#include "record/model_codec.h"

namespace tutti::record {

void Put(const model::BindRequested& request, pb::BindRequested& out);
void Put(const model::ClusterEvent& event, pb::Event& out, TableWriter& tables);
void Put(const model::Effect& effect, pb::Effect& out, TableWriter& tables);

// What is wrong is remembered by `reader`; the result is then harmless, but not what was meant.
void Get(const pb::BindRequested& in, model::BindRequested& request, ModelReader& reader);
model::ClusterEvent GetEvent(const pb::Event& in, ModelReader& reader);
model::Effect GetEffect(const pb::Effect& in, ModelReader& reader);

}  // namespace tutti::record
