// NamespaceLimits: how much of a resource the pods of a namespace may hold.
//
// Assumptions: the limit is for gangs; pods of no gang count, but are not held.
// Rule: a gang is placed only where what is bound in its namespace, what is promised to gangs of it
// and the gang itself stay within every limit of the namespace.
// Accounts: bound by cluster events, promised by Reserve and Unreserve.
#pragma once

#include <string>
#include <vector>

#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/reserve.h"

namespace tutti::plugins {

class NamespaceLimits final : public ReservePlugin, public ClusterEventPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  NamespaceLimits(Config& config, PluginHost& host);

  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) override;
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView& cluster) override;
  void Unreserve(const GangView& gang, const PlacementView& placement) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;

 private:
  struct Limit {
    std::string namespace_name;
    ResourceId resource;
    int64_t most = 0;
    int64_t bound = 0;
    int64_t promised = 0;
  };

  std::vector<Limit> limits_;
  ReasonId over_limit_;
};

}  // namespace tutti::plugins
