#include "kube/reflector.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "kube/escape.h"
#include "simdjson.h"

namespace tutti::kube {
namespace {

namespace json = simdjson::ondemand;

constexpr base::Duration kHealthyWatch = std::chrono::seconds(1);

std::optional<WatchEventType> TypeOf(std::string_view type) {
  if (type == "ADDED") return WatchEventType::kAdded;
  if (type == "MODIFIED") return WatchEventType::kModified;
  if (type == "DELETED") return WatchEventType::kDeleted;
  return std::nullopt;
}

simdjson::padded_string_view Padded(std::string_view text) {
  return simdjson::padded_string_view(text.data(), text.size(),
                                      text.size() + simdjson::SIMDJSON_PADDING);
}

}  // namespace

struct Reflector::Parser {
  json::parser json_parser;
};

Reflector::Reflector(Client& client, const base::Clock& clock, ReflectorSink& sink,
                     ReflectorOptions options, OnError on_error)
    : client_(client),
      clock_(clock),
      sink_(sink),
      options_(std::move(options)),
      on_error_(std::move(on_error)),
      last_contact_(clock.Now().nanos),
      parser_(std::make_unique<Parser>()),
      backoff_(options_.first_pause, options_.longest_pause, options_.jitter_seed) {
  thread_ = std::thread([this] { Run(); });
}

Reflector::~Reflector() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

ReflectorStats Reflector::stats() const {
  absl::MutexLock lock(&mutex_);
  return stats_;
}

void Reflector::Run() {
  After next = After::kList;
  while (next != After::kStop) {
    switch (next) {
      case After::kList:
        next = List();
        break;
      case After::kWatch:
        next = Watch();
        break;
      case After::kPauseThenList:
        next = Pause(backoff_.Next()) ? After::kList : After::kStop;
        break;
      case After::kPauseThenWatch:
        next = Pause(backoff_.Next()) ? After::kWatch : After::kStop;
        break;
      case After::kAbsent: {
        const base::Duration jitter = backoff_.Below(options_.absent_retry / 4);
        next = Pause(options_.absent_retry + jitter) ? After::kList : After::kStop;
        break;
      }
      case After::kStop:
        break;
    }
  }
}

Reflector::After Reflector::List() {
  sink_.OnListStart();
  std::string continue_token;
  std::string version;
  do {
    std::string tail = absl::StrFormat("limit=%d", whole_list_ ? 0 : options_.page_size);
    if (!continue_token.empty()) tail += "&continue=" + EscapeQuery(continue_token);
    absl::StatusOr<Response> page = Fetch(Query(tail));
    if (!page.ok()) {
      if (absl::IsCancelled(page.status())) return After::kStop;
      Report(page.status(), /*expired=*/false);
      return After::kPauseThenList;
    }
    last_contact_ = clock_.Now().nanos;
    if (page->status != 200) return ListFailed(*page);

    json::document document;
    json::object metadata;
    std::string_view text;
    auto error = parser_->json_parser.iterate(Padded(page->body)).get(document);
    if (!error) error = document["metadata"].get_object().get(metadata);
    if (!error) error = metadata["resourceVersion"].get_string().get(text);
    if (error) {
      Report(absl::DataLossError(absl::StrFormat(
                 "list %s: the reply is not a List with metadata.resourceVersion (%s)",
                 options_.path, simdjson::error_message(error))),
             /*expired=*/false);
      return After::kPauseThenList;
    }
    version = text;
    continue_token.clear();
    if (metadata["continue"].get_string().get(text) == simdjson::SUCCESS) continue_token = text;
    sink_.OnListPage(page->body);
  } while (!continue_token.empty());
  sink_.OnListDone();
  resource_version_ = version;
  if (std::exchange(whole_list_, false)) parser_->json_parser = json::parser();  // frees its memory
  absent_ = false;
  synced_ = true;
  {
    absl::MutexLock lock(&mutex_);
    ++stats_.lists;
  }
  return After::kWatch;
}

Reflector::After Reflector::ListFailed(const Response& response) {
  const absl::Status error = absl::UnavailableError(
      absl::StrFormat("list %s: %s", options_.path, response.ErrorMessage()));
  if (response.status == 410) {
    // The continue token has expired: paging is slower than the server's history is long.
    Report(error, /*expired=*/true);
    whole_list_ = true;
    return After::kPauseThenList;
  }
  // Forbidden after it has been read: what was read stays.
  const bool forbidden = response.status == 403 && (!synced_ || absent_);
  if ((response.status == 404 || forbidden) && options_.may_be_absent) {
    if (forbidden) Report(error, /*expired=*/false);
    sink_.OnListStart();  // what an earlier page of this list may have marked is gone, too
    sink_.OnListDone();
    absent_ = true;
    synced_ = true;
    return After::kAbsent;
  }
  Report(error, /*expired=*/false);
  return After::kPauseThenList;
}

Reflector::After Reflector::Watch() {
  const int64_t least = std::max<int64_t>(1, options_.watch_duration / std::chrono::seconds(1));
  const int64_t seconds =
      least + backoff_.Below(std::chrono::seconds(least)) / std::chrono::seconds(1);
  const std::string path =
      Query(absl::StrFormat("watch=1&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d",
                            resource_version_, seconds));
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return After::kStop;
    ++stats_.watches;
  }
  events_in_stream_ = 0;
  const base::Timestamp begun = clock_.Now();
  After after = After::kWatch;
  absl::Status outcome;
  bool ended = false;
  auto stream = client_.Watch(
      path, options_.idle_timeout, [&](std::string_view line) { return OnLine(line, &after); },
      [&](absl::Status status) {
        absl::MutexLock lock(&mutex_);
        outcome = std::move(status);
        ended = true;
      });
  bool stopping = false;
  {
    absl::MutexLock lock(&mutex_);
    auto over = [&] {
      mutex_.AssertReaderHeld();
      return ended || stopping_;
    };
    mutex_.Await(absl::Condition(&over));
    stopping = stopping_;
  }
  stream.reset();
  if (stopping) return After::kStop;
  // A server that ends every watch at once, without a word, must not be asked in a tight loop; a
  // quiet collection must not be asked ever more rarely.
  const bool healthy =
      events_in_stream_ > 0 || (outcome.ok() && clock_.Now() - begun >= kHealthyWatch);
  if (healthy) backoff_.Reset();
  if (after != After::kWatch) return after;
  if (absl::IsFailedPrecondition(outcome)) {
    Report(outcome, /*expired=*/true);
    return After::kList;
  }
  if (absl::IsNotFound(outcome)) {
    Report(outcome, /*expired=*/false);
    return After::kPauseThenList;
  }
  if (!outcome.ok()) {
    Report(outcome, /*expired=*/false);
    return After::kPauseThenWatch;
  }
  return healthy ? After::kWatch : After::kPauseThenWatch;
}

