// ConnectPlugin: a plugin that runs beside this process, as the registry takes it.
//
// It speaks proto/tutti/v1/plugin.proto. Whatever it does (hangs, dies, lies) is an Error of the
// call that asked, and no more.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "framework/plugin_registry.h"
#include "remote/circuit_breaker.h"
#include "tutti/config.h"

namespace tutti::remote {

// PEM files, read anew for each new connection. No caFile: no TLS.
struct RemoteTls {
  std::string ca_file;    // whom the plugin's certificate must come from
  std::string cert_file;  // of this process, where the plugin asks for one
  std::string key_file;
};

struct RemoteTarget {
  std::string name;     // of the plugin; it must call itself so
  std::string address;  // as gRPC has it: "unix:///run/price.sock", "dns:price.example:9000"
  RemoteTls tls{};
  base::Duration timeout = std::chrono::milliseconds(50);  // of each call
  base::Duration start_wait = std::chrono::seconds(10);    // until it listens and has shaken hands
  CircuitBreaker::Options breaker{};
};

struct ConnectedPlugin {
  framework::PluginRegistry::Entry entry;        // makes one plugin
  std::function<CircuitBreaker::State()> state;  // any thread, at any time
};

// Blocks for start_wait at most. The error names the plugin, the address, what was found and what
// to do. `clock` must outlive the plugin and `state`.
absl::StatusOr<ConnectedPlugin> ConnectPlugin(const RemoteTarget& target,
                                              const std::vector<ConfigEntry>& args,
                                              const base::Clock& clock);

}  // namespace tutti::remote
