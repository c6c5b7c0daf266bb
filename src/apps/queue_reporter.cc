#include "apps/queue_reporter.h"

#include <set>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "apps/queue_status.h"
#include "base/status_macros.h"
#include "control/core_question.h"
#include "kube/api.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using Queues = std::vector<planner::QueueReport>;

constexpr base::Duration kQuestion = std::chrono::seconds(5);

const kube::Resource& QueueResource() {
  static const kube::Resource resource{"tutti.dev", "v1beta1", "queues"};
  return resource;
}

// Of those that stand in an object; nothing where another instance leads.
Queues Ask(planner::CoreLoop& core) {
  absl::StatusOr<Queues> queues = control::AskCore(core, kQuestion, [](planner::Core& asked) {
    return asked.reader().ready() ? asked.reader().Queues() : Queues();
  });
  if (!queues.ok()) return {};
  std::erase_if(*queues, [](const auto& queue) { return !queue.description.generation; });
  return *std::move(queues);
}

}  // namespace

QueueReporter::QueueReporter(planner::CoreLoop& core, kube::Client& client,
                             const model::ResourceTable& resources, const base::Clock& clock,
                             obs::Logger log)
    : core_(core),
      client_(client),
      resources_(resources),
      clock_(clock),
      log_(std::move(log)),
      thread_([this] { Run(); }) {}

QueueReporter::~QueueReporter() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void QueueReporter::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stop_), absl::Nanoseconds(kPeriod.count())))
        return;
    }
    Report(Ask(core_));
  }
}

void QueueReporter::Report(const Queues& queues) {
  if (queues.empty()) return written_.clear();
  std::set<std::string_view> names;
  for (const planner::QueueReport& queue : queues) names.insert(queue.description.name);
  std::erase_if(written_, [&](const auto& known) { return !names.contains(known.first); });
  int writes = 0;
  for (size_t i = 0; i < queues.size() && writes < kMostWrites; ++i) {
    const planner::QueueReport& queue = queues[next_++ % queues.size()];
    const auto known = written_.find(queue.description.name);
    if (known != written_.end() &&
        QueueStatus(queue, resources_, known->second, clock_.WallNanos()) == known->second)
      continue;
    ++writes;
    if (!Write(queue)) return;  // whatever it is, the next one will not fare better
  }
}

absl::StatusOr<json> QueueReporter::StatusOf(const std::string& queue) {
  const auto known = written_.find(queue);
  if (known != written_.end()) return known->second;
  kube::Request get;
  get.path = kube::ResourcePath(QueueResource(), {"", queue});
  const absl::StatusOr<kube::Response> reply = client_.Call(std::move(get));
  TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, "reading queue " + queue));
  const json object = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  return object.is_object() ? object.value("status", json::object()) : json::object();
}

bool QueueReporter::Write(const planner::QueueReport& queue) {
  const std::string& name = queue.description.name;
  const auto failed = [&](const absl::Status& status) {
    written_.erase(name);
    // It was deleted a moment ago, or the next turn will tell.
    if (!absl::IsNotFound(status))
      log_.Warn("queue_status", {{"queue", name}, {"problem", std::string(status.message())}});
    return absl::IsNotFound(status);
  };
  const absl::StatusOr<json> before = StatusOf(name);
  if (!before.ok()) return failed(before.status());
  json status = QueueStatus(queue, resources_, *before, clock_.WallNanos());
  const absl::Status written =
      kube::ReplyStatus(client_.Call(kube::MergePatchRequest(QueueResource(), {"", name}, "status",
                                                             json{{"status", status}}.dump())),
                        "writing the status of queue " + name);
  if (!written.ok()) return failed(written);
  std::erase_if(status["used"].get_ref<json::object_t&>(),
                [](const auto& entry) { return entry.second.is_null(); });
  written_[name] = std::move(status);
  return true;
}

}  // namespace tutti::apps
