#include "record/replay.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "planner/core.h"
#include "record/checkpoint_codec.h"
#include "record/describe.h"
#include "record/event_codec.h"
#include "record/log_reader.h"
#include "record/snapshot.h"
#include "record/snapshot_diff.h"

namespace tutti::record {
namespace {

using framework::FilterVerdict;
using Answer = framework::CorePort::FilterAnswer;

// Answers of filter reach the log after the batch that their snapshot belongs to.
constexpr size_t kSnapshotsKept = 256;

// The same for equal states, whatever they were read from.
std::string Bytes(planner::CoreCheckpoint checkpoint, ReplayWorld& world) {
  checkpoint.generation = 0;  // counts publications, which decide nothing
  TableWriter tables(world.labels(), world.resources());
  std::string bytes;
  PutCheckpoint(checkpoint, 1, tables, [&](pb::LogEntry& entry) {
    tables.TakeRest(*entry.mutable_tables());
    bytes += entry.SerializeAsString();
  });
  return bytes;
}

class Replayer {
 public:
  explicit Replayer(const MakeWorld& make_world) : make_world_(make_world) {}

  absl::Status Run(const LogFile& file) {
    TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<std::istream> stream, file.open());
    absl::StatusOr<std::unique_ptr<LogReader>> reader = LogReader::Open(*stream, file.name);
    if (absl::IsDataLoss(reader.status())) return CutOff(reader.status());
    if (!reader.ok()) return reader.status();
    file_ = file.name;
    ++report.files;
    TUTTI_RETURN_IF_ERROR(Enter((*reader)->header()));
    (*reader)->ReadInto(*world_);
    while (report.identical()) {
      absl::StatusOr<std::optional<Entry>> entry = (*reader)->Next();
      if (absl::IsDataLoss(entry.status())) return CutOff(entry.status());
      if (!entry.ok()) return entry.status();
      if (!*entry) break;
      TUTTI_RETURN_IF_ERROR(std::visit([this](auto& e) { return On(e); }, **entry));
    }
    return absl::OkStatus();
  }

  ReplayReport report;

 private:
  absl::Status CutOff(const absl::Status& status) {
    report.notes.emplace_back(status.message());
    return absl::OkStatus();
  }

  // The world of the process that wrote the file.
  absl::Status Enter(const LogHeader& header) {
    header_ = header;
    if (world_ != nullptr && header.process == process_) return absl::OkStatus();
    if (world_ != nullptr) {
      report.notes.push_back(absl::StrFormat("%s: begins with another process of Tutti", file_));
    }
    core_.reset();
    snapshots_.clear();
    compared_.reset();
    process_ = header.process;
    TUTTI_ASSIGN_OR_RETURN(world_, make_world_(header));
    compared_ = std::make_unique<TableWriter>(world_->labels(), world_->resources());
    return absl::OkStatus();
  }

  absl::Status On(CheckpointEntry& entry) {
    if (core_ != nullptr && entry.next_batch == next_batch_) return Compare(entry.checkpoint);
    if (core_ != nullptr) {
      report.notes.push_back(absl::StrFormat(
          "%s: batches %d to %d were dropped before it; goes on from its checkpoint", file_,
          next_batch_, entry.next_batch - 1));
    }
    snapshots_.clear();
    next_batch_ = entry.next_batch;
    absl::StatusOr<std::unique_ptr<planner::Core>> core =
        MakeCore(header_, *world_, std::move(entry.checkpoint));
    if (!core.ok()) {
      return absl::InvalidArgumentError(absl::StrFormat("%s: %s", file_, core.status().message()));
    }
    core_ = *std::move(core);
    return absl::OkStatus();
  }

  absl::Status Compare(const planner::CoreCheckpoint& recorded) {
    ++report.checkpoints;
    const planner::CoreCheckpoint reached = core_->Save();
    if (Bytes(recorded, *world_) == Bytes(reached, *world_)) return absl::OkStatus();
    ReplayDifference& difference = report.difference.emplace();
    difference.file = file_;
    difference.batch = next_batch_;
    difference.event = report.events;
    difference.now = recorded.now;
    difference.what = "the state at the beginning of the file";
    const std::vector<StateChange> changes =
        Diff({header_, recorded, world_->labels(), world_->resources()},
             {header_, reached, world_->labels(), world_->resources()});
    for (const StateChange& change : changes) difference.got.push_back(ToString(change));
    if (changes.empty()) difference.got.emplace_back("differs in what no diff shows");
    difference.expected.emplace_back("as recorded");
    return absl::OkStatus();
  }

