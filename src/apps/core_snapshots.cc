#include "apps/core_snapshots.h"

#include <string>
#include <utility>

#include "base/status_macros.h"
#include "control/core_question.h"
#include "planner/core_checkpoint.h"
#include "record/segment_writer.h"

namespace tutti::apps {
namespace {

class BytesReader final : public control::SnapshotReader {
 public:
  explicit BytesReader(std::string bytes) : bytes_(std::move(bytes)) {}

  absl::StatusOr<std::string> Next(size_t most_bytes) override {
    std::string piece = bytes_.substr(at_, most_bytes);
    at_ += piece.size();
    return piece;
  }

 private:
  const std::string bytes_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<control::SnapshotReader>> CoreSnapshots::Open(
    base::Duration timeout) {
  TUTTI_ASSIGN_OR_RETURN(
      const planner::CoreCheckpoint checkpoint,
      control::AskCore(loop_, timeout, [](planner::Core& core) { return core.Save(); }));
  record::LogHeader header = header_;
  header.wall_nanos = clock_.WallNanos();
  return std::make_unique<BytesReader>(
      record::EncodeSnapshot(header, labels_, resources_, checkpoint));
}

}  // namespace tutti::apps
