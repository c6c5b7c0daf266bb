// RemotePlugin: a plugin behind the plugin protocol, as a C++ plugin. Internal to src/remote.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "framework/points.h"
#include "framework/whole_cluster.h"
#include "remote/cycle_stream.h"
#include "remote/link.h"
#include "remote/manifest.h"
#include "remote/object_table.h"
#include "remote/remote_queues.h"

namespace tutti::remote {

// Threads and allowed answers as the points have them. Each call waits for the other process, for
// the target's timeout at most; what goes wrong on the way is an Error or, where the point answers
// no status, a std::runtime_error. Only the points of points() may be called.
//
// A cycle in which the plugin is asked PreFilter, PreScore or PlacementGenerate keeps its stream
// until it is over, because what the plugin remembers of the cycle is there. Where that stream is
// lost, the rest of the cycle is an Error. A plugin that sees no resources is not asked twice about
// a node in one cycle. Permit, PreBind and PostBind have a stream of their own for the same reason;
// where that is lost, the next question opens another.
class RemotePlugin final : public framework::PointTable,
                           public PreFilterPlugin,
                           public framework::WholeClusterFilter,
                           public PreScorePlugin,
                           public framework::WholeClusterScore,
                           public PreEnqueuePlugin,
                           public QueueSortPlugin,
                           public PlacementGeneratePlugin,
                           public PlacementScorePlugin,
                           public PostFilterPlugin,
                           public DeviceSelectPlugin,
                           public PermitPlugin,
                           public PreBindPlugin,
                           public PostBindPlugin,
                           public ObjectWatchPlugin,
                           private QueueQuestions {
 public:
  // `link` has met the plugin. `host` must outlive it.
  RemotePlugin(std::shared_ptr<Link> link, const Manifest& manifest, PluginHost& host);
  ~RemotePlugin() override;
  RemotePlugin(const RemotePlugin&) = delete;
  RemotePlugin& operator=(const RemotePlugin&) = delete;

  framework::Points points() const override { return points_; }

  Status PreFilter(CycleState& state, const PodClassView& pod,
                   const ClusterView& cluster) const override;
  Status Filter(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  Status FilterBlock(const CycleState& state, const PodClassView& pod, const NodeBlockView& block,
                     BlockVerdict& verdict) const override;
  Status FilterBlocks(const CycleState& state, const PodClassView& pod,
                      std::span<const NodeBlockView> blocks,
                      std::span<BlockVerdict> verdicts) const override;

  Status PreScore(CycleState& state, const PodClassView& pod,
                  const ClusterView& cluster) const override;
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  void ScoreBlock(const CycleState& state, const PodClassView& pod, const NodeBlockView& block,
                  const NodeMask& candidates,
                  std::span<int64_t, kNodesPerBlock> scores) const override;
  void ScoreBlocks(const CycleState& state, const PodClassView& pod,
                   std::span<const NodeBlockView> blocks, std::span<const NodeMask> candidates,
                   std::span<int64_t> scores) const override;
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

  Status Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) override;
  Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) override;
  void PostBind(const PlacedPodView& pod) override;

  std::vector<ObjectKind> Watches() const override { return manifest_.watches; }
  void OnObject(const WatchedObject& object, Config& spec) override;
  void OnObjectGone(const WatchedObject& object) override;
  void CheckObject(const WatchedObject& object, Config& spec) const override;

 private:
  struct HeldStream;

  framework::Points Served();

  std::string AskQueueOf(const GangView& gang) const override;
  std::vector<QueueTurn> AskRound(std::span<const QueueUse> queues) const override;

  using Fill = absl::FunctionRef<void(Session&)>;
  using Read = absl::FunctionRef<absl::Status(const wire::ServeResponse&)>;

  // Gives the cycle a stream of its own, unless it has one.
  void Hold(CycleState& state) const;
  CycleStream* StreamOf(const CycleState& state) const;  // null: none
  // What the plugin answers; `read` takes the rest of a Success, or of a Wait. Throws what it
  // threw.
  Status Ask(const char* point, std::unique_ptr<Session>& session, Fill fill, Read read) const;
  Status AskAlone(const char* point, Fill fill, Read read) const;
  Status AskInCycle(const char* point, const CycleState& state, Fill fill, Read read) const;
  void Count(const wire::ServeResponse& response) const;

  // What points without an answer of their own take of a Success.
  static absl::Status Nothing(const wire::ServeResponse&) { return absl::OkStatus(); }
  static absl::Status Missing(const char* member);
  // Of points that answer something else than a status.
  static void ThrowIfFailed(const Status& status);
  static void ShowAll(const ClusterView& cluster, Session& session);

  const std::shared_ptr<Link> link_;
  const Manifest manifest_;
  PluginHost& host_;
  const Numbering numbers_;
  const bool remembers_;        // serves a point that may leave it something to remember
  const bool answers_hold_;     // sees nothing of a node that changes within a cycle
  RemoteQueues queues_{*this};  // where it serves QueueSelect
  ObjectTable objects_;         // likewise ObjectWatch
  framework::Points points_;
  std::unique_ptr<Session> binding_;  // of Permit, PreBind and PostBind; null: none is open
};

}  // namespace tutti::remote
