// SegmentWriter: one file of a decision log, or a snapshot: header, checkpoint, what followed it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/interner.h"
#include "framework/core_port.h"
#include "model/resource_table.h"
#include "planner/core_checkpoint.h"
#include "planner/decision_recorder.h"
#include "record/log_header.h"

namespace tutti::record {

// Turns what it is given into the file's bytes, in memory; whoever uses it writes them. One thread;
// the tables must outlive it and may grow meanwhile.
class SegmentWriter {
 public:
  // `next_batch`: the number of the first batch after the checkpoint.
  SegmentWriter(const LogHeader& header, const base::Interner& labels,
                const model::ResourceTable& resources, const planner::CoreCheckpoint& checkpoint,
                uint64_t next_batch);
  ~SegmentWriter();

  // Batches are numbered as they come. A file takes no more than its process has.
  void Add(const planner::RecordedBatch& batch);
  void Add(const framework::CorePort::FilterAnswer& answer);
  void Add(const framework::CorePort::ScoreAnswer& answer);

  // The bytes since the last call that stand in full frames; with `flush`, all of them.
  std::string Take(bool flush);

  uint64_t next_batch() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// A file with the state alone.
std::string EncodeSnapshot(const LogHeader& header, const base::Interner& labels,
                           const model::ResourceTable& resources,
                           const planner::CoreCheckpoint& checkpoint);

}  // namespace tutti::record
