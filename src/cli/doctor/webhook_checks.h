// CheckWebhook: whether the admission webhook is registered as it must be, and can be reached.
#pragma once

#include "cli/doctor/cluster_reader.h"
#include "config/configuration.h"

namespace tutti::cli {

void CheckWebhook(ClusterReader& reader, const config::Configuration* tutti);

}  // namespace tutti::cli
