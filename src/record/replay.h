// Replay: a decision log, decided again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "record/log_folder.h"
#include "record/replay_world.h"

namespace tutti::record {

// The first place where this run decided differently.
struct ReplayDifference {
  std::string file;
  uint64_t batch = 0;
  uint64_t event = 0;  // number within the whole run, from 1
  base::Timestamp now;
  std::string what;  // the event that was applied, or what else was compared
  std::vector<std::string> expected;
  std::vector<std::string> got;
};

struct ReplayReport {
  uint64_t files = 0;
  uint64_t batches = 0;
  uint64_t events = 0;
  uint64_t effects = 0;
  uint64_t filter_answers = 0;     // of members of gangs: compared with what the snapshot says
  uint64_t checkpoints = 0;        // compared with the state that the run had reached
  std::vector<std::string> notes;  // gaps, files that are cut off
  std::optional<ReplayDifference> difference;

  bool identical() const { return !difference.has_value(); }
};

// Feeds the recorded events to a core of its own and compares every effect, byte for byte; stops at
// the first difference. A file that follows the one before it goes on with its core, and its
// checkpoint is compared as well; after a gap the core is made from the checkpoint. A file that is
// cut off counts up to there.
// Errors: what `make_world` says; InvalidArgument where a file says what cannot be.
absl::StatusOr<ReplayReport> Replay(const std::vector<LogFile>& files, const MakeWorld& make_world);

// For people, several lines.
std::string ToString(const ReplayDifference& difference);

}  // namespace tutti::record
