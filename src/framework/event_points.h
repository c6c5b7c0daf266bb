// EventPoints: tells plugins of the cluster events that they have subscribed to.
#pragma once

#include <vector>

#include "framework/guard.h"
#include "framework/plugins.h"

namespace tutti::framework {

// The core's thread. `plugins` must outlive it.
class EventPoints {
 public:
  explicit EventPoints(const Plugins& plugins);

  // Whether anybody wants to hear of it: views need not be made for nobody.
  bool Wants(ClusterEventKind kind) const { return (wanted_ & KindBit(kind)) != 0; }
  // Whether somebody holds gangs that may go now.
  bool Tell(const ClusterEventView& event) const;

 private:
  const Plugins& plugins_;
  std::vector<ClusterEventKinds> kinds_;  // as in Profile::cluster_events
  ClusterEventKinds wanted_ = 0;          // by any of them
};

}  // namespace tutti::framework
