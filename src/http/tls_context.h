// TlsContext: the server's TLS settings, read again when the certificate files change.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "http/server.h"

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace tutti::http {

class TlsContext {
 public:
  // Errors name the file and what is wrong with it.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Create(TlsOptions options);

  // The context for a new handshake. Files that changed but cannot be read (a rotation half done)
  // leave the old one in force. Any thread.
  std::shared_ptr<boost::asio::ssl::context> Current();

 private:
  explicit TlsContext(TlsOptions options) : options_(std::move(options)) {}
  int64_t Stamp() const;

  const TlsOptions options_;
  absl::Mutex mutex_;
  int64_t stamp_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<boost::asio::ssl::context> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::http
