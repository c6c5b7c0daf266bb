#include "framework/event_points.h"

#include "absl/strings/str_format.h"

namespace tutti::framework {

EventPoints::EventPoints(const Plugins& plugins) : plugins_(plugins) {
  if (!plugins.active()) return;
  constexpr ClusterEventKinds kAll = (ClusterEventKinds{1} << kClusterEventKinds) - 1;
  for (const auto& at : plugins.profile->cluster_events()) {
    ClusterEventKinds kinds = 0;
    const Status status =
        Guarded(*plugins.profile, at.plugin, "EventsToRegister", &plugins.on_failure, [&] {
          kinds = at.point->EventsToRegister();
          if (kinds != 0 && (kinds & ~kAll) == 0) return Status::Success();
          return Status::Error(absl::StrFormat(
              "EventsToRegister gave the kinds 0x%x: expected some of 0x%x", kinds, kAll));
        });
    // What we know of a set that has others in it is still wanted.
    kinds_.push_back(kinds & kAll);
    wanted_ |= kinds_.back();
    static_cast<void>(status);  // has been reported
  }
}

bool EventPoints::Tell(const ClusterEventView& event) const {
  bool due = false;
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if ((kinds_[i] & KindBit(event.kind)) == 0) continue;
    const auto& at = plugins_.profile->cluster_events()[i];
    QueueingHint hint = QueueingHint::kQueueSkip;
    const Status status =
        Guarded(*plugins_.profile, at.plugin, "ClusterEvent", &plugins_.on_failure, [&] {
          hint = at.point->OnClusterEvent(event);
          return Status::Success();
        });
    // One that fails may have missed what it holds gangs for: look again.
    due = due || !status.ok() || hint == QueueingHint::kQueue;
  }
  return due;
}

}  // namespace tutti::framework
