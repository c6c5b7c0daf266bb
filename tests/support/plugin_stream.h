// PluginStream: the plugin's side of one stream of the plugin protocol, for any plugin of the SDK.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/shown_cluster.h"
#include "tutti/cycle_state.h"
#include "tutti/plugin.h"
#include "tutti/plugin/bind.h"
#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/score.h"
#include "tutti/testing/fake_host.h"
#include "tutti/v1/plugin.pb.h"

namespace tutti::testing {

// Hands out the numbers of the protocol, which are positions in the manifest. What is counted waits
// for the next response.
class StreamHost final : public PluginHost {
 public:
  explicit StreamHost(v1::plugin::HandshakeAnswer& manifest);

  ResourceId Resource(std::string_view name) override;
  PodField PodLabel(std::string_view key) override;
  PodField PodAnnotation(std::string_view key) override;
  NodeField NodeLabel(std::string_view key) override;
  NodeField NodeAnnotation(std::string_view key) override;
  ReasonId Reason(std::string_view code, std::string_view meaning) override;
  CounterId Counter(std::string_view name, std::string_view help) override;
  void Increment(CounterId counter, double by) const override { counts_[counter.value] += by; }
  std::chrono::nanoseconds Now() const override { return now; }
  const TextTable& texts() const override { return texts_; }

  FakeTexts& interner() { return texts_; }
  std::map<uint16_t, double> TakeCounts() { return std::exchange(counts_, {}); }

  std::chrono::nanoseconds now{0};

 private:
  v1::plugin::HandshakeAnswer& manifest_;
  FakeTexts texts_;
  mutable std::map<uint16_t, double> counts_;
};

// One thread.
class PluginStream {
 public:
  // `untold` is given what the plugin has counted when nobody can be told any more.
  using Untold = std::function<void(const std::string& counter, double by)>;

  PluginStream(const PluginDescriptor& descriptor, Untold untold);
  ~PluginStream();
  PluginStream(const PluginStream&) = delete;
  PluginStream& operator=(const PluginStream&) = delete;

  void Answer(const v1::plugin::ServeRequest& request, v1::plugin::ServeResponse& response);

 private:
  // The points of the plugin; null: not served.
  struct Points {
    const PreFilterPlugin* pre_filter = nullptr;
    const FilterPlugin* filter = nullptr;
    const PreScorePlugin* pre_score = nullptr;
    const ScorePlugin* score = nullptr;
    const PreEnqueuePlugin* pre_enqueue = nullptr;
    const QueueSortPlugin* queue_sort = nullptr;
    const PlacementGeneratePlugin* placement_generate = nullptr;
    const PlacementScorePlugin* placement_score = nullptr;
    const PostFilterPlugin* post_filter = nullptr;
    const DeviceSelectPlugin* device_select = nullptr;
    PermitPlugin* permit = nullptr;
    PreBindPlugin* pre_bind = nullptr;
    PostBindPlugin* post_bind = nullptr;
    ObjectWatchPlugin* object_watch = nullptr;
  };

  Status Dispatch(const v1::plugin::ServeRequest& request, v1::plugin::ServeResponse& response);
  Status Shake(const v1::plugin::Handshake& request, v1::plugin::HandshakeAnswer& answer);
  void ListPoints();
  Status Filter(const v1::plugin::Filter& request, v1::plugin::FilterAnswer& answer);
  Status Score(const v1::plugin::Score& request, v1::plugin::ScoreAnswer& answer);
  Status Normalize(const v1::plugin::NormalizeScore& request,
                   v1::plugin::NormalizeScoreAnswer& answer);
  Status Generate(const v1::plugin::PlacementGenerate& request,
                  v1::plugin::PlacementGenerateAnswer& answer);
  Status ScorePlacement(const v1::plugin::PlacementScore& request,
                        v1::plugin::PlacementScoreAnswer& answer);
  Status PostFilter(const v1::plugin::PostFilter& request, v1::plugin::PostFilterAnswer& answer);
  Status SelectDevices(const v1::plugin::DeviceSelect& request,
                       v1::plugin::DeviceSelectAnswer& answer);
  Status Permit(const v1::plugin::Permit& request, v1::plugin::ServeResponse& response);
  Status PreBind(const v1::plugin::PreBind& request, v1::plugin::PreBindAnswer& answer);
  void Take(const v1::plugin::ObjectUpdate& objects);
  Status CheckObject(const v1::plugin::WatchedObject& object,
                     v1::plugin::ObjectCheckAnswer& answer);

  const PluginDescriptor& descriptor_;
  const Untold untold_;
  v1::plugin::HandshakeAnswer manifest_;
  StreamHost host_{manifest_};
  ShownCluster cluster_{host_.interner()};
  std::unique_ptr<Plugin> plugin_;
  Points points_;
  std::optional<CycleState> cycle_;
};

}  // namespace tutti::testing
