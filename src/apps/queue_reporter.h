// QueueReporter: keeps the status of Queue and LocalQueue objects up to date.
#pragma once

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "apps/standing_objects.h"
#include "apps/status_writer.h"
#include "base/clock.h"
#include "kube/client.h"
#include "model/resource_table.h"
#include "obs/log.h"
#include "planner/core_loop.h"
#include "planner/core_reader.h"

namespace tutti::apps {

// A thread of its own asks the core every kPeriod, while it leads and there are such objects, and
// writes what has changed. LocalQueues, for which all gangs must be looked at, come every
// kLocalTurns-th time.
class QueueReporter {
 public:
  static constexpr base::Duration kPeriod = std::chrono::seconds(2);
  static constexpr int kLocalTurns = 5;

  QueueReporter(planner::CoreLoop& core, kube::Client& client, const StandingObjects& standing,
                const model::ResourceTable& resources, const base::Clock& clock, obs::Logger log);
  ~QueueReporter();

 private:
  void Run();
  void ReportQueues();
  void ReportLocalQueues();

  planner::CoreLoop& core_;
  const StandingObjects& standing_;
  const model::ResourceTable& resources_;
  const base::Clock& clock_;
  StatusWriter queues_;
  StatusWriter local_queues_;
  absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::apps
