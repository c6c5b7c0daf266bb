// Reflector: keeps a sink in step with one collection of the API server: list, then watch, for
// ever.
//
// Streams end every few minutes by plan, when the reader was slow, and when anything between
// breaks; the reflector resumes from the last resource version and lists again only when the server
// has forgotten it (410 Gone).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "kube/backoff.h"
#include "kube/client.h"

namespace tutti::kube {

enum class WatchEventType { kAdded, kModified, kDeleted };

// Receives the collection as raw JSON. Calls come one after the other, from threads of the
// reflector, and may block: the server then waits, or ends the watch, and the reflector resumes.
//
// A sink that holds objects finds out about missed deletions by a mark: OnListStart begins a new
// generation, every object of a page takes the mark of this generation, and at OnListDone whatever
// still bears an older mark is gone and must be treated as deleted (a DELETED event need not come
// for it). A list that fails in the middle is not ended by OnListDone but begun again by
// OnListStart: nothing may be removed for it.
//
// At least SIMDJSON_PADDING readable bytes follow every view; it is valid during the call only.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  virtual void OnListStart() = 0;
  virtual void OnListPage(std::string_view list_json) = 0;  // a whole List object
  virtual void OnListDone() = 0;
  virtual void OnWatchEvent(WatchEventType type, std::string_view object_json) = 0;
};

struct ReflectorOptions {
  std::string path;  // "/api/v1/pods", without query
  std::string field_selector;
  std::string label_selector;
  int page_size = 500;
  // The resource may be unknown to the server (its CRD not installed): 404 then counts as an empty
  // list, tried again every `absent_retry`. So does 403 before the first list, which is reported:
  // what nobody may have allowed yet (an older role) must not keep everything else waiting.
  bool may_be_absent = false;
  base::Duration list_timeout = std::chrono::seconds(60);  // per page
  // The server ends a watch after this or up to twice as long, so that they do not all end at once.
  base::Duration watch_duration = std::chrono::minutes(5);
  // The server sends a bookmark about every minute; longer silence means a dead connection.
  base::Duration idle_timeout = std::chrono::seconds(150);
  base::Duration absent_retry = std::chrono::seconds(30);
  base::Duration first_pause = std::chrono::milliseconds(200);
  base::Duration longest_pause = std::chrono::seconds(30);
  uint64_t jitter_seed = 0;  // 0: seeded from the system
};

// Counters since the start, and the last error for people.
struct ReflectorStats {
  uint64_t lists = 0;    // completed
  uint64_t watches = 0;  // begun
  uint64_t events = 0;   // delivered to the sink
  uint64_t expired = 0;  // 410: the server had forgotten our resource version
  uint64_t errors = 0;   // failed lists and watches, without those
  std::string last_error;
};

// All public methods: any thread.
class Reflector {
 public:
  // Called for each failure, on a thread of the reflector: for logs and metrics. May be empty.
  using OnError = std::function<void(const absl::Status&)>;

  // Begins at once. `client` and `sink` must outlive the reflector.
  Reflector(Client& client, const base::Clock& clock, ReflectorSink& sink, ReflectorOptions options,
            OnError on_error = nullptr);
  // Waits until the sink is no longer called.
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // Whether a first list has been delivered completely. Stays true.
  bool synced() const { return synced_; }
  // Whether the resource was missing, or forbidden, at the last look (only with may_be_absent).
  bool absent() const { return absent_; }
  // The last time the server was heard of: a reply or an event. Grows old when it is out of reach.
  base::Timestamp last_contact() const { return base::Timestamp{last_contact_.load()}; }
  ReflectorStats stats() const;

 private:
  enum class After { kWatch, kList, kPauseThenWatch, kPauseThenList, kAbsent, kStop };

  void Run();
  After List();
  After Watch();
  After ListFailed(const Response& response);
  // Sends and waits, but not beyond Stop.
  absl::StatusOr<Response> Fetch(std::string path);
  bool OnLine(std::string_view line, After* after);
  void OnErrorEvent(std::string_view object_json, After* after);
  std::string Query(const std::string& tail) const;
  void Report(const absl::Status& error, bool expired);
  // False when stopping.
  bool Pause(base::Duration pause);

  Client& client_;
  const base::Clock& clock_;
  ReflectorSink& sink_;
  const ReflectorOptions options_;
  const OnError on_error_;

  std::atomic<bool> synced_{false};
  std::atomic<bool> absent_{false};
  std::atomic<int64_t> last_contact_{0};
  mutable absl::Mutex mutex_;
  ReflectorStats stats_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Passed between the reflector's thread and its stream's; never used by both at a time.
  struct Parser;  // keeps simdjson out of this header
  const std::unique_ptr<Parser> parser_;
  std::string resource_version_;
  bool whole_list_ = false;  // the server forgot a continue token: ask for one page of everything
  uint64_t events_in_stream_ = 0;
  Backoff backoff_;

  std::thread thread_;
};

}  // namespace tutti::kube
