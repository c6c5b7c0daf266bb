#include "planner/victim_planner.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "planner/member_choice.h"
#include "planner/pod_card.h"

namespace tutti::planner {

namespace {

void Discharge(CoreState& state, const model::PodInfo& pod) {
  state.devices.Remove(pod);
  state.nodes.Discharge(pod.node_name, *pod.charge, pod.shape->host_ports);
}

void Charge(CoreState& state, const model::PodInfo& pod) {
  state.nodes.Charge(pod.node_name, *pod.charge, pod.shape->host_ports);
  state.devices.Add(pod);
}

}  // namespace

// The node table without some of these groups; all are back when it ends.
class VictimPlanner::Lifted {
 public:
  Lifted(CoreState& state, std::span<const Group> groups)
      : s_(state), groups_(groups), out_(groups.size(), false) {}
  ~Lifted() { SetFirst(0); }
  Lifted(const Lifted&) = delete;
  Lifted& operator=(const Lifted&) = delete;

  size_t size() const { return groups_.size(); }
  const Pods& group(size_t g) const { return groups_[g].pods; }
  bool IsOut(size_t g) const { return out_[g]; }
  // It is out, and nothing that it needs is.
  bool MayReturn(size_t g) const {
    return out_[g] && (groups_[g].needs == kNone || !out_[groups_[g].needs]);
  }
  void Set(size_t g, bool out) {
    if (out_[g] == out) return;
    out_[g] = out;
    for (const PodRecord* pod : groups_[g].pods)
      out ? Discharge(s_, pod->info) : Charge(s_, pod->info);
  }
  // These are out, and no others.
  void SetFirst(size_t count) {
    for (size_t g = 0; g < groups_.size(); ++g) Set(g, g < count);
  }

