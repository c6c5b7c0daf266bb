#include "fragmentation/fragmentation_gradient.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/plugins/fragmentation/device_fixture.h"

namespace tutti::plugins {
namespace {

using testing::MakePlugin;

class FragmentationGradientTest : public DeviceFixture {
 protected:
  void Typical(int64_t cpu, int64_t count, int64_t milli, int64_t weight,
               const std::string& models = "") {
    const std::string item = "/typicalPods/" + std::to_string(listed_++);
    args_.push_back(Number(item + "/cpuMilli", cpu));
    args_.push_back(Number(item + "/gpuCount", count));
    args_.push_back(Number(item + "/gpuMilli", milli));
    args_.push_back(Number(item + "/weight", weight));
    args_.push_back({item + "/models", ConfigKind::kString, models, ""});
  }
  std::unique_ptr<FragmentationGradient> Make() {
    return MakePlugin<FragmentationGradient>(host_, args_);
  }
  static int64_t Sigmoid(double devices) {
    return static_cast<int64_t>(100 / (1 + std::exp(-devices)));
  }

  std::vector<ConfigEntry> args_;
  int listed_ = 0;
};

TEST_F(FragmentationGradientTest, ADeviceThatIsTooSmallForThePodsThatComeIsFilledFirst) {
  Typical(1000, 1, 500, 1);
  Node("a", 8000, {1000, 400});
  const auto plugin = Make();
  // Device 1: its 400 are of no use to anybody; 300 of them less. Device 0: 700 are still of use.
  EXPECT_EQ(Score(*plugin, "a", 1000, 300), Sigmoid(0.3));
  EXPECT_EQ(Devices(*plugin, "a", 1000, 300), "1");
  // 600 make the other 400 of device 0 useless.
  EXPECT_EQ(Score(*plugin, "a", 1000, 600), Sigmoid(-0.4));
  EXPECT_EQ(Devices(*plugin, "a", 1000, 600), "0");
}

TEST_F(FragmentationGradientTest, OfDevicesThatScoreAlikeTheLowestIsTaken) {
  Typical(1000, 1, 500, 1);
  Node("a", 8000, {1000, 1000});
  EXPECT_EQ(Devices(*Make(), "a", 1000, 500), "0");
  EXPECT_EQ(Devices(*Make(), "a", 1000, 1000), "") << "whole devices: the host's rule";
}

TEST_F(FragmentationGradientTest, CpuThatIsGoneMakesDevicesUseless) {
  Typical(4000, 1, 1000, 1);
  Node("a", 8000, {1000, 1000});
  EXPECT_EQ(Score(*Make(), "a", 4000, 0), Sigmoid(0)) << "the next one still fits";
  EXPECT_EQ(Score(*Make(), "a", 5000, 0), Sigmoid(-2)) << "no device is of use any more";
}

TEST_F(FragmentationGradientTest, DevicesAreOfNoUseToPodsThatWantNone) {
  Typical(1000, 1, 1000, 3);
  Typical(1000, 0, 0, 1);
  Node("a", 8000, {1000});
  // Before: a quarter of the pods cannot use the device.
  EXPECT_EQ(Score(*Make(), "a", 1000, 1000), Sigmoid(0.25));
}

TEST_F(FragmentationGradientTest, DevicesOfAnotherModelAreOfNoUse) {
  Typical(1000, 1, 1000, 1, "T4|P100");
  Node("t4", 8000, {1000}).Label("nvidia.com/gpu.product", "T4");
  Node("v100", 8000, {1000}).Label("nvidia.com/gpu.product", "V100");
  Node("none", 8000, {1000});
  const auto plugin = Make();
  EXPECT_EQ(Score(*plugin, "t4", 1000, 1000), Sigmoid(0));
  EXPECT_EQ(Score(*plugin, "v100", 1000, 1000), Sigmoid(1));
  EXPECT_EQ(Score(*plugin, "none", 1000, 1000), Sigmoid(1));
}

TEST_F(FragmentationGradientTest, MistakesInItsArgumentsAreAllNamed) {
  Typical(1000, 2, 500, 1);
  Typical(1000, 1, 500, 0);
  try {
    Make();
    FAIL() << "it was made";
  } catch (const std::invalid_argument& mistakes) {
    const std::string text = mistakes.what();
    EXPECT_NE(text.find("/typicalPods/0/gpuMilli: expected 1000"), std::string::npos) << text;
    EXPECT_NE(text.find("/typicalPods/1/weight: expected 1 to 1000000"), std::string::npos) << text;
  }
  args_.clear();
  EXPECT_THROW(Make(), std::invalid_argument) << "no typical pods at all";
}

// The tables say what the definition says, pod by pod.
TEST_F(FragmentationGradientTest, FragmentsAreThoseOfTheDefinition) {
  std::mt19937_64 random(9);
  const auto below = [&](int64_t bound) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(bound));
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<TypicalPod> pods;
    for (int64_t i = 0; i <= below(12); ++i) {
      TypicalPod pod;
      pod.cpu = 500 * below(10);
      const int64_t kind = below(3);
      if (kind == 1) pod.devices = {1, 100 * (1 + below(9))};
      if (kind == 2) pod.devices = {static_cast<uint32_t>(1 + below(4)), 1000};
      if (below(3) == 0) pod.models = {"T4"};
      pod.weight = 1 + below(5);
      pods.push_back(pod);
    }
    FreeDevices free;
    free.count = static_cast<uint32_t>(below(9));
    for (uint32_t d = 0; d < free.count; ++d) free.milli[d] = 100 * below(11);
    const int64_t cpu = 400 * below(14);
    const std::string model = below(2) == 0 ? "T4" : "V100";
    int64_t expected = 0;
    for (const TypicalPod& pod : pods) {
      const bool runs = pod.devices.any() && cpu >= pod.cpu &&
                        (pod.models.empty() || model == "T4") &&
                        free.Fitting(pod.devices).Count() >= pod.devices.count;
      for (uint32_t d = 0; d < free.count; ++d) {
        if (!runs || free.milli[d] < pod.devices.milli) expected += pod.weight * free.milli[d];
      }
    }
    const TypicalPods typical(pods);
    const TypicalPods::Node node(typical, model, free);
    EXPECT_EQ(node.Fragments(cpu), expected);
    if (free.count == 0) continue;
    FreeDevices less = free;
    less.milli[0] /= 3;
    const int64_t after = TypicalPods::Node(typical, model, less).Fragments(cpu);
    EXPECT_EQ(node.FragmentsAfter(cpu, free.milli[0], less.milli[0]), after);
    TypicalPods::Node changed = node;
    changed.Change(free.milli[0], less.milli[0]);
    EXPECT_EQ(changed.Fragments(cpu), after);
  }
}

}  // namespace
}  // namespace tutti::plugins
