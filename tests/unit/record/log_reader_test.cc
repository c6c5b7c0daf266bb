#include "record/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "record/frames.h"
#include "tests/unit/record/recorded_gang.h"
#include "tutti/v1/decision_log.pb.h"

namespace tutti::record {
namespace {

namespace pb = ::tutti::v1::record;
using ::testing::HasSubstr;

// Entries as a hostile file has them.
std::string FileOf(const std::vector<pb::LogEntry>& entries) {
  FrameWriter frames;
  for (const pb::LogEntry& entry : entries) frames.Add(entry.SerializeAsString());
  frames.Flush();
  return frames.Take();
}

pb::LogEntry Header(uint32_t format = 1) {
  pb::LogEntry entry;
  entry.mutable_header()->set_format(format);
  entry.mutable_header()->set_version("9.9");
  return entry;
}

pb::LogEntry LastPiece() {
  pb::LogEntry entry;
  entry.mutable_checkpoint()->set_last(true);
  return entry;
}

// The first error of a file.
absl::Status ErrorOf(const std::string& bytes) {
  std::istringstream in(bytes);
  absl::StatusOr<std::unique_ptr<LogReader>> reader = LogReader::Open(in, "x.tlog");
  if (!reader.ok()) return reader.status();
  PlainWorld world;
  (*reader)->ReadInto(world);
  while (true) {
    const absl::StatusOr<std::optional<Entry>> entry = (*reader)->Next();
    if (!entry.ok()) return entry.status();
    if (!*entry) return absl::OkStatus();
  }
}

std::string MessageOf(const std::string& bytes) { return std::string(ErrorOf(bytes).message()); }

TEST(LogReaderTest, GivesHeaderCheckpointAndBatches) {
  RecordedGang gang;
  std::istringstream in(gang.Bytes());
  const auto reader = LogReader::Open(in, "x.tlog");
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->header().version, "1.2.3");
  EXPECT_EQ((*reader)->header().options.wait_timeout, planner::CoreOptions().wait_timeout);
  PlainWorld world;
  (*reader)->ReadInto(world);
  const auto first = (*reader)->Next();
  ASSERT_TRUE(first.ok() && *first) << first.status();
  EXPECT_EQ(std::get<CheckpointEntry>(**first).next_batch, 1u);
  uint64_t batches = 0;
  for (auto entry = (*reader)->Next(); entry.ok() && *entry; entry = (*reader)->Next())
    EXPECT_EQ(std::get<BatchEntry>(**entry).number, ++batches);
  EXPECT_EQ(batches, gang.recorder.files[0].batches.size());
}

TEST(LogReaderTest, WhatPrioritizeAnsweredComesBack) {
  RecordedGang gang;
  framework::CorePort::ScoreAnswer answer;
  answer.uid = {1, 2};
  answer.generation = 7;
  answer.offered = 3;
  answer.best = "n2";
  answer.score = 9;
  gang.recorder.OnScore(answer);
  std::istringstream in(gang.Bytes());
  const auto reader = LogReader::Open(in, "x.tlog");
  ASSERT_TRUE(reader.ok()) << reader.status();
  PlainWorld world;
  (*reader)->ReadInto(world);
  std::optional<framework::CorePort::ScoreAnswer> back;
  for (auto entry = (*reader)->Next(); entry.ok() && *entry; entry = (*reader)->Next()) {
    if (const auto* score = std::get_if<framework::CorePort::ScoreAnswer>(&**entry)) back = *score;
  }
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->uid, answer.uid);
  EXPECT_EQ(back->generation, 7u);
  EXPECT_EQ(back->offered, 3u);
  EXPECT_EQ(back->best, "n2");
  EXPECT_EQ(back->score, 9);
}

TEST(LogReaderTest, ALongBatchIsOneAgain) {
  planner::RecordedBatch batch;
  batch.now = base::Timestamp{5};
  for (int i = 0; i < 1000; ++i) batch.steps.push_back({model::NodeDeleted{std::to_string(i)}, {}});
  const base::Interner labels;
  const model::ResourceTable resources;
  SegmentWriter writer(LogHeader(), labels, resources, {}, 1);
  writer.Add(batch);
  std::istringstream in(writer.Take(true));
  const auto reader = LogReader::Open(in, "x.tlog");
  ASSERT_TRUE(reader.ok()) << reader.status();
  PlainWorld world;
  (*reader)->ReadInto(world);
  ASSERT_TRUE((*reader)->Next().ok());
  const auto entry = (*reader)->Next();
  ASSERT_TRUE(entry.ok() && *entry) << entry.status();
  const BatchEntry& read = std::get<BatchEntry>(**entry);
  ASSERT_EQ(read.batch.steps.size(), 1000u);
  EXPECT_EQ(std::get<model::NodeDeleted>(read.batch.steps[999].event).name, "999");
  EXPECT_EQ(read.batch.now.nanos, 5);
}

TEST(LogReaderTest, AnotherFormatIsRefusedWithTheVersionThatReadsIt) {
  EXPECT_THAT(MessageOf(FileOf({Header(2)})),
              HasSubstr("format 2, written by Tutti 9.9: this version reads format 1"));
}

TEST(LogReaderTest, WhatDoesNotBelongWhereItStandsIsRefused) {
  pb::LogEntry batch;
  batch.mutable_batch()->set_number(1);
  EXPECT_THAT(MessageOf(FileOf({batch})), HasSubstr("expected the header"));
  EXPECT_THAT(MessageOf(FileOf({Header(), batch})), HasSubstr("entry 2: it does not belong here"));
  EXPECT_THAT(MessageOf(FileOf({Header(), LastPiece(), LastPiece()})),
              HasSubstr("entry 3: it does not belong here"));
}

TEST(LogReaderTest, AFileThatEndsWithinItsCheckpointIsCutOff) {
  pb::LogEntry piece;
  piece.mutable_checkpoint();
  EXPECT_THAT(MessageOf(FileOf({Header(), piece})), HasSubstr("ends within its checkpoint"));
}

TEST(LogReaderTest, ValuesOutOfRangeNameTheEntry) {
  pb::LogEntry last = LastPiece();
  last.mutable_checkpoint()->set_now(-1);
  EXPECT_THAT(MessageOf(FileOf({Header(), last})),
              HasSubstr("x.tlog: entry 2: the time -1 is negative"));
  pb::LogEntry header = Header();
  header.mutable_header()->mutable_options()->set_wait_timeout(INT64_MAX);
  EXPECT_THAT(MessageOf(FileOf({header})), HasSubstr("expected 0 to 10 years"));
}

}  // namespace
}  // namespace tutti::record
