// SnapshotSource: where the control API's Snapshot gets its bytes.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::control {

// One snapshot being read. One thread at a time.
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;
  // The next piece, at most `most_bytes`; empty: that was all.
  virtual absl::StatusOr<std::string> Next(size_t most_bytes) = 0;
};

// Any thread.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  // Takes the state as of now. May wait for the core, `timeout` at most.
  virtual absl::StatusOr<std::unique_ptr<SnapshotReader>> Open(base::Duration timeout) = 0;
};

}  // namespace tutti::control
