// LogReader: a decision log's file, or a snapshot, read entry by entry.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "framework/core_port.h"
#include "planner/core_checkpoint.h"
#include "planner/decision_recorder.h"
#include "record/log_header.h"
#include "record/replay_world.h"

namespace tutti::record {

struct CheckpointEntry {
  planner::CoreCheckpoint checkpoint;
  uint64_t next_batch = 1;
};
struct BatchEntry {
  uint64_t number = 0;
  planner::RecordedBatch batch;
};
using Entry = std::variant<CheckpointEntry, BatchEntry, framework::CorePort::FilterAnswer,
                           framework::CorePort::ScoreAnswer>;

// For input that nobody vouches for. One thread; the stream must outlive it.
class LogReader {
 public:
  // Reads the header. `name`: of the file, for messages.
  static absl::StatusOr<std::unique_ptr<LogReader>> Open(std::istream& in, std::string name);
  ~LogReader();

  const LogHeader& header() const;
  // Where names and shapes get to; set before the first Next, and must outlive what was read.
  void ReadInto(ReplayWorld& world);
  // The first entry is the checkpoint. nullopt: the end. DataLoss: the file is cut off or damaged
  // here. InvalidArgument: it says what cannot be.
  absl::StatusOr<std::optional<Entry>> Next();

 private:
  struct Impl;
  explicit LogReader(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::record
