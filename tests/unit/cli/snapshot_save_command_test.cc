#include "cli/snapshot_save_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

TEST(SnapshotSaveCommandTest, TheFileIsTheStreamAsOne) {
  CliWorld world;
  world.control->snapshot = std::string(2500, '\x01') + "end";
  const testing::TempFolder folder;
  const std::string file = folder.path() + "/cluster.snapshot";
  EXPECT_EQ(world.Run({"snapshot", "save", file}), ExitCode::kOk) << world.err;
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), world.control->snapshot);
  EXPECT_EQ(world.out, file + ": 2503 bytes written\n");
}

TEST(SnapshotSaveCommandTest, AStreamThatBreaksLeavesNoFileAndTheOldOneAsItWas) {
  CliWorld world;
  world.control->snapshot = "new";
  world.control->failure = {grpc::StatusCode::RESOURCE_EXHAUSTED, "one at a time"};
  const testing::TempFolder folder;
  const std::string file = folder.Write("cluster.snapshot", "old");
  EXPECT_EQ(world.Run({"snapshot", "save", file}), ExitCode::kFailed);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_EQ(text.str(), "old");
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_EQ(world.Run("snapshot save /nowhere/x"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("cannot write /nowhere/x"));
}

}  // namespace
}  // namespace tutti::cli
