#include "kube/curl_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "kube/curl_stream.h"

namespace tutti::kube {
namespace {

constexpr base::Duration kFirstPause = std::chrono::milliseconds(50);
constexpr base::Duration kLongestPause = std::chrono::seconds(5);
constexpr base::Duration kSweepEvery = std::chrono::milliseconds(100);
constexpr size_t kPadding = 64;           // SIMDJSON_PADDING
constexpr size_t kPlainConnections = 32;  // HTTP/1.1 has no streams

TransportFailure Classify(int curl_code) {
  switch (curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return TransportFailure::kConnect;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return TransportFailure::kRefused;
    case CURLE_OPERATION_TIMEDOUT:
      return TransportFailure::kTimeout;
    case CURLE_WRITE_ERROR:
      return TransportFailure::kTooLong;
    default:
      return TransportFailure::kBroken;
  }
}

}  // namespace

struct CurlClient::Transfer {
  Transfer(CURL* handle, size_t max_bytes) : easy(handle), max_response_bytes(max_bytes) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { curl_easy_cleanup(easy); }

  CURL* const easy;
  const size_t max_response_bytes;
  Job job;
  Response response;
  std::shared_ptr<HeaderList> headers;
  uint64_t token_version = 0;
  base::Timestamp started;
  int sends = 0;        // times curl was about to write this attempt to a connection
  int local_port = -1;  // of that connection
  bool too_long = false;
  char error[CURL_ERROR_SIZE] = {};
};

// What curl calls; a class of its own so that curl's types stay out of the header.
struct CurlClient::Callbacks {
  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    std::string& body = transfer.response.body;
    const size_t bytes = size * count;
    if (body.size() + bytes > transfer.max_response_bytes) {
      transfer.too_long = true;
      return 0;
    }
    if (body.capacity() < body.size() + bytes + kPadding) {
      body.reserve(std::max(body.size() + bytes + kPadding, 2 * body.capacity()));
    }
    body.append(data, bytes);
    return bytes;
  }

  // curl itself repeats a request when a connection it used before turns out to be dead. For a POST
  // the first copy may have been acted upon, so the second one is stopped here.
  static int OnAboutToSend(void* self, char*, char*, int, int local_port) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.local_port = local_port;
    if (transfer.sends++ > 0 && !MayRepeat(transfer.job.request)) return CURL_PREREQFUNC_ABORT;
    return CURL_PREREQFUNC_OK;
  }
};

CurlClient::CurlClient(std::shared_ptr<Endpoint> endpoint, const base::Clock& clock,
                       ClientOptions options)
    : endpoint_(std::move(endpoint)),
      clock_(clock),
      options_(options),
      next_sweep_(clock.Now()),
      backoff_(kFirstPause, kLongestPause, options.jitter_seed),
      reactor_(clock, [this](int local_port) { heard_.erase(local_port); }) {
  CURLM* multi = reactor_.multi();
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  const size_t connections = endpoint_->tls()
                                 ? options_.max_connections
                                 : std::max(options_.max_connections, kPlainConnections);
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(connections));
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS,
                    static_cast<long>(options_.max_in_flight));
  thread_ = std::thread([this] { Run(); });
}

CurlClient::~CurlClient() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  reactor_.Wake();
  thread_.join();
}

void CurlClient::Send(Request request, Done done) {
  const bool full = unfinished_.fetch_add(1) >= options_.max_queued + options_.max_in_flight;
  {
    absl::MutexLock lock(&mutex_);
    if (full) {
      rejected_.push_back(std::move(done));
    } else {
      Job job;
      job.deadline = clock_.Now() + request.timeout;
      job.request = std::move(request);
      job.done = std::move(done);
      incoming_.push_back(std::move(job));
    }
  }
  reactor_.Wake();
}

std::unique_ptr<Client::Stream> CurlClient::Watch(std::string path, base::Duration idle_timeout,
                                                  OnLine on_line, OnEnd on_end) {
  return std::make_unique<CurlStream>(endpoint_, clock_, std::move(path), idle_timeout,
                                      std::move(on_line), std::move(on_end));
}

void CurlClient::Run() {
  while (TakeIncoming()) {
    Harvest();  // what ended during the wait makes room
    const base::Timestamp now = clock_.Now();
    WakeDelayed(now);
    ExpireQueued(now);
    Launch(now);
    reactor_.RunTimers();
    Harvest();
    if (!queue_.empty() && active_.size() < options_.max_in_flight) continue;
    reactor_.AnnounceWait();  // before looking: a request from now on ends the wait
    reactor_.Wait(HasIncoming() ? base::Duration(0) : LongestWait());
  }
  CancelAll();
}

