#include "record/decision_log.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "record/log_folder.h"

namespace tutti::record {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMailboxCapacity = 16'384;
constexpr size_t kMostAnswers = 65'536;
constexpr base::Duration kTick = std::chrono::milliseconds(250);
constexpr base::Duration kRetry = std::chrono::seconds(30);
// A file takes an eighth of the room, so that the oldest can go one by one; but a checkpoint stands
// at its beginning, and what follows should be the larger part.
constexpr int64_t kFilesInRoom = 8;
constexpr uint64_t kTimesCheckpoint = 4;
// Checkpoints are not made more often, however small the room is.
constexpr base::Duration kShortestFile = std::chrono::seconds(10);

}  // namespace

absl::StatusOr<std::unique_ptr<DecisionLog>> DecisionLog::Open(
    DecisionLogOptions options, LogHeader header, const base::Interner& labels,
    const model::ResourceTable& resources, const base::Clock& clock,
    std::function<void(const absl::Status&)> on_problem) {
  std::unique_ptr<DecisionLog> log(new DecisionLog(std::move(options), std::move(header), labels,
                                                   resources, clock, std::move(on_problem)));
  TUTTI_RETURN_IF_ERROR(log->FindFiles());
  log->thread_ = std::thread([raw = log.get()] { raw->Run(); });
  return log;
}

DecisionLog::DecisionLog(DecisionLogOptions options, LogHeader header, const base::Interner& labels,
                         const model::ResourceTable& resources, const base::Clock& clock,
                         std::function<void(const absl::Status&)> on_problem)
    : options_(std::move(options)),
      header_(std::move(header)),
      labels_(labels),
      resources_(resources),
      clock_(clock),
      on_problem_(std::move(on_problem)),
      mailbox_(kMailboxCapacity) {}

DecisionLog::~DecisionLog() {
  mailbox_.Close();
  if (thread_.joinable()) thread_.join();
}

absl::Status DecisionLog::FindFiles() {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  const fs::directory_iterator folder(options_.folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrFormat("decisionLog.path: folder %s cannot be used: %s; make it writable or name "
                        "another",
                        options_.folder, error.message()));
  }
  for (const fs::directory_entry& entry : folder) {
    const auto segment = SegmentOf(entry.path().filename().string());
    if (!segment) continue;
    header_.segment = std::max(header_.segment, *segment);
    files_[*segment] = entry.file_size(error);
  }
  return absl::OkStatus();
}

bool DecisionLog::Push(Item item, size_t size) {
  if (pending_events_ + size > options_.max_pending_events && pending_events_ > 0) return false;
  pending_events_ += size;
  if (mailbox_.TryPush(std::move(item))) return true;
  pending_events_ -= size;
  return false;
}

bool DecisionLog::WantsCheckpoint() const {
  if (!dropping_) return checkpoint_due_;
  // After a gap only once there is room for it again.
  return checkpoint_due_ && pending_events_ <= options_.max_pending_events / 2;
}

void DecisionLog::OnCheckpoint(planner::CoreCheckpoint checkpoint) {
  const size_t size = checkpoint.pods.size() + checkpoint.nodes.nodes.size() + 1;
  checkpoint_due_ = false;
  dropping_ = !Push(Begin{std::move(checkpoint), next_batch_, size}, size);
  if (dropping_) checkpoint_due_ = true;
}

void DecisionLog::OnBatch(planner::RecordedBatch batch) {
  ++next_batch_;
  const size_t size = batch.steps.size();
  if (!dropping_ && Push(std::move(batch), size)) return;
  ++dropped_batches_;
  dropping_ = true;
  checkpoint_due_ = true;
}

template <class Answer>
void DecisionLog::Answers<Answer>::Push(const Answer& answer) {
  absl::MutexLock lock(&mutex);
  if (waiting.size() < kMostAnswers) {
    waiting.push_back(answer);
  } else {
    ++dropped;
  }
}

template <class Answer>
void DecisionLog::Answers<Answer>::WriteTo(SegmentWriter* writer) {
  std::vector<Answer> answers;
  {
    absl::MutexLock lock(&mutex);
    answers.swap(waiting);
  }
  (writer == nullptr ? dropped : written) += answers.size();
  if (writer == nullptr) return;
  for (const Answer& answer : answers) writer->Add(answer);
}

