#include "planner/victim_planner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
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

// The node table without these pods, for as long as it lives.
class VictimPlanner::Lifted {
 public:
  Lifted(CoreState& state, Pods pods) : s_(state), pods_(std::move(pods)) {
    for (const PodRecord* pod : pods_) Discharge(s_, pod->info);
  }
  ~Lifted() {
    for (const PodRecord* pod : pods_) Charge(s_, pod->info);
  }
  Lifted(const Lifted&) = delete;
  Lifted& operator=(const Lifted&) = delete;

 private:
  CoreState& s_;
  const Pods pods_;
};

std::optional<Placement> VictimPlanner::MakeRoom(const Gang& gang,
                                                 std::span<const MemberClass> classes,
                                                 const GangView& view,
                                                 const GangDiagnosis& diagnosis, bool may_evict) {
  Pods leaving = Leaving();
  if (!leaving.empty()) {
    const Lifted gone(s_, leaving);
    if (Placement placement = s_.placer.Place(classes, &view); placement.fits) return placement;
  }
  std::vector<Pods> groups;
  if (may_evict) groups = Propose(gang, view, diagnosis);
  if (groups.empty()) return std::nullopt;
  const Lifted gone(s_, std::move(leaving));
  const std::optional<Room> room = Fewest(std::move(groups), classes, view);
  if (!room) return std::nullopt;
  Pods needed = Needed(*room, classes);
  // By the numbers the others may stay; plugins have their say on that as well.
  Placement placement = PlaceWithout({needed}, 1, classes, view);
  if (!placement.fits) {
    placement = room->placement;
    needed.clear();
    for (const Pods& group : room->groups) needed.insert(needed.end(), group.begin(), group.end());
  }
  for (PodRecord* victim : needed) Evict(gang, *victim);
  return placement;
}

Placement VictimPlanner::PlaceWithout(const std::vector<Pods>& groups, size_t count,
                                      std::span<const MemberClass> classes, const GangView& view) {
  Pods pods;
  for (size_t g = 0; g < count; ++g) pods.insert(pods.end(), groups[g].begin(), groups[g].end());
  const Lifted gone(s_, std::move(pods));
  return s_.placer.Place(classes, &view);
}

std::optional<VictimPlanner::Room> VictimPlanner::Fewest(std::vector<Pods> groups,
                                                         std::span<const MemberClass> classes,
                                                         const GangView& view) {
  Room room;
  room.placement = PlaceWithout(groups, groups.size(), classes, view);
  if (!room.placement.fits) return std::nullopt;
  // More room is never worse but by a plugin's whim: whatever is taken in the end was seen to fit.
  size_t too_few = 0;
  size_t enough = groups.size();
  while (enough - too_few > 1) {
    const size_t middle = too_few + (enough - too_few) / 2;
    Placement placement = PlaceWithout(groups, middle, classes, view);
    if (placement.fits) {
      room.placement = std::move(placement);
      enough = middle;
    } else {
      too_few = middle;
    }
  }
  groups.resize(enough);
  room.groups = std::move(groups);
  return room;
}

VictimPlanner::Pods VictimPlanner::Leaving() const {
  Pods leaving;
  for (const base::Uid& uid : s_.leaving) leaving.push_back(s_.FindPod(uid));
  return leaving;
}

std::vector<VictimPlanner::Pods> VictimPlanner::Propose(const Gang& gang, const GangView& view,
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
  return groups;
}

std::string VictimPlanner::WrongVictim(const Gang& gang, const PodUid& uid) const {
  const base::Uid pod_uid{uid.high, uid.low};
  PodRecord* record = s_.FindPod(pod_uid);
  if (record == nullptr || !record->charged)
    return absl::StrFormat("%s, which is no bound pod", pod_uid.ToString());
  const std::string name =
      absl::StrFormat("pod %s/%s", record->info.namespace_name, record->info.name);
  if (record->gang == &gang) return name + ", which is of the gang itself";
  const PodCard card(s_, *record, record->info.node_name);
  if (!card.view().evictable) return name + ", which is not evictable";
  return {};
}

VictimPlanner::Pods VictimPlanner::Needed(const Room& room,
                                          std::span<const MemberClass> classes) const {
  model::NodeTable& nodes = s_.nodes;
  const auto enter_gang = [&](bool in) {
    for (size_t c = 0; c < classes.size(); ++c) {
      const model::PodShape& shape = *classes[c].shape;
      for (size_t i = 0; i < room.placement.nodes[c].size(); ++i) {
        const NodeIndex node = room.placement.nodes[c][i];
        const model::ResourceList amount =
            s_.ledger.AmountOf(shape, room.placement.DevicesOf(c, i));
        if (in) {
          nodes.Reserve(node, amount, shape.host_ports);
        } else {
          nodes.Unreserve(node, amount, shape.host_ports);
        }
      }
    }
  };
  const auto discharge = [&](const PodRecord* record) { Discharge(s_, record->info); };
  // Whether the pod fits beside the gang; it is charged in any case.
  const auto returns = [&](const PodRecord* record) {
    const model::PodInfo& pod = record->info;
    const NodeIndex node = nodes.Find(pod.node_name);
    const bool ports_free = !node.valid() || nodes.PortsFree(node, pod.shape->host_ports);
    Charge(s_, pod);
    return ports_free && (!node.valid() || !nodes.Overcommitted(node));
  };
  for (const Pods& group : room.groups) std::for_each(group.begin(), group.end(), discharge);
  enter_gang(true);
  Pods needed;
  for (size_t g = room.groups.size(); g-- > 0;) {  // those that matter most are the first to stay
    const Pods& group = room.groups[g];
    bool fits = true;
    for (const PodRecord* record : group) fits = returns(record) && fits;
    if (fits) continue;
    std::for_each(group.begin(), group.end(), discharge);
    needed.insert(needed.end(), group.begin(), group.end());
  }
  enter_gang(false);
  std::for_each(needed.begin(), needed.end(), returns);
  return needed;
}

void VictimPlanner::Evict(const Gang& gang, PodRecord& record) {
  // Names of other namespaces are not for everybody's eyes.
  const bool visible = record.info.namespace_name == gang.key.namespace_name;
  const std::string message =
      absl::StrFormat("makes room for %s, which matters more by the rules of this cluster",
                      visible ? "gang " + gang.display_name : "a gang of another namespace");
  gangs_.Evict(record, message);
}

}  // namespace tutti::planner
