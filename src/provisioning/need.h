// NeedOf: whether a gang that waits is helped by more nodes. Pure.
#pragma once

#include <cstdint>

#include "planner/gang_report.h"

namespace tutti::provisioning {

enum class Need : uint8_t {
  kNodes,  // nothing but more nodes, or the end of others, gets it a place
  kTurn,   // there is room for it, or will be: it is not its turn
  kOther,  // something else: members, a queue, a plugin, an operator, its owner
  kGone,   // none of its members waits
};

// Never kGone: of a gang with members that wait.
Need NeedOf(const planner::GangReport& gang);

}  // namespace tutti::provisioning
