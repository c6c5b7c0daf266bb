// MakeReplayWorld: the plugins that a decision log or snapshot was recorded with.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "record/log_header.h"
#include "record/replay_world.h"

namespace tutti::apps {

// From the configuration in the header. FailedPrecondition where it cannot be read by this version;
// InvalidArgument names each plugin that is missing here or refuses its configuration.
absl::StatusOr<std::unique_ptr<record::ReplayWorld>> MakeReplayWorld(
    const record::LogHeader& header);

}  // namespace tutti::apps
