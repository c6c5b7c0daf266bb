// The queues of HierarchicalQueues as its configuration says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "queue_tree.h"
#include "tutti/config.h"
#include "tutti/plugin.h"

namespace tutti::plugins {

using ResourceNames = std::map<ResourceId, std::string>;

// From /queues. Mistakes are told to `config`; what is read then means nothing. `names`: gets those
// of the resources that the queues name.
std::vector<QueueSpec> ReadQueueSpecs(Config& config, PluginHost& host, ResourceNames& names);

// A duration of the configuration: "90s", "10m", "12h", "7d"; "0" and absent: zero.
std::chrono::nanoseconds ReadDuration(Config& config, std::string_view pointer);

}  // namespace tutti::plugins
