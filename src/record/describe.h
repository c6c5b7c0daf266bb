// What happened and what was decided, as a line for people.
#pragma once

#include <string>

#include "model/cluster_event.h"
#include "model/effect.h"
#include "model/resource_table.h"

namespace tutti::record {

std::string Describe(const model::ClusterEvent& event);
std::string Describe(const model::Effect& effect, const model::ResourceTable& resources);

}  // namespace tutti::record
