// Permit, PreBind and PostBind: the last word before a pod is bound, and the first one after.
//
// For every pod that Tutti binds, of a gang (once its barrier is open) or of none. Core thread; may
// change the plugin; must not block.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/placed_pod_view.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

class PermitPlugin : public virtual Plugin {
 public:
  // `timeout` is longer than zero and cut to this.
  static constexpr std::chrono::nanoseconds kLongestTimeout = std::chrono::minutes(15);

  // Success. Wait, with `timeout` set: the bind is parked, and the plugin asked again whenever
  // something has happened; where it still waits after the timeout, or after the bind timeout of
  // the configuration, the bind is refused. Unschedulable: refused; kube-scheduler tries again, and
  // after some refusals another node is planned; UnschedulableAndUnresolvable: another node is
  // planned at once; Error: refused. A plugin that has answered Success is not asked again for
  // this bind.
  virtual Status Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) = 0;
};

// Annotations that the API server enters into the pod in the very write that binds it.
class BindAnnotations {
 public:
  // Of one pod and all plugins.
  static constexpr std::size_t kMostBytes = 16 * 1024;
  using Entry = std::pair<std::string, std::string>;

  // `key` as in the API: "example.com/rank"; not one of tutti.dev, nor one that another plugin has
  // added.
  void Add(std::string_view key, std::string_view value) {
    entries_.emplace_back(std::string(key), std::string(value));
  }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

class PreBindPlugin : public virtual Plugin {
 public:
  // Success; Unschedulable, UnschedulableAndUnresolvable, Error: as Permit.
  virtual Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) = 0;
};

class PostBindPlugin : public virtual Plugin {
 public:
  // The API server has said that the pod is bound. A notice, not an account: it is lost where the
  // answer is, or the process ends. Cannot fail.
  virtual void PostBind(const PlacedPodView& pod) = 0;
};

}  // namespace tutti
