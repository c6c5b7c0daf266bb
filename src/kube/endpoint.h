// Endpoint: credentials as options of a curl handle. Internal to the client; knows nothing of
// requests.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "kube/credentials.h"
#include "kube/token_source.h"

namespace tutti::kube {

// A list of request headers, shared by the handles that use it. Opaque: curl stays out of headers.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList();
  void Add(const std::string& line);
  void* get() const { return list_; }  // curl_slist*

 private:
  void* list_ = nullptr;
};

// Immutable but for the token and the counter, which are safe from any thread. Outlives the handles
// it has configured: they point into it.
class Endpoint {
 public:
  static absl::StatusOr<std::shared_ptr<Endpoint>> Create(Credentials credentials,
                                                          const base::Clock& clock,
                                                          base::Duration connect_timeout);

  // What is the same for every request of a handle (CURL*): TLS, timeouts, no proxy, no signals.
  void Configure(void* easy) const;
  std::string Url(const std::string& path) const { return base_url_ + path; }
  bool tls() const { return tls_; }
  TokenSource& tokens() { return tokens_; }
  // `content_type` empty: no body.
  std::shared_ptr<HeaderList> Headers(const std::string& content_type,
                                      const std::string& token) const;

  // Replies in a row that were 401.
  std::atomic<int> consecutive_unauthorized{0};

 private:
  Endpoint(Credentials credentials, const base::Clock& clock, base::Duration connect_timeout);

  Credentials credentials_;
  base::Duration connect_timeout_;
  std::string base_url_;
  HeaderList connect_to_;
  bool tls_ = false;
  TokenSource tokens_;
};

}  // namespace tutti::kube
