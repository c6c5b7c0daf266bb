// Cluster events: what happens to nodes, pods and gangs, for plugins that keep accounts.
#pragma once

#include <cstdint>
#include <string_view>

#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin.h"

namespace tutti {

// The numbers cross the C ABI: they are never changed, only added to.
enum class ClusterEventKind : uint8_t {
  kNodeAdded = 0,
  kNodeUpdated = 1,  // its allocatable, labels, annotations, taints; not what its pods take
  kNodeRemoved = 2,  // told before it goes
  kPodBound = 3,     // also of pods that others have bound
  kPodRemoved = 4,   // a bound pod was deleted or has finished: what it took is free
  kGangArrived = 5,
  kGangPlaced = 6,  // minMember have nodes; again where that was lost in between
  kGangGone = 7,    // its last pod is gone, and so is its object
};
inline constexpr int kClusterEventKinds = 8;

// A set of kinds.
using ClusterEventKinds = uint32_t;
constexpr ClusterEventKinds KindBit(ClusterEventKind kind) {
  return ClusterEventKinds{1} << static_cast<uint8_t>(kind);
}

struct ClusterEventView {
  ClusterEventKind kind = ClusterEventKind::kNodeAdded;
  const NodeView* node = nullptr;      // of the node kinds
  const PlacedPodView* pod = nullptr;  // of the pod kinds
  bool was_reserved = false;  // PodBound: ends what a Reserve has entered for this pod and node
  const GangView* gang = nullptr;  // of the gang kinds; without classes
};

// Whether gangs that are held should be looked at again.
enum class QueueingHint : uint8_t { kQueueSkip = 0, kQueue = 1 };

// Core thread; may change the plugin; must not block. While a process starts, everything that is
// there already is told in this way, before any gang is planned; accounts begin at nothing. A pod
// whose amounts change is removed and bound again.
class ClusterEventPlugin : public virtual Plugin {
 public:
  // Asked once, after the plugin was made; at least one kind.
  virtual ClusterEventKinds EventsToRegister() const = 0;
  // kQueue: gangs that this plugin holds may go now; the next pass over the queue is due at once.
  // kQueueSkip: they wait for what else makes a pass due: a pod that comes or ends, a node that
  // comes or changes, a timer of a gang.
  virtual QueueingHint OnClusterEvent(const ClusterEventView& event) = 0;
};

}  // namespace tutti
