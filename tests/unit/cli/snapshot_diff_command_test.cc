#include "cli/snapshot_diff_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "record/segment_writer.h"
#include "tests/support/core_driver.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

TEST(SnapshotDiffCommandTest, TellsWhatHasChanged) {
  CliWorld world;
  const testing::TempFolder folder;
  testing::CoreDriver driver;
  const model::ResourceTable resources;
  const auto save = [&](const std::string& name) {
    return folder.Write(name,
                        record::EncodeSnapshot({}, driver.labels, resources, driver.core.Save()));
  };
  driver.AddNode("n0", 4000);
  const std::string before = save("before");
  driver.AddNode("n1", 4000);
  const std::string after = save("after");
  EXPECT_EQ(world.Run({"snapshot", "diff", before, before}), ExitCode::kOk);
  EXPECT_EQ(world.out, "no difference\n");
  EXPECT_EQ(world.Run({"snapshot", "diff", before, after}), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("+ node n1: allocatable cpu 4"));
  EXPECT_EQ(world.Run({"snapshot", "diff", after, before, "-o", "json"}), ExitCode::kNo);
  const auto json = nlohmann::json::parse(world.out);
  EXPECT_EQ(json["changes"][0]["change"], "removed");
  EXPECT_EQ(json["changes"][0]["name"], "n1");
}

TEST(SnapshotDiffCommandTest, AFileThatIsNoSnapshotIsNamed) {
  CliWorld world;
  const testing::TempFolder folder;
  const std::string file = folder.Write("pods.yaml", "kind: Pod\n");
  EXPECT_EQ(world.Run({"snapshot", "diff", file, file}), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr(file + ": expected a decision log or a snapshot"));
}

}  // namespace
}  // namespace tutti::cli
