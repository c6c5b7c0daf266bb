// Asked: what a plugin says of one class of pods in one cluster, point by point, to be compared.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

#include "check/probe_world.h"
#include "tutti/cycle_state.h"
#include "tutti/status.h"
#include "tutti/views.h"

namespace tutti::check {

struct NodeAnswer {
  bool asked = false;
  bool passed = true;
  bool unresolvable = false;
  ReasonId reason;
  int64_t score = 0;

  bool operator==(const NodeAnswer&) const = default;
};

struct PodAnswer {
  Status pre_filter;
  Status filter;  // of the first block that is not a Success
  Status pre_score;
  Status score;
  std::vector<NodeAnswer> nodes;  // by NodeIndex
};

// `call` may answer a Status or nothing; what it throws becomes an Error.
template <class Call>
Status Contained(Call&& call) {
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return Status::Success();
    } else {
      return call();
    }
  } catch (const std::exception& error) {
    return Status::Error(std::string("it threw: ") + error.what());
  } catch (...) {
    return Status::Error("it threw something that is no exception");
  }
}

// One cycle, as the runtime does it, but node for node. Several threads may have each their own.
class Asked {
 public:
  Asked(const framework::Points& points, const PodClassView& pod, const ClusterView& cluster,
        uint64_t seed);

  // All points in turn.
  PodAnswer Ask();

  // One step each, for who wants several threads between them; blocks are judged by any.
  void PreFilter();
  void FilterBlock(size_t block);
  void PreScore();
  void ScoreBlock(size_t block);
  PodAnswer Answer();

 private:
  void NormalizeScore();

  const framework::Points& points_;
  const PodClassView& pod_;
  const ClusterView cluster_;
  CycleState state_;
  PodAnswer answer_;
  std::vector<Status> filter_;  // by block
  std::vector<Status> score_;
  bool filters_ = false;
  bool scores_ = false;
};

// In words: the first thing in which they differ; empty: nothing.
std::string Difference(const PodAnswer& a, const PodAnswer& b, const ProbeWorld& world,
                       const ProbeCluster& cluster);
// Of a refusal for a reason that the plugin has not declared; empty: there is nothing to say.
std::string UndeclaredReason(const char* point, const Status& status, const ProbeWorld& world);
// "Unschedulable (TooFull, need 3, have 2)".
std::string Show(const Status& status, const ProbeWorld& world);

}  // namespace tutti::check
