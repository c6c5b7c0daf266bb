// The policies whose score is one formula: GpuBestFit, GpuDotProduct, GpuPacking, GpuClustering,
// RandomNode. Numbers are worked out by hand from the formulas in their headers.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fragmentation/gpu_best_fit.h"
#include "fragmentation/gpu_clustering.h"
#include "fragmentation/gpu_dot_product.h"
#include "fragmentation/gpu_packing.h"
#include "fragmentation/random_node.h"
#include "tests/plugins/fragmentation/device_fixture.h"

namespace tutti::plugins {
namespace {

using testing::MakePlugin;

class GpuPoliciesTest : public DeviceFixture {};

TEST_F(GpuPoliciesTest, BestFitMeasuresWhatIsLeftByTheLargestNode) {
  Node("a", 64'000, {1000, 1000});
  const auto plugin = MakePlugin<GpuBestFit>(host_);
  // (64000 - 32000) / 128000 / 2 + (2000 - 1000) / 8000 / 2 = 0.1875
  EXPECT_EQ(Score(*plugin, "a", 32'000, 1000), 81);
  EXPECT_EQ(Score(*plugin, "a", 64'000, 2000), 100) << "nothing left";
  EXPECT_EQ(Score(*plugin, "a", 0, 0), 62);
}

TEST_F(GpuPoliciesTest, BestFitTakesTheLargestNodeFromItsArguments) {
  Node("a", 1000, {1000});
  const auto plugin =
      MakePlugin<GpuBestFit>(host_, {Number("/maxCpuMilli", 1000), Number("/maxGpuMilli", 1000)});
  EXPECT_EQ(Score(*plugin, "a", 0, 0), 0);
  EXPECT_EQ(Score(*plugin, "a", 500, 1000), 75);
}

TEST_F(GpuPoliciesTest, DotProductPrefersNodesWithLittleOfWhatIsAsked) {
  Node("full", 64'000, {1000});
  Node("empty", 128'000, {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000});
  const auto plugin = MakePlugin<GpuDotProduct>(host_);
  // 1 - (64/128 * 32/128 + 1/8 * 1/8) / 2 = 0.929
  EXPECT_EQ(Score(*plugin, "full", 32'000, 1000), 92);
  // 1 - (1 * 32/128 + 1 * 1/8) / 2 = 0.8125
  EXPECT_EQ(Score(*plugin, "empty", 32'000, 1000), 81);
}

TEST_F(GpuPoliciesTest, PackingTakesSharedDevicesThenUsedNodesThenIdleOnes) {
  Node("shared", 1000, {400, 1000});
  Node("used", 1000, {0, 1000, 1000});
  Node("idle", 1000, {1000, 1000});
  const auto plugin = MakePlugin<GpuPacking>(host_);
  EXPECT_EQ(Score(*plugin, "shared", 100, 300), 96) << "100 - 40 / 10";
  EXPECT_EQ(Score(*plugin, "shared", 100, 500), 49) << "the idle device of a used node";
  EXPECT_EQ(Score(*plugin, "used", 100, 2000), 48);
  EXPECT_EQ(Score(*plugin, "idle", 100, 300), 31);
  EXPECT_EQ(Score(*plugin, "idle", 100, 0), 0) << "asks for none";
}

TEST_F(GpuPoliciesTest, ClusteringKeepsKindsOfPodsTogether) {
  const auto plugin = MakePlugin<GpuClustering>(host_);
  const std::string share = std::string(kDevicePodsPrefix) + "share";
  const std::string pairs = std::string(kDevicePodsPrefix) + "2";
  const auto node = [&](const std::string& name, int64_t sharing, int64_t with_two) {
    Node(name, 1000, {1000, 1000, 1000, 1000})
        .Allocatable(share, 100)
        .Used(share, sharing)
        .Allocatable(pairs, 100)
        .Used(pairs, with_two);
  };
  node("empty", 0, 0);
  node("sharing", 2, 0);
  node("both", 1, 1);
  node("pairs", 0, 1);
  // 25 * (8000 - 4000) / 8000 = 12 for how full it is.
  EXPECT_EQ(Score(*plugin, "sharing", 100, 300), 87);
  EXPECT_EQ(Score(*plugin, "both", 100, 300), 62);
  EXPECT_EQ(Score(*plugin, "empty", 100, 300), 37);
  EXPECT_EQ(Score(*plugin, "pairs", 100, 300), 12);
  EXPECT_EQ(Score(*plugin, "pairs", 100, 2000), 87);
  EXPECT_EQ(Score(*plugin, "sharing", 100, 0), 0) << "asks for none";
}

TEST_F(GpuPoliciesTest, RandomDrawsOneNodeTheSameForTheSameSeed) {
  for (const char* name : {"a", "b", "c", "d"}) Node(name, 1000, {1000, 1000});
  const auto plugin = MakePlugin<RandomNode>(host_);
  const testing::FakePod pod = Pod(100, 300);
  std::set<size_t> drawn;
  for (uint64_t seed = 0; seed < 64; ++seed) {
    std::vector<int64_t> scores;
    for (const char* name : {"a", "b", "c", "d"})
      scores.push_back(plugin->Score(CycleState(seed), pod.view(), cluster_.Node(name)));
    std::vector<int64_t> again = scores;
    plugin->NormalizeScore(CycleState(seed), pod.view(), scores);
    plugin->NormalizeScore(CycleState(seed), pod.view(), again);
    EXPECT_EQ(scores, again);
    EXPECT_EQ(std::count(scores.begin(), scores.end(), 100), 1);
    EXPECT_EQ(std::count(scores.begin(), scores.end(), 0), 3);
    drawn.insert(
        static_cast<size_t>(std::find(scores.begin(), scores.end(), 100) - scores.begin()));
  }
  EXPECT_EQ(drawn.size(), 4u) << "each of them is drawn some time";
}

TEST_F(GpuPoliciesTest, RandomDrawsADeviceThatFitsForAShareOnly) {
  Node("a", 1000, {100, 1000, 500});
  const auto plugin = MakePlugin<RandomNode>(host_);
  const std::string device = Devices(*plugin, "a", 100, 300);
  EXPECT_TRUE(device == "1" || device == "2") << device;
  EXPECT_EQ(Devices(*plugin, "a", 100, 1000), "");
}

}  // namespace
}  // namespace tutti::plugins
