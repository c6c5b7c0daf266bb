// Whose work a pod is, by its namespace: pods of one submitter are alike in how long they run.
#pragma once

#include <string>
#include <string_view>

#include "tutti/pod_view.h"

namespace tutti::objects {

// Says it outright.
inline constexpr std::string_view kUserLabel = "tutti.dev/user";

// The name without what was generated at its end: "nightly" of "nightly-28391280", "train" of
// "train-x7k2p" and of "train-3".
std::string_view BaseName(std::string_view name);

// The user of the label, or the kind and base name of the controlling owner, or the gang's base
// name: "user/ada", "Job/nightly", "gang/train". `gang`: its name.
std::string SubmitterOf(const PodView& pod, std::string_view gang);

}  // namespace tutti::objects
