// SubmitConditions: which requests kube-apiserver sends to the route /submit.
#pragma once

#include <string>
#include <vector>

#include "admission/submit_rules.h"

namespace tutti::apps {

// CEL that is true where a CREATE names a queue, and where an UPDATE changes what is named. Where
// queues are named in a list or a map, any change of it will do: the route looks closer.
std::string NamesAQueue(const admission::WorkloadKind& kind,
                        const std::vector<admission::QueueMarker>& markers);

}  // namespace tutti::apps