bool CurlClient::HasIncoming() {
  absl::MutexLock lock(&mutex_);
  return stopping_ || !incoming_.empty() || !rejected_.empty();
}

bool CurlClient::TakeIncoming() {
  std::vector<Job> jobs;
  std::vector<Done> rejected;
  bool go_on = false;
  {
    absl::MutexLock lock(&mutex_);
    jobs.swap(incoming_);
    rejected.swap(rejected_);
    go_on = !stopping_;
  }
  for (Job& job : jobs) queue_.push_back(std::move(job));
  for (Done& done : rejected) {
    unfinished_.fetch_sub(1);
    done(absl::ResourceExhaustedError(
        absl::StrFormat("%d requests to the API server wait already: slow down and try again later",
                        options_.max_queued)));
  }
  return go_on;
}

void CurlClient::WakeDelayed(base::Timestamp now) {
  while (!delayed_.empty() && delayed_.top().at <= now) {
    queue_.push_front(std::move(delayed_.top().job));
    delayed_.pop();
  }
}

void CurlClient::ExpireQueued(base::Timestamp now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kSweepEvery;
  std::deque<Job> kept;
  std::vector<Job> late;
  for (Job& job : queue_)
    (job.deadline <= now ? late.emplace_back() : kept.emplace_back()) = std::move(job);
  queue_ = std::move(kept);
  for (Job& job : late) {
    AnswerTooLate(job, "deadline passed while it waited its turn");
  }
}

void CurlClient::Launch(base::Timestamp now) {
  while (!queue_.empty() && active_.size() < options_.max_in_flight) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    Start(std::move(job), now);
  }
}

std::unique_ptr<CurlClient::Transfer> CurlClient::NewTransfer() {
  auto transfer = std::make_unique<Transfer>(curl_easy_init(), options_.max_response_bytes);
  CURL* easy = transfer->easy;
  endpoint_->Configure(easy);
  reactor_.Configure(easy);
  curl_easy_setopt(
      easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(endpoint_->tls() ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // Rather wait for the first connection and share it than open one per request.
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, endpoint_->tls() ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Callbacks::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Callbacks::OnAboutToSend);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer.get());
  return transfer;
}

std::shared_ptr<HeaderList> CurlClient::HeadersFor(const Request& request,
                                                   const TokenSource::Token& token) {
  if (token.version != headers_version_) headers_.clear();
  headers_version_ = token.version;
  const std::string content_type = request.body.empty() ? "" : request.content_type;
  std::shared_ptr<HeaderList>& headers = headers_[content_type];
  if (headers == nullptr) headers = endpoint_->Headers(content_type, token.value);
  return headers;
}

void CurlClient::Start(Job job, base::Timestamp now) {
  const long left_ms = static_cast<long>((job.deadline - now) / std::chrono::milliseconds(1));
  if (left_ms <= 0) {
    AnswerTooLate(job, "deadline passed before it could be sent");
    return;
  }
  std::unique_ptr<Transfer> transfer;
  if (idle_.empty()) {
    transfer = NewTransfer();
  } else {
    transfer = std::move(idle_.back());
    idle_.pop_back();
  }
  const TokenSource::Token token = endpoint_->tokens().Current();
  transfer->job = std::move(job);
  transfer->response = Response();
  transfer->headers = HeadersFor(transfer->job.request, token);
  transfer->token_version = token.version;
  transfer->started = now;
  transfer->sends = 0;
  transfer->local_port = -1;
  transfer->too_long = false;
  transfer->error[0] = '\0';

  const Request& request = transfer->job.request;
  CURL* easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_URL, endpoint_->Url(request.path).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(transfer->headers->get()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms);
  if (request.body.empty() && request.method != "POST") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_NOBODY, request.method == "HEAD" ? 1L : 0L);
  const bool plain_verb =
      request.method == "HEAD" || request.method == (request.body.empty() ? "GET" : "POST");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plain_verb ? nullptr : request.method.c_str());

  Transfer* raw = transfer.get();
  active_[raw] = std::move(transfer);
  curl_multi_add_handle(reactor_.multi(), easy);
}

void CurlClient::Harvest() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(reactor_.multi(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* self = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
    Finish(*reinterpret_cast<Transfer*>(self), message->data.result);
  }
}

void CurlClient::Finish(Transfer& transfer, int curl_code) {
  const base::Timestamp now = clock_.Now();
  auto node = active_.extract(&transfer);
  if (curl_code == CURLE_OK) {
    FinishReply(transfer, now);
  } else {
    FinishFailure(transfer, curl_code, now);
  }
  curl_multi_remove_handle(reactor_.multi(), transfer.easy);
  transfer.job = Job();
  idle_.push_back(std::move(node.mapped()));
}

