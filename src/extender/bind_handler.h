// BindHandler: the verb bind. The reply is parked until the core answers; no thread waits.
#pragma once

#include <memory>

#include "base/clock.h"
#include "extender/extender_observer.h"
#include "framework/core_port.h"
#include "http/server.h"

namespace tutti::extender {

// Any thread. `core`, `clock` and `observer` must outlive every request that is under way; the
// handler itself need not. How long a bind may wait is the core's to say (its bind timeout).
class BindHandler {
 public:
  BindHandler(framework::CorePort& core, const base::Clock& clock, ExtenderObserver& observer);
  ~BindHandler();

  void Handle(const http::Request& request, http::Reply reply);
  size_t parked() const;

 private:
  class Parking;
  framework::CorePort& core_;
  const base::Clock& clock_;
  ExtenderObserver& observer_;
  const std::shared_ptr<Parking> parking_;
};

}  // namespace tutti::extender
