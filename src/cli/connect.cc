#include "cli/connect.h"

#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "cli/grpc_client.h"
#include "cli/proxy_client.h"
#include "kube/client.h"

namespace tutti::cli {
namespace {

// A ProxyClient with the client of the API server that it uses.
class OwningProxyClient final : public ControlClient {
 public:
  static absl::StatusOr<std::unique_ptr<ControlClient>> Make(kube::Credentials credentials,
                                                             ProxyTarget target) {
    auto made = std::make_unique<OwningProxyClient>();
    TUTTI_ASSIGN_OR_RETURN(made->kube_, kube::Client::Create(std::move(credentials), made->clock_));
    made->proxy_ = MakeProxyClient(*made->kube_, std::move(target));
    return made;
  }

  absl::Status Unary(std::string_view method, const Message& request, Message& response) override {
    return proxy_->Unary(method, request, response);
  }
  absl::Status Stream(std::string_view method, const Message& request, Message& piece,
                      const std::function<bool()>& on_piece) override {
    return proxy_->Stream(method, request, piece, on_piece);
  }

 private:
  base::SystemClock clock_;
  std::unique_ptr<kube::Client> kube_;
  std::unique_ptr<ControlClient> proxy_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ControlClient>> Connect(const GlobalOptions& options,
                                                       const Environment& env) {
  const std::string server = options.server.empty() ? env("TUTTI_ADDRESS") : options.server;
  if (!server.empty()) {
    return MakeGrpcClient(
        {server, options.ca_file, options.cert_file, options.key_file, options.timeout});
  }
  TUTTI_ASSIGN_OR_RETURN(ProxyTarget target, ParseProxyTarget(options.service));
  target.timeout = options.timeout;
  TUTTI_ASSIGN_OR_RETURN(kube::Credentials credentials, FindCredentials(options, env));
  return OwningProxyClient::Make(std::move(credentials), std::move(target));
}

}  // namespace tutti::cli
