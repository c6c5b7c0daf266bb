// RunTimeLimit: for how long gangs may run, by what their queue and those above it say.
#pragma once

#include <chrono>

#include "queue_tree.h"
#include "tutti/gang_view.h"

namespace tutti::plugins {

// Whether the queue has to refuse the gang, because it may run for longer than maxRunTime. Where
// those that do are evicted, only what a gang says counts.
bool MayRunTooLong(const QueueSpec& spec, const GangView& gang);

// After how long the gang is evicted, the shortest of all; 0: never.
std::chrono::nanoseconds RunTimeLimit(const QueueTree& tree, QueueId queue, const GangView& gang);

}  // namespace tutti::plugins
