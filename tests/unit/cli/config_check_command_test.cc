#include "cli/config_check_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kHead[] = "apiVersion: tutti.dev/v1alpha1\nkind: TuttiConfiguration\n";

TEST(ConfigCheckCommandTest, EveryProblemWithItsPlace) {
  CliWorld world;
  const testing::TempFolder folder;
  const std::string file =
      folder.Write("tutti.yaml", std::string(kHead) + "gang: {waitTimout: 5s}\nmetrix: {}\n");
  EXPECT_EQ(world.Run({"config", "check", file}), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("error: " + file + ":3:8: "));
  EXPECT_THAT(world.out, HasSubstr(file + ":4:1: "));
  EXPECT_EQ(world.Run({"config", "check", file, "-o", "json"}), ExitCode::kNo);
  const auto json = nlohmann::json::parse(world.out);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["problems"].size(), 2u);
  EXPECT_EQ(json["problems"][0]["line"], 3);
}

TEST(ConfigCheckCommandTest, PluginsAreMadeUnlessToldNotTo) {
  CliWorld world;
  world.make_plugins = [](const config::Configuration&) {
    return absl::InvalidArgumentError("f:3:5: plugins[0]: one\nf:4:5: plugins[1]: two");
  };
  const testing::TempFolder folder;
  const std::string file = folder.Write("tutti.yaml", kHead);
  EXPECT_EQ(world.Run({"config", "check", file}), ExitCode::kNo);
  EXPECT_EQ(world.out, "error: f:3:5: plugins[0]: one\nerror: f:4:5: plugins[1]: two\n");
  EXPECT_EQ(world.Run({"config", "check", "--skip-plugins", file}), ExitCode::kOk);
  EXPECT_EQ(world.out, file + ": ok\n");
}

TEST(ConfigCheckCommandTest, AFileThatIsNotThereIsAMistakeOfTheCall) {
  CliWorld world;
  EXPECT_EQ(world.Run("config check /nowhere.yaml"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("/nowhere.yaml"));
}

}  // namespace
}  // namespace tutti::cli
