// HostToC and the like: what a plugin behind the C ABI may call, over a PluginHost.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tutti/abi/plugin_abi.h"
#include "tutti/config.h"
#include "tutti/gang_view.h"
#include "tutti/object_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_select.h"
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
  // But for resources, within a call of this thread.
  class Open {
   public:
    explicit Open(const HostToC& host) : before_(std::exchange(open_, &host)) {}
    ~Open() { open_ = before_; }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

   private:
    const HostToC* const before_;
  };

 private:
  struct Callbacks;

  tutti_host c_;
  PluginHost& host_;
  bool sealed_ = false;
  static thread_local const HostToC* open_;
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

// The opaque lists that callbacks add to, and what they set.
inline tutti_queue_report* ToC(QueueDescription& description) {
  return reinterpret_cast<tutti_queue_report*>(&description);
}
inline tutti_watches* ToC(std::vector<ObjectKind>& kinds) {
  return reinterpret_cast<tutti_watches*>(&kinds);
}
inline tutti_state* ToC(std::string& bytes) { return reinterpret_cast<tutti_state*>(&bytes); }
inline tutti_domains* ToC(std::vector<Domain>& domains) {
  return reinterpret_cast<tutti_domains*>(&domains);
}
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
