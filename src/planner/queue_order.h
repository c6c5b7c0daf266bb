// QueueOrder: which gang goes first.
#pragma once

#include <cstdint>
#include <memory>

#include "framework/plugins.h"
#include "planner/gang_card.h"

namespace tutti::planner {

// A gang's place, fixed when it was taken: what the order hangs on does not change in the queue.
struct QueuePlace {
  // Which queue: 0 is the only one, or, where a QueueSelect plugin has others, that of gangs bound
  // in part; the plugin's follow.
  uint32_t line = 0;
  bool whole = true;  // false: bound in part, holds room that nobody can use: first
  int32_t priority = 0;
  uint64_t arrival = 0;
  Gang* gang = nullptr;                  // good as long as the gang is in the queue
  std::shared_ptr<const GangCard> card;  // where a QueueSort or QueueSelect plugin asks
};

// Queue by queue; in each bound in part first, then as the QueueSort plugin says, or by priority;
// then by arrival.
class QueueOrder {
 public:
  explicit QueueOrder(const framework::Plugins& plugins) : plugins_(&plugins) {}

  struct LineStart {
    uint32_t line;
  };
  using is_transparent = void;
  bool operator()(const QueuePlace& a, LineStart b) const { return a.line < b.line; }
  bool operator()(LineStart a, const QueuePlace& b) const { return a.line <= b.line; }
  bool operator()(const QueuePlace& a, const QueuePlace& b) const {
    if (a.line != b.line) return a.line < b.line;
    if (a.whole != b.whole) return !a.whole;
    if (a.card != nullptr && b.card != nullptr && asks_plugin()) {
      if (Less(a, b)) return true;
      if (Less(b, a)) return false;
    } else if (a.priority != b.priority) {
      return a.priority > b.priority;
    }
    return a.arrival < b.arrival;
  }

  bool asks_plugin() const { return Sorter() != nullptr; }

 private:
  using At = framework::Profile::At<QueueSortPlugin>;
  const At* Sorter() const {
    const bool none = plugins_->profile == nullptr || plugins_->profile->queue_sorts().empty();
    return none ? nullptr : &plugins_->profile->queue_sorts().front();
  }
  bool Less(const QueuePlace& a, const QueuePlace& b) const;

  const framework::Plugins* plugins_;
};

}  // namespace tutti::planner
