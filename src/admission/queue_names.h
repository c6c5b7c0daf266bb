// QueueNames: the queues that an object names for its pods.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "admission/submit_rules.h"
#include "tutti/object_view.h"

namespace tutti::admission {

// All that stand anywhere in it, whichever of them Tutti would go by in the end.
std::set<std::string> QueuesNamedBy(const ObjectView& object, const WorkloadKind& kind,
                                    const std::vector<QueueMarker>& markers);

}  // namespace tutti::admission
