// LeaseElector and LeaseFollower: the leader, by our own Lease or by kube-scheduler's. The
// decisions are in lease_state.h; here are the threads and the requests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "kube/client.h"
#include "kube/lease_state.h"

namespace tutti::kube {

struct LeaseName {
  std::string ns = "kube-system";
  std::string name;
};

// Called on the object's own thread when leading begins or ends, and once after the first look
// (nobody leads before that).
// It may lag behind IsLeader() while a request is under way: who is about to write asks IsLeader().
using OnLeaderChange = std::function<void(bool leads)>;

// Runs for the lease from construction to destruction, then hands it over. All methods: any thread.
class LeaseElector {
 public:
  // `client` must outlive the elector. `on_error` may be empty.
  LeaseElector(Client& client, const base::Clock& clock, LeaseName lease,
               LeaseElectionOptions options, OnLeaderChange on_change,
               std::function<void(const absl::Status&)> on_error = nullptr);
  ~LeaseElector();
  LeaseElector(const LeaseElector&) = delete;
  LeaseElector& operator=(const LeaseElector&) = delete;

  // Exact at any moment, also while the API server hangs.
  bool IsLeader() const;
  std::string holder() const;

 private:
  void Run();
  absl::StatusOr<std::optional<LeaseRecord>> Read();
  absl::StatusOr<LeaseRecord> Write(const LeaseRecord& record, bool create);
  void TellChange();

  Client& client_;
  const base::Clock& clock_;
  const LeaseName lease_;
  const LeaseElectionOptions options_;
  const OnLeaderChange on_change_;
  const std::function<void(const absl::Status&)> on_error_;
  mutable absl::Mutex mutex_;
  LeaseElection election_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<bool> told_;  // the thread's
  std::thread thread_;
};

struct LeaseFollowerOptions {
  std::string holder_prefix;  // "HOSTNAME_", as kube-scheduler's identity begins
  base::Duration poll_period = std::chrono::seconds(2);
};

// Reads kube-scheduler's Lease every poll_period. All methods: any thread.
class LeaseFollower {
 public:
  LeaseFollower(Client& client, const base::Clock& clock, LeaseName lease,
                LeaseFollowerOptions options, OnLeaderChange on_change,
                std::function<void(const absl::Status&)> on_error = nullptr);
  ~LeaseFollower();
  LeaseFollower(const LeaseFollower&) = delete;
  LeaseFollower& operator=(const LeaseFollower&) = delete;

  bool IsLeader() const;
  std::string holder() const;

 private:
  void Run();

  Client& client_;
  const base::Clock& clock_;
  const LeaseName lease_;
  const LeaseFollowerOptions options_;
  const OnLeaderChange on_change_;
  const std::function<void(const absl::Status&)> on_error_;
  mutable absl::Mutex mutex_;
  LeaseWatch watch_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::kube
