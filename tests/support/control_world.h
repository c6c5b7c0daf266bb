// ControlWorld: a core on its own thread with a few nodes and gangs, as the control API finds it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/interner.h"
#include "control/control.h"
#include "control/decision_feed.h"
#include "model/resource_table.h"
#include "planner/core_loop.h"

namespace tutti::testing {

class ControlWorld {
 public:
  static constexpr int64_t kCore = 1000;
  static constexpr base::Duration kPatience = std::chrono::seconds(20);

  explicit ControlWorld(bool ready = true) {
    loop.Start(decisions);
    if (ready) {
      loop.Post(model::CachesSynced{});
      loop.Post(model::LeadershipChanged{true});
    }
    Settle();
  }
  ~ControlWorld() {
    decisions.Close();
    loop.Stop();
  }

  void AddNode(const std::string& name, int64_t cpu) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 110}};
    loop.Post(model::NodeUpserted{std::move(node)});
    Settle();
  }
  // Empty `gang`: a pod of none.
  void AddPod(const std::string& name, const std::string& gang, int min_member, int64_t cpu) {
    // Pods that are alike share their shape, as the decoder's do.
    std::shared_ptr<const model::PodShape>& shape = shapes_[cpu];
    if (shape == nullptr) {
      model::PodShape fresh;
      fresh.requests = {{model::kCpu, cpu}, {model::kPods, 1}};
      shape = std::make_shared<const model::PodShape>(std::move(fresh));
    }
    model::PodInfo pod;
    pod.uid = {1, ++uids_};
    pod.name = name;
    pod.namespace_name = "default";
    pod.shape = shape;
    pod.charge = std::make_shared<const model::ResourceList>(shape->requests);
    if (!gang.empty()) {
      pod.gang = model::GangMember{{"default", "test", gang}, gang, GangSpec{min_member, {}}, {}};
    }
    loop.Post(model::PodUpserted{std::move(pod)});
  }
  void AddGang(const std::string& gang, int members, int64_t cpu) {
    for (int i = 0; i < members; ++i) AddPod(absl::StrFormat("%s-%d", gang, i), gang, members, cpu);
    Settle();
  }
  // What was posted before has been applied, and its decisions have gone out.
  void Settle() {
    loop.Inspect([](const planner::Core&) {});
  }

  base::Interner labels;
  model::ResourceTable resources;
  base::SystemClock clock;

 private:
  class NullSink final : public planner::EffectSink {
   public:
    void Execute(model::Effect) override {}
  };
  NullSink nowhere_;
  uint64_t uids_ = 0;
  std::map<int64_t, std::shared_ptr<const model::PodShape>> shapes_;  // by cpu

 public:
  planner::CoreLoop loop{planner::CoreOptions(), labels, clock};
  control::DecisionFeed decisions{nowhere_, clock};
  control::Control control{loop, resources};
};

}  // namespace tutti::testing
