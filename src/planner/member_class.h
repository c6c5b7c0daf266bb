// MemberClass: members of a gang that are alike, and so are placed alike.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/node_block.h"
#include "model/pod_info.h"

namespace tutti::planner {

struct MemberClass {
  std::shared_ptr<const model::PodShape> shape;
  std::string namespace_name;
  int64_t count = 0;
  std::vector<model::NodeIndex> only;     // not empty: these nodes and no others (a pin)
  std::vector<model::NodeIndex> refused;  // never these; sorted
  std::vector<model::NodeIndex>
      peers;         // of such members that have a node; where the shape has spread_keys
  std::string gang;  // display name
};

}  // namespace tutti::planner
