#include "kube/event_recorder.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "kube/api.h"
#include "kube/escape.h"
#include "kube/lease_state.h"  // MicroTime

namespace tutti::kube {
namespace {

constexpr size_t kMaxNote = 1024;
constexpr size_t kMaxReason = 128;
constexpr size_t kMaxNamePart = 230;

// The longest prefix of at most `bytes` that does not end within a character.
std::string Cut(const std::string& text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

void Field(std::string& out, const char* key, std::string_view value) {
  if (out.back() != '{') out += ',';
  AppendJsonString(out, key);
  out += ':';
  AppendJsonString(out, value);
}

// A map that forgets what was used longest ago.
template <class Value>
class LruMap {
 public:
  explicit LruMap(size_t capacity) : capacity_(std::max<size_t>(1, capacity)) {}

  Value* Find(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return &found->second->second;
  }
  Value& Insert(const std::string& key, Value value) {
    Erase(key);
    if (items_.size() >= capacity_) Erase(std::string(items_.back().first));
    items_.emplace_front(key, std::move(value));
    index_[key] = items_.begin();
    return items_.front().second;
  }
  void Erase(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    items_.erase(found->second);
    index_.erase(found);
  }
  std::list<std::pair<std::string, Value>>& items() { return items_; }

 private:
  const size_t capacity_;
  std::list<std::pair<std::string, Value>> items_;
  std::unordered_map<std::string, typename std::list<std::pair<std::string, Value>>::iterator>
      index_;
};

struct Series {
  std::string ns;
  std::string name;
  int64_t count = 1;
  int64_t written_count = 1;
  int64_t last_wall_nanos = 0;
  base::Timestamp last_seen;
  base::Timestamp last_write;
  bool writing = true;
};

struct Bucket {
  double tokens;
  base::Timestamp filled_at;
};

}  // namespace

struct EventRecorder::State {
  State(Client& api, const base::Clock& time, EventRecorderOptions wanted)
      : client(api),
        clock(time),
        options(std::move(wanted)),
        series(options.max_series),
        buckets(options.max_objects),
        next_name(options.name_seed != 0 ? options.name_seed
                                         : static_cast<uint64_t>(time.WallNanos())) {}

  bool TakeToken(const std::string& object, base::Timestamp now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Bucket* bucket = buckets.Find(object);
    const double burst = options.burst_per_object;
    if (bucket == nullptr) bucket = &buckets.Insert(object, {burst, now});
    const double refilled = static_cast<double>((now - bucket->filled_at).count()) /
                            static_cast<double>(options.refill.count());
    bucket->tokens = std::min(burst, bucket->tokens + refilled);
    bucket->filled_at = now;
    if (bucket->tokens < 1) return false;
    bucket->tokens -= 1;
    return true;
  }

  std::string Body(const EventDescription& event, const Series& entry) const;

