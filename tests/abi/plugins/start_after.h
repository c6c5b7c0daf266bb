// StartAfter: a pod is not bound before another one of its namespace is, whose name it carries in
// the annotation example.com/start-after. What is bound says on which node, and is counted.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "tutti/plugin/bind.h"
#include "tutti/plugin/cluster_event.h"

namespace tutti::testing {

class StartAfter final : public PermitPlugin,
                         public PreBindPlugin,
                         public PostBindPlugin,
                         public ClusterEventPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  StartAfter(Config& config, PluginHost& host);

  Status Permit(const PlacedPodView& pod, std::chrono::nanoseconds& timeout) override;
  Status PreBind(const PlacedPodView& pod, BindAnnotations& annotations) override;
  void PostBind(const PlacedPodView& pod) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;

 private:
  const PluginHost& host_;
  PodField after_;
  ReasonId later_;
  CounterId started_;
  std::set<std::pair<std::string, std::string>> bound_;  // namespace and name
};

}  // namespace tutti::testing
