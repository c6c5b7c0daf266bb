#include "remote/connect_plugin.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "remote/link.h"
#include "remote/manifest.h"
#include "remote/remote_plugin.h"

namespace tutti::remote {
namespace {

absl::Status Explain(const RemoteTarget& target, const absl::Status& status) {
  const std::string who = absl::StrFormat("plugin %s at %s", target.name, target.address);
  if (absl::IsDeadlineExceeded(status)) {
    return absl::UnavailableError(absl::StrFormat(
        "%s did not shake hands within %s: start it before tutti-server, or correct address", who,
        base::FormatDuration(target.start_wait)));
  }
  if (absl::IsUnimplemented(status)) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s serves no tutti.v1.plugin.PluginService: somebody else listens there; correct address",
        who));
  }
  return absl::Status(status.code(), absl::StrFormat("%s: %s", who, status.message()));
}

// The configuration's mistakes, as the plugin has told them.
void Judge(const Manifest& manifest, Config& config) {
  for (const std::string& pointer : manifest.known_args) config.Know(pointer);
  for (const auto& [pointer, message] : manifest.arg_errors) config.Fail(pointer, message);
}

}  // namespace

absl::StatusOr<ConnectedPlugin> ConnectPlugin(const RemoteTarget& target,
                                              const std::vector<ConfigEntry>& args,
                                              const base::Clock& clock) {
  const auto link = std::make_shared<Link>(target, HandshakeFor(args), clock);
  const absl::StatusOr<Manifest> manifest = link->Meet();
  if (!manifest.ok()) return Explain(target, manifest.status());
  if (manifest->name != target.name) {
    return absl::InvalidArgumentError(
        absl::StrFormat("plugin %s at %s calls itself %s: correct name or address", target.name,
                        target.address, manifest->name));
  }
  ConnectedPlugin connected;
  connected.entry.version = manifest->version;
  connected.entry.origin = target.address;
  connected.entry.make = [link, manifest = *manifest, made = false](
                             Config& config, PluginHost& host) mutable -> std::unique_ptr<Plugin> {
    Judge(manifest, config);
    if (!manifest.arg_errors.empty()) return nullptr;
    if (std::exchange(made, true)) throw std::logic_error("its connection serves one plugin only");
    return std::make_unique<RemotePlugin>(link, manifest, host);
  };
  connected.state = [link] { return link->breaker().state(); };
  return connected;
}

}  // namespace tutti::remote
