// YuniKornQueues: queues.yaml, by itself or in the ConfigMap yunikorn-configs.
//
// Queues have names by level there, and unique ones here, so a queue is called by its whole path:
// "root.research.vision", as pods name it in yunikorn.apache.org/queue.
#pragma once

#include <vector>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

// Whether it holds a queues.yaml.
bool IsYuniKornConfig(const SourceObject& source);

Imported ReadYuniKornQueues(const std::vector<SourceObject>& objects);

}  // namespace tutti::importer
