// GangPoints: what plugins say of a gang beside its placement: Reserve, Unreserve, PostFilter and
// SelectVictims.
//
// It holds every plugin to its contract: one that throws, answers a code that its point does not
// have, or proposes what it may not has failed, and what follows is the plugin's `onError`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "framework/guard.h"
#include "framework/plugins.h"

namespace tutti::framework {

// What became of PostFilter.
struct PostFilterVerdict {
  Status status;  // Success: the diagnosis stands
  Nomination nomination;

  bool may_evict() const { return status.code() != Code::kUnschedulableAndUnresolvable; }
};

// The core's thread. `plugins` must outlive it.
class GangPoints {
 public:
  explicit GangPoints(const Plugins& plugins) : plugins_(plugins) {}

  bool reserves() const { return plugins_.active() && !Of().reserves().empty(); }
  // Success: every plugin has entered it. Otherwise none has, or has been told Unreserve since.
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) const;
  void Unreserve(const GangView& gang, const PlacementView& placement) const;
  // To plugins that take the place of those that have entered it.
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView& cluster) const;

  bool post_filters() const { return plugins_.active() && !Of().post_filters().empty(); }
  PostFilterVerdict PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                               const ClusterView& cluster) const;

  bool selects_victims() const { return plugins_.active() && !Of().select_victims().empty(); }
  // What is wrong with a victim; empty: nothing.
  using CheckVictim = std::function<std::string(const PodUid&)>;
  // The first proposal that passes `check`, in its plugin's order; empty: there is none.
  std::vector<PodUid> SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                                    const ClusterView& cluster, const BoundPods& pods,
                                    const CheckVictim& check) const;

 private:
  const Profile& Of() const { return *plugins_.profile; }
  template <class Call>
  Status Ask(uint16_t plugin, const char* point, Call&& call) const {
    return Guarded(Of(), plugin, point, &plugins_.on_failure, std::forward<Call>(call));
  }
  void UnreserveFirst(size_t count, const GangView& gang, const PlacementView& placement) const;

  const Plugins& plugins_;
};

}  // namespace tutti::framework
