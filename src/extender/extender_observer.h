// ExtenderObserver: what the doors tell about each request; metrics and logs stand behind it.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "model/reason.h"

namespace tutti::extender {

// On any thread, also the core loop's (bind): must not block. Views hold for the call.
class ExtenderObserver {
 public:
  virtual ~ExtenderObserver() = default;
  virtual void Began() = 0;
  // Once for every Began. `verb` is the last part of the path; `status` is HTTP's, also where gRPC
  // asked; `rejection` says why no node, or not every node, was given (kNone: nothing was refused).
  virtual void Answered(std::string_view verb, int status, base::Duration spent,
                        model::ReasonCode rejection) = 0;
  // An answer of filter waits until the API server keeps up (FilterPacer).
  virtual void FilterHeld() {}
  // Before Answered, where the caller `peer` is told of an error: a malformed request, a bind that
  // the core refused.
  virtual void Refused(std::string_view verb, std::string_view peer, std::string_view error) {
    (void)verb, (void)peer, (void)error;
  }
};

}  // namespace tutti::extender
