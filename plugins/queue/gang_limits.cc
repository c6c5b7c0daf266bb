#include "gang_limits.h"

namespace tutti::plugins {

const PluginDescriptor& GangLimits::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GangLimits", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GangLimits>(config, host);
      }};
  return kDescriptor;
}

GangLimits::GangLimits(Config& config, PluginHost& host) {
  max_members_ = config.Integer("/maxMembers", 100'000, 1, 1'000'000);
  too_large_ = host.Reason("GangTooLarge", "minMember is above what GangLimits.maxMembers allows");
}

Status GangLimits::PreEnqueue(const GangView& gang, const ClusterView&) const {
  if (gang.min_member <= max_members_) return Status::Success();
  return Status::Unschedulable(too_large_, gang.min_member, max_members_);
}

}  // namespace tutti::plugins
