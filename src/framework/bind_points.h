// BindPoints: Permit, PreBind and PostBind, each plugin held to its contract.
#pragma once

#include <chrono>
#include <vector>

#include "framework/guard.h"
#include "framework/plugins.h"

namespace tutti::framework {

// The core's thread. `plugins` must outlive it.
class BindPoints {
 public:
  explicit BindPoints(const Plugins& plugins) : plugins_(plugins) {}

  bool active() const {
    return plugins_.active() &&
           !(Of().permits().empty() && Of().pre_binds().empty() && Of().post_binds().empty());
  }

  // Of one bind: which Permit plugins have said Success.
  using Permitted = std::vector<bool>;
  // Asks those that have not. Success: all have now. Wait: some want to be asked again, until
  // `timeout` at the latest. Everything else refuses the bind.
  Status Permit(const PlacedPodView& pod, Permitted& permitted,
                std::chrono::nanoseconds& timeout) const;
  // Success: the Binding may be written, with these annotations.
  Status PreBind(const PlacedPodView& pod, std::vector<BindAnnotations::Entry>& annotations) const;
  void PostBind(const PlacedPodView& pod) const;

 private:
  const Profile& Of() const { return *plugins_.profile; }
  template <class Call>
  Status Ask(uint16_t plugin, const char* point, Call&& call) const {
    return Guarded(Of(), plugin, point, &plugins_.on_failure, std::forward<Call>(call));
  }

  const Plugins& plugins_;
};

}  // namespace tutti::framework
