// GangDates: where each gang stands: its place in the queue, when it must be looked at next, and
// when it will give its room back.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
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

  // What the QueueSelect plugin says of gangs may have changed.
  void AskAgain() { stale_ = true; }
  // Lets it take in what has changed now, and not whenever somebody happens to look: decisions that
  // are made again from a log must not hang on that.
  void LetPluginSettle() const;
  // Before a pass.
  void Refresh();

  // The gangs with members that wait, in the order in which they are served, from a place on.
  std::vector<Gang*> Queue(const std::optional<QueuePlace>& from) const;
  // The queues (QueuePlace::line) that gangs wait in, ascending, and how many in each.
  using Lines = absl::btree_map<uint32_t, size_t>;
  const Lines& lines() const { return lines_; }
  // Another one whenever lines() has other keys.
  uint64_t lines_version() const { return lines_version_; }
  size_t LengthOf(uint32_t line) const {
    const auto it = lines_.find(line);
    return it == lines_.end() ? 0 : it->second;
  }
  // The first gang of the queue behind this place, or its first one, that is not to be passed over.
  // Null: there is none.
  using Skips = absl::FunctionRef<bool(const QueuePlace&)>;
  const QueuePlace* NextIn(
      uint32_t line, const QueuePlace* after,
      Skips skips = [](const QueuePlace&) { return false; }) const;
  // Calls `visit` with each waiting gang, queue by queue, and its position there, from 1.
  void VisitQueues(absl::FunctionRef<void(const Gang&, int64_t)> visit) const;
  // The plugin that has the queues; null: there is one queue.
  const QueueSelectPlugin* selector() const;
  // Of its queues, the gang's. Without a plugin: 0.
  QueueId QueueOf(const Gang& gang) const;
  // Of a gang in the queue.
  const QueuePlace& PlaceInQueue(const Gang& gang) const {
    return *entries_.at(gang.arrival).place;
  }
  // Where a gang in this state belongs, queued or not.
  QueuePlace PlaceFor(Gang& gang) const { return PlaceFor(gang, !gang.partial(), gang.priority()); }
  // The place that it was given when it was like this.
  QueuePlace PlaceFor(Gang& gang, bool whole, int32_t priority) const;
  // Gangs in its queue that go before this place.
  size_t CountBefore(const QueuePlace& place) const;
  bool GoesBefore(const QueuePlace& a, const QueuePlace& b) const {
    return queue_.key_comp()(a, b);
  }

  // When it was bound, on our axis of time.
  base::Timestamp BoundAt(const model::PodInfo& pod) const;
  // How long the gang's queue lets it run, and when that is over: from when the first of those who
  // run now was bound. Of one that was never whole: nothing.
  void AskRunLimit(Gang& gang) const;

  // Gangs whose deadline has come; each is reported once per Update.
  std::vector<Gang*> Due();
  base::Timestamp NextDeadline() const;

  // Gangs that hold room and will give it back at a time that is known (RunTimes).
  struct End {
    base::Timestamp time;
    const Gang* gang;
  };
  // Calls `visit` with each in turn until it returns false. One that is overdue is taken to run on.
  void VisitEnds(absl::FunctionRef<bool(const End&)> visit) const;
  // When what VisitEnds says is no longer true unless somebody has ended by then. Infinite: it need
  // not be asked before something happens.
  base::Timestamp NextExtension() const;
  // Gangs that outlived what was learned of their like are taken to end later.
  void Extend();

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

  base::Timestamp EndOf(const Gang& gang) const;
  base::Timestamp DeadlineOf(const Gang& gang) const;
  base::Duration RunLimitOf(const Gang& gang) const;
  void Requeue(Gang& gang, Entry& entry);
  QueueSet::iterator Insert(QueuePlace place);
  void Erase(QueueSet::iterator place);
  std::optional<QueueId> AskQueueOf(const GangView& gang) const;  // nullopt: the plugin failed
  void Replace(Gang& gang);
  void ReplaceRunLimit(Gang& gang);
  // Whether what its place hangs on is as it was.
  bool InPlace(const Gang& gang, const QueuePlace& place) const;
  // Most updates change no date.
  static void Move(Calendar& calendar, uint64_t arrival, base::Timestamp& date, base::Timestamp to);

  const CoreState& s_;
  QueueSet queue_{QueueOrder(s_.plugins)};
  Lines lines_;
  uint64_t lines_version_ = 1;
  Calendar deadlines_;
  Calendar ends_;
  absl::flat_hash_map<uint64_t, Entry> entries_;  // by arrival
  // Gangs that the plugin could not be asked about: they are in its queue 0 until it can.
  mutable std::set<uint64_t> unanswered_;
  bool stale_ = false;  // in a queue that the plugin might not say any more
};

}  // namespace tutti::planner
