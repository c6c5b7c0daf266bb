#include "planner/start_plan.h"

#include <algorithm>
#include <utility>

#include "planner/core_checkpoint.h"
#include "planner/gang_room.h"

namespace tutti::planner {

using base::Timestamp;
using model::NodeIndex;
using Reserved = model::NodeTable::Reserved;

namespace {

constexpr size_t kMostEnds = 8192;  // later ones are taken never to come
// Placements that one pass may try: for those that have no promise yet, and to move others up. Of
// one gang at most so many.
constexpr int kPromiseLooks = 512;
constexpr int kMoveUpLooks = 128;
constexpr int kLooksOfOne = 40;
constexpr int kMovesOfOne = 16;

// Takes out of the node table's columns, as long as it lives, what others have been promised.
class Blocked {
 public:
  Blocked(model::NodeTable& nodes, const RoomProfile::Room& least) : nodes_(nodes) {
    for (const auto& [node, amount] : least) {
      model::ResourceList blocked;
      for (const auto& [resource, value] : amount.entries())
        if (value < 0) blocked.Set(resource, -value);
      if (blocked.empty() || nodes_.Info(node) == nullptr) continue;
      nodes_.Reserve(node, blocked, kNoPorts, Reserved::kForHead);
      blocked_.emplace_back(node, std::move(blocked));
    }
  }
  ~Blocked() {
    for (const auto& [node, amount] : blocked_)
      nodes_.Unreserve(node, amount, kNoPorts, Reserved::kForHead);
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

 private:
  inline static const std::vector<model::HostPort> kNoPorts;

  model::NodeTable& nodes_;
  std::vector<std::pair<NodeIndex, model::ResourceList>> blocked_;
};

}  // namespace

StartPlan::Entry* StartPlan::Find(uint64_t arrival) {
  const auto it = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& entry) { return entry.arrival == arrival; });
  return it == entries_.end() ? nullptr : &*it;
}

const RoomProfile::Stay* StartPlan::StayOf(uint64_t arrival) const {
  for (const Entry& entry : entries_)
    if (entry.arrival == arrival && entry.foreseen) return &entry.stay;
  return nullptr;
}

size_t StartPlan::size() const {
  return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(),
                                           [](const Entry& entry) { return entry.foreseen; }));
}

Timestamp StartPlan::NextStart() const {
  Timestamp next = Timestamp::Infinite();
  for (const Entry& entry : entries_)
    if (entry.foreseen) next = std::min(next, entry.stay.from());
  return next;
}

void StartPlan::Erase(uint64_t arrival) {
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.arrival != arrival) return false;
    renewed_ -= entry.renewed ? 1 : 0;
    return true;
  });
}

void StartPlan::Clear() {
  entries_.clear();
  renewed_ = 0;
}

void StartPlan::Begin(bool from_the_beginning) {
  known_ = false;
  promise_looks_ = kPromiseLooks;
  move_up_looks_ = kMoveUpLooks;
  std::erase_if(entries_, [&](const Entry& entry) {
    const auto gang = s_.by_arrival.find(entry.arrival);
    const bool gone = gang == s_.by_arrival.end() || gang->second->waiting == 0;
    return gone || (from_the_beginning && !entry.foreseen);
  });
  renewed_ = 0;
  for (Entry& entry : entries_) {
    entry.renewed = entry.renewed && !from_the_beginning;
    renewed_ += entry.renewed ? 1 : 0;
  }
}

// Whoever was not asked for in a whole pass cannot be planned now.
void StartPlan::Finish(bool complete) {
  if (complete) std::erase_if(entries_, [](const Entry& entry) { return !entry.renewed; });
  profile_.Clear();
  known_ = false;
}

void StartPlan::BeginTurn(const Gang& gang) {
  if (!active()) return;
  turn_ = gang.arrival;
  run_ = s_.run_times.Of(gang);
  promised_ = Find(turn_) != nullptr;
}

void StartPlan::EndTurn() {
  if (!active()) return;
  if (const Entry* entry = Find(turn_); entry != nullptr && !entry->renewed) Erase(turn_);
}

const RoomProfile& StartPlan::Profile() {
  if (std::exchange(known_, true)) return profile_;
  profile_.Clear();
  size_t ends = 0;
  gangs_.dates().VisitEnds([&](const GangDates::End& end) {
    // What is there in part gives nothing back before it has run as a whole.
    if (end.gang->waiting > 0 && !end.gang->complete()) return true;
    RoomProfile::Room room;
    AddRoomOf(*end.gang, s_, room);
    profile_.Give(end.time, std::move(room));
    return ++ends < kMostEnds;
  });
  return profile_;
}

std::vector<const RoomProfile::Stay*> StartPlan::Stays(bool others) const {
  std::vector<const RoomProfile::Stay*> stays;
  for (const Entry& entry : entries_)
    if (entry.arrival != turn_ && (others || entry.renewed)) stays.push_back(&entry.stay);
  return stays;
}

// In the plan the head is one of many: what the table keeps for it is lifted.
std::vector<ReservationId> StartPlan::HeadReservations() const {
  const auto head = s_.by_arrival.find(s_.head);
  return head == s_.by_arrival.end() ? std::vector<ReservationId>()
                                     : head->second->head_reservations;
}

