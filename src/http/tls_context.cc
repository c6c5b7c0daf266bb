#include "http/tls_context.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr unsigned char kAlpn[] = "\x02h2\x08http/1.1";  // in the order of our liking

int ChooseAlpn(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
               unsigned in_length, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kAlpn, sizeof(kAlpn) - 1, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status Failed(std::string_view what, const std::string& file,
                    const boost::system::error_code& error) {
  const int missing = file.empty() || ::access(file.c_str(), R_OK) == 0 ? 0 : errno;
  return absl::InvalidArgumentError(
      absl::StrFormat("%s %s cannot be used: %s; expected PEM, and keys without a passphrase", what,
                      file.empty() ? "given as data" : file,
                      missing == 0 ? error.message() : std::generic_category().message(missing)));
}

boost::asio::const_buffer Buffer(const std::string& text) { return {text.data(), text.size()}; }

absl::Status LoadIdentity(const TlsOptions& options, ssl::context& context) {
  boost::system::error_code error;
  if (!options.cert_file.empty()) {
    context.use_certificate_chain_file(options.cert_file, error);
  } else {
    context.use_certificate_chain(Buffer(options.cert_data), error);
  }
  if (error) return Failed("certificate", options.cert_file, error);
  if (!options.key_file.empty()) {
    context.use_private_key_file(options.key_file, ssl::context::pem, error);
  } else {
    context.use_private_key(Buffer(options.key_data), ssl::context::pem, error);
  }
  if (error) return Failed("private key", options.key_file, error);
  return absl::OkStatus();
}

absl::Status LoadClientCa(const TlsOptions& options, ssl::context& context) {
  if (options.client_ca_file.empty() && options.client_ca_data.empty()) return absl::OkStatus();
  boost::system::error_code error;
  if (!options.client_ca_file.empty()) {
    context.load_verify_file(options.client_ca_file, error);
  } else {
    context.add_certificate_authority(Buffer(options.client_ca_data), error);
  }
  if (error) return Failed("client CA", options.client_ca_file, error);
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return absl::OkStatus();
}

// Instead of asking for it on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

absl::StatusOr<std::shared_ptr<ssl::context>> Build(const TlsOptions& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // No resumption: it would outlive the certificates it was based on.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, ChooseAlpn, nullptr);
  SSL_CTX_set_default_passwd_cb(native, NoPassphrase);
  if (absl::Status status = LoadIdentity(options, *context); !status.ok()) return status;
  if (absl::Status status = LoadClientCa(options, *context); !status.ok()) return status;
  return context;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Create(TlsOptions options) {
  std::unique_ptr<TlsContext> created(new TlsContext);
  absl::MutexLock lock(&created->mutex_);
  created->options_ = std::move(options);
  // Before reading: what changes meanwhile is read again.
  created->stamps_ = StampAll(created->options_);
  absl::StatusOr<std::shared_ptr<ssl::context>> context = Build(created->options_);
  if (!context.ok()) return context.status();
  created->context_ = *std::move(context);
  return created;
}

TlsContext::FileStamp TlsContext::StampOf(const std::string& file) {
  struct stat status {};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_size,
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

TlsContext::Stamps TlsContext::StampAll(const TlsOptions& options) {
  return {StampOf(options.cert_file), StampOf(options.key_file), StampOf(options.client_ca_file)};
}

std::shared_ptr<ssl::context> TlsContext::Current() {
  absl::MutexLock lock(&mutex_);
  const Stamps stamps = StampAll(options_);
  if (stamps == stamps_) return context_;
  if (absl::StatusOr<std::shared_ptr<ssl::context>> fresh = Build(options_); fresh.ok()) {
    context_ = *std::move(fresh);
    stamps_ = stamps;
  }
  return context_;
}

absl::Status TlsContext::Use(std::string cert_pem, std::string key_pem) {
  absl::MutexLock lock(&mutex_);
  TlsOptions options = options_;
  options.cert_file.clear();
  options.key_file.clear();
  options.cert_data = std::move(cert_pem);
  options.key_data = std::move(key_pem);
  const Stamps stamps = StampAll(options);
  absl::StatusOr<std::shared_ptr<ssl::context>> fresh = Build(options);
  if (!fresh.ok()) return fresh.status();
  context_ = *std::move(fresh);
  stamps_ = stamps;
  options_ = std::move(options);
  return absl::OkStatus();
}

}  // namespace tutti::http
