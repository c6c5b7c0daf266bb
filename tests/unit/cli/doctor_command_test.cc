#include "cli/doctor_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kShipped[] = TUTTI_SOURCE_DIR "/deploy/kube-scheduler/loopback.yaml";

TEST(DoctorCommandTest, FilesAloneCanBeRight) {
  CliWorld world;
  EXPECT_EQ(world.Run({"doctor", "--offline", "--scheduler-config", kShipped}), ExitCode::kOk)
      << world.out << world.err;
  EXPECT_THAT(world.out, HasSubstr("ok       scheduler/bindVerb"));
  EXPECT_THAT(world.out, HasSubstr("\n0 problems, 0 warnings, 1 skipped\n"));
}

TEST(DoctorCommandTest, AProblemSaysHowToMendItAndEndsWithOne) {
  CliWorld world;
  const testing::TempFolder folder;
  const std::string file = folder.Write("scheduler.yaml",
                                        "apiVersion: kubescheduler.config.k8s.io/v1\n"
                                        "kind: KubeSchedulerConfiguration\n");
  EXPECT_EQ(world.Run({"doctor", "--offline", "--scheduler-config", file}), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("problem  scheduler/extender"));
  EXPECT_THAT(world.out, HasSubstr("-> add an entry under extenders"));
  EXPECT_EQ(world.Run({"doctor", "--offline", "--scheduler-config", file, "-o", "json"}),
            ExitCode::kNo);
  const auto json = nlohmann::json::parse(world.out);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["findings"][1]["verdict"], "problem");
}

TEST(DoctorCommandTest, NoClusterIsAFindingTheServiceIsStillAsked) {
  CliWorld world;
  world.env["KUBECONFIG"] = "/nowhere/config";
  EXPECT_EQ(world.Run("doctor"), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("problem  cluster/api-server"));
  EXPECT_THAT(world.out, HasSubstr("ok       service/control-api"));
}

TEST(DoctorCommandTest, InputsThatCannotBeReadAreMistakesOfTheCall) {
  CliWorld world;
  EXPECT_EQ(world.Run("doctor --scheduler-config /nowhere.yaml"), ExitCode::kUsage);
  EXPECT_EQ(world.Run("doctor --offline --extender-url ftp://x"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("expected http://"));
}

}  // namespace
}  // namespace tutti::cli