Placement StartPlan::PlaceNow(std::span<const MemberClass> classes, const GangView* view) {
  const std::vector<const RoomProfile::Stay*> stays = Stays(promised_);
  const ReservationLedger::Lifted lifted(s_.ledger, HeadReservations());
  if (stays.empty()) return s_.placer.Place(classes, view);
  const Timestamp end = run_.count() == 0 ? Timestamp::Infinite() : s_.now + run_;
  const Blocked blocked(s_.nodes, Profile().Least(s_.now, end, stays));
  return s_.placer.Place(classes, view);
}

Placement StartPlan::PlaceIfSubmitted(const Gang& gang, std::span<const MemberClass> classes,
                                      const GangView* view) {
  known_ = false;
  BeginTurn(gang);
  Placement placement = PlaceNow(classes, view);
  known_ = false;
  return placement;
}

void StartPlan::Started(std::span<const MemberClass> classes, const Placement& placement) {
  if (!active() || !known_ || run_.count() == 0) return;
  RoomProfile::Room room;
  AddRoomOf(classes, placement, s_.ledger, room);
  profile_.Give(s_.now + run_, std::move(room));
}

bool StartPlan::Eligible(const Entry& entry, const Job& job) {
  for (size_t c = 0; c < job.classes.size(); ++c) {
    const MemberClass& wanted = job.classes[c];
    const EligibilityCache::Bits& bits = s_.eligibility.Of(wanted.shape, wanted.namespace_name);
    for (const NodeIndex node : entry.nodes[c]) {
      const bool eligible =
          node.value / 64 < bits.size() && (bits[node.value / 64] >> (node.value % 64) & 1) != 0;
      if (!eligible || std::binary_search(wanted.refused.begin(), wanted.refused.end(), node) ||
          (!wanted.only.empty() &&
           std::find(wanted.only.begin(), wanted.only.end(), node) == wanted.only.end()))
        return false;
    }
  }
  return true;
}

// The head's room is lifted. The gang is as it was, its nodes are, and nobody before it is in its
// way.
bool StartPlan::Holds(const Entry& entry, const Job& job) {
  if (!entry.foreseen || entry.stay.from() <= s_.now || entry.nodes.size() != job.classes.size())
    return false;
  for (size_t c = 0; c < job.classes.size(); ++c)
    if (static_cast<int64_t>(entry.nodes[c].size()) != job.classes[c].count) return false;
  if (!Eligible(entry, job)) return false;
  Placement placement;
  placement.nodes = entry.nodes;
  placement.devices = entry.devices;
  RoomProfile::Room room;
  AddRoomOf(job.classes, placement, s_.ledger, room);
  const Timestamp from = entry.stay.from();
  return Profile().HasRoomFor({from, job.EndAfter(from), std::move(room)}, Stays(/*others=*/false),
                              s_.nodes);
}

StartPlan::Entry& StartPlan::Renew(Entry& entry) {
  renewed_ += entry.renewed ? 0 : 1;
  entry.renewed = true;
  return entry;
}

Placement StartPlan::Promise(std::span<const MemberClass> classes, const GangView* view) {
  if (full()) return {};
  const Job job{classes, view, run_};
  const ReservationLedger::Lifted lifted(s_.ledger, HeadReservations());
  Entry* entry = Find(turn_);
  if (entry != nullptr && !Holds(*entry, job)) {
    Erase(turn_);
    entry = nullptr;
  }
  int& left = entry == nullptr ? promise_looks_ : move_up_looks_;
  WindowSearch::Limits limits;
  limits.looks = std::min(left, entry == nullptr ? kLooksOfOne : kMovesOfOne);
  if (entry != nullptr) limits.before = entry->stay.from();
  left -= limits.looks;
  const std::vector<const RoomProfile::Stay*> stays = Stays(/*others=*/entry != nullptr);
  std::optional<WindowSearch::Window> window = WindowSearch(s_, Profile()).Find(job, stays, limits);
  left += limits.looks;
  if (!window && entry == nullptr) return {};
  if (!window) window = {entry->stay.from(), {true, entry->nodes, entry->devices, {}, {}}};
  if (entry == nullptr) {
    entry = &entries_.emplace_back();
    entry->arrival = turn_;
  }
  entry->nodes = window->placement.nodes;
  entry->devices = window->placement.devices;
  RoomProfile::Room room;
  AddRoomOf(classes, window->placement, s_.ledger, room);
  entry->stay = {window->start, job.EndAfter(window->start), std::move(room)};
  Renew(*entry);
  return std::move(window->placement);
}

void StartPlan::KeepForHead(const Gang& head) {
  Erase(head.arrival);
  RoomProfile::Room room;
  for (const ReservationId id : head.head_reservations) {
    const ReservationLedger::Reservation& kept = *s_.ledger.Find(id);
    room[kept.node].Add(s_.ledger.AmountOf(*kept.shape, kept.devices));
  }
  Entry& entry = Renew(entries_.emplace_back());
  entry.arrival = head.arrival;
  entry.foreseen = false;
  entry.stay = {s_.now, Timestamp::Infinite(), std::move(room)};
}

void StartPlan::Save(CoreCheckpoint& checkpoint) const { checkpoint.start_plan = entries_; }

void StartPlan::Restore(const CoreCheckpoint& checkpoint) { entries_ = checkpoint.start_plan; }

}  // namespace tutti::planner
