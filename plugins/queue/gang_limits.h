// GangLimits: holds gangs that are larger than the operator allows.
//
// Assumptions: a gang beyond the limit is a mistake, or for another day; it must not become the
// head of the queue, for which the whole cluster would be drained.
// Rule: minMember above `maxMembers` is held.
#pragma once

#include "tutti/plugin/queue_sort.h"

namespace tutti::plugins {

class GangLimits final : public PreEnqueuePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  GangLimits(Config& config, PluginHost& host);
  Status PreEnqueue(const GangView& gang, const ClusterView& cluster) const override;

 private:
  int64_t max_members_ = 0;
  ReasonId too_large_;
};

}  // namespace tutti::plugins
