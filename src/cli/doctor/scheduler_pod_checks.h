// CheckSchedulerPods: how kube-scheduler was started, where it runs as Pods of kube-system.
#pragma once

#include "cli/doctor/cluster_reader.h"

namespace tutti::cli {

void CheckSchedulerPods(ClusterReader& reader);

}  // namespace tutti::cli
