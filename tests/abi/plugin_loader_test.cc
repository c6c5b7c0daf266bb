// From a path to a plugin that runs, and every way that can fail.
#include "loader/plugin_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "framework/cycle.h"
#include "loader/file_digest.h"
#include "tests/abi/plugin_world.h"
#include "tests/support/temp_folder.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::loader {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tutti::testing::TempFolder;
using tutti::testing::TestObject;

std::string Refusal(const PluginFile& file) {
  const auto loaded = LoadPlugin(file);
  return loaded.ok() ? "accepted" : std::string(loaded.status().message());
}

TEST(PluginLoaderTest, LoadsACppPlugin) {
  const auto loaded = LoadPlugin({TestObject("probe"), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->name, "Probe");
  EXPECT_EQ(loaded->entry.version, "7.1-beta");
  EXPECT_EQ(loaded->entry.origin, TestObject("probe"));
  EXPECT_NE(loaded->build, "");
}

TEST(PluginLoaderTest, APluginInCFilters) {
  auto loaded = LoadPlugin({TestObject("keep_free"), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->name, "KeepFree");
  tutti::testing::FakeHost host;
  tutti::testing::FakeCluster cluster(host);
  cluster.AddNode("full").Allocatable("gpu", 8).Used("gpu", 4);
  cluster.AddNode("empty").Allocatable("gpu", 8);
  Config config({{"/resource", ConfigKind::kString, "gpu", "t:1:1"},
                 {"/amount", ConfigKind::kInteger, "3", "t:2:1"}});
  const auto plugin = loaded->entry.make(config, host);
  ASSERT_NE(plugin, nullptr);
  EXPECT_THAT(config.known(), ::testing::ElementsAre("/amount", "/resource"));
  const auto points = framework::Points::Of(*plugin);
  ASSERT_NE(points.filter, nullptr);
  EXPECT_EQ(points.score, nullptr);
  tutti::testing::FakePod pod(host);
  pod.Request("gpu", 2);
  const Status refused = points.filter->Filter(CycleState(), pod.view(), cluster.Node("full"));
  EXPECT_EQ(refused, Status::Unschedulable(refused.reason(), 5, 4));
  EXPECT_EQ(host.ReasonCode(refused.reason()), "KeepFree");
  EXPECT_TRUE(points.filter->Filter(CycleState(), pod.view(), cluster.Node("empty")).ok());
}

// Columns of devices cross as all others do.
TEST(PluginLoaderTest, APolicyForGpusChoosesTheDeviceThatItWouldChooseLinkedIn) {
  auto loaded = LoadPlugin({TestObject("fragmentation_gradient"), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  tutti::testing::FakeHost host;
  tutti::testing::FakeCluster cluster(host);
  cluster.AddNode("a")
      .Allocatable("cpu", 8000)
      .Allocatable(kDeviceMilli, 2000)
      .Allocatable(std::string(kDevicePrefix) + "0", 1000)
      .Allocatable(std::string(kDevicePrefix) + "1", 1000)
      .Used(std::string(kDevicePrefix) + "1", 600);
  Config config({{"/typicalPods/0/cpuMilli", ConfigKind::kInteger, "1000", ""},
                 {"/typicalPods/0/gpuCount", ConfigKind::kInteger, "1", ""},
                 {"/typicalPods/0/gpuMilli", ConfigKind::kInteger, "500", ""},
                 {"/typicalPods/0/weight", ConfigKind::kInteger, "1", ""}});
  const auto plugin = loaded->entry.make(config, host);
  ASSERT_NE(plugin, nullptr);
  const auto points = framework::Points::Of(*plugin);
  EXPECT_TRUE(points.score->IsNodeLocal());
  tutti::testing::FakePod pod(host);
  pod.Request("cpu", 1000).Request(kDeviceMilli, 300);
  DeviceSet both;
  for (const uint32_t device : {0, 1}) both.Add(device);
  DeviceSet useless;  // to the pods that usually come, as it is
  useless.Add(1);
  EXPECT_EQ(points.device_select->SelectDevices(CycleState(), pod.view(), cluster.Node("a"),
                                                {1, 300}, both),
            useless);
}

TEST(PluginLoaderTest, APluginInCTellsItsMistakes) {
  auto loaded = LoadPlugin({TestObject("keep_free"), ""});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  tutti::testing::FakeHost host;
  Config config({{"/resource", ConfigKind::kString, "gpu", "t:1:1"},
                 {"/amount", ConfigKind::kString, "three", "t:2:9"}});
  EXPECT_EQ(loaded->entry.make(config, host), nullptr);
  ASSERT_EQ(config.errors().size(), 1u);
  EXPECT_EQ(config.errors()[0].where, "t:2:9");
  EXPECT_EQ(config.errors()[0].pointer, "/amount");
}

TEST(PluginLoaderTest, WantsAnAbsolutePath) {
  EXPECT_EQ(Refusal({"probe_so.so", ""}),
            "plugin file \"probe_so.so\": expected an absolute path; plugins are not searched for");
  EXPECT_THAT(Refusal({"", ""}), HasSubstr("absolute path"));
  EXPECT_THAT(Refusal({"./probe_so.so", std::string(64, '0')}), HasSubstr("absolute path"));
}

TEST(PluginLoaderTest, SaysWhatIsWrongWithAFile) {
  const TempFolder folder;
  const std::string missing = folder.path() + "/missing.so";
  EXPECT_EQ(Refusal({missing, ""}), "plugin file " + missing + ": there is no such file");
  EXPECT_THAT(Refusal({folder.path(), ""}), HasSubstr("it is no file"));
  const std::string text = folder.Write("text.so", "#!/bin/sh\n");
  EXPECT_THAT(Refusal({text, ""}), AllOf(HasSubstr(text), HasSubstr("cannot be loaded")));
  EXPECT_THAT(Refusal({folder.Write("empty.so", ""), ""}), HasSubstr("cannot be loaded"));
}

// A copy that was broken off anywhere is refused, or was as good as whole; nobody dies of it.
TEST(PluginLoaderTest, RefusesATruncatedFile) {
  const TempFolder folder;
  const std::string whole = TestObject("keep_free");
  const auto size = std::filesystem::file_size(whole);
  int truncated = 0;
  bool accepted = false;  // what the linker never reads, debug information say, may be missing
  for (uintmax_t part = 0; part < 32; ++part) {
    const std::string copy = folder.path() + "/part" + std::to_string(part) + ".so";
    std::filesystem::copy_file(whole, copy);
    std::filesystem::resize_file(copy, size * part / 32);
    const std::string refusal = Refusal({copy, ""});
    if (refusal == "accepted") {
      accepted = true;
    } else {
      EXPECT_FALSE(accepted) << "a shorter copy was good enough";
      EXPECT_THAT(refusal, StartsWith("plugin file " + copy));
      truncated += refusal.find("it is truncated") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GT(truncated, 0);
}

TEST(PluginLoaderTest, WantsTheSymbol) {
  EXPECT_THAT(
      Refusal({TestObject("no_symbol"), ""}),
      AllOf(HasSubstr("exports no symbol tutti_plugin_v1"), HasSubstr("TUTTI_EXPORT_PLUGIN")));
}

TEST(PluginLoaderTest, ComparesTheFingerprint) {
  const TempFolder folder;
  // As sha256sum prints it for the three letters.
  const std::string abc = folder.Write("abc", "abc");
  EXPECT_EQ(Sha256OfFile(abc).value(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const std::string path = TestObject("probe");
  std::string right = Sha256OfFile(path).value();
  EXPECT_EQ(Refusal({path, right}), "accepted");
  for (char& c : right) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(Refusal({path, right}), "accepted");
  EXPECT_THAT(Refusal({path, std::string(64, '0')}),
              AllOf(StartsWith("plugin file " + path + " is refused: its sha256 is "),
                    HasSubstr("expected 000000")));
  EXPECT_THAT(Refusal({path, "beef"}), HasSubstr("expected 64 hexadecimal digits"));
  EXPECT_THAT(Refusal({path, std::string(64, 'x')}), HasSubstr("expected 64 hexadecimal digits"));
  EXPECT_THAT(Refusal({folder.path() + "/missing.so", std::string(64, '0')}),
              HasSubstr("missing.so"));
}

TEST(PluginLoaderTest, TwoOriginsOfOneNameAreBothNamed) {
  const TempFolder folder;
  const std::string copy = folder.path() + "/copy.so";
  std::filesystem::copy_file(TestObject("probe"), copy);
  framework::PluginRegistry registry;
  auto first = LoadPlugin({TestObject("probe"), ""});
  auto second = LoadPlugin({copy, ""});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(registry.Add(first->name, first->entry).ok());
  EXPECT_THAT(std::string(registry.Add(second->name, second->entry).message()),
              AllOf(HasSubstr(TestObject("probe")), HasSubstr(copy)));
}

}  // namespace
}  // namespace tutti::loader
