#include "kube/endpoint.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"

namespace tutti::kube {
namespace {

// A peer that has vanished is noticed after this long without an acknowledgement.
constexpr unsigned kTcpUserTimeoutMs = 15'000;

int TuneSocket(void*, curl_socket_t socket, curlsocktype) {
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kTcpUserTimeoutMs,
               sizeof(kTcpUserTimeoutMs));
  return CURL_SOCKOPT_OK;
}

void SetBlob(CURL* easy, CURLoption option, const std::string& data) {
  if (data.empty()) return;
  curl_blob blob = {const_cast<char*>(data.data()), data.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, option, &blob);
}

// host[:port] of a URL without user part, path and scheme.
std::string Authority(const std::string& server, size_t scheme_length) {
  const size_t end = server.find('/', scheme_length);
  return server.substr(scheme_length, end == std::string::npos ? end : end - scheme_length);
}

}  // namespace

HeaderList::~HeaderList() { curl_slist_free_all(static_cast<curl_slist*>(list_)); }

void HeaderList::Add(const std::string& line) {
  list_ = curl_slist_append(static_cast<curl_slist*>(list_), line.c_str());
}

absl::StatusOr<std::shared_ptr<Endpoint>> Endpoint::Create(Credentials credentials,
                                                           const base::Clock& clock,
                                                           base::Duration connect_timeout) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });

  const bool tls = absl::StartsWith(credentials.server, "https://");
  if (!tls && !absl::StartsWith(credentials.server, "http://")) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "API server address \"%s\" must begin with https:// or http://", credentials.server));
  }
  if (credentials.client_cert_data.empty() != credentials.client_key_data.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "credentials for %s: a client certificate needs its key and a key its certificate",
        credentials.server));
  }
  while (absl::EndsWith(credentials.server, "/")) credentials.server.pop_back();
  return std::shared_ptr<Endpoint>(new Endpoint(std::move(credentials), clock, connect_timeout));
}

Endpoint::Endpoint(Credentials credentials, const base::Clock& clock,
                   base::Duration connect_timeout)
    : credentials_(std::move(credentials)),
      connect_timeout_(connect_timeout),
      base_url_(credentials_.server),
      tls_(absl::StartsWith(credentials_.server, "https://")),
      tokens_(credentials_.token, credentials_.token_file, clock) {
  if (!tls_ || credentials_.tls_server_name.empty()) return;
  // curl verifies and announces the URL's host, so the URL gets the name and CONNECT_TO the place.
  const size_t scheme_length = std::string("https://").size();
  const std::string authority = Authority(base_url_, scheme_length);
  const size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  const std::string host = has_port ? authority.substr(0, colon) : authority;
  const std::string port = has_port ? authority.substr(colon + 1) : "443";
  const std::string rest = base_url_.substr(scheme_length + authority.size());
  base_url_ = absl::StrFormat("https://%s:%s%s", credentials_.tls_server_name, port, rest);
  connect_to_.Add(absl::StrFormat("%s:%s:%s:%s", credentials_.tls_server_name, port, host, port));
}

void Endpoint::Configure(void* handle) const {
  CURL* easy = handle;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // the API server is never behind $https_proxy
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(connect_timeout_ / std::chrono::milliseconds(1)));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, TuneSocket);
  if (!tls_) return;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (credentials_.insecure_skip_tls_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!credentials_.ca_data.empty()) {
    SetBlob(easy, CURLOPT_CAINFO_BLOB, credentials_.ca_data);
  } else if (!credentials_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, credentials_.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  SetBlob(easy, CURLOPT_SSLCERT_BLOB, credentials_.client_cert_data);
  SetBlob(easy, CURLOPT_SSLKEY_BLOB, credentials_.client_key_data);
  if (connect_to_.get() != nullptr) {
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, static_cast<curl_slist*>(connect_to_.get()));
  }
}

std::shared_ptr<HeaderList> Endpoint::Headers(const std::string& content_type,
                                              const std::string& token) const {
  auto headers = std::make_shared<HeaderList>();
  headers->Add("Accept: application/json");
  headers->Add("User-Agent: tutti");
  headers->Add("Expect:");  // no extra round trip before a body
  headers->Add(content_type.empty() ? "Content-Type:" : "Content-Type: " + content_type);
  if (!token.empty()) headers->Add("Authorization: Bearer " + token);
  return headers;
}

}  // namespace tutti::kube
