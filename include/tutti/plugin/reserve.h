// Reserve and Unreserve: accounts of what gangs have been promised.
#pragma once

#include "tutti/gang_view.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

// Core thread; may change the plugin; must not block. Filter and Score of pods of no gang run on
// other threads: they must not look at what is changed here.
class ReservePlugin : public virtual Plugin {
 public:
  // The gang, or members that join it later, have been given `placement`: gang.classes are the
  // members concerned, and the placement has no domain. Success: entered. Pending, Unschedulable,
  // UnschedulableAndUnresolvable, with a reason: they are not placed, the gang is held and keeps
  // nobody from being tried; plugins that have entered it are told Unreserve, in reverse order.
  // Error: held as well; where onError is Skip, it counts as entered.
  virtual Status Reserve(const GangView& gang, const PlacementView& placement,
                         const ClusterView& cluster) = 0;

  // A plugin that has entered this has gone, and this one is in its place (state.h): it is entered
  // without a question, whatever Reserve would answer now.
  virtual void ReserveAgain(const GangView& gang, const PlacementView& placement,
                            const ClusterView& cluster) {
    static_cast<void>(Reserve(gang, placement, cluster));
  }

  // Members lose their place again before they were bound. What was entered by a Reserve ends so,
  // for each member once, or with a PodBound event whose `was_reserved` is set (cluster_event.h);
  // one call may be about fewer members than the Reserve was. Cannot fail.
  virtual void Unreserve(const GangView& gang, const PlacementView& placement) = 0;
};

}  // namespace tutti
