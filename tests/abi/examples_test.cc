// The examples, built against the installed package (build_examples.sh), in our hosts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "framework/points.h"
#include "loader/plugin_loader.h"
#include "remote/connect_plugin.h"
#include "tests/support/control_plane/process.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti {
namespace {

const std::string kExamples = TUTTI_EXAMPLES;

TEST(ExamplesTest, ThePackageHoldsWhatAuthorsNeedAndNothingElse) {
  namespace fs = std::filesystem;
  const fs::path installed = kExamples + "/installed";
  EXPECT_TRUE(fs::exists(installed / "include/tutti/export.h"));
  EXPECT_TRUE(fs::exists(installed / "include/tutti/abi/plugin_abi.h"));
  EXPECT_TRUE(fs::exists(installed / "share/pkgconfig/tutti.pc"));
  EXPECT_TRUE(fs::exists(installed / "share/tutti/templates/plugin/CMakeLists.txt.in"));
  EXPECT_TRUE(fs::exists(installed / "share/tutti/proto/tutti/v1/plugin.proto"));
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(installed)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), installed).string();
    EXPECT_TRUE(path.starts_with("include/tutti/") || path.starts_with("share/") ||
                path == "bin/tutti-check")
        << path;
  }
}

TEST(ExamplesTest, TheCppExampleScores) {
  auto loaded = loader::LoadPlugin({kExamples + "/cpp_minimal/prefer_label.so", ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  testing::FakeHost host;
  testing::FakeCluster cluster(host);
  cluster.AddNode("here").Label("zone", "a");
  cluster.AddNode("there").Label("zone", "b");
  Config config(
      {{"/key", ConfigKind::kString, "zone", ""}, {"/value", ConfigKind::kString, "a", ""}});
  const auto plugin = loaded->entry.make(config, host);
  ASSERT_NE(plugin, nullptr);
  const ScorePlugin* score = framework::Points::Of(*plugin).score;
  ASSERT_NE(score, nullptr);
  const testing::FakePod pod(host);
  EXPECT_EQ(score->Score(CycleState(), pod.view(), cluster.Node("here")), 100);
  EXPECT_EQ(score->Score(CycleState(), pod.view(), cluster.Node("there")), 0);
}

// Beside their own tests, which build_examples.sh runs: that what was built is what it should be.
TEST(ExamplesTest, TheLargerExamplesServeTheirPoints) {
  testing::FakeHost host;
  auto gpu_model = loader::LoadPlugin({kExamples + "/cpp_recommended/gpu_model.so", ""});
  ASSERT_TRUE(gpu_model.ok()) << gpu_model.status();
  Config none;
  const auto first = gpu_model->entry.make(none, host);
  ASSERT_NE(first, nullptr);
  EXPECT_NE(framework::Points::Of(*first).filter, nullptr);
  EXPECT_NE(framework::Points::Of(*first).score, nullptr);

  auto network_aware = loader::LoadPlugin({kExamples + "/network_aware/network_aware.so", ""});
  ASSERT_TRUE(network_aware.ok()) << network_aware.status();
  Config roles({{"/dependencies/0/between", ConfigKind::kString, "worker", ""},
                {"/dependencies/0/and", ConfigKind::kString, "worker", ""}});
  const auto second = network_aware->entry.make(roles, host);
  ASSERT_NE(second, nullptr);
  EXPECT_NE(framework::Points::Of(*second).placement_generate, nullptr);
  EXPECT_NE(framework::Points::Of(*second).placement_score, nullptr);
}

TEST(ExamplesTest, ThePythonExampleFiltersAndScores) {
  remote::RemoteTarget target;
  target.name = "NodePrice";
  target.address = "unix://" + kExamples + "/node_price.sock";
  target.timeout = std::chrono::seconds(30);
  target.start_wait = std::chrono::seconds(30);
  const auto process = testing::Process::Start(
      {"/usr/bin/python3", kExamples + "/python_remote/node_price.py", "--listen", target.address},
      kExamples + "/node_price.log");
  ASSERT_TRUE(process.ok()) << process.status();
  const std::vector<ConfigEntry> args = {{"/dearest", ConfigKind::kInteger, "200", ""}};
  const base::SystemClock clock;
  auto connected = remote::ConnectPlugin(target, args, clock);
  ASSERT_TRUE(connected.ok()) << connected.status() << testing::Tail(process->log_file());
  testing::FakeHost host;
  testing::FakeCluster cluster(host);
  Config config(args);
  const auto plugin = connected->entry.make(config, host);
  ASSERT_NE(plugin, nullptr);
  cluster.AddNode("cheap").Label("example.com/price", "20");
  cluster.AddNode("dear").Label("example.com/price", "150");
  testing::FakePod pod(host);
  pod.Annotation("example.com/max-price", "100");
  const framework::Points points = framework::Points::Of(*plugin);
  ASSERT_NE(points.filter, nullptr);
  ASSERT_NE(points.score, nullptr);
  EXPECT_TRUE(points.filter->Filter(CycleState(), pod.view(), cluster.Node("cheap")).ok());
  const Status refusal = points.filter->Filter(CycleState(), pod.view(), cluster.Node("dear"));
  EXPECT_EQ(refusal.code(), Code::kUnschedulableAndUnresolvable);
  EXPECT_EQ(host.ReasonCode(refusal.reason()), "TooDear");
  EXPECT_EQ(refusal.need(), 150);
  EXPECT_EQ(points.score->Score(CycleState(), pod.view(), cluster.Node("cheap")), 90);
}

class CExampleTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CExampleTest, Filters) {
  auto loaded = loader::LoadPlugin({kExamples + GetParam(), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  testing::FakeHost host;
  testing::FakeCluster cluster(host);
  cluster.AddNode("small").Allocatable("gpu", 1);
  cluster.AddNode("large").Allocatable("gpu", 8);
  Config config(
      {{"/resource", ConfigKind::kString, "gpu", ""}, {"/amount", ConfigKind::kInteger, "2", ""}});
  const auto plugin = loaded->entry.make(config, host);
  ASSERT_NE(plugin, nullptr);
  const FilterPlugin* filter = framework::Points::Of(*plugin).filter;
  ASSERT_NE(filter, nullptr);
  const testing::FakePod pod(host);
  EXPECT_FALSE(filter->Filter(CycleState(), pod.view(), cluster.Node("small")).ok());
  EXPECT_TRUE(filter->Filter(CycleState(), pod.view(), cluster.Node("large")).ok());
}

INSTANTIATE_TEST_SUITE_P(Examples, CExampleTest,
                         ::testing::Values("/c_minimal/keep_free.so", "/keep_free.so"),
                         [](const auto& param) {
                           return param.index == 0 ? std::string("WithCMake")
                                                   : std::string("WithTheCompilerAlone");
                         });

}  // namespace
}  // namespace tutti
