#include "apps/control_door.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "apps/listen_options.h"
#include "base/status_macros.h"
#include "rpc/control_gateway.h"

namespace tutti::apps {
namespace {

// Calls wait for the core, not for each other's work.
constexpr size_t kThreads = 2;
constexpr size_t kMostCalls = 8;
constexpr size_t kGatewayCalls = 64;  // people's questions, never a hot path
constexpr size_t kGatewayConnections = 256;
constexpr base::Duration kDrain = std::chrono::seconds(5);

}  // namespace

ControlDoor::ControlDoor(Sources sources)
    : sources_(sources),
      snapshots_(sources.loop, sources.log_header, sources.plugins.labels(),
                 sources.plugins.resources(), sources.clock),
      control_(sources.loop, sources.plugins.resources()),
      pool_(kThreads, kMostCalls),
      calls_(control_, rpc::ControlCalls::Known{sources.groupings, &sources.plugins.fields().pods,
                                                sources.plugins.catalog()}) {}

ControlDoor::~ControlDoor() {
  if (gateway_) gateway_->Stop(kDrain);  // before what it asks
  sources_.decisions.Close();
  if (server_) server_->Stop(kDrain);
}

absl::StatusOr<std::unique_ptr<ControlDoor>> ControlDoor::Start(
    const config::Control& control, const config::ControlGateway& gateway, Sources sources) {
  std::unique_ptr<ControlDoor> door(new ControlDoor(sources));
  TUTTI_RETURN_IF_ERROR(door->StartServer(control));
  if (gateway.enabled()) TUTTI_RETURN_IF_ERROR(door->StartGateway(gateway));
  return door;
}

absl::Status ControlDoor::StartServer(const config::Control& control) {
  rpc::ServerOptions options = ListenRpc(control.listen);
  const std::string address = options.address;
  if (control.tls.enabled()) {
    options.tls = std::make_unique<rpc::TlsOptions>();
    options.tls->cert_file = control.tls.cert_file;
    options.tls->key_file = control.tls.key_file;
    options.tls->client_ca_file = control.tls.client_ca_file;
  }
  rpc::ControlParts parts{
      calls_,
      sources_.decisions,
      pool_,
      &snapshots_,
      sources_.clock,
      [this](std::string_view method, absl::StatusCode code, base::Duration spent) {
        sources_.bridge.OnControlCall(method, code, spent);
      }};
  TUTTI_ASSIGN_OR_RETURN(
      server_, rpc::Server::Start(std::move(options), {rpc::MakeControlService(std::move(parts))},
                                  [this] { return sources_.loop.Snapshot()->ready; }));
  address_ = ShownAddress(address, server_->port());
  return absl::OkStatus();
}

absl::Status ControlDoor::StartGateway(const config::ControlGateway& gateway) {
  http::ServerOptions options = ListenHttp(gateway.listen);
  const std::string address = options.address;
  options.limits.in_flight = kGatewayCalls;
  options.limits.connections = kGatewayConnections;
  TUTTI_ASSIGN_OR_RETURN(
      gateway_, http::Server::Start(std::move(options),
                                    rpc::ControlGatewayRoutes(server_->InProcessChannel())));
  gateway_address_ = ShownAddress(address, gateway_->port());
  return absl::OkStatus();
}

}  // namespace tutti::apps
