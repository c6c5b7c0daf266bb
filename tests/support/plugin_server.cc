#include "tests/support/plugin_server.h"

#include <grpcpp/grpcpp.h>

#include <stdexcept>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/plugin_stream.h"
#include "tutti/v1/plugin.grpc.pb.h"

namespace tutti::testing {

namespace wire = v1::plugin;

class PluginServer::Service final : public wire::PluginService::Service {
 public:
  using Stream = grpc::ServerReaderWriter<wire::ServeResponse, wire::ServeRequest>;

  Service(const PluginDescriptor& plugin, Bend bend) : plugin_(plugin), bend_(std::move(bend)) {}

  grpc::Status Serve(grpc::ServerContext*, Stream* stream) override {
    Change(+1);
    grpc::Status status;
    {
      PluginStream answers(plugin_, [this](const std::string& counter, double by) {
        absl::MutexLock lock(&mutex_);
        untold_[counter] += by;
      });
      status = Answer(*stream, answers);
    }
    Change(-1);
    return status;
  }

  int open() const {
    absl::MutexLock lock(&mutex_);
    return open_;
  }
  int ever() const {
    absl::MutexLock lock(&mutex_);
    return ever_;
  }
  std::map<std::string, double> UntoldCounts() const {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](const Service* self)
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return self->open_ == 0; },
        this));
    return untold_;
  }

 private:
  grpc::Status Answer(Stream& stream, PluginStream& answers) {
    wire::ServeRequest request;
    while (stream.Read(&request)) {
      wire::ServeResponse response;
      answers.Answer(request, response);
      switch (bend_ == nullptr ? Fate::kAnswer : bend_(request, response)) {
        case Fate::kAnswer:
          if (!stream.Write(response)) return grpc::Status::OK;
          break;
        case Fate::kEnd:
          return grpc::Status(grpc::StatusCode::INTERNAL, "it died");
        case Fate::kHang:
          // Reading ends when the client has given up, and answers nothing until then.
          while (stream.Read(&request)) {
          }
          return grpc::Status::CANCELLED;
      }
    }
    return grpc::Status::OK;
  }
  void Change(int by) {
    absl::MutexLock lock(&mutex_);
    open_ += by;
    ever_ += by > 0 ? 1 : 0;
  }

  const PluginDescriptor plugin_;
  const Bend bend_;
  mutable absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
  int ever_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, double> untold_ ABSL_GUARDED_BY(mutex_);
};

struct PluginServer::Running {
  std::unique_ptr<grpc::Server> server;
};

PluginServer::PluginServer(const PluginDescriptor& plugin, std::string address, Bend bend,
                           const Tls* tls)
    : address_(std::move(address)),
      service_(std::make_unique<Service>(plugin, std::move(bend))),
      running_(std::make_unique<Running>()) {
  constexpr int kMostBytes = 64 << 20;
  grpc::ServerBuilder builder;
  if (tls == nullptr) {
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
  } else {
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs.push_back({tls->key_pem, tls->cert_pem});
    builder.AddListeningPort(address_, grpc::SslServerCredentials(options));
  }
  builder.SetMaxReceiveMessageSize(kMostBytes);
  builder.RegisterService(service_.get());
  running_->server = builder.BuildAndStart();
  if (running_->server == nullptr) throw std::runtime_error("cannot listen on " + address_);
}

PluginServer::~PluginServer() {
  // Streams are cancelled at once: the other side keeps its idle ones open for ever.
  running_->server->Shutdown(std::chrono::system_clock::now());
  running_->server->Wait();
}

int PluginServer::open_streams() const { return service_->open(); }
int PluginServer::streams() const { return service_->ever(); }
std::map<std::string, double> PluginServer::UntoldCounts() const {
  return service_->UntoldCounts();
}

}  // namespace tutti::testing
