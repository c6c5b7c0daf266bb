// SmallestFirst: of gangs of equal priority, the smaller one goes first.
//
// Assumptions: short mean waiting times matter more than fairness to large gangs; without a bound
// on overtaking a large gang can starve.
// Rule: higher priority, then fewer minMember.
#pragma once

#include "tutti/plugin/queue_sort.h"

namespace tutti::plugins {

class SmallestFirst final : public QueueSortPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  bool Less(const GangView& a, const GangView& b) const override;
};

}  // namespace tutti::plugins
