// HostToC and the like: what a plugin behind the C ABI may call, over a PluginHost.
#pragma once

#include <string>
#include <vector>

#include "tutti/abi/plugin_abi.h"
#include "tutti/config.h"
#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/status.h"

namespace tutti::loader {

// Threads as tutti_host. It stands still and lives as long as the plugin.
class HostToC {
 public:
  explicit HostToC(PluginHost& host);
  HostToC(const HostToC&) = delete;
  HostToC& operator=(const HostToC&) = delete;

  const tutti_host* c() const { return &c_; }
  // The plugin is made: from here on it gets no more numbers.
  void Seal() { sealed_ = true; }

 private:
  struct Callbacks;

  tutti_host c_;
  PluginHost& host_;
  bool sealed_ = false;
};

// The status of one call.
class StatusToC {
 public:
  StatusToC() { c_.struct_size = sizeof c_, c_.reason = TUTTI_NONE, c_.host_data = &message_; }
  StatusToC(const StatusToC&) = delete;
  StatusToC& operator=(const StatusToC&) = delete;

  tutti_status* c() { return &c_; }
  // What the plugin has answered. Throws std::runtime_error where the plugin threw: its caller
  // treats both alike.
  Status Take();
  // For points that answer something else than a status: throws for every failure.
  void ThrowIfFailed();

 private:
  tutti_status c_ = {};
  std::string message_;
};

class ConfigToC {
 public:
  explicit ConfigToC(Config& config);
  ConfigToC(const ConfigToC&) = delete;
  ConfigToC& operator=(const ConfigToC&) = delete;
  const tutti_config* c() const { return &c_; }

 private:
  std::vector<tutti_config_entry> entries_;
  tutti_config c_;
};

// The opaque list that add_domain adds to.
inline tutti_domains* ToC(std::vector<Domain>& domains) {
  return reinterpret_cast<tutti_domains*>(&domains);
}
// And what the other callbacks add to.
inline tutti_victims* ToC(std::vector<PodUid>& victims) {
  return reinterpret_cast<tutti_victims*>(&victims);
}
inline tutti_nomination* ToC(Nomination& nomination) {
  return reinterpret_cast<tutti_nomination*>(&nomination);
}
inline tutti_annotations* ToC(BindAnnotations& annotations) {
  return reinterpret_cast<tutti_annotations*>(&annotations);
}

}  // namespace tutti::loader
