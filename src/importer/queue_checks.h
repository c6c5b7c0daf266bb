// QueueChecks: what the queues contradict in each other. Finds what the plugin HierarchicalQueues
// would refuse, before anything is written, and names the objects that the queues come from.
#pragma once

#include "importer/imported_queue.h"

namespace tutti::importer {

// Adds a conflict to the report of each queue that has one: names that no API object may have, two
// of one name, parents that are not there, circles, guarantees above the queue's own limit or above
// what its parent may promise.
void CheckQueues(Imported& imported);

// Parents before those below them; otherwise as they are. Queues in a circle come last.
void SortByDepth(Imported& imported);

}  // namespace tutti::importer
