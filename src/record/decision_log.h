// DecisionLog: writes what the core was told and what it decided into the files of a folder.
//
// The core hands over copies and never waits: they are encoded, compressed and written on a thread
// of the log's own. Where that thread falls behind, batches are dropped and counted, and the next
// file begins with a checkpoint; what stands in a file is always without a gap.
#pragma once

#include <atomic>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/interner.h"
#include "base/mailbox.h"
#include "model/resource_table.h"
#include "planner/core_checkpoint.h"
#include "planner/decision_recorder.h"
#include "record/log_header.h"
#include "record/segment_writer.h"

namespace tutti::record {

struct DecisionLogOptions {
  std::string folder;                                    // made where it does not exist
  int64_t max_bytes = int64_t{256} << 20;                // of all files; the oldest go
  size_t max_pending_events = size_t{1} << 17;           // between the core and the log's thread
  base::Duration flush_every = std::chrono::seconds(1);  // so much is lost when the process dies
};

class DecisionLog final : public planner::DecisionRecorder {
 public:
  struct Stats {
    uint64_t bytes = 0;
    uint64_t batches = 0;
    uint64_t filter_answers = 0;
    uint64_t score_answers = 0;
    uint64_t checkpoints = 0;
    uint64_t dropped_batches = 0;
    uint64_t dropped_filter_answers = 0;
    uint64_t dropped_score_answers = 0;
    uint64_t write_errors = 0;
  };

  // The tables and the clock must outlive it. `header`: segment and time are filled in.
  // `on_problem`: called on the log's thread, at most once per file. Errors: the folder cannot be
  // made or read.
  static absl::StatusOr<std::unique_ptr<DecisionLog>> Open(
      DecisionLogOptions options, LogHeader header, const base::Interner& labels,
      const model::ResourceTable& resources, const base::Clock& clock,
      std::function<void(const absl::Status&)> on_problem);
  // Writes what it was given until now.
  ~DecisionLog() override;

  bool WantsCheckpoint() const override;
  void OnCheckpoint(planner::CoreCheckpoint checkpoint) override;
  void OnBatch(planner::RecordedBatch batch) override;
  void OnFilter(const framework::CorePort::FilterAnswer& answer) override;
  void OnScore(const framework::CorePort::ScoreAnswer& answer) override;

  Stats stats() const;  // any thread

 private:
  struct Begin {
    planner::CoreCheckpoint checkpoint;
    uint64_t next_batch;
    size_t size;
  };
  using Item = std::variant<Begin, planner::RecordedBatch>;

  DecisionLog(DecisionLogOptions options, LogHeader header, const base::Interner& labels,
              const model::ResourceTable& resources, const base::Clock& clock,
              std::function<void(const absl::Status&)> on_problem);

  absl::Status FindFiles();
  void Run();
  void Handle(Begin begin);
  void Handle(const planner::RecordedBatch& batch);
  // What a verb has answered, from the doors' threads to the log's.
  template <class Answer>
  struct Answers {
    absl::Mutex mutex;
    std::vector<Answer> waiting ABSL_GUARDED_BY(mutex);
    std::atomic<uint64_t> written{0};
    std::atomic<uint64_t> dropped{0};

    void Push(const Answer& answer);
    void WriteTo(SegmentWriter* writer);  // null: they are dropped
  };
  void Write(bool flush);
  void DropOldFiles();
  void Fail(const std::string& path);
  bool Push(Item item, size_t size);

  const DecisionLogOptions options_;
  LogHeader header_;
  const base::Interner& labels_;
  const model::ResourceTable& resources_;
  const base::Clock& clock_;
  const std::function<void(const absl::Status&)> on_problem_;

  // The core's thread.
  uint64_t next_batch_ = 1;
  std::atomic<bool> dropping_{true};  // until the next checkpoint

  // Between the threads.
  base::Mailbox<Item> mailbox_;
  std::atomic<size_t> pending_events_{0};
  std::atomic<bool> checkpoint_due_{true};
  Answers<framework::CorePort::FilterAnswer> filter_answers_;
  Answers<framework::CorePort::ScoreAnswer> score_answers_;

  // The log's thread.
  std::map<uint64_t, uint64_t> files_;     // sizes of the files that are there, by segment
  std::unique_ptr<SegmentWriter> writer_;  // null: nothing is being written
  std::ofstream file_;
  uint64_t checkpoint_bytes_ = 0;
  base::Timestamp begun_;  // the file
  base::Timestamp flushed_;
  base::Timestamp retry_at_;  // after an error

  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> batches_{0};
  std::atomic<uint64_t> checkpoints_{0};
  std::atomic<uint64_t> dropped_batches_{0};
  std::atomic<uint64_t> write_errors_{0};
  std::thread thread_;
};

}  // namespace tutti::record
