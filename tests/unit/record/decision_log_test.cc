#include "record/decision_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "record/log_folder.h"
#include "record/replay.h"
#include "record/snapshot.h"
#include "tests/support/core_world.h"
#include "tests/support/temp_folder.h"

namespace tutti::record {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DecisionLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<DecisionLog> Open(DecisionLogOptions options) {
    options.folder = folder_.path() + "/log";
    auto log = DecisionLog::Open(std::move(options), LogHeader(), labels_, resources_, clock_,
                                 [this](const absl::Status&) { ++problems_; });
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  ReplayReport ReplayAll() {
    const auto files = FindLog(folder_.path() + "/log");
    EXPECT_TRUE(files.ok()) << files.status();
    auto report = Replay(*files, MakePlainWorld);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : ReplayReport();
  }
  // What a loop does for one batch.
  void RunBatch(DecisionLog& log, planner::Core& core, const std::string& node) {
    if (log.WantsCheckpoint()) log.OnCheckpoint(core.Save());
    planner::RecordedBatch batch;
    batch.now = base::Timestamp{++now_};
    model::NodeInfo info;
    info.name = node;
    for (model::ClusterEvent event :
         {model::ClusterEvent(model::NodeUpserted{info}), model::ClusterEvent(model::TimePassed{})})
      batch.steps.push_back({event, core.Apply(batch.now, event)});
    batch.generation = core.Publish()->generation;
    log.OnBatch(std::move(batch));
  }

  testing::TempFolder folder_;
  base::Interner labels_;
  model::ResourceTable resources_;
  base::SystemClock clock_;
  std::atomic<int> problems_{0};
  int64_t now_ = 0;
};

TEST_F(DecisionLogTest, WhatARunTellsItCanBeDecidedAgain) {
  {
    planner::Core core({}, labels_);
    const auto log = Open({});
    for (int i = 0; i < 50; ++i) RunBatch(*log, core, "node-" + std::to_string(i));
    log->OnFilter({});
  }
  const ReplayReport report = ReplayAll();
  EXPECT_TRUE(report.identical());
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(report.batches, 50u);
  EXPECT_EQ(problems_, 0);
}

TEST_F(DecisionLogTest, TheNextProcessAddsFilesOfItsOwn) {
  for (int process = 0; process < 2; ++process) {
    planner::Core core({}, labels_);
    const auto log = Open({});
    RunBatch(*log, core, "n");
  }
  const auto files = FindLog(folder_.path() + "/log");
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 2u);
  EXPECT_THAT((*files)[1].name, HasSubstr("decisions-00000002.tlog"));
}

// The core is faster than the log: it is never held up, and what is written has no hole that a
// replay would not see.
TEST_F(DecisionLogTest, ABoxThatIsFullDropsBatchesAndACheckpointFollows) {
  uint64_t dropped = 0;
  {
    planner::Core core({}, labels_);
    DecisionLogOptions options;
    options.max_pending_events = 4;
    const auto log = Open(options);
    for (int i = 0; i < 2000; ++i) RunBatch(*log, core, "node-" + std::to_string(i % 7));
    dropped = log->stats().dropped_batches;
  }
  const ReplayReport report = ReplayAll();
  EXPECT_TRUE(report.identical()) << ToString(*report.difference);
  EXPECT_EQ(report.batches + dropped, 2000u);
}

TEST_F(DecisionLogTest, TheOldestFilesGoWhenTheRoomIsUsedUp) {
  for (int process = 0; process < 6; ++process) {
    planner::Core core({}, labels_);
    DecisionLogOptions options;
    options.max_bytes = 2500;
    const auto log = Open(options);
    for (int i = 0; i < 20; ++i) RunBatch(*log, core, "node-" + std::to_string(i * 7919));
  }
  uint64_t total = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/log"))
    total += entry.file_size();
  EXPECT_LE(total, 2500u);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/log/" + SegmentName(1)));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/log/" + SegmentName(6)));
}

TEST_F(DecisionLogTest, AFolderThatCannotBeMadeIsNamed) {
  DecisionLogOptions options;
  options.folder = folder_.Write("file", "") + "/log";
  const auto log =
      DecisionLog::Open(options, LogHeader(), labels_, resources_, clock_, [](const auto&) {});
  EXPECT_THAT(std::string(log.status().message()),
              HasSubstr("decisionLog.path: folder " + options.folder + " cannot be used"));
}

TEST_F(DecisionLogTest, FilesThatCannotBeWrittenAreToldOnceAndCounted) {
  planner::Core core({}, labels_);
  auto log = Open({});
  std::filesystem::remove_all(folder_.path() + "/log");
  RunBatch(*log, core, "n");
  RunBatch(*log, core, "m");
  log.reset();
  EXPECT_EQ(problems_, 1);
}

}  // namespace
}  // namespace tutti::record
