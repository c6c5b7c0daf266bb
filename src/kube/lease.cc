#include "kube/lease.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "kube/api.h"

namespace tutti::kube {
namespace {

std::string LeasePath(const LeaseName& lease, bool collection) {
  return ResourcePath({"coordination.k8s.io", "v1", "leases"},
                      {lease.ns, collection ? std::string() : lease.name});
}

absl::StatusOr<std::optional<LeaseRecord>> ReadLease(Client& client, const LeaseName& lease,
                                                     base::Duration timeout) {
  Request request;
  request.path = LeasePath(lease, /*collection=*/false);
  request.timeout = timeout;
  const absl::StatusOr<Response> reply = client.Call(std::move(request));
  const absl::Status status =
      ReplyStatus(reply, absl::StrFormat("read lease %s/%s", lease.ns, lease.name));
  if (absl::IsNotFound(status)) return std::optional<LeaseRecord>();
  if (!status.ok()) return status;
  absl::StatusOr<LeaseRecord> record = ParseLease(reply->body);
  if (!record.ok()) return record.status();
  return std::optional<LeaseRecord>(*std::move(record));
}

}  // namespace

LeaseElector::LeaseElector(Client& client, const base::Clock& clock, LeaseName lease,
                           LeaseElectionOptions options, OnLeaderChange on_change,
                           std::function<void(const absl::Status&)> on_error)
    : client_(client),
      clock_(clock),
      lease_(std::move(lease)),
      options_(options),
      on_change_(std::move(on_change)),
      on_error_(std::move(on_error)),
      election_(std::move(options)) {
  thread_ = std::thread([this] { Run(); });
}

LeaseElector::~LeaseElector() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool LeaseElector::IsLeader() const {
  absl::MutexLock lock(&mutex_);
  return election_.IsLeader(clock_.Now());
}

std::string LeaseElector::holder() const {
  absl::MutexLock lock(&mutex_);
  return election_.holder();
}

void LeaseElector::Run() {
  while (true) {
    LeaseElection::Action action;
    const base::Timestamp started = clock_.Now();
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) break;
      action = election_.Next(started, clock_.WallNanos());
      if (action.step == LeaseElection::Step::kWait) {
        mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                                absl::Nanoseconds((action.until - started).count()));
        continue;
      }
    }
    if (action.step == LeaseElection::Step::kRead) {
      const auto found = Read();
      if (!found.ok() && on_error_) on_error_(found.status());
      absl::MutexLock lock(&mutex_);
      election_.OnRead(clock_.Now(), found);
    } else {
      const auto written =
          Write(action.record, /*create=*/action.step == LeaseElection::Step::kCreate);
      if (!written.ok() && on_error_) on_error_(written.status());
      absl::MutexLock lock(&mutex_);
      election_.OnWritten(started, clock_.Now(), written);
    }
    TellChange();
  }
  std::optional<LeaseRecord> released;
  {
    absl::MutexLock lock(&mutex_);
    released = election_.Release(clock_.Now(), clock_.WallNanos());
  }
  TellChange();  // first stop leading, then let another one
  if (released.has_value()) {
    const auto written = Write(*released, /*create=*/false);
    if (!written.ok() && on_error_) on_error_(written.status());
  }
}

absl::StatusOr<std::optional<LeaseRecord>> LeaseElector::Read() {
  return ReadLease(client_, lease_, options_.renew_deadline / 3);
}

absl::StatusOr<LeaseRecord> LeaseElector::Write(const LeaseRecord& record, bool create) {
  Request request;
  request.method = create ? "POST" : "PUT";
  request.path = LeasePath(lease_, create);
  request.body = LeaseJson(lease_.ns, lease_.name, record);
  request.timeout = options_.renew_deadline / 3;
  const absl::StatusOr<Response> reply = client_.Call(std::move(request));
  const absl::Status status =
      ReplyStatus(reply, absl::StrFormat("write lease %s/%s", lease_.ns, lease_.name));
  if (!status.ok()) return status;
  return ParseLease(reply->body);
}

void LeaseElector::TellChange() {
  const bool leads = IsLeader();
  if (told_ == leads) return;
  told_ = leads;
  if (on_change_) on_change_(leads);
}

LeaseFollower::LeaseFollower(Client& client, const base::Clock& clock, LeaseName lease,
                             LeaseFollowerOptions options, OnLeaderChange on_change,
                             std::function<void(const absl::Status&)> on_error)
    : client_(client),
      clock_(clock),
      lease_(std::move(lease)),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      on_error_(std::move(on_error)),
      watch_(options_.holder_prefix) {
  thread_ = std::thread([this] { Run(); });
}

LeaseFollower::~LeaseFollower() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool LeaseFollower::IsLeader() const {
  absl::MutexLock lock(&mutex_);
  return watch_.Leads(clock_.Now());
}

std::string LeaseFollower::holder() const {
  absl::MutexLock lock(&mutex_);
  return watch_.holder();
}

void LeaseFollower::Run() {
  std::optional<bool> told;
  while (true) {
    const auto found = ReadLease(
        client_, lease_, std::max<base::Duration>(options_.poll_period, std::chrono::seconds(2)));
    if (!found.ok() && on_error_) on_error_(found.status());
    bool leads = false;
    {
      absl::MutexLock lock(&mutex_);
      // An unreachable server is no news: the last record then expires by itself.
      if (found.ok()) watch_.Observe(clock_.Now(), *found);
      leads = watch_.Leads(clock_.Now());
    }
    if (told != leads && on_change_) on_change_(leads);
    told = leads;
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                                absl::Nanoseconds(options_.poll_period.count()))) {
      return;
    }
  }
}

}  // namespace tutti::kube
