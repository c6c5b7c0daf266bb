// TlsContext: the server's TLS settings, read again when the certificate files change.
#pragma once

#include <array>
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
  // From now on this identity (PEM), whatever it was before; refused where it cannot be used. Any
  // thread.
  absl::Status Use(std::string cert_pem, std::string key_pem);

 private:
  TlsContext() = default;

  // What tells one version of a file from the next; zeros where there is no file.
  struct FileStamp {
    uint64_t inode = 0;
    int64_t bytes = 0;
    int64_t modified_nanos = 0;
    bool operator==(const FileStamp&) const = default;
  };
  using Stamps = std::array<FileStamp, 3>;  // certificate, key, client CA
  static FileStamp StampOf(const std::string& file);
  static Stamps StampAll(const TlsOptions& options);

  absl::Mutex mutex_;
  TlsOptions options_ ABSL_GUARDED_BY(mutex_);
  Stamps stamps_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<boost::asio::ssl::context> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::http
