// GangDates: where each gang stands: its place in the queue, when it must be looked at next, and
// when it will give its room back.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "planner/core_state.h"
#include "planner/queue_order.h"

namespace tutti::planner {

struct CoreCheckpoint;

class GangDates {
 public:
  explicit GangDates(const CoreState& state) : s_(state) {}

  void Update(Gang& gang);  // after any change to it
  void Remove(const Gang& gang);

  // The gangs with members that wait, in the order in which they are served, from a place on.
  std::vector<Gang*> Queue(const std::optional<QueuePlace>& from) const;
  size_t queue_length() const { return queue_.size(); }
  // Of a gang in the queue.
  const QueuePlace& PlaceInQueue(const Gang& gang) const {
    return *entries_.at(gang.arrival).place;
  }
  // Where a gang in this state belongs, queued or not.
  QueuePlace PlaceFor(Gang& gang) const { return PlaceFor(gang, !gang.partial(), gang.priority()); }
  // The place that it was given when it was like this.
  QueuePlace PlaceFor(Gang& gang, bool whole, int32_t priority) const;
  // Gangs in the queue that go before this place.
  size_t CountBefore(const QueuePlace& place) const;
  bool GoesBefore(const QueuePlace& a, const QueuePlace& b) const {
    return queue_.key_comp()(a, b);
  }

  // Gangs whose deadline has come; each is reported once per Update.
  std::vector<Gang*> Due();
  base::Timestamp NextDeadline() const;

  // Gangs that hold room and say for how long, by when they will give it back.
  struct End {
    base::Timestamp time;
    const Gang* gang;
  };
  // Calls `visit` with each in turn until it returns false. One that is overdue is taken to run on
  // for as long as it is overdue already, and a minute at least.
  void VisitEnds(absl::FunctionRef<bool(const End&)> visit) const;

  void Save(CoreCheckpoint& checkpoint) const;
  // The state holds the gangs already.
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  // By iterator, so that a plugin whose order contradicts itself loses nobody.
  using QueueSet = std::multiset<QueuePlace, QueueOrder>;
  struct Entry {
    QueueSet::iterator place;
    bool queued = false;
    base::Timestamp deadline = base::Timestamp::Infinite();
    base::Timestamp end = base::Timestamp::Infinite();
  };

  using Calendar =
      absl::btree_set<std::pair<base::Timestamp, uint64_t>>;  // with the gang's arrival

  void Requeue(Gang& gang, Entry& entry);
  // Most updates change no date.
  static void Move(Calendar& calendar, uint64_t arrival, base::Timestamp& date, base::Timestamp to);

  const CoreState& s_;
  QueueSet queue_{QueueOrder(s_.plugins)};
  Calendar deadlines_;
  Calendar ends_;
  absl::flat_hash_map<uint64_t, Entry> entries_;  // by arrival
};

}  // namespace tutti::planner
