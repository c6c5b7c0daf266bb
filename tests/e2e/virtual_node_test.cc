// Nodes of a virtual-kubelet on the real control plane: for gangs that fit nowhere else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

// Two nodes of 4 CPUs, and one that has as many as anybody likes.
class VirtualNodeTest : public E2eBed<VirtualNodeTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.nodes = 2;
    options.node.cpu = "4";
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    NodeTemplate node;
    node.prefix = "burst";
    node.cpu = "64";
    node.labels["type"] = "virtual-kubelet";
    ASSERT_TRUE(plane().AddNodes(1, node).ok());
    const json taint = {
        {"key", "virtual-kubelet.io/provider"}, {"value", "mock"}, {"effect", "NoSchedule"}};
    const json spec = {{"taints", json::array({taint})}};
    ASSERT_TRUE(plane()
                    .Send("PATCH", "/api/v1/nodes/burst-0", {{"spec", spec}},
                          "application/merge-patch+json")
                    .ok());
  }

 protected:
  static absl::Status Submit(const std::string& gang, int members, bool tolerates) {
    PodTemplate pod = GangPod(gang, members, "1");
    if (tolerates)
      pod.extra_spec =
          R"({"tolerations": [{"key": "virtual-kubelet.io/provider", "operator": "Exists"}]})";
    return plane().CreatePods(members, gang, pod);
  }
  static int OnVirtualNodes(const std::string& gang) {
    int count = 0;
    for (const json& pod : plane().Pods("default")) {
      const bool ours = pod["metadata"]["name"].get<std::string>().starts_with(gang + "-");
      count += ours && pod["spec"].value("nodeName", "").starts_with("burst-") ? 1 : 0;
    }
    return count;
  }
};

TEST_F(VirtualNodeTest, RealNodesAreFilledFirstAndTheRestGoesWhereItIsTolerated) {
  ASSERT_TRUE(Submit("first", 6, true).ok());
  ASSERT_TRUE(AllBound("first", 6));
  EXPECT_EQ(OnVirtualNodes("first"), 0) << "there was room for all of it";
  ASSERT_TRUE(Submit("second", 4, true).ok());
  ASSERT_TRUE(AllBound("second", 4));
  EXPECT_EQ(OnVirtualNodes("second"), 2) << "no more than was needed";
  ASSERT_TRUE(Submit("third", 2, false).ok());
  EXPECT_TRUE(SawReason("third", "WaitingForCapacity"));
  plane().DeletePods("first");
  EXPECT_TRUE(AllBound("third", 2));
  EXPECT_EQ(OnVirtualNodes("third"), 0);
}

}  // namespace
}  // namespace tutti::testing
