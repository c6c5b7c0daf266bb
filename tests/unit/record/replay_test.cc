#include "record/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/snapshot.h"
#include "tests/unit/record/recorded_gang.h"

namespace tutti::record {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = framework::FilterVerdict::Kind;

ReplayReport MustReplay(const std::vector<LogFile>& files) {
  absl::StatusOr<ReplayReport> report = Replay(files, MakePlainWorld);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *std::move(report) : ReplayReport();
}

TEST(ReplayTest, ARecordedGangIsDecidedAgain) {
  RecordedGang gang(4);
  const ReplayReport report = MustReplay(gang.Files());
  EXPECT_TRUE(report.identical()) << ToString(*report.difference);
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(report.files, gang.recorder.files.size());
  EXPECT_EQ(report.checkpoints, report.files - 1);
  EXPECT_GT(report.effects, 4u);
}

TEST(ReplayTest, TheFirstDifferenceIsShownWithBothSides) {
  RecordedGang gang;
  for (planner::RecordedBatch& batch : gang.recorder.files[0].batches) {
    for (planner::RecordedStep& step : batch.steps) {
      for (model::Effect& effect : step.effects)
        if (auto* bind = std::get_if<model::BindPod>(&effect)) bind->node_name = "n7";
    }
  }
  const ReplayReport report = MustReplay(gang.Files());
  ASSERT_FALSE(report.identical());
  const std::string text = ToString(*report.difference);
  EXPECT_THAT(text, HasSubstr("kube-scheduler binds pod default/train-"));
  EXPECT_THAT(text, HasSubstr("  recorded:\n    bind pod default/train-"));
  EXPECT_THAT(text, HasSubstr("to node n7"));
  EXPECT_THAT(text, HasSubstr("  decided now:\n    bind pod default/train-"));
  EXPECT_THAT(text, HasSubstr("to node n0"));
}

// The answer that a door gave on a snapshot must follow from the state at that moment.
TEST(ReplayTest, AnswersOfFilterAreComparedWithTheSnapshot) {
  testing::MemoryRecorder recorder(1000);
  testing::WorldOptions options;
  options.recorder = &recorder;
  testing::CoreWorld world(options);
  model::ResourceTable resources;
  world.AddNode("n0", 4000);
  const base::Uid uid = world.CreatePod("a-0", "a", 2, 1000);
  for (int i = 0; i < 4; ++i) world.Step();
  framework::CorePort::FilterAnswer held;
  held.uid = uid;
  held.generation = recorder.files[0].batches.back().generation;
  held.kind = Kind::kNone;
  held.reason.code = model::ReasonCode::kWaitingForMembers;
  recorder.OnFilter(held);
  ReplayReport report = MustReplay(recorder.Write({}, world.labels(), resources));
  EXPECT_TRUE(report.identical()) << ToString(*report.difference);
  EXPECT_EQ(report.filter_answers, 1u);

  recorder.files[0].answers[0].reason.code = model::ReasonCode::kBehindHead;
  report = MustReplay(recorder.Write({}, world.labels(), resources));
  ASSERT_FALSE(report.identical());
  EXPECT_THAT(ToString(*report.difference), HasSubstr("no node: BehindHead"));
  EXPECT_THAT(ToString(*report.difference), HasSubstr("no node: WaitingForMembers"));
}

TEST(ReplayTest, AnotherProcessBeginsAfresh) {
  RecordedGang first;
  RecordedGang second;
  second.header.process = "p2";
  const ReplayReport report = MustReplay(
      {testing::FileOf("1.tlog", first.Bytes()), testing::FileOf("2.tlog", second.Bytes())});
  EXPECT_TRUE(report.identical());
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_THAT(report.notes[0], HasSubstr("2.tlog: begins with another process"));
}

TEST(ReplayTest, ACheckpointThatContradictsItselfIsAnError) {
  RecordedGang gang(4);
  gang.recorder.files.erase(gang.recorder.files.begin());
  gang.recorder.files[0].checkpoint.gangs.clear();
  const auto report = Replay(gang.Files(), MakePlainWorld);
  EXPECT_TRUE(absl::IsInvalidArgument(report.status()));
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("contradicts itself"));
}

TEST(ReplayTest, AWorldThatCannotBeMadeSaysWhy) {
  RecordedGang gang;
  const auto report = Replay(gang.Files(), [](const LogHeader&) {
    return absl::FailedPreconditionError("plugin Distance is missing");
  });
  EXPECT_THAT(std::string(report.status().message()), HasSubstr("plugin Distance is missing"));
}

}  // namespace
}  // namespace tutti::record
