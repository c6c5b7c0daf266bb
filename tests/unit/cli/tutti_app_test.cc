#include "cli/tutti_app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TuttiAppTest, HelpKnowsHowItWasCalled) {
  CliWorld world;
  EXPECT_EQ(world.Run(std::vector<std::string>{}), ExitCode::kOk);
  EXPECT_THAT(world.out, HasSubstr("Usage: tutti "));
  for (const char* command : {"why", "gang", "queue", "simulate", "snapshot", "replay", "plugin",
                              "config", "doctor", "completion", "version"})
    EXPECT_THAT(world.out, HasSubstr(command));
  world.program = "kubectl tutti";
  EXPECT_EQ(world.Run("--help"), ExitCode::kOk);
  EXPECT_THAT(world.out, HasSubstr("Usage: kubectl tutti "));
}

TEST(TuttiAppTest, MistakesInUsageSayWhatWasMeant) {
  CliWorld world;
  EXPECT_EQ(world.Run("gagn list"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("did you mean \"gang\"?"));
  EXPECT_EQ(world.Run("gang lsit"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("did you mean \"list\"?"));
  EXPECT_EQ(world.Run("gang"), ExitCode::kUsage);
  EXPECT_EQ(world.Run("version -o jsn"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("got \"jsn\", expected table, wide, json or yaml"));
  EXPECT_EQ(world.Run("version --timeout 5"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("expected a duration such as 10s"));
  EXPECT_THAT(world.out, IsEmpty());
}

TEST(TuttiAppTest, VersionInEveryFormat) {
  CliWorld world;
  EXPECT_EQ(world.Run("version"), ExitCode::kOk);
  EXPECT_EQ(world.out, "tutti 1.2.3\n");
  EXPECT_EQ(world.Run("-o json version"), ExitCode::kOk);
  EXPECT_EQ(world.out, "{\n  \"version\": \"1.2.3\"\n}\n");
  EXPECT_EQ(world.Run("version -o yaml"), ExitCode::kOk);
  EXPECT_EQ(world.out, "version: \"1.2.3\"\n");
}

TEST(TuttiAppTest, NoServiceIsUnreachableAndSaysWhatToLookAt) {
  CliWorld world;
  EXPECT_EQ(world.Run("queue list --server unix:///nowhere/tutti.sock"), ExitCode::kUnreachable);
  EXPECT_THAT(world.err, HasSubstr("no connection to unix:///nowhere/tutti.sock"));
  EXPECT_THAT(world.err, HasSubstr("control.enabled"));
}

TEST(TuttiAppTest, WhatTheServiceRefusesHasItsExitCode) {
  CliWorld world;
  world.control->failure = {grpc::StatusCode::PERMISSION_DENIED, "not you"};
  EXPECT_EQ(world.Run("queue list"), ExitCode::kForbidden);
  EXPECT_EQ(world.err, "error: not you\n");
  world.control->failure = {grpc::StatusCode::UNAVAILABLE, "not synced"};
  EXPECT_EQ(world.Run("queue list"), ExitCode::kUnreachable);
  EXPECT_EQ(world.err, "error: not synced\n");
  world.control->failure = {grpc::StatusCode::INTERNAL, "broken"};
  EXPECT_EQ(world.Run("queue list"), ExitCode::kFailed);
}

TEST(TuttiAppTest, AClientCertificateNeedsItsKey) {
  CliWorld world;
  EXPECT_EQ(world.Run("queue list --server 127.0.0.1:1 --server-cert /nowhere.pem"),
            ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("--server-key"));
  EXPECT_EQ(world.Run("queue list --server 127.0.0.1:1 --server-ca /nowhere.pem"),
            ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("/nowhere.pem"));
}

}  // namespace
}  // namespace tutti::cli
