// QueueSpec: what one queue is to be. Per resource it has
//   guaranteed   what it gets whenever it wants it (others may use it meanwhile)
//   limit        what it never exceeds
//   borrowLimit  how much more than guaranteed it may hold: another way to say limit
//   lendLimit    how much of guaranteed others may use; the rest stays free for it
// on all nodes alike, and again on the nodes of each flavor that it lists. A resource that none of
// them names is neither promised nor bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amounts.h"
#include "tutti/views.h"

namespace tutti::plugins {

// On nodes of one flavor.
struct FlavorSpec {
  std::string name;
  Amounts limit = {};
  Amounts guaranteed = {};
  Amounts borrow_limit = {};
  Amounts lend_limit = {};
};

// Which gangs are evicted when they have run for long enough.
enum class RunTimeAction : uint8_t {
  kNone,           // none
  kEvict,          // that have run for maxRunTime
  kEvictDeclared,  // likewise, and those that have run for as long as they said
};

// What one user, or one group, may hold.
struct PartBound {
  Amounts limit = {};
  int64_t max_gangs = 0;  // that run at the same time; 0: any number

  bool any() const { return !limit.empty() || max_gangs > 0; }
};
// By account: "user ada", "group vision".
using NamedBounds = std::map<std::string, PartBound, std::less<>>;

struct QueueSpec {
  enum class State : uint8_t { kOpen, kHeld, kClosed };

  std::string name;    // unique; empty: there is no queue of this number
  std::string parent;  // empty: a root
  Amounts guaranteed;
  Amounts limit;
  Amounts borrow_limit;
  Amounts lend_limit;
  int64_t weight = 1;    // of what is left over when all guarantees are met
  int64_t priority = 0;  // likewise: the higher one first, whatever the weights
  State state = State::kOpen;
  bool strict_fifo = false;  // a gang that has to wait holds up those behind it
  // So as well, once it has waited for so long; 0: never.
  std::chrono::nanoseconds fifo_after{0};
  int64_t max_gangs = 0;  // that run at the same time; 0: any number
  PartBound of_user;      // each that is not named
  PartBound of_group;     // likewise
  NamedBounds users;
  NamedBounds groups;
  std::vector<FlavorSpec> flavors;     // the first choice first; none: those of the queue above it
  bool next_before_borrowing = false;  // a flavor in which the gang borrows comes after the others
  bool reclaims_before_next = false;   // one in which it can take something back is waited for
  bool reclaimable = true;             // what it holds above guaranteed may be taken back
  std::chrono::nanoseconds min_runtime{0};    // not before a gang has run for so long
  std::chrono::nanoseconds reclaim_delay{0};  // its gangs wait for so long before they reclaim
  std::chrono::nanoseconds max_run_time{0};   // that a gang may say it takes; 0: any
  RunTimeAction run_time_action = RunTimeAction::kNone;  // when it has taken it
  std::vector<std::string> namespaces;                   // whose gangs may wait in it; none: all
  std::string problem;  // why nothing is started in it or below it; empty: nothing is wrong
};

// What it never exceeds of the resource, whichever way that is said; INT64_MAX: nothing bounds it.
int64_t LimitOf(const QueueSpec& spec, ResourceId resource);
// What is guaranteed to it: as a whole, or of its flavors together, whichever is more.
Amounts PromisedBy(const QueueSpec& spec);
// The same queues, as far as nodes of this flavor are concerned.
std::vector<QueueSpec> OfFlavor(std::span<const QueueSpec> specs, std::string_view flavor);

// INT64_MAX where the sum is more.
int64_t SaturatingSum(int64_t a, int64_t b);

}  // namespace tutti::plugins
