#include "planner/room_profile.h"

#include <algorithm>
#include <utility>

namespace tutti::planner {

using base::Timestamp;
using model::ResourceList;

namespace {

template <class What>
struct Change {
  Timestamp at;
  const What* what;
  bool taken;
};

// In order of time; at the same time what comes back first.
void Sort(auto& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
    return a.at != b.at ? a.at < b.at : !a.taken && b.taken;
  });
}

void Apply(const ResourceList& amount, bool taken, ResourceList& level) {
  if (!taken) return level.Add(amount);
  for (const auto& [resource, value] : amount.entries()) level.Add(resource, -value);
}

// Per resource, the smaller of the two.
void LowerTo(const ResourceList& level, ResourceList& least) {
  const ResourceList was = least;
  for (const auto& [resource, value] : was.entries())
    least.Set(resource, std::min(value, level.Get(resource)));
  for (const auto& [resource, value] : level.entries())
    least.Set(resource, std::min(value, was.Get(resource)));
}

ResourceList TotalOf(const RoomProfile::Room& room) {
  ResourceList total;
  for (const auto& [node, amount] : room) total.Add(amount);
  return total;
}

bool Covers(const ResourceList& level, const ResourceList& need) {
  return std::all_of(need.entries().begin(), need.entries().end(),
                     [&](const auto& entry) { return level.Get(entry.first) >= entry.second; });
}

}  // namespace

RoomProfile::Stay::Stay(Timestamp from, Timestamp to, Room room)
    : from_(from), to_(to), room_(std::move(room)), total_(TotalOf(room_)) {}

void RoomProfile::Give(Timestamp at, Room room) {
  const auto after = std::upper_bound(gives_.begin(), gives_.end(), at,
                                      [](Timestamp t, const Gift& gift) { return t < gift.at; });
  ResourceList total = TotalOf(room);
  gives_.insert(after, {at, std::move(room), std::move(total)});
}

RoomProfile::Room RoomProfile::Least(Timestamp from, Timestamp to, Stays stays) const {
  Room least;
  auto gift = gives_.begin();
  for (; gift != gives_.end() && gift->at <= from; ++gift)
    for (const auto& [node, amount] : gift->room) least[node].Add(amount);
  // Room only comes back where nobody stays: there it is least at the beginning.
  std::vector<Change<Room>> changes;
  Room level;
  for (const Stay* stay : stays) {
    if (stay->from() >= to || stay->to() <= from) continue;
    changes.push_back({std::max(stay->from(), from), &stay->room(), true});
    if (stay->to() < to) changes.push_back({stay->to(), &stay->room(), false});
    for (const auto& [node, amount] : stay->room()) level.try_emplace(node, least[node]);
  }
  if (changes.empty()) return least;
  for (; gift != gives_.end() && gift->at < to; ++gift)
    changes.push_back({gift->at, &gift->room, false});
  Sort(changes);
  for (const Change<Room>& change : changes) {
    for (const auto& [node, amount] : *change.what) {
      const auto there = level.find(node);
      if (there == level.end()) continue;
      Apply(amount, change.taken, there->second);
      if (change.taken) LowerTo(there->second, least[node]);
    }
  }
  return least;
}

std::vector<Timestamp> RoomProfile::Times(Timestamp now, const ResourceList& need,
                                          const ResourceList& have, Stays stays) const {
  std::vector<Change<ResourceList>> changes;
  changes.reserve(gives_.size() + 2 * stays.size());
  for (const Gift& gift : gives_) changes.push_back({gift.at, &gift.total, false});
  for (const Stay* stay : stays) {
    if (stay->to() <= now) continue;
    changes.push_back({std::max(stay->from(), now), &stay->total(), true});
    if (stay->to() != Timestamp::Infinite()) changes.push_back({stay->to(), &stay->total(), false});
  }
  Sort(changes);
  std::vector<Timestamp> times;
  ResourceList level = have;
  for (size_t i = 0; i < changes.size();) {
    const Timestamp at = changes[i].at;
    const bool gains = !changes[i].taken;
    for (; i < changes.size() && changes[i].at == at; ++i)
      Apply(*changes[i].what, changes[i].taken, level);
    if (gains && at > now && Covers(level, need)) times.push_back(at);
  }
  return times;
}

bool RoomProfile::HasRoomFor(const Stay& stay, Stays others, const model::NodeTable& nodes) const {
  const Room least = Least(stay.from(), stay.to(), others);
  return std::all_of(stay.room().begin(), stay.room().end(), [&](const auto& there) {
    if (nodes.Info(there.first) == nullptr) return false;
    const auto more = least.find(there.first);
    return std::all_of(
        there.second.entries().begin(), there.second.entries().end(), [&](const auto& entry) {
          const int64_t later = more == least.end() ? 0 : more->second.Get(entry.first);
          return nodes.Free(entry.first, there.first) + later >= entry.second;
        });
  });
}

int64_t RoomProfile::GiftsOn(const Room& nodes, Timestamp until) const {
  return std::count_if(gives_.begin(), gives_.end(), [&](const Gift& gift) {
    if (gift.at > until) return false;
    return std::any_of(gift.room.begin(), gift.room.end(),
                       [&](const auto& there) { return nodes.contains(there.first); });
  });
}

}  // namespace tutti::planner
