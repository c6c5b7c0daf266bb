#include "record/segment_writer.h"

#include <utility>

#include "record/checkpoint_codec.h"
#include "record/event_codec.h"
#include "record/frames.h"
#include "record/header_codec.h"

namespace tutti::record {
namespace {

// Of one entry: then the batch goes on in the next.
constexpr int kStepsPerEntry = 256;

}  // namespace

struct SegmentWriter::Impl {
  Impl(const base::Interner& labels, const model::ResourceTable& resources)
      : tables(labels, resources) {}

  void Write(pb::LogEntry& entry) {
    pb::LogEntry texts;
    while (tables.TakeTexts(*texts.mutable_tables())) {
      frames.Add(texts.SerializeAsString());
      texts.Clear();
    }
    tables.TakeRest(*entry.mutable_tables());
    frames.Add(entry.SerializeAsString());
  }

  TableWriter tables;
  FrameWriter frames;
  uint64_t next_batch = 1;
};

SegmentWriter::SegmentWriter(const LogHeader& header, const base::Interner& labels,
                             const model::ResourceTable& resources,
                             const planner::CoreCheckpoint& checkpoint, uint64_t next_batch)
    : impl_(std::make_unique<Impl>(labels, resources)) {
  impl_->next_batch = next_batch;
  pb::LogEntry first;  // without tables: a reader makes its world from it
  Put(header, *first.mutable_header());
  impl_->frames.Add(first.SerializeAsString());
  PutCheckpoint(checkpoint, next_batch, impl_->tables,
                [this](pb::LogEntry& entry) { impl_->Write(entry); });
}

SegmentWriter::~SegmentWriter() = default;

uint64_t SegmentWriter::next_batch() const { return impl_->next_batch; }

void SegmentWriter::Add(const planner::RecordedBatch& batch) {
  pb::LogEntry entry;
  const auto begin = [&] {
    entry.Clear();
    entry.mutable_batch()->set_number(impl_->next_batch);
    entry.mutable_batch()->set_now(batch.now.nanos);
  };
  begin();
  for (const planner::RecordedStep& step : batch.steps) {
    if (entry.batch().steps_size() == kStepsPerEntry) {
      entry.mutable_batch()->set_more(true);
      impl_->Write(entry);
      begin();
    }
    pb::Step& out = *entry.mutable_batch()->add_steps();
    Put(step.event, *out.mutable_event(), impl_->tables);
    for (const model::Effect& effect : step.effects) Put(effect, *out.add_effects(), impl_->tables);
  }
  entry.mutable_batch()->set_generation(batch.generation);
  impl_->Write(entry);
  ++impl_->next_batch;
}

void SegmentWriter::Add(const framework::CorePort::FilterAnswer& answer) {
  const auto& [uid, generation, kind, node, reason, offered, refused] = answer;
  pb::LogEntry entry;
  pb::FilterAnswer& out = *entry.mutable_filter();
  Put(uid, *out.mutable_uid());
  out.set_generation(generation);
  out.set_kind(static_cast<uint32_t>(kind));
  out.set_node(PlusOne(node));
  Put(reason, *out.mutable_reason(), impl_->tables);
  out.set_offered(offered);
  out.set_refused(refused);
  impl_->Write(entry);
}

void SegmentWriter::Add(const framework::CorePort::ScoreAnswer& answer) {
  const auto& [uid, generation, offered, best, score] = answer;
  pb::LogEntry entry;
  pb::ScoreAnswer& out = *entry.mutable_score();
  Put(uid, *out.mutable_uid());
  out.set_generation(generation);
  out.set_offered(offered);
  out.set_best(best);
  out.set_score(score);
  impl_->Write(entry);
}

std::string SegmentWriter::Take(bool flush) {
  if (flush) impl_->frames.Flush();
  return impl_->frames.Take();
}

std::string EncodeSnapshot(const LogHeader& header, const base::Interner& labels,
                           const model::ResourceTable& resources,
                           const planner::CoreCheckpoint& checkpoint) {
  return SegmentWriter(header, labels, resources, checkpoint, 1).Take(true);
}

}  // namespace tutti::record
