// KueueQueues: Cohort, ClusterQueue, LocalQueue and ResourceFlavor of kueue.x-k8s.io.
//
// A Cohort becomes a Queue above its members. Its members may use in all what all of them have, so
// that is what it is guaranteed; the topmost one is limited to it as well. Flavors are taken
// together: a queue here counts a resource on whichever node.
#pragma once

#include <vector>

#include "importer/imported_queue.h"
#include "importer/source_object.h"

namespace tutti::importer {

Imported ReadKueueQueues(const std::vector<SourceObject>& objects);

}  // namespace tutti::importer
