// What a gang holds on each node.
#pragma once

#include <span>

#include "planner/core_state.h"
#include "planner/member_class.h"

namespace tutti::planner {

// Adds what its members that have a node will give back when they end.
void AddRoomOf(const Gang& gang, const CoreState& state, GangPlacer::Released& room);

// Adds what such a placement takes.
void AddRoomOf(std::span<const MemberClass> classes, const Placement& placement,
               const ReservationLedger& ledger, GangPlacer::Released& room);

}  // namespace tutti::planner
