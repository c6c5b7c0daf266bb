// PodPatch: the JSON Patch that writes the core's answer into a Pod that is being created.
#pragma once

#include <string>
#include <string_view>

#include "model/effect.h"

namespace tutti::admission {

// A gate is added to the pod's scheduling gates. A pin becomes required node affinity on
// metadata.name (each of the pod's own terms once per pinned node, or one term per node), the
// annotation tutti.dev/pinned-nodes and the plan's token: the forms that objects/pin.h takes out
// again. Empty where the answer asks for nothing. `pod` is a JSON object followed by 64 readable
// bytes.
std::string PodPatch(std::string_view pod, const model::AnswerAdmission& answer);

}  // namespace tutti::admission
