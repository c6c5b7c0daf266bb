// Probe: a plugin that serves every point and makes use of everything a plugin can see. Its answers
// have no meaning but that each bit of its input changes them.
#pragma once

#include <vector>

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

class Probe final : public PreFilterPlugin,
                    public FilterPlugin,
                    public PreScorePlugin,
                    public ScorePlugin,
                    public DeviceSelectPlugin,
                    public PreEnqueuePlugin,
                    public QueueSortPlugin,
                    public PlacementGeneratePlugin,
                    public PlacementScorePlugin,
                    public PostFilterPlugin,
                    public SelectVictimsPlugin,
                    public ReservePlugin,
                    public PermitPlugin,
                    public PreBindPlugin,
                    public PostBindPlugin,
                    public ClusterEventPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  Probe(Config& config, PluginHost& host);

  Status PreFilter(CycleState&, const PodClassView&, const ClusterView&) const override;
  Status Filter(const CycleState&, const PodClassView&, const NodeView&) const override;
  Status PreScore(CycleState&, const PodClassView&, const ClusterView&) const override;
  int64_t Score(const CycleState&, const PodClassView&, const NodeView&) const override;
  bool HasNormalizeScore() const override { return true; }
  bool IsNodeLocal() const override { return salt_ % 2 == 0; }  // only said: Score is not
  void NormalizeScore(const CycleState&, const PodClassView&, std::span<int64_t>) const override;
  DeviceSet SelectDevices(const CycleState&, const PodClassView&, const NodeView&,
                          const DeviceRequest&, const DeviceSet&) const override;
  Status PreEnqueue(const GangView&, const ClusterView&) const override;
  bool Less(const GangView&, const GangView&) const override;
  Status PlacementGenerate(CycleState&, const GangView&, const ClusterView&,
                           std::vector<Domain>&) const override;
  int64_t PlacementScore(const CycleState&, const GangView&, const PlacementView&,
                         const ClusterView&) const override;
  Status PostFilter(const GangView&, const GangDiagnosis&, const ClusterView&,
                    Nomination&) const override;
  Status SelectVictims(const GangView&, const GangDiagnosis&, const ClusterView&, const BoundPods&,
                       std::vector<PodUid>&) const override;
  // These remember everything that they were told, and answer by it.
  Status Reserve(const GangView&, const PlacementView&, const ClusterView&) override;
  void Unreserve(const GangView&, const PlacementView&) override;
  Status Permit(const PlacedPodView&, std::chrono::nanoseconds&) override;
  Status PreBind(const PlacedPodView&, BindAnnotations&) override;
  void PostBind(const PlacedPodView&) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView&) override;

 private:
  // Everything of a view as one number.
  uint64_t Digest(const PodClassView& pod) const;
  uint64_t Digest(const NodeView& node) const;
  uint64_t Digest(const ClusterView& cluster) const;
  uint64_t Digest(const GangView& gang) const;
  uint64_t Digest(const PlacementView& placement) const;
  uint64_t Digest(const PlacedPodView& pod) const;
  uint64_t Digest(const GangDiagnosis& diagnosis) const;
  Status Verdict(uint64_t digest) const;

  const PluginHost& host_;
  NodeField zone_;
  NodeField rack_;
  PodField wish_;
  PodField team_;
  ResourceId gpu_;
  std::vector<ReasonId> reasons_;  // more than a verdict has diagnoses
  CounterId states_;               // that have come to their end
  uint64_t salt_ = 0;
  uint64_t told_ = 0;
};

}  // namespace tutti::testing
