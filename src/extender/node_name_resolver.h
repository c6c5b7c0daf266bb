// NodeNameResolver: names from a request to NodeIndex, without hashing most of them.
#pragma once

#include <string_view>
#include <vector>

#include "model/cluster_snapshot.h"

namespace tutti::extender {

// kube-scheduler lists nodes in an order that rotates but hardly changes, so the node that followed
// another one last time is compared first. One thread at a time.
class NodeNameResolver {
 public:
  // Begins a list.
  void Begin(const model::ClusterSnapshot& snapshot) {
    snapshot_ = &snapshot;
    previous_ = model::NodeIndex();
    successor_.resize(snapshot.blocks.size() * model::NodeBlock::kNodes);
  }
  // Invalid for a name that the snapshot does not know.
  model::NodeIndex Resolve(std::string_view name);

 private:
  const model::ClusterSnapshot* snapshot_ = nullptr;
  model::NodeIndex previous_;
  std::vector<model::NodeIndex> successor_;  // by index; only ever a guess
};

}  // namespace tutti::extender