void DecisionLog::OnFilter(const framework::CorePort::FilterAnswer& answer) {
  filter_answers_.Push(answer);
}
void DecisionLog::OnScore(const framework::CorePort::ScoreAnswer& answer) {
  score_answers_.Push(answer);
}

void DecisionLog::Run() {
  while (true) {
    std::vector<Item> items = mailbox_.TakeAll(kTick);
    const bool closed = items.empty() && mailbox_.closed();
    for (Item& item : items) {
      if (auto* begin = std::get_if<Begin>(&item)) {
        Handle(std::move(*begin));
      } else {
        Handle(std::get<planner::RecordedBatch>(item));
      }
      Write(false);
    }
    filter_answers_.WriteTo(writer_.get());
    score_answers_.WriteTo(writer_.get());
    const base::Timestamp now = clock_.Now();
    const bool due = closed || now - flushed_ >= options_.flush_every;
    if (due) flushed_ = now;
    Write(due);
    if (closed) return;
    if (writer_ == nullptr && now >= retry_at_) checkpoint_due_ = true;
  }
}

void DecisionLog::Handle(Begin begin) {
  pending_events_ -= begin.size;
  Write(true);
  file_.close();
  file_.clear();
  writer_.reset();
  if (clock_.Now() < retry_at_) return;
  ++header_.segment;
  header_.wall_nanos = clock_.WallNanos();
  const std::string path = options_.folder + "/" + SegmentName(header_.segment);
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) return Fail(path);
  begun_ = clock_.Now();
  files_[header_.segment] = 0;
  writer_ = std::make_unique<SegmentWriter>(header_, labels_, resources_, begin.checkpoint,
                                            begin.next_batch);
  ++checkpoints_;
  Write(true);
  checkpoint_bytes_ = files_[header_.segment];
}

void DecisionLog::Handle(const planner::RecordedBatch& batch) {
  pending_events_ -= batch.steps.size();
  if (writer_ == nullptr) {
    ++dropped_batches_;
    return;
  }
  writer_->Add(batch);
  ++batches_;
}

void DecisionLog::Write(bool flush) {
  if (writer_ == nullptr) return;
  const std::string bytes = writer_->Take(flush);
  if (bytes.empty()) return;
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file_.flush();
  if (!file_) return Fail(options_.folder + "/" + SegmentName(header_.segment));
  bytes_ += bytes.size();
  uint64_t& size = files_[header_.segment];
  size += bytes.size();
  DropOldFiles();
  const uint64_t full = std::max<uint64_t>(static_cast<uint64_t>(options_.max_bytes / kFilesInRoom),
                                           kTimesCheckpoint * checkpoint_bytes_);
  if (size >= full && clock_.Now() - begun_ >= kShortestFile) checkpoint_due_ = true;
}

void DecisionLog::DropOldFiles() {
  uint64_t total = 0;
  for (const auto& [segment, size] : files_) total += size;
  while (files_.size() > 1 && total > static_cast<uint64_t>(options_.max_bytes)) {
    std::error_code error;  // one that is gone already is as good
    fs::remove(options_.folder + "/" + SegmentName(files_.begin()->first), error);
    total -= files_.begin()->second;
    files_.erase(files_.begin());
  }
}

void DecisionLog::Fail(const std::string& path) {
  writer_.reset();
  file_.close();
  file_.clear();
  retry_at_ = clock_.Now() + kRetry;
  ++write_errors_;
  on_problem_(absl::UnavailableError(
      absl::StrFormat("decision log: %s cannot be written; decisions are not recorded, tried again "
                      "in 30 s: make room or correct decisionLog.path",
                      path)));
}

DecisionLog::Stats DecisionLog::stats() const {
  return {.bytes = bytes_,
          .batches = batches_,
          .filter_answers = filter_answers_.written,
          .score_answers = score_answers_.written,
          .checkpoints = checkpoints_,
          .dropped_batches = dropped_batches_,
          .dropped_filter_answers = filter_answers_.dropped,
          .dropped_score_answers = score_answers_.dropped,
          .write_errors = write_errors_};
}

}  // namespace tutti::record
