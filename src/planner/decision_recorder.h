// DecisionRecorder: whoever keeps what the core was told and what it decided.
#pragma once

#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "framework/core_port.h"
#include "model/cluster_event.h"
#include "model/effect.h"

namespace tutti::planner {

struct CoreCheckpoint;

struct RecordedStep {
  model::ClusterEvent event;
  model::Effects effects;
};

// The events that were applied at one time, the closing TimePassed included.
struct RecordedBatch {
  base::Timestamp now;
  uint64_t generation = 0;  // of the snapshot that was published after it
  std::vector<RecordedStep> steps;
};

class DecisionRecorder {
 public:
  virtual ~DecisionRecorder() = default;

  // On the core's thread, before a batch; must not block. A checkpoint copies the whole state, so
  // it is made only where one is wanted.
  virtual bool WantsCheckpoint() const = 0;
  virtual void OnCheckpoint(CoreCheckpoint checkpoint) = 0;
  // On the core's thread, after the batch; must not block.
  virtual void OnBatch(RecordedBatch batch) = 0;
  // Any thread; must not block.
  virtual void OnFilter(const framework::CorePort::FilterAnswer& answer) = 0;
  virtual void OnScore(const framework::CorePort::ScoreAnswer& answer) = 0;
};

}  // namespace tutti::planner
