// KaiQueues: Queue of scheduling.run.ai.
//
// cpu is written in thousandths there, memory in 10^6 bytes, gpu in devices or parts of one.
// quota -1 is no bound, which is no guarantee that one can count with; limit 0, or none, is the
// quota, limit -1 is no limit.
#pragma once

#include <vector>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

Imported ReadKaiQueues(const std::vector<SourceObject>& objects);

}  // namespace tutti::importer
