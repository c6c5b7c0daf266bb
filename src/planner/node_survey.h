// NodeSurvey: why each node of the cluster takes a class of pods, or does not.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/reason.h"
#include "model/resource_list.h"
#include "planner/class_pipeline.h"
#include "planner/core_state.h"
#include "planner/member_class.h"

namespace tutti::planner {

// A node is counted under the first that applies, in this order.
enum class Cause : uint8_t {
  kPinnedElsewhere,
  kUnschedulable,
  kUntoleratedTaint,
  kNodeSelector,
  kNodeAffinity,
  kVolume,
  kClosed,
  kRefusedByKubeScheduler,
  kTooSmall,              // of `resource` it has too little even when it is empty
  kReservedForHead,       // without what is kept for the head there were room
  kReserved,              // without what is promised to others there were room
  kInsufficientResource,  // in use; of several, the one of which it lacks the largest part
  kHostPort,
  kPlugin,
};

struct ClassDiagnosis {
  struct Refused {
    Cause cause = Cause::kTooSmall;
    int64_t nodes = 0;
    model::ResourceId resource;                   // where one is short
    const model::PluginReason* plugin = nullptr;  // of kPlugin; null: it failed, or gave no reason
    // What one pod needs, and the most that any of these nodes has left for it.
    int64_t need = 0;
    int64_t have = 0;
  };
  std::string example_pod;
  int64_t pods = 0;
  model::ResourceList requests;
  int64_t room_now = 0;  // by the numbers, counted up to `pods`
  int64_t nodes_with_room = 0;
  std::vector<Refused> refused;  // by cause, then most nodes first
};

// On the core's thread. Looks at what is free now.
class NodeSurvey {
 public:
  explicit NodeSurvey(CoreState& state)
      : s_(state), pipeline_(state.plugins, state.nodes, state.labels) {}

  // The counts of all refusals and the nodes with room add up to all nodes there are.
  ClassDiagnosis Of(const MemberClass& wanted, uint64_t seed);
  // Of the last class: how many of it each node has room for; nodes without room are left out.
  using Room = std::vector<std::pair<model::NodeIndex, int64_t>>;
  const Room& room() const { return room_; }

 private:
  // `nodes` 0: the node has room.
  ClassDiagnosis::Refused Judge(const MemberClass& wanted, model::NodeIndex node,
                                bool eligible) const;
  ClassDiagnosis::Refused WhyNotEligible(const MemberClass& wanted, model::NodeIndex node) const;
  ClassDiagnosis::Refused WhyNoRoom(const MemberClass& wanted, model::NodeIndex node) const;
  int64_t Capacity(const MemberClass& wanted, model::NodeIndex node) const;
  void AskPlugins(const MemberClass& wanted, uint64_t seed, ClassDiagnosis& diagnosis);
  static void Add(const ClassDiagnosis::Refused& refused, ClassDiagnosis& diagnosis);

  CoreState& s_;
  ClassPipeline pipeline_;
  Room room_;
};

}  // namespace tutti::planner
