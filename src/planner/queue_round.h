// QueueRound: one pass over several queues, as a QueueSelect plugin says.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "planner/core_checkpoint.h"
#include "planner/core_state.h"
#include "planner/gang_dates.h"

namespace tutti::planner {

// Holds the plugin to its contract: a queue that it may not choose ends the round. Where it fails
// as a round begins, nobody is tried until it is asked again, or, with onError Skip, the queues
// take turns, one gang each.
class QueueRound {
 public:
  QueueRound(CoreState& state, const GangDates& dates) : s_(state), dates_(dates) {}

  bool active() const;  // there is such a plugin
  // A new round, or the rest of one that was not finished.
  void Begin();
  bool unfinished() const { return unfinished_; }
  void Abandon() { unfinished_ = false; }
  // When the plugin is to be asked again, because it failed.
  base::Timestamp again_at() const { return again_at_; }
  void Save(CoreCheckpoint& checkpoint) const;
  // Where the plugin has its state back. Otherwise a round that was under way begins anew.
  void Restore(const CoreCheckpoint& checkpoint);
  // The gang to be tried next. Null: the round is over.
  Gang* Next();
  // What became of that gang; told before it is settled.
  void Served(QueueOutcome outcome);

 private:
  struct Line {
    std::optional<QueuePlace> last;  // that was tried
    bool over = false;
  };

  template <class Call>
  bool Ask(Call&& call);
  Gang* NextOf(uint32_t line);
  const QueuePlace* FirstNotSkipped(const QueueSelectPlugin& plugin, uint32_t line,
                                    const QueuePlace* after);
  std::optional<QueueId> Choose();
  std::optional<QueueId> ChooseInTurn();
  bool SkipsFailures() const;
  bool Over(QueueId queue) const;
  QueuePlace PlaceOf(uint32_t line, const CoreCheckpoint::Place& place) const;

  CoreState& s_;
  const GangDates& dates_;
  std::vector<QueueId> waiting_;               // the round began with these
  uint64_t waiting_as_of_ = 0;                 // GangDates::lines_version
  absl::flat_hash_map<uint32_t, Line> lines_;  // of which a gang was tried
  uint32_t current_ = 0;                       // the line of the gang being tried
  bool unfinished_ = false;
  bool in_turn_ = false;  // the plugin failed, and is done without
  size_t next_ = 0;       // then: of waiting_
  base::Timestamp again_at_ = base::Timestamp::Infinite();
  // Of one question, kept for their memory.
  std::vector<const QueuePlace*> row_;
  std::vector<uint64_t> arrivals_;
};

}  // namespace tutti::planner
