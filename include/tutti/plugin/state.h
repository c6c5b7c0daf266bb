// State: what a plugin has learned, kept for one that takes its place.
//
// Most plugins need none: what they know is told again as to a process that starts
// (cluster_event.h, object_watch.h, reserve.h). What is over by then is not: what a queue held an
// hour ago, say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

// Core thread; must not block. Saved with each checkpoint of the decision log and each snapshot;
// restored where a replay or a simulation begins with one, so that it decides as its process did.
// A process that takes over after another has nothing to restore.
class StatePlugin : public virtual Plugin {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  // Any bytes, at most kMostBytes; equal states give equal bytes. Pure.
  virtual std::string Save() const = 0;
  // What a plugin of this name has saved, maybe of another version, maybe damaged. Everything that
  // was there then has been told before, and no question has been asked yet: QueueIds may still
  // change. Error: it says why, and goes on as it is.
  virtual Status Restore(std::string_view bytes) = 0;
};

}  // namespace tutti
