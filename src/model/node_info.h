// NodeInfo: what the planner knows of one Node, apart from the numbers that change with every pod.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/interner.h"
#include "base/uid.h"
#include "model/resource_list.h"

namespace tutti::model {

enum class TaintEffect : uint8_t { kNone, kNoSchedule, kPreferNoSchedule, kNoExecute };

struct Taint {
  std::string key;
  std::string value;
  TaintEffect effect = TaintEffect::kNone;

  bool operator==(const Taint&) const = default;
};

struct NodeInfo {
  std::string name;
  base::Uid uid;
  std::vector<std::pair<base::StringId, base::StringId>> labels;  // sorted by key id
  std::vector<Taint> taints;
  ResourceList allocatable;
  bool unschedulable = false;
  bool is_virtual =
      false;  // a virtual-kubelet's: what it shows as free is made when it is asked for
  std::vector<base::StringId> fields;  // what plugins read of it, by NodeField

  // Invalid where the node has no such label.
  base::StringId Label(base::StringId key) const;
  bool operator==(const NodeInfo&) const = default;
};

}  // namespace tutti::model
