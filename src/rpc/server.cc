#include "rpc/server.h"

#include <grpcpp/alarm.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"

namespace tutti::rpc {
namespace {

constexpr unsigned kCertificateRefreshSeconds = 10;
constexpr int kKeepaliveMillis = 30'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;

// Health follows readiness. An alarm asks again and again, so no thread of ours is needed.
class HealthReporter {
 public:
  HealthReporter(grpc::HealthCheckServiceInterface& health, std::function<bool()> ready,
                 base::Duration period)
      : health_(health), ready_(std::move(ready)), period_(period) {
    Report();
    Arm();
  }
  // Waits for a report under way.
  ~HealthReporter() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
    }
    alarm_->Cancel();  // nobody replaces it any more
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](HealthReporter* self)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return !self->armed_; },
        this));
  }

 private:
  void Report() { health_.SetServingStatus(ready_()); }

  void Arm() {
    absl::MutexLock lock(&mutex_);
    armed_ = !stopped_;
    if (stopped_) return;
    // A new one each time: this may be the old one's callback, which it must outlive.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(std::chrono::system_clock::now() +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(period_),
                [this](bool fired) {
                  if (!fired) {
                    absl::MutexLock over(&mutex_);
                    armed_ = false;
                    return;
                  }
                  Report();
                  Arm();
                });
  }

  grpc::HealthCheckServiceInterface& health_;
  const std::function<bool()> ready_;
  const base::Duration period_;
  std::unique_ptr<grpc::Alarm> alarm_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool armed_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const TlsOptions* tls) {
  if (tls == nullptr) return grpc::InsecureServerCredentials();
  // gRPC itself would start and refuse every handshake.
  for (const std::string& file : {tls->cert_file, tls->key_file, tls->client_ca_file}) {
    if (!file.empty() && ::access(file.c_str(), R_OK) != 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "cannot read \"%s\": expected a PEM file for the gRPC server's TLS", file));
    }
  }
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          tls->key_file, tls->cert_file, tls->client_ca_file, kCertificateRefreshSeconds));
  options.watch_identity_key_cert_pairs();
  if (!tls->client_ca_file.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

class GrpcServer final : public Server {
 public:
  explicit GrpcServer(std::vector<std::shared_ptr<grpc::Service>> services)
      : services_(std::move(services)) {}
  ~GrpcServer() override { Stop(base::Duration(0)); }

  absl::Status Run(const ServerOptions& options, std::function<bool()> ready) {
    absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials =
        Credentials(options.tls.get());
    if (!credentials.ok()) return credentials.status();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(options.address.starts_with("unix:")
                                 ? options.address
                                 : absl::StrFormat("%s:%d", options.address, options.port),
                             *credentials, &port);
    builder.SetMaxReceiveMessageSize(options.max_message_bytes);
    builder.SetMaxSendMessageSize(options.max_message_bytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_calls);
    // A caller whose machine is gone does not hold its stream for hours.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
    // Two servers on one port would each see some of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    for (const std::shared_ptr<grpc::Service>& service : services_)
      builder.RegisterService(service.get());
    max_message_bytes_ = options.max_message_bytes;
    server_ = builder.BuildAndStart();
    if (!server_ || port == 0) {
      return absl::UnavailableError(
          absl::StrFormat("cannot listen for gRPC on %s:%d: choose another address or port",
                          options.address, options.port));
    }
    port_ = static_cast<uint16_t>(port);
    health_ = std::make_unique<HealthReporter>(*server_->GetHealthCheckService(), std::move(ready),
                                               options.health_period);
    return absl::OkStatus();
  }

  void Stop(base::Duration drain) override {
    if (!server_) return;
    health_.reset();
    server_->Shutdown(std::chrono::system_clock::now() +
                      std::chrono::duration_cast<std::chrono::system_clock::duration>(drain));
    server_->Wait();
    server_.reset();
  }
  uint16_t port() const override { return port_; }
  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(max_message_bytes_);
    return server_->InProcessChannel(arguments);
  }

 private:
  const std::vector<std::shared_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthReporter> health_;
  uint16_t port_ = 0;
  int max_message_bytes_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    ServerOptions options, std::vector<std::shared_ptr<grpc::Service>> services,
    std::function<bool()> ready) {
  auto server = std::make_unique<GrpcServer>(std::move(services));
  if (absl::Status status = server->Run(options, std::move(ready)); !status.ok()) return status;
  return server;
}

}  // namespace tutti::rpc
