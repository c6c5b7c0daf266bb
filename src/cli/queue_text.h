// What queues hold, and where they stand, for people.
#pragma once

#include <string>

#include "cli/control_methods.h"

namespace tutti::cli {

std::string QueueStateText(const pb::Queue& queue);  // "Misconfigured"
std::string QueueHeadText(const pb::Queue& queue);   // "team-a/train"; empty: it is not the head's
// "cpu 6 of 12, guaranteed 8"
std::string AmountText(const pb::QueueAmount& amount);

}  // namespace tutti::cli
