#include "planner/head_room.h"

#include <algorithm>
#include <utility>

#include "planner/core_checkpoint.h"
#include "planner/gang_room.h"
#include "planner/start_search.h"

namespace tutti::planner {

using Reserved = model::NodeTable::Reserved;

namespace {

// Per resource, the smaller of the two.
model::ResourceList Least(const model::ResourceList& a, const model::ResourceList& b) {
  model::ResourceList least;
  for (const auto& [resource, amount] : a.entries())
    least.Set(resource, std::min(amount, b.Get(resource)));
  return least;
}

}  // namespace

Gang* HeadRoom::head() const {
  const auto it = s_.by_arrival.find(s_.head);
  return it == s_.by_arrival.end() ? nullptr : it->second;
}

base::Timestamp HeadRoom::NextLook() const {
  const bool foresees = s_.head != 0 && s_.options.backfill != Backfill::kNone;
  return foresees ? gangs_.dates().NextExtension() : base::Timestamp::Infinite();
}

void HeadRoom::Keep(Gang& gang, std::vector<MemberClass> classes,
                    std::shared_ptr<const GangCard> card, const Placement& chosen,
                    const Placement& drained) {
  Close();
  s_.head = gang.arrival;
  classes_ = std::move(classes);
  card_ = std::move(card);
  chosen_ = chosen.fits;
  if (!chosen_) return Plan(drained);
  nodes_generation_ = s_.nodes.statics_generation();
  start_.reset();
  Reserve(chosen);
}

void HeadRoom::Drop() {
  Close();
  if (Gang* gang = head()) gangs_.DropHeadReservations(*gang);
  s_.head = 0;
  classes_.clear();
  card_.reset();
  chosen_ = false;
  start_.reset();
  released_.clear();
  nodes_.clear();
}

void HeadRoom::Resume() {
  Gang* gang = head();
  if (gang == nullptr) return;
  int64_t members = 0;
  for (const MemberClass& wanted : classes_) members += wanted.count;
  // What is left of a head that changed is looked at when its turn comes again.
  if (gang->waiting < members || nodes_generation_ != s_.nodes.statics_generation()) {
    start_.reset();
    nodes_.clear();
    return;
  }
  if (chosen_ || planned_elsewhere()) return;
  if (s_.plugins.active())
    card_ = std::make_shared<const GangCard>(*gang, classes_, gangs_.NodesOf(*gang));
  gangs_.DropHeadReservations(*gang);
  Plan();
}

void HeadRoom::Plan(const Placement& drained) {
  nodes_generation_ = s_.nodes.statics_generation();
  Placement placement = Foresee();
  if (!placement.fits) {
    start_.reset();
    placement = drained.fits ? drained : s_.placer.PlaceWhenDrained(classes_, view());
  }
  if (CanBeKept(placement)) return Reserve(placement);
  nodes_.clear();
  s_.head = 0;
}

bool HeadRoom::CanBeKept(const Placement& placement) const {
  const auto is_virtual = [&](model::NodeIndex node) {
    return s_.nodes.virtual_nodes().contains(node);
  };
  return placement.fits &&
         std::none_of(placement.nodes.begin(), placement.nodes.end(), [&](const auto& nodes) {
           return std::any_of(nodes.begin(), nodes.end(), is_virtual);
         });
}

Placement HeadRoom::Foresee() {
  if (s_.options.backfill == Backfill::kNone || planned_elsewhere()) return {};
  std::optional<StartSearch::Start> start =
      StartSearch(s_, classes_, view()).Find(s_.head, [&](const auto& visit) {
        gangs_.dates().VisitEnds(visit);
      });
  if (!start) return {};
  start_ = start->time;
  released_ = std::move(start->released);
  return s_.placer.PlaceAfter(classes_, released_, view());
}

void HeadRoom::Reserve(const Placement& placement) {
  Gang& gang = *head();
  nodes_.clear();
  absl::flat_hash_map<model::NodeIndex, size_t> index;
  for (size_t c = 0; c < classes_.size(); ++c) {
    const std::shared_ptr<const model::PodShape>& shape = classes_[c].shape;
    for (size_t i = 0; i < placement.nodes[c].size(); ++i) {
      const model::NodeIndex node = placement.nodes[c][i];
      const ReservationLedger::Reservation kept{
          node, shape, gang.arrival, {}, Reserved::kForHead, placement.DevicesOf(c, i)};
      gang.head_reservations.push_back(s_.ledger.Add(kept));
      const auto [it, added] = index.try_emplace(node, nodes_.size());
      if (added) nodes_.emplace_back().node = node;
      OnNode& there = nodes_[it->second];
      there.kept.Add(s_.ledger.AmountOf(*shape, kept.devices));
      there.ports.insert(there.ports.end(), shape->host_ports.begin(), shape->host_ports.end());
    }
  }
  if (!start_) return;
  for (OnNode& there : nodes_) {
    const auto released = released_.find(there.node);
    if (released != released_.end()) there.returning = Least(there.kept, released->second);
  }
}

HeadRoom::For HeadRoom::Whom(const Gang& gang) const {
  if (!start_ || gang.arrival == s_.head) return For::kOthers;
  const base::Duration duration = s_.run_times.Of(gang);
  const bool in_time = duration.count() > 0 && s_.now + duration <= *start_;
  return in_time ? For::kInTime : For::kLonger;
}

void HeadRoom::Open(For whom) {
  if (whom == open_for_) return;
  Lift(open_for_, false);
  Lift(whom, true);
  open_for_ = whom;
}

// The ledger keeps the reservations; only the columns are lifted.
void HeadRoom::Lift(For whom, bool up) {
  if (whom == For::kOthers) return;
  static const std::vector<model::HostPort> kNoPorts;
  for (const OnNode& there : nodes_) {
    const bool all = whom == For::kInTime;
    const model::ResourceList& amount = all ? there.kept : there.returning;
    const std::vector<model::HostPort>& ports = all ? there.ports : kNoPorts;
    if (up) {
      s_.nodes.Unreserve(there.node, amount, ports, Reserved::kForHead);
    } else {
      s_.nodes.Reserve(there.node, amount, ports, Reserved::kForHead);
    }
  }
}

void HeadRoom::Backfilled(std::span<const MemberClass> classes, const Placement& placement) {
  if (open_for_ != For::kInTime || !start_) return;
  AddRoomOf(classes, placement, s_.ledger, released_);
  // The head goes where that leaves most room to others until it starts.
  Close();
  gangs_.DropHeadReservations(*head());
  const Placement anew = s_.placer.PlaceAfter(classes_, released_, view());
  if (anew.fits) return Reserve(anew);
  Plan();
}

void HeadRoom::Save(CoreCheckpoint& checkpoint) const {
  if (head() == nullptr) return;
  checkpoint.head_room = {classes_, chosen_, nodes_generation_ == s_.nodes.statics_generation()};
}

void HeadRoom::Restore(const CoreCheckpoint& checkpoint) {
  if (!checkpoint.head_room) return;
  const auto& [classes, chosen, nodes_are_as_then] = *checkpoint.head_room;
  classes_ = classes;
  chosen_ = chosen;
  const uint64_t generation = s_.nodes.statics_generation();
  nodes_generation_ = nodes_are_as_then ? generation : generation - 1;
}

}  // namespace tutti::planner
