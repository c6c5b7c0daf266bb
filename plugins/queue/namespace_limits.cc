#include "namespace_limits.h"

#include <limits>

namespace tutti::plugins {
namespace {

int64_t Asked(const GangView& gang, ResourceId resource) {
  int64_t sum = 0;
  for (const PodClassView& pods : gang.classes) {
    int64_t all = 0;
    if (__builtin_mul_overflow(pods.Requests(resource), pods.count, &all) ||
        __builtin_add_overflow(sum, all, &sum))
      return std::numeric_limits<int64_t>::max();
  }
  return sum;
}

int64_t Held(const PlacedPodView& pod, ResourceId resource) {
  for (const auto& [of, amount] : pod.requests) {
    if (of == resource) return amount;
  }
  return 0;
}

}  // namespace

const PluginDescriptor& NamespaceLimits::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "NamespaceLimits", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<NamespaceLimits>(config, host);
      }};
  return kDescriptor;
}

NamespaceLimits::NamespaceLimits(Config& config, PluginHost& host) {
  const size_t count = config.Size("/limits");
  for (size_t i = 0; i < count; ++i) {
    const std::string at = "/limits/" + std::to_string(i);
    Limit& limit = limits_.emplace_back();
    limit.namespace_name = config.String(at + "/namespace", "");
    if (limit.namespace_name.empty()) config.Fail(at + "/namespace", "expected a namespace");
    const std::string resource = config.String(at + "/resource", "");
    if (resource.empty()) config.Fail(at + "/resource", "expected a resource, like nvidia.com/gpu");
    limit.resource = host.Resource(resource);
    if (!config.Has(at + "/amount"))
      config.Fail(at + "/amount", "expected how much of it, in base units (cpu in thousandths)");
    limit.most = config.Integer(at + "/amount", 0, 0);
  }
  over_limit_ = host.Reason("NamespaceOverLimit",
                            "the namespace would hold more than NamespaceLimits.limits allows it");
}

Status NamespaceLimits::Reserve(const GangView& gang, const PlacementView&, const ClusterView&) {
  for (const Limit& limit : limits_) {
    if (limit.namespace_name != gang.namespace_name) continue;
    const int64_t left = limit.most - limit.bound - limit.promised;
    if (const int64_t asked = Asked(gang, limit.resource); asked > 0 && asked > left)
      return Status::Pending(over_limit_, asked, left);
  }
  NamespaceLimits::ReserveAgain(gang, {}, {});
  return Status::Success();
}

void NamespaceLimits::ReserveAgain(const GangView& gang, const PlacementView&, const ClusterView&) {
  for (Limit& limit : limits_) {
    if (limit.namespace_name == gang.namespace_name) limit.promised += Asked(gang, limit.resource);
  }
}

void NamespaceLimits::Unreserve(const GangView& gang, const PlacementView&) {
  for (Limit& limit : limits_) {
    if (limit.namespace_name == gang.namespace_name) limit.promised -= Asked(gang, limit.resource);
  }
}

ClusterEventKinds NamespaceLimits::EventsToRegister() const {
  return KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kPodRemoved);
}

QueueingHint NamespaceLimits::OnClusterEvent(const ClusterEventView& event) {
  const bool bound = event.kind == ClusterEventKind::kPodBound;
  QueueingHint hint = QueueingHint::kQueueSkip;
  for (Limit& limit : limits_) {
    if (limit.namespace_name != event.pod->namespace_name) continue;
    const int64_t amount = Held(*event.pod, limit.resource);
    limit.bound += bound ? amount : -amount;
    if (event.was_reserved) limit.promised -= amount;
    if (!bound && amount > 0) hint = QueueingHint::kQueue;
  }
  return hint;
}

}  // namespace tutti::plugins
