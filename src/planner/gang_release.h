// Gangs that have lost members, or whose time is over: when what is bound is evicted, so that they
// start again as a whole.
#pragma once

#include <string>

#include "planner/core_state.h"
#include "planner/gang_book.h"

namespace tutti::planner {

// Of a gang that this process has not seen being bound: whether it was whole once. Then what is
// bound runs, and members that are missing are lost, not late.
bool WasWhole(const Gang& gang);

// `message`: of the evictions. `detail`: of the gang's reason.
void ReleaseGang(GangBook& gangs, Gang& gang, const model::Reason& reason,
                 const std::string& message, std::string detail = {});

// Fewer than minMember run, and that does not change.
void ReleasePartialGang(GangBook& gangs, Gang& gang, const std::string& message,
                        std::string detail = {});

// It has run for as long as its queue allows. All that is bound of it goes at the same moment; what
// was refused is evicted again at its repair deadline.
void EvictOverdueGang(GangBook& gangs, Gang& gang);

// A member that ran is gone, or going, and has not succeeded. Where too few are left, and the gang
// wants it so, the others go as well.
void FollowLostMember(const CoreState& state, GangBook& gangs, Gang& gang);

// Some that are bound are about to go: whoever takes their place waits until they have.
bool BeingReleased(const CoreState& state, const Gang& gang);

}  // namespace tutti::planner
