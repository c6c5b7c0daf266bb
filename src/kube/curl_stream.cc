#include "kube/curl_stream.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::kube {
namespace {

constexpr size_t kMaxLine = 64u << 20;  // an API object has at most a few MB
constexpr size_t kMaxErrorBody = 64u << 10;
constexpr size_t kPadding = 64;  // SIMDJSON_PADDING

}  // namespace

struct CurlStream::Callbacks {
  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    const size_t bytes = size * count;
    return static_cast<CurlStream*>(self)->Consume(data, bytes) ? bytes : 0;
  }
};

CurlStream::CurlStream(std::shared_ptr<Endpoint> endpoint, const base::Clock& clock,
                       std::string path, base::Duration idle_timeout, Client::OnLine on_line,
                       Client::OnEnd on_end)
    : endpoint_(std::move(endpoint)),
      clock_(clock),
      path_(std::move(path)),
      idle_timeout_(idle_timeout),
      on_line_(std::move(on_line)),
      on_end_(std::move(on_end)),
      multi_(curl_multi_init()),
      heard_(clock.Now()) {
  thread_ = std::thread([this] { Run(); });
}

CurlStream::~CurlStream() {
  stopping_ = true;
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

void CurlStream::Run() {
  absl::Status end = Transfer();
  on_end_(std::move(end));
}

absl::Status CurlStream::Transfer() {
  CURL* easy = curl_easy_init();
  easy_ = easy;
  const TokenSource::Token token = endpoint_->tokens().Current();
  const std::shared_ptr<HeaderList> headers = endpoint_->Headers("", token.value);
  char error[CURL_ERROR_SIZE] = {};
  endpoint_->Configure(easy);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L << 10);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy, CURLOPT_URL, endpoint_->Url(path_).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers->get()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Callbacks::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_multi_add_handle(multi_, easy);

  absl::Status end = absl::CancelledError("the watch was ended by its owner");
  bool silent = false;
  while (!stopping_) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    int left = 0;
    if (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      const int curl_code = message->data.result;
      long http_status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_status);
      end = Outcome(curl_code, static_cast<int>(http_status), error, token.version);
      break;
    }
    const base::Duration left_idle = heard_ + idle_timeout_ - clock_.Now();
    silent = left_idle.count() <= 0;
    if (silent) break;
    const int64_t wait_ms = left_idle / std::chrono::milliseconds(1) + 1;
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::min<int64_t>(wait_ms, 1000)),
                    nullptr);
  }
  if (silent) {
    end = absl::DeadlineExceededError(absl::StrFormat("watch %s: the server sent nothing for %d s",
                                                      path_,
                                                      idle_timeout_ / std::chrono::seconds(1)));
  }
  curl_multi_remove_handle(multi_, easy);
  curl_easy_cleanup(easy);
  return end;
}

absl::Status CurlStream::Outcome(int curl_code, int http_status, const char* detail,
                                 uint64_t token_version) {
  if (reader_ended_) return absl::OkStatus();
  if (stopping_) return absl::CancelledError("the watch was ended by its owner");
  if (line_too_long_) {
    return absl::OutOfRangeError(
        absl::StrFormat("watch %s: a line exceeds %d bytes", path_, kMaxLine));
  }
  if (http_status == 401) {
    // A token that has changed meanwhile serves the next attempt.
    if (!endpoint_->tokens().Changed(token_version)) endpoint_->consecutive_unauthorized++;
    return absl::UnauthenticatedError(buffer_);
  }
  if (http_status != 0) endpoint_->consecutive_unauthorized = 0;
  if (http_status == 410) return absl::FailedPreconditionError(buffer_);
  if (http_status == 404) return absl::NotFoundError(buffer_);
  if (http_status >= 300) {
    return absl::UnavailableError(
        absl::StrFormat("watch %s: HTTP %d: %s", path_, http_status, buffer_));
  }
  if (curl_code == CURLE_OK) return absl::OkStatus();
  return absl::UnavailableError(absl::StrFormat(
      "watch %s: %s", path_,
      detail[0] != '\0' ? detail : curl_easy_strerror(static_cast<CURLcode>(curl_code))));
}

bool CurlStream::Consume(const char* data, size_t bytes) {
  heard_ = clock_.Now();
  long http_status = 0;
  curl_easy_getinfo(static_cast<CURL*>(easy_), CURLINFO_RESPONSE_CODE, &http_status);
  if (http_status >= 300) {
    buffer_.append(data, std::min(bytes, kMaxErrorBody - std::min(kMaxErrorBody, buffer_.size())));
    return true;
  }
  if (buffer_.size() + bytes > kMaxLine) {
    line_too_long_ = true;
    return false;
  }
  const size_t searched = buffer_.size();
  if (buffer_.capacity() < buffer_.size() + bytes + kPadding) {
    buffer_.reserve(std::max(buffer_.size() + bytes + kPadding, 2 * buffer_.capacity()));
  }
  buffer_.append(data, bytes);
  size_t begin = 0;
  while (!stopping_) {
    const size_t end = buffer_.find('\n', std::max(begin, searched));
    if (end == std::string::npos) break;
    if (end > begin && !on_line_(std::string_view(buffer_).substr(begin, end - begin))) {
      reader_ended_ = true;
      return false;
    }
    begin = end + 1;
  }
  buffer_.erase(0, begin);
  // A slow reader must not be taken for a silent server.
  heard_ = clock_.Now();
  return !stopping_;
}

}  // namespace tutti::kube
