// ProbeExtender: asks Tutti's extender as kube-scheduler does, without effect, and looks at its
// answers.
#pragma once

#include "cli/doctor/finding.h"
#include "kube/client.h"

namespace tutti::cli {

// `client` is one of the extender's own address. filter and preempt are pure: nothing changes.
Findings ProbeExtender(kube::Client& client, base::Duration timeout);

}  // namespace tutti::cli
