// GangPreemption: evicts pods that matter less, so that a gang that matters more fits.
//
// Assumptions: priorities say what matters; a gang that loses a member has lost its work, so it
// goes as a whole or stays.
// Rule: every gang, and every pod of none, whose priority is below the waiting gang's by at least
// `minPriorityGap` may go: the lowest priority first, then those that were bound last, which lose
// least. How many of them really go is the host's to find out.
// Cost: nothing where no bound pod matters less; else one look at every bound pod.
#pragma once

#include <map>
#include <vector>

#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/post_filter.h"

namespace tutti::plugins {

class GangPreemption final : public SelectVictimsPlugin, public ClusterEventPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  GangPreemption(Config& config, PluginHost& host);

  Status SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                       const ClusterView& cluster, const BoundPods& pods,
                       std::vector<PodUid>& victims) const override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;

 private:
  // Pods that go together.
  struct Unit {
    int64_t priority = INT64_MIN;  // of the one that matters most
    std::chrono::seconds bound_since{0};
    PodUid first;
    bool evictable = true;
    std::vector<PodUid> pods;

    void Add(const PlacedPodView& pod);
    bool GoesBefore(const Unit& other) const;
  };

  int64_t gap_ = 1;
  std::map<int32_t, int64_t> bound_;  // pods by priority
};

}  // namespace tutti::plugins
