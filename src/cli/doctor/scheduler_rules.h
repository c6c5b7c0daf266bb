// CheckScheduler: whether kube-scheduler's configuration makes it use Tutti as it must.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/scheduler_config.h"
#include "config/configuration.h"

namespace tutti::cli {

// The extender entry that is Tutti; null: none. With Tutti's own configuration by its port,
// otherwise the one that binds, or the only one.
const ExtenderConfig* FindTutti(const SchedulerConfig& scheduler,
                                const config::Configuration* tutti);

// `tutti` is its own configuration where it was given, else null: what depends on it is then
// skipped.
Findings CheckScheduler(const SchedulerConfig& scheduler, const config::Configuration* tutti);

}  // namespace tutti::cli