 private:
  CoreState& s_;
  const std::span<const Group> groups_;
  std::vector<bool> out_;
};

std::optional<Placement> VictimPlanner::MakeRoom(const Gang& gang,
                                                 std::span<const MemberClass> classes,
                                                 const GangView& view,
                                                 const GangDiagnosis& diagnosis, bool may_evict) {
  const std::vector<Group> leaving = {{Leaving()}};
  if (!leaving[0].pods.empty()) {
    Lifted gone(s_, leaving);
    gone.SetFirst(1);
    if (Placement placement = s_.placer.Place(classes, &view); placement.fits) return placement;
  }
  std::vector<Group> groups;
  if (may_evict) groups = Propose(gang, view, diagnosis);
  if (groups.empty()) return std::nullopt;
  Lifted gone(s_, leaving);
  gone.SetFirst(1);
  Lifted victims(s_, groups);
  std::optional<Placement> placement = Fewest(victims, classes, view);
  if (!placement) return std::nullopt;
  SpareBeside(victims, *placement, classes, view);
  SpareOthers(victims, *placement, classes, view);
  for (size_t g = groups.size(); g-- > 0;) {
    if (!victims.IsOut(g)) continue;
    for (PodRecord* victim : groups[g].pods) Evict(gang, *victim, groups[g].surplus);
  }
  return placement;
}

std::optional<Placement> VictimPlanner::Fewest(Lifted& victims,
                                               std::span<const MemberClass> classes,
                                               const GangView& view) {
  // More room is never worse but by a plugin's whim: whatever is taken in the end was seen to fit.
  std::optional<Placement> found;
  const auto fits = [&](size_t count) {
    victims.SetFirst(count);
    Placement placement = s_.placer.Place(classes, &view);
    if (!placement.fits) return false;
    found = std::move(placement);
    return true;
  };
  size_t too_few = 0;
  size_t enough = 1;
  // Ever longer strides: many may be proposed of whom few must go.
  while (!fits(enough)) {
    if (enough == victims.size()) return std::nullopt;
    too_few = enough;
    enough = std::min(4 * enough, victims.size());
  }
  while (enough - too_few > 1) {
    const size_t middle = too_few + (enough - too_few) / 2;
    (fits(middle) ? enough : too_few) = middle;
  }
  victims.SetFirst(enough);
  return found;
}

VictimPlanner::Pods VictimPlanner::Leaving() const {
  Pods leaving;
  for (const base::Uid& uid : s_.leaving) leaving.push_back(s_.FindPod(uid));
  return leaving;
}

std::vector<VictimPlanner::Group> VictimPlanner::Propose(const Gang& gang, const GangView& view,
                                                         const GangDiagnosis& diagnosis) {
  views_.Reset(s_.nodes.blocks());
  const std::vector<PodUid> victims =
      points_.SelectVictims(view, diagnosis, views_.view(), bound_,
                            [&](const PodUid& pod) { return WrongVictim(gang, pod); });
  std::vector<Pods> groups;
  std::map<uint64_t, size_t> group_of;  // by the gang's arrival
  for (const PodUid& uid : victims) {
    PodRecord* record = s_.FindPod({uid.high, uid.low});
    size_t group = groups.size();
    if (record->gang != nullptr) {
      group = group_of.try_emplace(record->gang->arrival, group).first->second;
    }
    if (group == groups.size()) groups.emplace_back();
    groups[group].push_back(record);
  }
  return SurplusFirst(std::move(groups));
}

std::vector<VictimPlanner::Group> VictimPlanner::SurplusFirst(std::vector<Pods> proposed) {
  struct Unit {
    Pods pods;
    size_t of = 0;         // of those proposed
    size_t after = kNone;  // the unit of the same group without which it does not stay
  };
  std::vector<Unit> units;
  for (size_t p = 0; p < proposed.size(); ++p) {
    Gang* gang = proposed[p].front()->gang;
    if (gang == nullptr) continue;
    std::map<base::Uid, PodRecord*> left;
    for (PodRecord* pod : proposed[p]) left.emplace(pod->info.uid, pod);
    std::map<std::string, size_t> filled;  // by group
    std::vector<Unit> of_gang;             // by rank
    for (const MemberChoice::Unit& surplus : SurplusOf(*gang)) {
      Unit unit{{}, p, kNone};
      for (const Member* member : surplus.members) {
        if (const auto it = left.find(member->pod->uid); it != left.end())
          unit.pods.push_back(it->second);
      }
      if (unit.pods.size() < surplus.members.size()) continue;  // some may not go
      if (const auto it = filled.find(surplus.group); it != filled.end()) unit.after = it->second;
      if (surplus.fills) filled[surplus.group] = of_gang.size();
      for (const PodRecord* pod : unit.pods) left.erase(pod->info.uid);
      of_gang.push_back(std::move(unit));
    }
    std::erase_if(proposed[p], [&](PodRecord* pod) { return !left.contains(pod->info.uid); });
    // The last in rank goes first, and with it the place that others refer to moves.
    const size_t last = units.size() + of_gang.size() - 1;
    for (Unit& unit : of_gang) {
      if (unit.after != kNone) unit.after = last - unit.after;
    }
    units.insert(units.end(), std::make_move_iterator(of_gang.rbegin()),
                 std::make_move_iterator(of_gang.rend()));
  }
  std::vector<Group> groups;
  for (Unit& unit : units) groups.push_back({std::move(unit.pods), unit.after, true});
  std::vector<size_t> place(proposed.size(), kNone);
  for (size_t p = 0; p < proposed.size(); ++p) {
    if (proposed[p].empty()) continue;
    place[p] = groups.size();
    groups.push_back({std::move(proposed[p]), kNone, false});
  }
  for (size_t u = 0; u < units.size(); ++u) {
    if (groups[u].needs == kNone) groups[u].needs = place[units[u].of];
  }
  return groups;
}

std::string VictimPlanner::WrongVictim(const Gang& gang, const PodUid& uid) const {
  const base::Uid pod_uid{uid.high, uid.low};
  PodRecord* record = s_.FindPod(pod_uid);
  if (record == nullptr || !record->charged)
    return absl::StrFormat("%s, which is no bound pod", pod_uid.ToString());
  const bool own = record->gang == &gang;
  if (!own && Evictable(s_, *record)) return {};
  return absl::StrFormat("pod %s/%s, which is %s", record->info.namespace_name, record->info.name,
                         own ? "of the gang itself" : "not evictable");
}

void VictimPlanner::SpareBeside(Lifted& victims, Placement& placement,
                                std::span<const MemberClass> classes, const GangView& view) {
  const Placement before = placement;
  std::vector<size_t> spared;
  Enter(before, classes, true);
  for (size_t g = victims.size(); g-- > 0;) {  // those that matter most are the first to stay
    if (!victims.MayReturn(g)) continue;
    const bool ports_free = PortsFree(victims.group(g));
    victims.Set(g, false);
    if (ports_free && !Overcommitted(victims.group(g))) {
      spared.push_back(g);
    } else {
      victims.Set(g, true);
    }
  }
  Enter(before, classes, false);
  // That was by the numbers; plugins have their say on it as well.
  placement = s_.placer.Place(classes, &view);
  if (placement.fits) return;
  placement = before;
  for (const size_t g : spared) victims.Set(g, true);
}

void VictimPlanner::SpareOthers(Lifted& victims, Placement& placement,
                                std::span<const MemberClass> classes, const GangView& view) {
  int in_vain = 0;
  for (size_t g = victims.size(); g-- > 0 && in_vain < kMostInVain;) {
    if (!victims.MayReturn(g)) continue;
    victims.Set(g, false);
    Placement without = s_.placer.Place(classes, &view);
    if (without.fits) {
      placement = std::move(without);
    } else {
      victims.Set(g, true);
      ++in_vain;
    }
  }
}

void VictimPlanner::Enter(const Placement& placement, std::span<const MemberClass> classes,
                          bool in) {
  for (size_t c = 0; c < classes.size(); ++c) {
    const model::PodShape& shape = *classes[c].shape;
    for (size_t i = 0; i < placement.nodes[c].size(); ++i) {
      const NodeIndex node = placement.nodes[c][i];
      const model::ResourceList amount = s_.ledger.AmountOf(shape, placement.DevicesOf(c, i));
      if (in) {
        s_.nodes.Reserve(node, amount, shape.host_ports);
      } else {
        s_.nodes.Unreserve(node, amount, shape.host_ports);
      }
    }
  }
}

bool VictimPlanner::PortsFree(const Pods& pods) const {
  return std::all_of(pods.begin(), pods.end(), [&](const PodRecord* pod) {
    const NodeIndex node = s_.nodes.Find(pod->info.node_name);
    return !node.valid() || s_.nodes.PortsFree(node, pod->info.shape->host_ports);
  });
}

bool VictimPlanner::Overcommitted(const Pods& pods) const {
  return std::any_of(pods.begin(), pods.end(), [&](const PodRecord* pod) {
    const NodeIndex node = s_.nodes.Find(pod->info.node_name);
    return node.valid() && s_.nodes.Overcommitted(node);
  });
}

void VictimPlanner::Evict(const Gang& gang, PodRecord& record, bool surplus) {
  // Names of other namespaces are not for everybody's eyes.
  const bool visible = record.info.namespace_name == gang.key.namespace_name;
  const std::string message =
      absl::StrFormat("makes room for %s, which matters more by the rules of this cluster%s",
                      visible ? "gang " + gang.display_name : "a gang of another namespace",
                      surplus ? "; its own gang runs on with the members that it needs" : "");
  gangs_.Evict(record, message);
}

}  // namespace tutti::planner