void CurlClient::FinishReply(Transfer& transfer, base::Timestamp now) {
  Job& job = transfer.job;
  heard_[transfer.local_port] = now;
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  if (status == 401) {
    if (!job.token_reread && endpoint_->tokens().Changed(transfer.token_version)) {
      job.token_reread = true;
      if (TryLater(job, base::Duration(0), now)) return;
    }
    endpoint_->consecutive_unauthorized.fetch_add(1);
  } else {
    endpoint_->consecutive_unauthorized.store(0);
  }
  if (status == 429 || status == 503) {
    curl_header* header = nullptr;
    const bool asked =
        curl_easy_header(transfer.easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    if (AsksForRepeat(transfer.response.status, asked)) {
      const base::Duration wait =
          std::chrono::seconds(std::clamp(std::atoi(header->value), 0, 600));
      const base::Duration jitter = backoff_.At(job.failures++);
      if (TryLater(job, wait + jitter, now)) return;
    }
  }
  Answer(job, std::move(transfer.response));
}

void CurlClient::FinishFailure(Transfer& transfer, int curl_code, base::Timestamp now) {
  Job& job = transfer.job;
  // sends > 0 proves nothing was withheld: bytes may be on the wire.
  if (transfer.sends > 0) job.maybe_done = true;
  TransportFailure failure = Classify(curl_code);
  if (failure == TransportFailure::kTooLong && !transfer.too_long) {
    failure = TransportFailure::kBroken;
  }
  if (failure == TransportFailure::kTimeout) {
    if (transfer.sends > 0) {
      DropSilentConnection(transfer);
    } else if (job.deadline > now + std::chrono::milliseconds(1)) {
      failure = TransportFailure::kConnect;  // the connect timeout, not the deadline
    }
  }
  const char* detail = transfer.error[0] != '\0'
                           ? transfer.error
                           : curl_easy_strerror(static_cast<CURLcode>(curl_code));
  if (failure == TransportFailure::kTimeout && transfer.sends == 0) {
    return AnswerTooLate(job, detail);
  }
  job.last_failure = GiveUp(job.request, failure, job.maybe_done, detail);
  const bool again =
      failure == TransportFailure::kConnect ||
      (failure == TransportFailure::kBroken && (transfer.sends == 0 || MayRepeat(job.request)));
  if (again && TryLater(job, backoff_.At(job.failures++), now)) return;
  Answer(job, std::move(job.last_failure));
}

bool CurlClient::TryLater(Job& job, base::Duration pause, base::Timestamp now) {
  const base::Timestamp at = now + pause;
  if (at >= job.deadline) return false;
  delayed_.push(Delayed{at, delayed_order_++, std::move(job)});
  return true;
}

void CurlClient::AnswerTooLate(Job& job, const char* detail) {
  Answer(job, job.last_failure.ok()
                  ? GiveUp(job.request, TransportFailure::kTimeout, job.maybe_done, detail)
                  : std::move(job.last_failure));
}

void CurlClient::Answer(Job& job, absl::StatusOr<Response> result) {
  unfinished_.fetch_sub(1);
  const Done done = std::move(job.done);
  done(std::move(result));
}

// A stream that times out is cancelled alone, and the next request would take the same connection.
// When nothing at all has come back over it since this request left, the connection is dead or its
// peer is: end it, so that everybody on it starts over on another one.
void CurlClient::DropSilentConnection(const Transfer& transfer) {
  const auto heard = heard_.find(transfer.local_port);
  if (heard != heard_.end() && heard->second >= transfer.started) return;
  reactor_.ShutDown(transfer.local_port);
}

void CurlClient::CancelAll() {
  TakeIncoming();
  const absl::Status cancelled =
      absl::CancelledError("the API client is being shut down; the request has no known outcome");
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (auto& [raw, transfer] : active_) transfers.push_back(std::move(transfer));
  active_.clear();
  for (auto& transfer : transfers) {
    curl_multi_remove_handle(reactor_.multi(), transfer->easy);
    Answer(transfer->job, cancelled);
  }
  transfers.clear();
  idle_.clear();
  for (Job& job : queue_) Answer(job, cancelled);
  while (!delayed_.empty()) {
    Answer(delayed_.top().job, cancelled);
    delayed_.pop();
  }
}

base::Duration CurlClient::LongestWait() const {
  base::Duration wait = std::chrono::seconds(1);
  if (!queue_.empty()) wait = std::min(wait, kSweepEvery);
  if (!delayed_.empty()) wait = std::min(wait, delayed_.top().at - clock_.Now());
  return std::max(wait, base::Duration(0));
}

}  // namespace tutti::kube
