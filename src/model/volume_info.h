// PersistentVolumeClaims and PersistentVolumes, as far as they decide where a pod may go.
#pragma once

#include <optional>
#include <string>

#include "model/node_selector.h"

namespace tutti::model {

struct VolumeClaimInfo {
  std::string namespace_name;
  std::string name;
  std::string volume_name;  // empty: not bound yet
};

struct VolumeInfo {
  std::string name;
  std::optional<NodeSelector> node_affinity;  // nullopt: reachable from every node
};

}  // namespace tutti::model
