// PostFilter and SelectVictims: what becomes of a gang that could not be placed?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

// Why a gang has no place.
struct GangDiagnosis {
  std::string_view code;  // as in events: "WaitingForCapacity", "ExceedsCluster"; or a plugin's own
  int64_t need = 0;  // units of `resource` where it is valid, else members or a plugin's number
  int64_t have = 0;
  ResourceId resource;  // the scarcest one, where one can be named
};

// Where a gang is to wait: the room that is kept for it as the head of the queue is kept there.
struct Nomination {
  std::vector<NodeMask> nodes;  // by block; none at all: nowhere in particular
};

// After each pass in which the gang found no place. The first plugin with a reason, and the first
// with a nomination, decide. Core thread; pure; must not block.
class PostFilterPlugin : public virtual Plugin {
 public:
  // Success: what `nomination` says; a place into which the gang would not fit if it were drained
  // is not taken. Skip: nothing to say. Pending, Unschedulable: this reason stands for the gang
  // instead of the diagnosis. UnschedulableAndUnresolvable: so as well, and nobody is evicted for
  // it. Error: as Skip, unless onError is Reject: then the gang's reason is PluginFailed.
  virtual Status PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                            const ClusterView& cluster, Nomination& nomination) const = 0;
};

// Which pods should go so that a gang fits? Asked for the gang at the head of the queue, when it
// would fit into the drained cluster and would not fit either once the pods that are leaving are
// gone. Core thread; pure; must not block.
//
// The host tries the proposal first: nobody is touched unless the gang then fits. Of those proposed
// it takes as few from the front as will do, and of these the ones that the gang fits beside stay.
// Members of one gang, as far as they are proposed, stay or go together; but those that it can do
// without (beyond minMember, or of groups that it does not need) go before all others, one by one.
class SelectVictimsPlugin : public virtual Plugin {
 public:
  static constexpr std::size_t kMostVictims = 16'384;
  // Appends pods of `pods`, evictable ones of other gangs, each once, the cheapest first. Success;
  // Skip: no proposal; Error. The proposal of the first plugin that makes one is tried, and no
  // other.
  virtual Status SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                               const ClusterView& cluster, const BoundPods& pods,
                               std::vector<PodUid>& victims) const = 0;
};

}  // namespace tutti
