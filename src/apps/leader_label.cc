#include "apps/leader_label.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "kube/backoff.h"

namespace tutti::apps {
namespace {

constexpr base::Duration kWriteTimeout = std::chrono::seconds(5);

}  // namespace

LeaderLabel::LeaderLabel(kube::Client& client, kube::ObjectName pod,
                         std::function<void(const absl::Status&)> on_error)
    : client_(client),
      pod_(std::move(pod)),
      on_error_(std::move(on_error)),
      thread_([this] { Run(); }) {}

LeaderLabel::~LeaderLabel() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void LeaderLabel::Set(bool leads) {
  const absl::MutexLock lock(&mutex_);
  leads_ = leads;
}

void LeaderLabel::Run() {
  kube::Backoff backoff(kFirstPause, kLongestPause, /*seed=*/0);
  while (true) {
    bool leads = false;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &LeaderLabel::HasWork));
      if (stopping_) return;
      leads = leads_;
    }
    const absl::Status status = Write(leads);
    if (!status.ok()) on_error_(status);
    const absl::MutexLock lock(&mutex_);
    if (status.ok()) {
      written_ = leads;
      backoff.Reset();
    } else if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                                       absl::Nanoseconds(backoff.Next().count()))) {
      return;
    }
  }
}

absl::Status LeaderLabel::Write(bool leads) {
  kube::Request request =
      kube::MergePatchRequest({"", "v1", "pods"}, pod_, "",
                              absl::StrFormat(R"({"metadata":{"labels":{"tutti.dev/leader":%s}}})",
                                              leads ? R"("true")" : "null"));
  request.timeout = kWriteTimeout;
  return kube::ReplyStatus(
      client_.Call(std::move(request)),
      absl::StrFormat("label Pod %s/%s (leaderElection.labelPod; the Pod's name is taken from "
                      "leaderElection.identity or the host's)",
                      pod_.ns, pod_.name));
}

}  // namespace tutti::apps
