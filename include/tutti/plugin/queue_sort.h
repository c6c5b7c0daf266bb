// QueueSort and PreEnqueue: which gang is tried first, and which is not tried at all yet?
//
// They order Tutti's own queue of gangs; kube-scheduler's queue of pods is its own.
#pragma once

#include "tutti/gang_view.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

// At most one in a profile. Core thread; pure; must not block.
class QueueSortPlugin : public virtual Plugin {
 public:
  // Whether `a` goes before `b`: a strict weak order. Where neither goes before the other, the one
  // that arrived earlier does. Gangs that are bound in part always go first. Equal gangs must stay
  // equal while nothing about them changes: the order is kept, not computed for each pass.
  virtual bool Less(const GangView& a, const GangView& b) const = 0;
};

// Asked in each pass over the queue, before the gang is planned. Core thread; pure; must not block.
class PreEnqueuePlugin : public virtual Plugin {
 public:
  // Success: plan it; Pending, Unschedulable: it is held, with a reason, until a new pass is due: a
  // pod comes or ends, a node comes or changes, a timer of a gang ends, or a plugin says so
  // (QueueingHint in cluster_event.h); Error: held as well, and counted against the plugin.
  virtual Status PreEnqueue(const GangView& gang, const ClusterView& cluster) const = 0;
};

}  // namespace tutti
