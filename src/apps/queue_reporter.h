// QueueReporter: keeps the status of Queue objects up to date.
#pragma once

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "kube/client.h"
#include "model/resource_table.h"
#include "nlohmann/json.hpp"
#include "obs/log.h"
#include "planner/core_loop.h"
#include "planner/core_reader.h"

namespace tutti::apps {

// A thread of its own asks the core every kPeriod, while it leads, and writes what has changed: at
// most kMostWrites objects each time, in turn, each write with its deadline. One that fails is
// written again in its next turn.
class QueueReporter {
 public:
  static constexpr base::Duration kPeriod = std::chrono::seconds(2);
  static constexpr int kMostWrites = 20;

  QueueReporter(planner::CoreLoop& core, kube::Client& client,
                const model::ResourceTable& resources, const base::Clock& clock, obs::Logger log);
  ~QueueReporter();

 private:
  void Run();
  void Report(const std::vector<planner::QueueReport>& queues);
  // False: the object could not be read or written.
  bool Write(const planner::QueueReport& queue);
  absl::StatusOr<nlohmann::json> StatusOf(const std::string& queue);

  planner::CoreLoop& core_;
  kube::Client& client_;
  const model::ResourceTable& resources_;
  const base::Clock& clock_;
  const obs::Logger log_;
  std::map<std::string, nlohmann::json> written_;  // by queue: its status, as we know it
  size_t next_ = 0;                                // in turn
  absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::apps
