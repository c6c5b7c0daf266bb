// Gangs on the real control plane with nothing but the extender: no webhook, no CRD, no gates.
#include <gmock/gmock.h>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

class GangExtenderOnlyTest : public E2eBed<GangExtenderOnlyTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.tutti.webhook = false;
    options.nodes = 4;
    options.node.cpu = "4";
    options.tutti.extra =
        "gang: {waitTimeout: 3s, backoff: {initial: 1s, max: 2s}, repairTimeout: 5s}\n";
    return options;
  }
};

TEST_F(GangExtenderOnlyTest, AGangIsHeldUntilWholeAndThenBound) {
  ASSERT_TRUE(plane().CreatePods(3, "held", GangPod("held", 4, "1")).ok());
  EXPECT_TRUE(plane().WaitFor([&] {
    const json pod = Pod("held-0");
    return pod.dump().find("tutti/WaitingForMembers") != std::string::npos;
  }));
  EXPECT_EQ(plane().CountBound("held"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "held-last", GangPod("held", 4, "1")).ok());
  EXPECT_TRUE(AllBound("held", 4));
  EXPECT_FALSE(Pod("held-0")["spec"].contains("affinity"));
}

TEST_F(GangExtenderOnlyTest, AWaitingGangIsWokenWhenRoomIsFree) {
  ASSERT_TRUE(plane().CreatePods(4, "first", GangPod("first", 4, "3")).ok());
  ASSERT_TRUE(AllBound("first", 4));
  ASSERT_TRUE(plane().CreatePods(4, "second", GangPod("second", 4, "3")).ok());
  EXPECT_TRUE(SawReason("second", "WaitingForCapacity"));
  ASSERT_TRUE(plane()
                  .Send("DELETE",
                        "/api/v1/namespaces/default/"
                        "pods?gracePeriodSeconds=0&fieldSelector=spec.nodeName!%3D",
                        nullptr)
                  .ok());
  EXPECT_TRUE(AllBound("second", 4));
}

TEST_F(GangExtenderOnlyTest, SixteenGpusServeSixtyGangsOfRandomSize) {
  NodeTemplate gpu;
  gpu.prefix = "gpu";
  gpu.cpu = "64";
  gpu.extended = {{"example.com/gpu", "8"}};
  ASSERT_TRUE(plane().AddNodes(2, gpu).ok());
  std::vector<int> sizes;
  uint32_t random = 12345;
  for (int g = 0; g < 60; ++g) {
    random = random * 1664525u + 1013904223u;
    sizes.push_back(1 + static_cast<int>(random >> 16) % 8);
  }
  for (int g = 0; g < 60; ++g) {
    PodTemplate pod = GangPod(absl::StrFormat("g%d", g), sizes[static_cast<size_t>(g)]);
    pod.requests["example.com/gpu"] = "1";
    ASSERT_TRUE(
        plane().CreatePods(sizes[static_cast<size_t>(g)], absl::StrFormat("g%d", g), pod).ok());
  }
  // Finish whatever runs whole until all have run: a gang that never gets its turn ends the wait.
  std::vector<bool> done(60, false);
  const bool drained = plane().WaitFor(
      [&] {
        std::map<std::string, std::vector<std::string>> bound;
        for (const json& pod : plane().Pods("default")) {
          if (!pod["spec"].contains("nodeName")) continue;
          bound[pod["metadata"]["annotations"]["tutti.dev/gang"]].push_back(
              pod["metadata"]["name"]);
        }
        for (const auto& [gang, names] : bound) {
          const size_t g = static_cast<size_t>(std::stoi(gang.substr(1)));
          if (static_cast<int>(names.size()) < sizes[g]) continue;
          done[g] = true;
          for (const std::string& name : names) {
            (void)plane().Send("DELETE",
                               "/api/v1/namespaces/default/pods/" + name + "?gracePeriodSeconds=0",
                               nullptr);
          }
        }
        return std::count(done.begin(), done.end(), true) == 60;
      },
      std::chrono::seconds(60));
  EXPECT_TRUE(drained) << std::count(done.begin(), done.end(), true) << " of 60 gangs ran";
}

}  // namespace
}  // namespace tutti::testing
