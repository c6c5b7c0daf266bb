// ScriptedPoints: a plugin that serves those points around placing and binding for which a test
// gives a function.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/points.h"

namespace tutti::testing {

struct PointFunctions {
  std::function<Status(const GangView&, const GangDiagnosis&, Nomination&)> post_filter = nullptr;
  std::function<Status(const GangView&, const ClusterView&, const BoundPods&, std::vector<PodUid>&)>
      select_victims = nullptr;
  std::function<Status(const GangView&, const PlacementView&)> reserve = nullptr;
  std::function<void(const GangView&, const PlacementView&)> unreserve = nullptr;  // with reserve
  std::function<Status(const PlacedPodView&, std::chrono::nanoseconds&)> permit = nullptr;
  std::function<Status(const PlacedPodView&, BindAnnotations&)> pre_bind = nullptr;
  std::function<void(const PlacedPodView&)> post_bind = nullptr;
  ClusterEventKinds events = 0;
  std::function<QueueingHint(const ClusterEventView&)> on_event = nullptr;
};

class ScriptedPoints final : public framework::PointTable,
                             public PostFilterPlugin,
                             public SelectVictimsPlugin,
                             public ReservePlugin,
                             public PermitPlugin,
                             public PreBindPlugin,
                             public PostBindPlugin,
                             public ClusterEventPlugin {
 public:
  explicit ScriptedPoints(PointFunctions functions) : f_(std::move(functions)) {
    if (f_.post_filter) points_.post_filter = this;
    if (f_.select_victims) points_.select_victims = this;
    if (f_.reserve) points_.reserve = this;
    if (f_.permit) points_.permit = this;
    if (f_.pre_bind) points_.pre_bind = this;
    if (f_.post_bind) points_.post_bind = this;
    if (f_.on_event) points_.cluster_event = this;
  }

  framework::Points points() const override { return points_; }

  Status PostFilter(const GangView& gang, const GangDiagnosis& diagnosis, const ClusterView&,
                    Nomination& nomination) const override {
    return f_.post_filter(gang, diagnosis, nomination);
  }
  Status SelectVictims(const GangView& gang, const GangDiagnosis&, const ClusterView& cluster,
                       const BoundPods& pods, std::vector<PodUid>& victims) const override {
    return f_.select_victims(gang, cluster, pods, victims);
  }
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView&) override {
    return f_.reserve(gang, placement);
  }
  void Unreserve(const GangView& gang, const PlacementView& placement) override {
    if (f_.unreserve) f_.unreserve(gang, placement);
  }
  Status Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) override {
    return f_.permit(pod, timeout);
  }
  Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) override {
    return f_.pre_bind(pod, annotations);
  }
  void PostBind(const PlacedPodView& pod) override { f_.post_bind(pod); }
  ClusterEventKinds EventsToRegister() const override { return f_.events; }
  QueueingHint OnClusterEvent(const ClusterEventView& event) override { return f_.on_event(event); }

 private:
  const PointFunctions f_;
  framework::Points points_;
};

}  // namespace tutti::testing
