// Profile: the plugins that a process runs, made from its configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/host.h"
#include "framework/plugin_registry.h"
#include "framework/points.h"

namespace tutti::framework {

// What becomes of a cycle in which a plugin fails.
enum class OnError : uint8_t {
  kDefault,  // skip where a plugin only prefers or proposes (Score, PostFilter, SelectVictims),
             // reject everywhere else
  kReject,   // the pod or gang waits
  kSkip,     // as if the plugin were not there; counted
};

struct PluginSpec {
  std::string name;
  int64_t weight = 1;  // of its scores; 1 to kMostWeight
  OnError on_error = OnError::kDefault;
  std::vector<ConfigEntry> args;
  std::string where;  // of the name, for messages

  static constexpr int64_t kMostWeight = 1000;
};

// Immutable once made; read by any thread. Plugins are asked in the order of the configuration.
class Profile {
 public:
  template <class Point>
  struct At {
    const Point* point;
    uint16_t plugin;  // its number in this profile
  };
  // Of a point that may change its plugin: on the core's thread alone.
  template <class Point>
  struct StatefulAt {
    Point* point;
    uint16_t plugin;
  };
  struct Enabled {
    std::string name;
    int64_t weight;
    OnError on_error;
    std::unique_ptr<PluginHost> host;  // outlives the plugin
    std::unique_ptr<Plugin> plugin;
  };

  Profile() = default;  // no plugins

  // InvalidArgument with every mistake, one per line, each with its place in the file.
  static absl::StatusOr<std::unique_ptr<Profile>> Make(const PluginRegistry& registry,
                                                       const std::vector<PluginSpec>& specs,
                                                       HostServices& services);

  const std::vector<Enabled>& plugins() const { return plugins_; }
  const std::vector<At<PreFilterPlugin>>& pre_filters() const { return pre_filters_; }
  const std::vector<At<FilterPlugin>>& filters() const { return filters_; }
  const std::vector<At<PreScorePlugin>>& pre_scores() const { return pre_scores_; }
  const std::vector<At<ScorePlugin>>& scores() const { return scores_; }
  // Whether what the plugins say of a node hangs on nothing but the node and the class of pods.
  bool judges_locally() const;
  const std::vector<At<PreEnqueuePlugin>>& pre_enqueues() const { return pre_enqueues_; }
  const std::vector<At<QueueSortPlugin>>& queue_sorts() const { return queue_sorts_; }
  const std::vector<At<PlacementGeneratePlugin>>& placement_generates() const {
    return placement_generates_;
  }
  const std::vector<At<PlacementScorePlugin>>& placement_scores() const {
    return placement_scores_;
  }
  const std::vector<At<DeviceSelectPlugin>>& device_selects() const { return device_selects_; }
  const std::vector<At<PostFilterPlugin>>& post_filters() const { return post_filters_; }
  const std::vector<At<SelectVictimsPlugin>>& select_victims() const { return select_victims_; }
  const std::vector<StatefulAt<ReservePlugin>>& reserves() const { return reserves_; }
  const std::vector<StatefulAt<PermitPlugin>>& permits() const { return permits_; }
  const std::vector<StatefulAt<PreBindPlugin>>& pre_binds() const { return pre_binds_; }
  const std::vector<StatefulAt<PostBindPlugin>>& post_binds() const { return post_binds_; }
  const std::vector<StatefulAt<ClusterEventPlugin>>& cluster_events() const {
    return cluster_events_;
  }
  const std::vector<StatefulAt<QueueSelectPlugin>>& queue_selects() const { return queue_selects_; }
  const std::vector<StatefulAt<ObjectWatchPlugin>>& object_watches() const {
    return object_watches_;
  }
  const std::vector<StatefulAt<StatePlugin>>& states() const { return states_; }

  // What becomes of a failure of this plugin, where `by_default` is its point's way.
  bool Skips(uint16_t plugin, bool by_default) const {
    const OnError on_error = plugins_[plugin].on_error;
    return on_error == OnError::kDefault ? by_default : on_error == OnError::kSkip;
  }
  // Null: nobody measures.
  const HostServices* measures() const {
    return services_ != nullptr && services_->ran ? services_ : nullptr;
  }

 private:
  void Enable(Enabled enabled);

  const HostServices* services_ = nullptr;

  std::vector<Enabled> plugins_;
  std::vector<At<PreFilterPlugin>> pre_filters_;
  std::vector<At<FilterPlugin>> filters_;
  std::vector<At<PreScorePlugin>> pre_scores_;
  std::vector<At<ScorePlugin>> scores_;
  std::vector<At<PreEnqueuePlugin>> pre_enqueues_;
  std::vector<At<QueueSortPlugin>> queue_sorts_;
  std::vector<At<PlacementGeneratePlugin>> placement_generates_;
  std::vector<At<PlacementScorePlugin>> placement_scores_;
  std::vector<At<DeviceSelectPlugin>> device_selects_;
  std::vector<At<PostFilterPlugin>> post_filters_;
  std::vector<At<SelectVictimsPlugin>> select_victims_;
  std::vector<StatefulAt<ReservePlugin>> reserves_;
  std::vector<StatefulAt<PermitPlugin>> permits_;
  std::vector<StatefulAt<PreBindPlugin>> pre_binds_;
  std::vector<StatefulAt<PostBindPlugin>> post_binds_;
  std::vector<StatefulAt<ClusterEventPlugin>> cluster_events_;
  std::vector<StatefulAt<QueueSelectPlugin>> queue_selects_;
  std::vector<StatefulAt<ObjectWatchPlugin>> object_watches_;
  std::vector<StatefulAt<StatePlugin>> states_;
};

}  // namespace tutti::framework