  absl::Status On(BatchEntry& entry) {
    if (entry.number != next_batch_) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s: batch %d stands where batch %d belongs", file_, entry.number, next_batch_));
    }
    ++next_batch_;
    ++report.batches;
    for (planner::RecordedStep& step : entry.batch.steps) {
      ++report.events;
      const std::string event = Describe(step.event);
      const model::Effects got = core_->Apply(entry.batch.now, std::move(step.event));
      report.effects += got.size();
      if (Encode(step.effects) == Encode(got)) continue;
      Differ(entry, event, step.effects, got);
      return absl::OkStatus();
    }
    snapshots_[entry.batch.generation] = core_->Publish();
    if (snapshots_.size() > kSnapshotsKept) snapshots_.erase(snapshots_.begin());
    return absl::OkStatus();
  }

  // Of pods of no gang, whose candidates are not in the log.
  absl::Status On(const framework::CorePort::ScoreAnswer&) { return absl::OkStatus(); }

  absl::Status On(const Answer& answer) {
    const auto it = snapshots_.find(answer.generation);
    const model::PodVerdict* verdict =
        it == snapshots_.end() ? nullptr : it->second->verdicts.Find(answer.uid);
    if (verdict == nullptr) return absl::OkStatus();
    ++report.filter_answers;
    const bool placed = verdict->node.valid();
    const bool none = answer.kind == FilterVerdict::Kind::kNone;
    const bool same =
        placed ? (none ? answer.reason.code == model::ReasonCode::kPlacedNodeNotOffered
                       : answer.kind == FilterVerdict::Kind::kOne && answer.node == verdict->node)
               : none && answer.reason.code == verdict->reason.code;
    if (same) return absl::OkStatus();
    ReplayDifference& difference = report.difference.emplace();
    difference.file = file_;
    difference.batch = next_batch_ - 1;
    difference.event = report.events;
    difference.what = absl::StrFormat("what filter said of the pod with uid %s on snapshot %d",
                                      answer.uid.ToString(), answer.generation);
    difference.expected.push_back(Text(answer.node, answer.reason, *it->second));
    difference.got.push_back(Text(verdict->node, verdict->reason, *it->second));
    return absl::OkStatus();
  }

  static std::string Text(model::NodeIndex node, const model::Reason& reason,
                          const model::ClusterSnapshot& snapshot) {
    const model::NodeInfo* info = snapshot.Info(node);
    return info != nullptr ? "node " + info->name
                           : "no node: " + std::string(model::CodeName(reason));
  }

  std::vector<std::string> Encode(const model::Effects& effects) {
    std::vector<std::string> all;
    for (const model::Effect& effect : effects) {
      pb::Effect out;
      Put(effect, out, *compared_);
      all.push_back(out.SerializeAsString());
    }
    return all;
  }

  void Differ(const BatchEntry& entry, const std::string& event, const model::Effects& expected,
              const model::Effects& got) {
    ReplayDifference& difference = report.difference.emplace();
    difference.file = file_;
    difference.batch = entry.number;
    difference.event = report.events;
    difference.now = entry.batch.now;
    difference.what = event;
    for (const model::Effect& effect : expected)
      difference.expected.push_back(Describe(effect, world_->resources()));
    for (const model::Effect& effect : got)
      difference.got.push_back(Describe(effect, world_->resources()));
    if (difference.expected != difference.got) return;
    // They differ in what the texts leave out.
    difference.expected = Fields(expected);
    difference.got = Fields(got);
  }

  std::vector<std::string> Fields(const model::Effects& effects) {
    std::vector<std::string> all;
    for (const model::Effect& effect : effects) {
      pb::Effect out;
      Put(effect, out, *compared_);
      all.push_back(out.ShortDebugString());
    }
    return all;
  }

  const MakeWorld& make_world_;
  std::string file_;
  LogHeader header_;
  std::string process_;
  std::unique_ptr<ReplayWorld> world_;
  std::unique_ptr<planner::Core> core_;
  uint64_t next_batch_ = 0;
  std::map<uint64_t, std::shared_ptr<const model::ClusterSnapshot>> snapshots_;  // by generation
  std::unique_ptr<TableWriter> compared_;  // numbers for shapes, the same for both sides
};

}  // namespace

absl::StatusOr<ReplayReport> Replay(const std::vector<LogFile>& files,
                                    const MakeWorld& make_world) {
  Replayer replayer(make_world);
  for (const LogFile& file : files) {
    if (absl::Status status = replayer.Run(file); !status.ok()) return status;
    if (!replayer.report.identical()) break;
  }
  return std::move(replayer.report);
}

std::string ToString(const ReplayDifference& difference) {
  std::string text =
      absl::StrFormat("%s: batch %d, event %d, at %d.%09d s: %s\n", difference.file,
                      difference.batch, difference.event, difference.now.nanos / 1'000'000'000,
                      difference.now.nanos % 1'000'000'000, difference.what);
  const auto add = [&](const char* title, const std::vector<std::string>& lines) {
    absl::StrAppendFormat(&text, "  %s:%s\n", title, lines.empty() ? " nothing" : "");
    for (const std::string& line : lines) absl::StrAppendFormat(&text, "    %s\n", line);
  };
  add("recorded", difference.expected);
  add("decided now", difference.got);
  return text;
}

}  // namespace tutti::record
