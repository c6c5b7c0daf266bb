// Troublemaker: throws where its configuration says.
#pragma once

#include <string>

#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/score.h"

namespace tutti::testing {

class Troublemaker final : public PreFilterPlugin,
                           public FilterPlugin,
                           public PreScorePlugin,
                           public ScorePlugin,
                           public DeviceSelectPlugin,
                           public QueueSortPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  Troublemaker(Config& config, PluginHost& host);

  Status PreFilter(CycleState&, const PodClassView&, const ClusterView&) const override;
  Status Filter(const CycleState&, const PodClassView&, const NodeView&) const override;
  Status PreScore(CycleState&, const PodClassView&, const ClusterView&) const override;
  int64_t Score(const CycleState&, const PodClassView&, const NodeView&) const override;
  bool HasNormalizeScore() const override;
  void NormalizeScore(const CycleState&, const PodClassView&, std::span<int64_t>) const override;
  DeviceSet SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                          const DeviceRequest&, const DeviceSet&) const override;
  bool Less(const GangView&, const GangView&) const override;

 private:
  void MaybeThrow(const char* point) const;

  std::string at_;
};

}  // namespace tutti::testing
