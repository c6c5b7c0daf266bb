// VolcanoQueues: Queue of scheduling.volcano.sh.
//
// Volcano never lets go of guarantee.resource, lends what is deserved above that, and reclaims down
// to deserved: guaranteed and lendLimit say the same.
#pragma once

#include <vector>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

Imported ReadVolcanoQueues(const std::vector<SourceObject>& objects);

}  // namespace tutti::importer
