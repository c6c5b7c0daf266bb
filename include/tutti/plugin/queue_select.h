// QueueSelect: in which queue does a gang wait, and which queue is served next?
//
// Without such a plugin all gangs wait in one queue. With one, each queue keeps its own order
// (QueueSort, else priority, then arrival), and a pass over the gangs is a round over the queues:
// the host asks which queue is next, tries the first gang of it that has not been tried, and says
// what became of it. Gangs that are bound in part hold room that nobody can use: they are tried
// before the round begins, whatever their queue.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/gang_view.h"
#include "tutti/ids.h"
#include "tutti/plugin.h"

namespace tutti {

// A queue's number, of the plugin's own making: from 0 on, without gaps. It is the same for the
// life of the process, and is never given to another queue.
using QueueId = StrongId<struct QueueTag>;

enum class QueueOutcome : uint8_t {
  kPlaced = 0,    // its members, as many as it needs, have nodes
  kNotReady = 1,  // members are missing, it backs off, an operator holds it, it is misconfigured,
                  // or it would not fit into the empty cluster either
  kHeld = 2,      // a plugin holds it: PreEnqueue, or Reserve
  kNoPlace = 3,   // there is no place for it now
};

// What a queue holds, for people. Amounts in base units; kUnlimited: no bound.
struct QueueAmount {
  static constexpr int64_t kUnlimited = INT64_MAX;
  ResourceId resource;
  int64_t used = 0;  // by gangs that have nodes, of the queue and of those below it
  int64_t guaranteed = 0;
  int64_t limit = kUnlimited;
};
// A part of what a queue holds: on nodes of one flavor, or for one user or
// group.
struct QueuePart {
  std::string name;  // "spot"; "user ada"
  std::vector<QueueAmount> amounts;
  int64_t running = 0;       // gangs that have nodes; of a flavor: not counted
  int64_t most_running = 0;  // of these; 0: any number
};
struct QueueDescription {
  static constexpr std::size_t kMostParts = 10;

  std::string name;
  std::string parent;   // empty: it is a root
  std::string state;    // "Open"
  bool leaf = true;     // gangs may wait in it
  int64_t running = 0;  // gangs that have nodes
  double share = 0;     // of the cluster, dominant, over the queue's weight: what fairness compares
  std::vector<QueueAmount> amounts;
  std::string problem = {};  // why no gang is started in it; empty: nothing is wrong with it
  // Of the API object of that name, where there is one (ObjectWatch): what was read last.
  std::optional<int64_t> generation = std::nullopt;
  // Of the kinds of nodes that it uses, the first choice first; then those that it holds something
  // of beside them.
  std::vector<QueuePart> flavors = {};
  // Where it bounds its users, those that are nearest to their bounds, at most kMostParts.
  std::vector<QueuePart> users = {};
  std::vector<QueuePart> groups = {};  // likewise
};

// What a namespace's gangs may call a queue, where that is an API object of its own (ObjectWatch).
struct QueueHandle {
  std::string namespace_name;
  std::string name;
  std::string queue;        // that it stands for
  int64_t generation = 0;   // of the object: what was read last
  bool queue_found = true;  // there is one of that name
  std::string problem;      // why gangs that name it are not started; empty: they are
};

// At most one in a profile. Core thread; must not block.
class QueueSelectPlugin : public virtual Plugin {
 public:
  static constexpr std::size_t kMostQueues = 65'536;

  // Grows, where queues come while the process runs; those that go keep their number.
  virtual std::size_t queues() const = 0;
  // Pure. Asked when a gang comes, and again when its priority, its queue or the like changes, and
  // when an object changes that the plugin watches (ObjectWatch). A gang that may wait in none of
  // them (there is no such queue) is put into one that the plugin keeps for that, and held by its
  // PreEnqueue, which says why.
  virtual QueueId QueueOf(const GangView& gang) const = 0;
  // A round over these queues begins: gangs wait in each. Ascending.
  virtual void BeginRound(std::span<const QueueId> waiting) = 0;
  // The queue whose next gang is tried; one of those the round began with that Served has not taken
  // out of it. Nullopt: the round is over.
  virtual std::optional<QueueId> NextQueue() = 0;
  // Pure. True: what became of this gang of the queue when it was tried last would become of it
  // again, so that it is passed over and those behind it are tried; Served is not told of it.
  // `arrival`: GangView::arrival.
  virtual bool Skips(QueueId queue, uint64_t arrival) const {
    (void)queue;
    (void)arrival;
    return false;
  }
  // The same for gangs in a row, as hosts ask: how many of them, from the front, it says so of.
  virtual std::size_t CountSkipped(QueueId queue, std::span<const uint64_t> arrivals) const {
    std::size_t skipped = 0;
    while (skipped < arrivals.size() && Skips(queue, arrivals[skipped])) ++skipped;
    return skipped;
  }

  // Pure. For how long the gang, one of the queue, may run before the host evicts it as a whole; 0
  // or less: as long as it likes. Asked when a gang begins to run, and again when an object changes
  // that the plugin watches.
  virtual std::chrono::nanoseconds RunTimeLimit(QueueId queue, const GangView& gang) const {
    (void)queue;
    (void)gang;
    return {};
  }
  // What became of that gang, whose view has no classes; null: it was gone. `more`: others wait
  // behind it in this round. True: the queue stays in the round; false, or nothing more: it is out
  // of it.
  virtual bool Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) = 0;
  // Pure.
  virtual QueueDescription Describe(QueueId queue) const = 0;
  // Pure. By namespace, then name.
  virtual std::vector<QueueHandle> Handles() const { return {}; }
  // Pure. The name of the handle of its namespace that the gang is in its queue by; empty: of none.
  virtual std::string HandleOf(const GangView& gang) const {
    (void)gang;
    return {};
  }
};

}  // namespace tutti
