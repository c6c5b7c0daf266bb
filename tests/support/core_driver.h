// CoreDriver: a Core that is told event by event what happens, for tests in which the order
// matters. CoreWorld (core_world.h) has a world of its own instead.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/interner.h"
#include "planner/core.h"

namespace tutti::testing {

class CoreDriver {
 public:
  explicit CoreDriver(planner::CoreOptions options = {}, framework::Plugins plugins = {})
      : core(std::move(options), labels, std::move(plugins)) {
    Apply(model::CachesSynced{});
    Apply(model::LeadershipChanged{true});
  }

  void Apply(model::ClusterEvent event) {
    for (model::Effect& effect : core.Apply(now, std::move(event)))
      effects_.push_back(std::move(effect));
    for (const std::string& line : core.CheckInvariants()) broken.push_back(line);
  }
  // The end of a batch, after `time` has gone by.
  void Pass(base::Duration time = base::Duration(0)) {
    now = now + time;
    Apply(model::TimePassed{});
  }
  // The effects of one kind since they were last taken.
  template <class E>
  std::vector<E> Take() {
    std::vector<E> taken;
    std::vector<model::Effect> rest;
    for (model::Effect& effect : effects_) {
      if (auto* e = std::get_if<E>(&effect)) {
        taken.push_back(std::move(*e));
      } else {
        rest.push_back(std::move(effect));
      }
    }
    effects_ = std::move(rest);
    return taken;
  }

  void AddNode(const std::string& name, int64_t cpu) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 110}};
    Apply(model::NodeUpserted{std::move(node)});
  }
  static std::shared_ptr<const model::PodShape> Shape(int64_t cpu) {
    model::PodShape shape;
    shape.requests = {{model::kCpu, cpu}, {model::kPods, 1}};
    return std::make_shared<const model::PodShape>(std::move(shape));
  }
  // A new pod, not shown to the core yet. `gang` empty: of none; `min_member` 0: the gang's object
  // says it.
  model::PodInfo NewPod(const std::string& name, const std::string& gang, int min_member,
                        std::shared_ptr<const model::PodShape> shape) {
    model::PodInfo pod;
    pod.uid = {1, ++last_uid_};
    pod.name = name;
    pod.namespace_name = "default";
    pod.shape = std::move(shape);
    pod.charge = std::make_shared<const model::ResourceList>(pod.shape->requests);
    if (gang.empty()) return pod;
    model::GangMember& member = pod.gang.emplace();
    member.key = KeyOf(gang);
    member.display_name = gang;
    if (min_member > 0) member.spec.emplace().min_member = min_member;
    return pod;
  }
  static model::GangKey KeyOf(const std::string& gang) { return {"default", "test", gang}; }
  void Show(const model::PodInfo& pod) { Apply(model::PodUpserted{pod}); }
  // Answers the ticket.
  uint64_t Bind(const model::PodInfo& pod, const std::string& node) {
    Apply(model::BindRequested{pod.uid, pod.namespace_name, pod.name, node, ++last_ticket_});
    return last_ticket_;
  }
  void Finish(uint64_t write, model::WriteOutcome outcome, const std::string& message = "test") {
    Apply(model::WriteFinished{write, outcome, message});
  }
  model::AnswerAdmission Admit(const model::PodInfo& pod, bool dry_run = false) {
    model::PodInfo created = pod;
    created.uid = {};  // the server gives it later
    Apply(model::PodAdmitted{std::move(created), dry_run, ++last_ticket_});
    return Take<model::AnswerAdmission>().at(0);
  }
  // The node that filter gives the pod; "" where it is held.
  std::string PlacedOn(const model::PodInfo& pod) {
    const auto snapshot = core.Publish();
    const model::PodVerdict* verdict = snapshot->verdicts.Find(pod.uid);
    return verdict == nullptr || !verdict->node.valid() ? "" : snapshot->Info(verdict->node)->name;
  }
  model::ReasonCode HeldBecause(const model::PodInfo& pod) {
    const auto snapshot = core.Publish();
    const model::PodVerdict* verdict = snapshot->verdicts.Find(pod.uid);
    return verdict == nullptr ? model::ReasonCode::kNone : verdict->reason.code;
  }
  size_t reservations() const { return core.reservations(); }

  base::Interner labels;
  planner::Core core;
  base::Timestamp now{1'000'000'000};
  std::vector<std::string> broken;  // invariants, as they were found

 private:
  std::vector<model::Effect> effects_;
  uint64_t last_uid_ = 0;
  uint64_t last_ticket_ = 0;
};

}  // namespace tutti::testing
