#include "cli/replay_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"
#include "tests/unit/record/recorded_gang.h"

namespace tutti::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(ReplayCommandTest, SaysThatTheDecisionsAreTheSame) {
  CliWorld world;
  const testing::TempFolder folder;
  record::RecordedGang gang;
  folder.Write(record::SegmentName(1), gang.Bytes());
  EXPECT_EQ(world.Run({"replay", folder.path()}), ExitCode::kOk);
  EXPECT_THAT(world.out, EndsWith("identical\n"));
  EXPECT_EQ(world.Run({"replay", folder.path(), "-o", "json"}), ExitCode::kOk);
  const auto json = nlohmann::json::parse(world.out);
  EXPECT_EQ(json["identical"], true);
  EXPECT_GT(json["effects"], 4);
}

TEST(ReplayCommandTest, ShowsTheFirstDifferenceAndEndsWithOne) {
  CliWorld world;
  const testing::TempFolder folder;
  record::RecordedGang gang;
  auto& batches = gang.recorder.files[0].batches;
  batches.erase(batches.begin() + 2);
  folder.Write(record::SegmentName(1), gang.Bytes());
  EXPECT_EQ(world.Run({"replay", folder.path()}), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("recorded:"));
  EXPECT_THAT(world.out, HasSubstr("decided now:"));
}

TEST(ReplayCommandTest, AFolderWithoutALogIsAMistakeOfTheCall) {
  CliWorld world;
  const testing::TempFolder folder;
  EXPECT_EQ(world.Run({"replay", folder.path()}), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("expected files decisions-00000001.tlog"));
}

}  // namespace
}  // namespace tutti::cli
