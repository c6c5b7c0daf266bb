#include "record/log_reader.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "record/checkpoint_codec.h"
#include "record/event_codec.h"
#include "record/frames.h"
#include "record/header_codec.h"

namespace tutti::record {
namespace {

using Kind = framework::FilterVerdict::Kind;

// A batch and a checkpoint are gathered before they are given out.
constexpr size_t kMostSteps = size_t{1} << 22;

framework::CorePort::FilterAnswer GetFilter(const pb::FilterAnswer& in, ModelReader& reader) {
  framework::CorePort::FilterAnswer answer;
  auto& [uid, generation, kind, node, reason, offered, refused] = answer;
  reader.Get(in.uid(), uid);
  generation = in.generation();
  kind = reader.Enumerator(in.kind(), Kind::kNone, "answer of filter");
  node = reader.MinusOne<model::NodeIndex>(in.node(), "node");
  reader.Get(in.reason(), reason);
  offered = in.offered();
  refused = in.refused();
  return answer;
}

framework::CorePort::ScoreAnswer GetScore(const pb::ScoreAnswer& in, ModelReader& reader) {
  framework::CorePort::ScoreAnswer answer;
  auto& [uid, generation, offered, best, score] = answer;
  reader.Get(in.uid(), uid);
  generation = in.generation();
  offered = in.offered();
  best = in.best();
  score = in.score();
  return answer;
}

}  // namespace

struct LogReader::Impl {
  Impl(std::istream& in, std::string name) : frames(in, std::move(name)) {}

  // False: the end.
  absl::StatusOr<bool> Read(pb::LogEntry& entry) {
    TUTTI_ASSIGN_OR_RETURN(const std::optional<std::string_view> record, frames.Next());
    if (!record) return false;
    ++entries;
    if (!entry.ParseFromArray(record->data(), static_cast<int>(record->size())))
      return Bad("it is no entry of a decision log");
    return true;
  }
  absl::Status Bad(std::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: entry %d: %s", frames.name(), entries, what));
  }
  // True: the batch is whole.
  absl::StatusOr<bool> AddBatch(const pb::LogBatch& in);

  FrameReader frames;
  uint64_t entries = 0;
  LogHeader header;
  std::optional<ModelReader> reader;
  bool has_checkpoint = false;
  CheckpointEntry checkpoint;
  BatchEntry batch;
};

absl::StatusOr<bool> LogReader::Impl::AddBatch(const pb::LogBatch& in) {
  if (batch.batch.steps.empty()) {
    batch.number = in.number();
    batch.batch.now = reader->Now(in.now());
  } else if (in.number() != batch.number) {
    return Bad(
        absl::StrFormat("batch %d begins before batch %d has ended", in.number(), batch.number));
  }
  for (const pb::Step& step : in.steps()) {
    planner::RecordedStep& to = batch.batch.steps.emplace_back();
    to.event = GetEvent(step.event(), *reader);
    for (const pb::Effect& effect : step.effects())
      to.effects.push_back(GetEffect(effect, *reader));
  }
  if (batch.batch.steps.size() > kMostSteps) return Bad("a batch without an end");
  batch.batch.generation = in.generation();
  return !in.more();
}

LogReader::LogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogReader::~LogReader() = default;

const LogHeader& LogReader::header() const { return impl_->header; }

absl::StatusOr<std::unique_ptr<LogReader>> LogReader::Open(std::istream& in, std::string name) {
  auto impl = std::make_unique<Impl>(in, std::move(name));
  pb::LogEntry entry;
  TUTTI_ASSIGN_OR_RETURN(const bool any, impl->Read(entry));
  if (!any) return absl::DataLossError(impl->frames.name() + ": the file is cut off: it is empty");
  if (!entry.has_header()) return impl->Bad("expected the header of a decision log");
  absl::StatusOr<LogHeader> header = GetHeader(entry.header());
  if (!header.ok()) {
    return absl::Status(header.status().code(),
                        absl::StrFormat("%s: %s", impl->frames.name(), header.status().message()));
  }
  impl->header = *std::move(header);
  return std::unique_ptr<LogReader>(new LogReader(std::move(impl)));
}

void LogReader::ReadInto(ReplayWorld& world) { impl_->reader.emplace(world); }

absl::StatusOr<std::optional<Entry>> LogReader::Next() {
  Impl& r = *impl_;
  pb::LogEntry entry;
  while (true) {
    TUTTI_ASSIGN_OR_RETURN(const bool more, r.Read(entry));
    if (!more) {
      if (r.has_checkpoint && r.batch.batch.steps.empty()) return std::nullopt;
      return absl::DataLossError(r.frames.name() +
                                 ": the file is cut off: it ends within its checkpoint or a batch");
    }
    r.reader->AddTables(entry.tables());
    std::optional<Entry> ready;
    if (entry.has_checkpoint() && !r.has_checkpoint) {
      GetPiece(entry.checkpoint(), r.checkpoint.checkpoint, *r.reader);
      r.has_checkpoint = entry.checkpoint().last();
      r.checkpoint.next_batch = entry.checkpoint().next_batch();
      if (r.has_checkpoint) ready = std::exchange(r.checkpoint, {});
    } else if (entry.has_batch() && r.has_checkpoint) {
      TUTTI_ASSIGN_OR_RETURN(const bool whole, r.AddBatch(entry.batch()));
      if (whole) ready = std::exchange(r.batch, {});
    } else if (entry.has_filter() && r.has_checkpoint) {
      ready = GetFilter(entry.filter(), *r.reader);
    } else if (entry.has_score() && r.has_checkpoint) {
      ready = GetScore(entry.score(), *r.reader);
    } else if (entry.entry_case() != pb::LogEntry::ENTRY_NOT_SET) {
      return r.Bad("it does not belong here");
    }
    if (!r.reader->status().ok()) return r.Bad(std::string(r.reader->status().message()));
    if (ready) return ready;
  }
}

}  // namespace tutti::record
