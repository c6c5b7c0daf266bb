// Misfit: breaks the contract of one point, as its configuration says. Without a fault it keeps an
// account of at most so many members, and keeps all contracts.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "tutti/plugin/bind.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/reserve.h"
#include "tutti/plugin/score.h"

namespace tutti::testing {

class Misfit final : public PreFilterPlugin,
                     public FilterPlugin,
                     public PreScorePlugin,
                     public ScorePlugin,
                     public PreEnqueuePlugin,
                     public QueueSortPlugin,
                     public PlacementGeneratePlugin,
                     public PlacementScorePlugin,
                     public DeviceSelectPlugin,
                     public PostFilterPlugin,
                     public SelectVictimsPlugin,
                     public ReservePlugin,
                     public PermitPlugin,
                     public PreBindPlugin,
                     public PostBindPlugin,
                     public ClusterEventPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  Misfit(Config& config, PluginHost& host);

  Status PreFilter(CycleState&, const PodClassView&, const ClusterView&) const override;
  Status Filter(const CycleState&, const PodClassView&, const NodeView&) const override;
  Status FilterBlock(const CycleState&, const PodClassView&, const NodeBlockView&,
                     BlockVerdict&) const override;
  Status PreScore(CycleState&, const PodClassView&, const ClusterView&) const override;
  int64_t Score(const CycleState&, const PodClassView&, const NodeView&) const override;
  void ScoreBlock(const CycleState&, const PodClassView&, const NodeBlockView&, const NodeMask&,
                  std::span<int64_t, kNodesPerBlock>) const override;
  bool IsNodeLocal() const override { return Does("claim to be node-local"); }
  bool HasNormalizeScore() const override;
  void NormalizeScore(const CycleState&, const PodClassView&, std::span<int64_t>) const override;
  Status PreEnqueue(const GangView&, const ClusterView&) const override;
  bool Less(const GangView&, const GangView&) const override;
  Status PlacementGenerate(CycleState&, const GangView&, const ClusterView&,
                           std::vector<Domain>&) const override;
  int64_t PlacementScore(const CycleState&, const GangView&, const PlacementView&,
                         const ClusterView&) const override;
  DeviceSet SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                          const DeviceRequest&, const DeviceSet&) const override;
  Status PostFilter(const GangView&, const GangDiagnosis&, const ClusterView&,
                    Nomination&) const override;
  Status SelectVictims(const GangView&, const GangDiagnosis&, const ClusterView&, const BoundPods&,
                       std::vector<PodUid>&) const override;
  Status Reserve(const GangView&, const PlacementView&, const ClusterView&) override;
  void Unreserve(const GangView&, const PlacementView&) override;
  Status Permit(const PlacedPodView&, std::chrono::nanoseconds& timeout) override;
  Status PreBind(const PlacedPodView&, BindAnnotations&) override;
  void PostBind(const PlacedPodView&) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView&) override;

 private:
  bool Does(const char* fault) const { return fault_ == fault; }

  const PluginHost& host_;
  std::string fault_;
  int instance_;
  std::thread::id maker_;
  ReasonId refused_;
  mutable std::atomic<int64_t> asked_ = 0;
  int64_t reserved_ = 0;  // members
};

}  // namespace tutti::testing
