#include "start_after.h"

#include <memory>

namespace tutti::testing {

const PluginDescriptor& StartAfter::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "StartAfter", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<StartAfter>(config, host);
      }};
  return kDescriptor;
}

StartAfter::StartAfter(Config&, PluginHost& host)
    : host_(host),
      after_(host.PodAnnotation("example.com/start-after")),
      later_(host.Reason("StartsLater", "the pod that it starts after is not bound yet")),
      started_(host.Counter("started_total", "pods that were bound")) {}

Status StartAfter::Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) {
  const std::string_view after = pod.Field(after_);
  if (after.empty() || bound_.contains({std::string(pod.namespace_name), std::string(after)}))
    return Status::Success();
  timeout = std::chrono::seconds(15);
  return Status::Wait(later_);
}

Status StartAfter::PreBind(const PlacedPodView& pod, BindAnnotations& annotations) {
  annotations.Add("example.com/started-on", pod.node_name);
  return Status::Success();
}

void StartAfter::PostBind(const PlacedPodView&) { host_.Increment(started_, 1); }

ClusterEventKinds StartAfter::EventsToRegister() const {
  return KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kPodRemoved);
}

QueueingHint StartAfter::OnClusterEvent(const ClusterEventView& event) {
  std::pair name(std::string(event.pod->namespace_name), std::string(event.pod->name));
  if (event.kind == ClusterEventKind::kPodBound) {
    bound_.insert(std::move(name));
  } else {
    bound_.erase(name);
  }
  return QueueingHint::kQueueSkip;
}

}  // namespace tutti::testing
