// PodPatch: the JSON Patch (RFC 6902) that writes the core's answer into a Pod being created.
//
// The forms of a pin are those that objects/pin.h takes out again; a test holds the two together.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "model/effect.h"

namespace tutti::admission {

// `pod` is the Pod's JSON text. Empty where the answer asks for nothing.
//  - gate: the scheduling gate tutti.dev/gang is added;
//  - pins: annotation tutti.dev/pinned-nodes names them, tutti.dev/plan carries the plan's token,
//    and required node affinity keeps the pod to them: a pod without terms gets one term per node;
//    otherwise each of its terms stands there once per node, `metadata.name In [node]` added at the
//    end of matchFields. Empty terms are left out: they match nothing, and must not begin to match
//    the node.
// With `mark`, the first container asks for one tutti.dev/gang-member.
// FailedPrecondition where the pod's own affinity matches no node, so that no pin could.
absl::StatusOr<std::string> PodPatch(std::string_view pod, const model::AnswerAdmission& answer,
                                     bool mark = false);

}  // namespace tutti::admission
