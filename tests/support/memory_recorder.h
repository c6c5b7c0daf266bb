// MemoryRecorder: keeps what a core does as it is, so that a test can write it into files, whole or
// with a change in it.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/interner.h"
#include "model/resource_table.h"
#include "planner/core_checkpoint.h"
#include "planner/decision_recorder.h"
#include "record/log_folder.h"
#include "record/segment_writer.h"

namespace tutti::testing {

inline record::LogFile FileOf(std::string name, std::string bytes) {
  return {std::move(name),
          [bytes = std::move(bytes)]() -> absl::StatusOr<std::unique_ptr<std::istream>> {
            return std::make_unique<std::istringstream>(bytes);
          }};
}

class MemoryRecorder final : public planner::DecisionRecorder {
 public:
  struct File {
    planner::CoreCheckpoint checkpoint;
    uint64_t next_batch = 1;
    std::vector<planner::RecordedBatch> batches;
    std::vector<framework::CorePort::FilterAnswer> answers;  // after the batches
    std::vector<framework::CorePort::ScoreAnswer> scores;    // and after these
  };

  explicit MemoryRecorder(size_t batches_per_file) : batches_per_file_(batches_per_file) {}

  bool WantsCheckpoint() const override {
    return files.empty() || files.back().batches.size() >= batches_per_file_;
  }
  void OnCheckpoint(planner::CoreCheckpoint checkpoint) override {
    files.push_back({std::move(checkpoint), next_batch_, {}, {}, {}});
  }
  void OnBatch(planner::RecordedBatch batch) override {
    files.back().batches.push_back(std::move(batch));
    ++next_batch_;
  }
  void OnFilter(const framework::CorePort::FilterAnswer& answer) override {
    files.back().answers.push_back(answer);
  }
  void OnScore(const framework::CorePort::ScoreAnswer& answer) override {
    files.back().scores.push_back(answer);
  }

  static std::string Bytes(const File& file, const record::LogHeader& header,
                           const base::Interner& labels, const model::ResourceTable& resources) {
    record::SegmentWriter writer(header, labels, resources, file.checkpoint, file.next_batch);
    std::string bytes = writer.Take(true);
    for (size_t i = 0; i < file.batches.size(); ++i) {
      writer.Add(file.batches[i]);
      bytes += writer.Take(i % 8 == 0);
    }
    for (const auto& answer : file.answers) writer.Add(answer);
    for (const auto& answer : file.scores) writer.Add(answer);
    return bytes + writer.Take(true);
  }
  std::vector<record::LogFile> Write(const record::LogHeader& header, const base::Interner& labels,
                                     const model::ResourceTable& resources) const {
    std::vector<record::LogFile> written;
    for (size_t i = 0; i < files.size(); ++i)
      written.push_back(
          FileOf(record::SegmentName(i + 1), Bytes(files[i], header, labels, resources)));
    return written;
  }

  std::vector<File> files;

 private:
  const size_t batches_per_file_;
  uint64_t next_batch_ = 1;
};

}  // namespace tutti::testing
