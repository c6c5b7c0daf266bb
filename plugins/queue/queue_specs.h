// The queues of HierarchicalQueues as its configuration, or an API object, says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node_flavors.h"
#include "queue_spec.h"
#include "tutti/config.h"
#include "tutti/plugin.h"

namespace tutti::plugins {

using ResourceNames = std::map<ResourceId, std::string>;

// From /queues. Mistakes are told to `config`; what is read then means nothing. `names`: gets those
// of the resources that the queues name.
std::vector<QueueSpec> ReadQueueSpecs(Config& config, PluginHost& host, const NodeFlavors& flavors,
                                      ResourceNames& names);

// One of them, but for its name; `at`: where it stands.
QueueSpec ReadQueueSpec(Config& config, PluginHost& host, const NodeFlavors& flavors,
                        ResourceNames& names, const std::string& at);

}  // namespace tutti::plugins
