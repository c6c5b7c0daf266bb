// SnapshotDiff: what differs between two states, in people's terms.
#pragma once

#include <string>
#include <vector>

#include "base/interner.h"
#include "model/resource_table.h"
#include "planner/core_checkpoint.h"
#include "record/log_header.h"

namespace tutti::record {

// A state and what its numbers stand for.
struct StateView {
  const LogHeader& header;
  const planner::CoreCheckpoint& checkpoint;
  const base::Interner& labels;
  const model::ResourceTable& resources;
};

struct StateChange {
  enum class Kind { kAdded, kRemoved, kChanged };

  Kind kind = Kind::kChanged;
  std::string what;  // "node", "pod", "gang", "reservation", "volume", "claim", "setting", "core"
  std::string name;
  std::vector<std::string> details;  // of kChanged: "node: none -> n1"; otherwise what it is

  bool operator==(const StateChange&) const = default;
};

// Sorted by what and name. Numbers that only this process uses (of gangs, reservations and writes)
// count as "core".
std::vector<StateChange> Diff(const StateView& before, const StateView& after);

// "+ pod default/a-1: node n1, gang a", "~ node n1: unschedulable: no -> yes".
std::string ToString(const StateChange& change);

}  // namespace tutti::record
