// AbiPlugin: a plugin behind the C ABI, as a C++ plugin.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/points.h"
#include "loader/host_to_c.h"
#include "tutti/abi/plugin_abi.h"

namespace tutti::loader {

// Threads, allowed answers and exceptions as the points have them: what the plugin threw on its
// side of the boundary is thrown again on ours. Only the points of points() may be called.
class AbiPlugin final : public framework::PointTable,
                        public PreFilterPlugin,
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
                        public ClusterEventPlugin,
                        public QueueSelectPlugin,
                        public ObjectWatchPlugin,
                        public StatePlugin {
 public:
  // `api`: checked, for the process's life. As PluginDescriptor::make: null where `config` says
  // why, throws what the plugin's factory threw. `host` must outlive the plugin.
  static std::unique_ptr<Plugin> Make(const tutti_plugin_descriptor& api, Config& config,
                                      PluginHost& host);
  ~AbiPlugin() override;
  AbiPlugin(const AbiPlugin&) = delete;
  AbiPlugin& operator=(const AbiPlugin&) = delete;

  framework::Points points() const override { return points_; }

  Status PreFilter(CycleState& state, const PodClassView& pod,
                   const ClusterView& cluster) const override;
  Status Filter(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  Status FilterBlock(const CycleState& state, const PodClassView& pod, const NodeBlockView& block,
                     BlockVerdict& verdict) const override;

  Status PreScore(CycleState& state, const PodClassView& pod,
                  const ClusterView& cluster) const override;
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  void ScoreBlock(const CycleState& state, const PodClassView& pod, const NodeBlockView& block,
                  const NodeMask& candidates,
                  std::span<int64_t, kNodesPerBlock> scores) const override;
  bool IsNodeLocal() const override;
  bool HasNormalizeScore() const override;
  void NormalizeScore(const CycleState& state, const PodClassView& pod,
                      std::span<int64_t> scores) const override;
  DeviceSet SelectDevices(const CycleState& state, const PodClassView& pod, const NodeView& node,
                          const DeviceRequest& request, const DeviceSet& fitting) const override;

  Status PreEnqueue(const GangView& gang, const ClusterView& cluster) const override;
  bool Less(const GangView& a, const GangView& b) const override;
  Status PlacementGenerate(CycleState& state, const GangView& gang, const ClusterView& cluster,
                           std::vector<Domain>& domains) const override;
  int64_t PlacementScore(const CycleState& state, const GangView& gang,
                         const PlacementView& placement, const ClusterView& cluster) const override;

  Status PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                    const ClusterView& cluster, Nomination& nomination) const override;
  Status SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                       const ClusterView& cluster, const BoundPods& pods,
                       std::vector<PodUid>& victims) const override;
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) override;
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView& cluster) override;
  void Unreserve(const GangView& gang, const PlacementView& placement) override;
  Status Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) override;
  Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) override;
  void PostBind(const PlacedPodView& pod) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;

  // abi_plugin_queue.cc
  std::size_t queues() const override;
  QueueId QueueOf(const GangView& gang) const override;
  void BeginRound(std::span<const QueueId> waiting) override;
  std::optional<QueueId> NextQueue() override;
  bool Skips(QueueId queue, uint64_t arrival) const override;
  std::size_t CountSkipped(QueueId queue, std::span<const uint64_t> arrivals) const override;
  bool Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) override;
  QueueDescription Describe(QueueId queue) const override;
  std::vector<ObjectKind> Watches() const override;
  void OnObject(const WatchedObject& object, Config& spec) override;
  void OnObjectGone(const WatchedObject& object) override;
  void CheckObject(const WatchedObject& object, Config& spec) const override;
  std::string Save() const override;
  Status Restore(std::string_view bytes) override;

 private:
  class Cycle;
  struct HeldCycle;

  AbiPlugin(const tutti_plugin_descriptor& api, PluginHost& host) : api_(api), host_(host) {}
  framework::Points Served();
  tutti_cycle& CycleOf(CycleState& state) const;

  const tutti_plugin_descriptor api_;
  mutable HostToC host_;  // opens for a call that may ask for numbers
  void* self_ = nullptr;
  framework::Points points_;
};

}  // namespace tutti::loader
