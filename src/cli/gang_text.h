// What gangs and pods are called, and where they stand, for people.
#pragma once

#include <string>

#include "cli/control_methods.h"

namespace tutti::cli {

std::string PhaseText(pb::GangPhase phase);          // "Waiting"
std::string MemberStateText(pb::MemberState state);  // "Waiting"
// "held", "head" and so on; empty: nothing of that kind.
std::string MarksText(const pb::Gang& gang);
// "3/8": members that are bound, and minMember.
std::string BoundText(const pb::Gang& gang);
// "4 needed: 1 bound, 3 waiting".
std::string MembersText(const pb::Gang& gang);
// "in 12m to 40m, as it looks now"; empty: nobody knows.
std::string StartText(const pb::StartRange& start);
// What that hangs on: "after 2 gangs there and 3 before it"; empty: nothing.
std::string StartBasisText(const pb::StartRange& start);
// For tables: "12m-40m", "<40m", ">12m"; "-": nobody knows.
std::string ShortStartText(const pb::StartRange& start);

}  // namespace tutti::cli
