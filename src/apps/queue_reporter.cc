#include "apps/queue_reporter.h"

#include <utility>

#include "absl/time/time.h"
#include "apps/local_queue_status.h"
#include "apps/queue_status.h"
#include "control/core_question.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;
using planner::HandleReport;
using planner::QueueReport;

constexpr base::Duration kQuestion = std::chrono::seconds(5);
constexpr char kQueues[] = "queues";
constexpr char kLocalQueues[] = "localqueues";

// Nothing where another instance leads.
template <class Report>
std::vector<Report> Ask(planner::CoreLoop& core,
                        std::vector<Report> (planner::CoreReader::*question)() const) {
  absl::StatusOr<std::vector<Report>> reports =
      control::AskCore(core, kQuestion, [question](planner::Core& asked) {
        return asked.reader().ready() ? (asked.reader().*question)() : std::vector<Report>();
      });
  return reports.ok() ? *std::move(reports) : std::vector<Report>();
}

}  // namespace

QueueReporter::QueueReporter(planner::CoreLoop& core, kube::Client& client,
                             const StandingObjects& standing, const model::ResourceTable& resources,
                             const base::Clock& clock, obs::Logger log)
    : core_(core),
      standing_(standing),
      resources_(resources),
      clock_(clock),
      queues_(client, {"tutti.dev", "v1beta1", kQueues}, "queue", log),
      local_queues_(client, {"tutti.dev", "v1beta1", kLocalQueues}, "local_queue", log),
      thread_([this] { Run(); }) {}

QueueReporter::~QueueReporter() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void QueueReporter::Run() {
  for (int turn = 0;; ++turn) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stop_), absl::Nanoseconds(kPeriod.count())))
        return;
    }
    if (standing_.Any(kQueues)) ReportQueues();
    if (turn % kLocalTurns == 0 && standing_.Any(kLocalQueues)) ReportLocalQueues();
  }
}

void QueueReporter::ReportQueues() {
  std::vector<StatusWriter::Item> items;
  for (QueueReport& queue : Ask(core_, &planner::CoreReader::Queues)) {
    if (!queue.description.generation) continue;  // it stands in no object
    kube::ObjectName object{"", queue.description.name};
    items.push_back({std::move(object), [this, queue = std::move(queue)](const json& before) {
                       return QueueStatus(queue, resources_, before, clock_.WallNanos());
                     }});
  }
  queues_.Write(items);
}

void QueueReporter::ReportLocalQueues() {
  std::vector<StatusWriter::Item> items;
  for (HandleReport& local : Ask(core_, &planner::CoreReader::Handles)) {
    kube::ObjectName object{local.handle.namespace_name, local.handle.name};
    items.push_back({std::move(object), [this, local = std::move(local)](const json& before) {
                       return LocalQueueStatus(local, resources_, before, clock_.WallNanos());
                     }});
  }
  local_queues_.Write(items);
}

}  // namespace tutti::apps
