// QueueReasons: why HierarchicalQueues lets a gang wait.
#pragma once

#include <string>

#include "queue_tree.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti::plugins {

// Why a gang may not hold what it asks for.
struct QueueRefusal {
  enum class Of : uint8_t { kQueue, kUser, kGroup, kFlavor };  // whose bound it is

  Of of = Of::kQueue;
  QueueTree::Refusal why;
  std::string part;  // "user ada", "group vision", "flavor spot"; of the queue itself: empty
  QueueId full;      // the queue in which less must be held

  bool never() const { return why.why == QueueTree::Refusal::Why::kAboveLimit; }
};

struct QueueReasons {
  explicit QueueReasons(PluginHost& host);

  // `detail`: of which resource, in which queue.
  Status Of(const QueueRefusal& refusal, std::string detail) const;

  ReasonId not_found, not_leaf, not_allowed, held, closed, misconfigured;
  ReasonId over_limit, above_limit, kept_back, too_many, runs_too_long;
  ReasonId user_over_limit, user_too_many, group_over_limit, group_too_many;
  ReasonId flavor_over_limit, flavor_kept_back, flavor_mismatch;

 private:
  ReasonId ReasonOf(const QueueRefusal& refusal) const;
};

}  // namespace tutti::plugins
