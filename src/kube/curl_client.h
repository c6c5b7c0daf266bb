// CurlClient: Client on libcurl's multi interface, driven by events (curl_reactor.h). One thread
// owns every handle of requests; streams have theirs (curl_stream.h).
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "kube/backoff.h"
#include "kube/client.h"
#include "kube/curl_reactor.h"
#include "kube/endpoint.h"
#include "kube/retry_policy.h"

namespace tutti::kube {

class CurlClient final : public Client {
 public:
  CurlClient(std::shared_ptr<Endpoint> endpoint, const base::Clock& clock, ClientOptions options);
  ~CurlClient() override;

  void Send(Request request, Done done) override;
  std::unique_ptr<Stream> Watch(std::string path, base::Duration idle_timeout, OnLine on_line,
                                OnEnd on_end) override;
  int consecutive_unauthorized() const override { return endpoint_->consecutive_unauthorized; }

 private:
  // A request on its way through the queue, the wire and the pauses between attempts.
  struct Job {
    Request request;
    Done done;
    base::Timestamp deadline;
    int failures = 0;         // attempts that ended so that another may follow
    bool maybe_done = false;  // some attempt may have reached the server
    bool token_reread = false;
    absl::Status last_failure;  // says more than "too late" when time runs out
  };
  struct Transfer;  // a curl handle and the job it carries
  struct Callbacks;
  struct Delayed {
    base::Timestamp at;
    uint64_t order;
    mutable Job job;  // taken out of a priority_queue's top, which is const
    bool operator<(const Delayed& other) const {  // the earliest on top
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  void Run();
  bool TakeIncoming();  // false when the client is to stop
  bool HasIncoming();
  void WakeDelayed(base::Timestamp now);
  void ExpireQueued(base::Timestamp now);
  void Launch(base::Timestamp now);
  void Start(Job job, base::Timestamp now);
  void Harvest();
  void Finish(Transfer& transfer, int curl_code);
  void FinishReply(Transfer& transfer, base::Timestamp now);
  void FinishFailure(Transfer& transfer, int curl_code, base::Timestamp now);
  // Runs the job again after `pause`; false when its deadline does not allow that.
  bool TryLater(Job& job, base::Duration pause, base::Timestamp now);
  void AnswerTooLate(Job& job, const char* detail);
  void Answer(Job& job, absl::StatusOr<Response> result);
  void DropSilentConnection(const Transfer& transfer);
  void CancelAll();
  base::Duration LongestWait() const;
  std::unique_ptr<Transfer> NewTransfer();
  std::shared_ptr<HeaderList> HeadersFor(const Request& request, const TokenSource::Token& token);

  const std::shared_ptr<Endpoint> endpoint_;
  const base::Clock& clock_;
  const ClientOptions options_;

  absl::Mutex mutex_;
  std::vector<Job> incoming_ ABSL_GUARDED_BY(mutex_);
  std::vector<Done> rejected_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<size_t> unfinished_{0};

  // Everything below belongs to the I/O thread.
  std::deque<Job> queue_;
  std::priority_queue<Delayed> delayed_;
  uint64_t delayed_order_ = 0;
  base::Timestamp next_sweep_;
  Backoff backoff_;
  absl::flat_hash_map<Transfer*, std::unique_ptr<Transfer>> active_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  uint64_t headers_version_ = 0;
  std::map<std::string, std::shared_ptr<HeaderList>> headers_;  // by content type
  absl::flat_hash_map<int, base::Timestamp> heard_;  // local port -> the last whole reply
  CurlReactor reactor_;  // but for Wake; ends before heard_, which the closing of sockets uses

  std::thread thread_;
};

}  // namespace tutti::kube