bool Reflector::OnLine(std::string_view line, After* after) {
  last_contact_ = clock_.Now().nanos;
  json::document document;
  json::object event;
  json::object object;
  std::string_view type;
  std::string_view object_json;
  std::string_view version;
  auto error = parser_->json_parser.iterate(Padded(line)).get(document);
  if (!error) error = document.get_object().get(event);
  if (!error) error = event["type"].get_string().get(type);
  if (!error) error = event["object"].get_object().get(object);
  if (!error && type == "ERROR") {
    error = object.raw_json().get(object_json);
    if (!error) OnErrorEvent(object_json, after);
    return false;
  }
  if (!error) error = object["metadata"]["resourceVersion"].get_string().get(version);
  std::string next_version(version);
  bool reset = false;
  if (!error) error = object.reset().get(reset);
  if (!error) error = object.raw_json().get(object_json);
  const std::optional<WatchEventType> kind = TypeOf(type);
  if (error || (!kind.has_value() && type != "BOOKMARK")) {
    Report(absl::DataLossError(absl::StrFormat(
               "watch %s: an event that cannot be read (%s): %s", options_.path,
               error ? simdjson::error_message(error) : "unknown type", line.substr(0, 200))),
           /*expired=*/false);
    // What it changed is unknown now; only a list can tell.
    *after = After::kPauseThenList;
    return false;
  }
  ++events_in_stream_;
  if (kind.has_value()) {
    sink_.OnWatchEvent(*kind, object_json);
    absl::MutexLock lock(&mutex_);
    ++stats_.events;
  }
  resource_version_ = std::move(next_version);
  return true;
}

void Reflector::OnErrorEvent(std::string_view object_json, After* after) {
  simdjson::dom::parser parser;
  simdjson::dom::element status;
  int64_t code = 0;
  if (parser.parse(object_json.data(), object_json.size()).get(status) == simdjson::SUCCESS) {
    if (status["code"].get_int64().get(code) != simdjson::SUCCESS) code = 0;
  }
  const bool expired = code == 410;
  Report(absl::UnavailableError(
             absl::StrFormat("watch %s: the server reported %s", options_.path, object_json)),
         expired);
  *after = expired ? After::kList : After::kPauseThenWatch;
}

absl::StatusOr<Response> Reflector::Fetch(std::string path) {
  // Shared with the reply, which may come when the reflector has gone.
  struct Pending {
    absl::Mutex mutex;
    std::optional<absl::StatusOr<Response>> reply ABSL_GUARDED_BY(mutex);
  };
  auto pending = std::make_shared<Pending>();
  Request request;
  request.path = std::move(path);
  request.timeout = options_.list_timeout;
  client_.Send(std::move(request), [pending](absl::StatusOr<Response> reply) {
    absl::MutexLock lock(&pending->mutex);
    pending->reply = std::move(reply);
  });
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return absl::CancelledError("the reflector is being destroyed");
    }
    absl::MutexLock lock(&pending->mutex);
    auto arrived = [&] {
      pending->mutex.AssertReaderHeld();
      return pending->reply.has_value();
    };
    if (pending->mutex.AwaitWithTimeout(absl::Condition(&arrived), absl::Milliseconds(100))) {
      return *std::move(pending->reply);
    }
  }
}

std::string Reflector::Query(const std::string& tail) const {
  std::string path = options_.path + "?" + tail;
  if (!options_.field_selector.empty()) {
    path += "&fieldSelector=" + EscapeQuery(options_.field_selector);
  }
  if (!options_.label_selector.empty()) {
    path += "&labelSelector=" + EscapeQuery(options_.label_selector);
  }
  return path;
}

void Reflector::Report(const absl::Status& error, bool expired) {
  {
    absl::MutexLock lock(&mutex_);
    ++(expired ? stats_.expired : stats_.errors);
    stats_.last_error = error.ToString();
  }
  if (on_error_) on_error_(error);
}

bool Reflector::Pause(base::Duration pause) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::Nanoseconds(pause.count()));
}

}  // namespace tutti::kube
