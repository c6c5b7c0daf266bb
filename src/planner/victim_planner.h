// VictimPlanner: makes room for the gang at the head of the queue by evicting what the
// SelectVictims plugins propose.
//
// A proposal is tried on the node table first. Nobody is touched unless the gang fits without the
// victims, with every plugin's Filter and domain, and those that it fits beside stay. Members that
// their gangs can do without go before anybody else who is proposed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "framework/cluster_views.h"
#include "framework/gang_points.h"
#include "planner/bound_pod_index.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/member_class.h"

namespace tutti::planner {

class VictimPlanner {
 public:
  VictimPlanner(CoreState& state, GangBook& gangs, const BoundPodIndex& bound)
      : s_(state), gangs_(gangs), bound_(bound) {}

  bool active() const { return points_.selects_victims(); }
  // Where the gang will go once the pods that are leaving are gone, those that are evicted for it
  // now among them. nullopt: there is no such place, and nobody was touched. `may_evict` false:
  // only pods that are leaving anyway make room.
  std::optional<Placement> MakeRoom(const Gang& gang, std::span<const MemberClass> classes,
                                    const GangView& view, const GangDiagnosis& diagnosis,
                                    bool may_evict);

 private:
  // Bounds the work of one search: each costs a placement.
  static constexpr int kMostInVain = 32;

  using Pods = std::vector<PodRecord*>;
  static constexpr size_t kNone = SIZE_MAX;
  struct Group {  // stays or goes together
    Pods pods;
    size_t needs = kNone;  // the group that must stay where this one does; it stands behind
    bool surplus = false;  // its gang can do without it
  };
  class Lifted;

  Pods Leaving() const;
  std::vector<Group> Propose(const Gang& gang, const GangView& view,
                             const GangDiagnosis& diagnosis);
  // What the gangs of those proposed can do without comes first.
  static std::vector<Group> SurplusFirst(std::vector<Pods> proposed);
  // What keeps this pod from being a victim; empty: nothing.
  std::string WrongVictim(const Gang& gang, const PodUid& uid) const;
  // Lifts the fewest groups from the front that make room. Where the gang goes then; nullopt: all
  // of them do not.
  std::optional<Placement> Fewest(Lifted& victims, std::span<const MemberClass> classes,
                                  const GangView& view);
  // Puts back who fits beside the gang where it goes.
  void SpareBeside(Lifted& victims, Placement& placement, std::span<const MemberClass> classes,
                   const GangView& view);
  // Puts back those without whom the gang fits elsewhere, until too many were tried in vain.
  void SpareOthers(Lifted& victims, Placement& placement, std::span<const MemberClass> classes,
                   const GangView& view);
  // The gang into the node table, or out of it.
  void Enter(const Placement& placement, std::span<const MemberClass> classes, bool in);
  bool PortsFree(const Pods& pods) const;      // that they have on their nodes
  bool Overcommitted(const Pods& pods) const;  // any of their nodes
  void Evict(const Gang& gang, PodRecord& record, bool surplus);

  CoreState& s_;
  GangBook& gangs_;
  const BoundPodIndex& bound_;
  framework::GangPoints points_{s_.plugins};
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
