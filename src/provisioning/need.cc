#include "provisioning/need.h"

namespace tutti::provisioning {

using model::ReasonCode;

Need NeedOf(const planner::GangReport& gang) {
  if (gang.held) return Need::kOther;
  switch (gang.reason.code) {
    case ReasonCode::kWaitingForCapacity:
    case ReasonCode::kExceedsCluster:
    case ReasonCode::kNoEligibleNode:
      return Need::kNodes;
    case ReasonCode::kNone:
    case ReasonCode::kPlaced:
    case ReasonCode::kScheduled:
    case ReasonCode::kBehindHead:
    case ReasonCode::kBackingOff:
    case ReasonCode::kNodeReserved:
    case ReasonCode::kPlacedNodeNotOffered:
    case ReasonCode::kNotYetSeen:
    case ReasonCode::kBindFailed:
    case ReasonCode::kWaitingForRole:
      return Need::kTurn;
    case ReasonCode::kMisconfigured:
    case ReasonCode::kWaitingForSpec:
    case ReasonCode::kWaitingForMembers:
    case ReasonCode::kPinnedNodeLost:
    case ReasonCode::kNotReady:
    case ReasonCode::kPartialGangEvicted:
    case ReasonCode::kMaxRunTimeExceeded:
    case ReasonCode::kRefusedByPlugin:
    case ReasonCode::kPluginFailed:
    case ReasonCode::kHeld:
    case ReasonCode::kGangAtMax:
      break;
  }
  return Need::kOther;
}

}  // namespace tutti::provisioning