  Client& client;
  const base::Clock& clock;
  const EventRecorderOptions options;
  mutable absl::Mutex mutex;
  LruMap<Series> series ABSL_GUARDED_BY(mutex);
  LruMap<Bucket> buckets ABSL_GUARDED_BY(mutex);
  uint64_t next_name ABSL_GUARDED_BY(mutex);
  size_t unfinished ABSL_GUARDED_BY(mutex) = 0;
  EventRecorderStats stats ABSL_GUARDED_BY(mutex);
};

std::string EventRecorder::State::Body(const EventDescription& event, const Series& entry) const {
  std::string body = R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{)";
  Field(body, "name", entry.name);
  Field(body, "namespace", entry.ns);
  body += "}";
  Field(body, "eventTime", MicroTime(entry.last_wall_nanos));
  Field(body, "reportingController", options.controller);
  Field(body, "reportingInstance", Cut(options.instance, kMaxReason));
  Field(body, "action", Cut(event.action, kMaxReason));
  Field(body, "reason", Cut(event.reason, kMaxReason));
  Field(body, "type", event.warning ? "Warning" : "Normal");
  Field(body, "note", Cut(event.note, kMaxNote));
  body += R"(,"regarding":{)";
  Field(body, "apiVersion", event.regarding.api_version);
  Field(body, "kind", event.regarding.kind);
  Field(body, "name", event.regarding.name);
  if (!event.regarding.ns.empty()) Field(body, "namespace", event.regarding.ns);
  Field(body, "uid", event.regarding.uid);
  body += "}}";
  return body;
}

EventRecorder::EventRecorder(Client& client, const base::Clock& clock, EventRecorderOptions options)
    : state_(std::make_shared<State>(client, clock, std::move(options))) {}

EventRecorder::~EventRecorder() = default;

EventRecorderStats EventRecorder::stats() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->stats;
}

void EventRecorder::Record(const EventDescription& event) {
  State& state = *state_;
  const base::Timestamp now = state.clock.Now();
  const std::string object =
      absl::StrFormat("%s\n%s\n%s\n%s", event.regarding.kind, event.regarding.ns,
                      event.regarding.name, event.regarding.uid);
  const std::string key = absl::StrFormat("%s\n%s\n%s", object, event.reason, event.note);

  absl::MutexLock lock(&state.mutex);
  Series* known = state.series.Find(key);
  if (known != nullptr && now - known->last_seen < state.options.series_window) {
    ++known->count;
    known->last_seen = now;
    known->last_wall_nanos = state.clock.WallNanos();
    ++state.stats.counted;
    return;
  }
  if (state.unfinished >= state.options.max_unfinished) {
    ++state.stats.dropped_full;
    return;
  }
  if (!state.TakeToken(object, now)) {
    ++state.stats.dropped_rate;
    return;
  }
  Series entry;
  entry.ns = event.regarding.ns.empty() ? "default" : event.regarding.ns;
  entry.name =
      absl::StrFormat("%s.%016x", Cut(event.regarding.name, kMaxNamePart), state.next_name++);
  entry.last_wall_nanos = state.clock.WallNanos();
  entry.last_seen = now;
  entry.last_write = now;
  Request request;
  request.method = "POST";
  request.path = ResourcePath({"events.k8s.io", "v1", "events"}, {entry.ns, ""});
  request.body = state.Body(event, entry);
  state.series.Insert(key, std::move(entry));
  ++state.unfinished;
  SendForStatus(state.client, std::move(request),
                [shared = state_, key](const absl::Status& status) {
                  absl::MutexLock reply_lock(&shared->mutex);
                  --shared->unfinished;
                  ++(status.ok() ? shared->stats.created : shared->stats.failed);
                  if (!status.ok()) {
                    shared->series.Erase(key);  // the next occurrence begins anew
                  } else if (Series* created = shared->series.Find(key)) {
                    created->writing = false;
                  }
                });
}

void EventRecorder::Tick() {
  State& state = *state_;
  const base::Timestamp now = state.clock.Now();
  absl::MutexLock lock(&state.mutex);
  for (auto& [key, entry] : state.series.items()) {
    if (entry.writing || entry.count == entry.written_count) continue;
    if (now - entry.last_write < state.options.series_period) continue;
    if (state.unfinished >= state.options.max_unfinished) return;
    entry.writing = true;
    entry.last_write = now;
    entry.written_count = entry.count;
    ++state.unfinished;
    SendForStatus(
        state.client,
        MergePatchRequest({"events.k8s.io", "v1", "events"}, {entry.ns, entry.name}, "",
                          absl::StrFormat(R"({"series":{"count":%d,"lastObservedTime":"%s"}})",
                                          entry.count, MicroTime(entry.last_wall_nanos))),
        [shared = state_, key = key](const absl::Status& status) {
          absl::MutexLock reply_lock(&shared->mutex);
          --shared->unfinished;
          ++(status.ok() ? shared->stats.updated : shared->stats.failed);
          if (!status.ok()) {
            shared->series.Erase(key);  // the Event has probably expired on the server
          } else if (Series* updated = shared->series.Find(key)) {
            updated->writing = false;
          }
        });
  }
}

}  // namespace tutti::kube
