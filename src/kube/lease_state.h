// Lease state machines: who leads, decided from what is read and written and when. Pure: time comes
// in as a parameter, requests go out as values. The threads and the I/O are in lease.h.
//
// Only our own monotonic clock is compared. The times in a Lease are another machine's wall clock
// and serve people; what counts is when *we* saw the record change (as client-go does), so a
// stepped clock anywhere makes no second leader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::kube {

// A coordination.k8s.io/v1 Lease as far as we use it.
struct LeaseRecord {
  std::string holder;  // empty: released
  int duration_seconds = 15;
  std::string acquire_time;  // RFC 3339, for people
  std::string renew_time;
  int transitions = 0;
  std::string resource_version;

  bool operator==(const LeaseRecord&) const = default;
};

absl::StatusOr<LeaseRecord> ParseLease(std::string_view object_json);
// `resource_version` empty: a create; else the write is refused (409) unless it is still current.
std::string LeaseJson(const std::string& ns, const std::string& name, const LeaseRecord& record);
// "2006-01-02T15:04:05.000000Z", as MicroTime wants it.
std::string MicroTime(int64_t wall_nanos);

struct LeaseElectionOptions {
  std::string identity;  // unique per process
  base::Duration lease_duration = std::chrono::seconds(15);
  base::Duration renew_deadline = std::chrono::seconds(10);  // less than lease_duration
  base::Duration retry_period = std::chrono::seconds(2);
};

// Takes, keeps and gives up the lease. One thread.
class LeaseElection {
 public:
  enum class Step { kWait, kRead, kCreate, kReplace };
  struct Action {
    Step step = Step::kWait;
    base::Timestamp until;  // kWait: ask again then
    LeaseRecord record;     // kCreate, kReplace: what to write
  };

  explicit LeaseElection(LeaseElectionOptions options) : options_(std::move(options)) {}

  // What to do now. `wall_nanos` only fills the record's times. After kRead, kCreate and kReplace
  // the matching On... must follow before the next call.
  Action Next(base::Timestamp now, int64_t wall_nanos);
  // `found` empty: there is no such Lease.
  void OnRead(base::Timestamp now, const absl::StatusOr<std::optional<LeaseRecord>>& found);
  // `started` is when the write was sent: from then on we count our own renewal, since the server
  // cannot have recorded it earlier. Aborted and AlreadyExists: another was faster.
  void OnWritten(base::Timestamp started, base::Timestamp now,
                 const absl::StatusOr<LeaseRecord>& written);
  // The record to write in order to hand over at once; empty when we do not hold the lease.
  std::optional<LeaseRecord> Release(base::Timestamp now, int64_t wall_nanos);

  // False from renew_deadline after the last renewal that succeeded, so before lease_duration lets
  // another one take over.
  bool IsLeader(base::Timestamp now) const;
  std::string holder() const { return observed_.has_value() ? observed_->holder : std::string(); }

 private:
  void Observe(base::Timestamp now, const LeaseRecord& record);

  const LeaseElectionOptions options_;
  bool must_read_ = true;                // the server may have another record than `observed_`
  std::optional<LeaseRecord> observed_;  // empty: never read, or there is none
  base::Timestamp changed_at_;           // when we first saw `observed_`
  base::Timestamp next_try_;
  std::optional<base::Timestamp> renewed_at_;
};

// Watches another's Lease, kube-scheduler's: we lead when its holder runs beside us.
class LeaseWatch {
 public:
  // kube-scheduler's identity is HOSTNAME_UUID: `prefix` is "HOSTNAME_".
  explicit LeaseWatch(std::string prefix) : prefix_(std::move(prefix)) {}

  // Empty: no such Lease.
  void Observe(base::Timestamp now, const std::optional<LeaseRecord>& record);
  bool Leads(base::Timestamp now) const;
  std::string holder() const { return record_.has_value() ? record_->holder : std::string(); }

 private:
  const std::string prefix_;
  std::optional<LeaseRecord> record_;
  base::Timestamp changed_at_;
};

}  // namespace tutti::kube
