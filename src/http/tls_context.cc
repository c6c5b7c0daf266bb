#include "http/tls_context.h"

#include <sys/stat.h>

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr unsigned char kAlpn[] = "\x08http/1.1";

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
  return absl::InvalidArgumentError(absl::StrFormat("%s %s cannot be used: %s; expected PEM", what,
                                                    file.empty() ? "given as data" : file,
                                                    error.message()));
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

absl::StatusOr<std::shared_ptr<ssl::context>> Build(const TlsOptions& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), ChooseAlpn, nullptr);
  if (absl::Status status = LoadIdentity(options, *context); !status.ok()) return status;
  if (absl::Status status = LoadClientCa(options, *context); !status.ok()) return status;
  return context;
}

int64_t ModifiedNanos(const std::string& file) {
  struct stat status {};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return 0;
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Create(TlsOptions options) {
  absl::StatusOr<std::shared_ptr<ssl::context>> context = Build(options);
  if (!context.ok()) return context.status();
  std::unique_ptr<TlsContext> created(new TlsContext(std::move(options)));
  absl::MutexLock lock(&created->mutex_);
  created->stamp_ = created->Stamp();
  created->context_ = *std::move(context);
  return created;
}

int64_t TlsContext::Stamp() const {
  return ModifiedNanos(options_.cert_file) ^ (ModifiedNanos(options_.key_file) << 1) ^
         (ModifiedNanos(options_.client_ca_file) << 2);
}

std::shared_ptr<ssl::context> TlsContext::Current() {
  const int64_t stamp = Stamp();
  absl::MutexLock lock(&mutex_);
  if (stamp == stamp_) return context_;
  if (absl::StatusOr<std::shared_ptr<ssl::context>> fresh = Build(options_); fresh.ok()) {
    context_ = *std::move(fresh);
    stamp_ = stamp;
  }
  return context_;
}

}  // namespace tutti::http
