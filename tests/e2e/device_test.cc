// Single GPUs on the real control plane: shares of one, whole ones, and those that must wait.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

template <class Way>
class DeviceTest : public E2eBed<DeviceTest<Way>> {
 public:
  static typename E2eBed<DeviceTest<Way>>::Options BedOptions() {
    typename E2eBed<DeviceTest<Way>>::Options options;
    options.nodes = 2;
    options.node.cpu = "16";
    options.node.extended = {{"nvidia.com/gpu", "2"}};
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = "devices: {enabled: true}\n";
    return options;
  }

 protected:
  static PodTemplate Asking(const std::string& annotation, const std::string& amount) {
    PodTemplate pod;
    pod.annotations = {{annotation, amount}};
    return pod;
  }
  // Thousandths given of each device, as the API server lists them: by node and number.
  static std::map<std::string, int> Given() {
    std::map<std::string, int> given;
    for (const json& pod : DeviceTest::plane().Pods("default")) {
      const std::string node = pod["spec"].value("nodeName", "");
      const json& annotations = pod["metadata"]["annotations"];
      if (node.empty() || !annotations.contains("tutti.dev/gpu-index")) continue;
      const int each = std::stoi(annotations.value("tutti.dev/gpu-milli", "1000"));
      const std::string index = annotations["tutti.dev/gpu-index"];
      for (size_t at = 0; at < index.size(); at += 2) given[node + "/" + index[at]] += each;
    }
    return given;
  }
  static int Most(const std::map<std::string, int>& given) {
    int most = 0;
    for (const auto& [device, milli] : given) most = std::max(most, milli);
    return most;
  }
};
TYPED_TEST_SUITE(DeviceTest, WaysIn, WayName);

TYPED_TEST(DeviceTest, SharesFillDevicesAndNoneIsGivenTwice) {
  // Four devices take one share of 600 each and one of 400 beside it; a fifth of 600 must wait.
  ASSERT_TRUE(
      this->plane().CreatePods(4, "large", this->Asking("tutti.dev/gpu-milli", "600")).ok());
  ASSERT_TRUE(this->AllBound("large", 4));
  EXPECT_EQ(this->Given().size(), 4);
  ASSERT_TRUE(
      this->plane().CreatePods(4, "small", this->Asking("tutti.dev/gpu-milli", "400")).ok());
  ASSERT_TRUE(this->AllBound("small", 4));
  EXPECT_EQ(this->Most(this->Given()), 1000);
  ASSERT_TRUE(
      this->plane().CreatePods(1, "waits", this->Asking("tutti.dev/gpu-milli", "600")).ok());
  EXPECT_TRUE(this->SawReason("waits-0", "WaitingForCapacity"));
  this->plane().DeletePods("small-0");
  this->plane().DeletePods("large");
  EXPECT_TRUE(this->AllBound("waits", 1));
  EXPECT_THAT(this->tutti().Fetch("/debug/invariants"), ::testing::EndsWith("\r\n\r\nok\n"));
}

TYPED_TEST(DeviceTest, WholeDevicesByAnnotationByRequestAndInAGang) {
  PodTemplate gang = GangPod("pair", 2, "1");
  gang.annotations["tutti.dev/gpu-count"] = "1";
  ASSERT_TRUE(this->plane().CreatePods(2, "pair", gang).ok());
  ASSERT_TRUE(this->AllBound("pair", 2));
  PodTemplate request;
  request.requests["nvidia.com/gpu"] = "2";
  ASSERT_TRUE(this->plane().CreatePods(1, "request", request).ok());
  ASSERT_TRUE(this->AllBound("request", 1));
  const json pod = this->Pod("request-0");
  EXPECT_EQ(pod["metadata"]["annotations"]["tutti.dev/gpu-index"], "0-1");
  if (TypeParam::kWebhook) {  // planned in its CREATE, though no marker of a gang is there
    EXPECT_EQ(pod["metadata"]["annotations"]["tutti.dev/pinned-nodes"], pod["spec"]["nodeName"]);
  }
  EXPECT_EQ(this->Given().size(), 4);
  EXPECT_EQ(this->Most(this->Given()), 1000);
}

TYPED_TEST(DeviceTest, AWrongAskIsSaid) {
  ASSERT_TRUE(
      this->plane().CreatePods(1, "wrong", this->Asking("tutti.dev/gpu-milli", "half")).ok());
  EXPECT_TRUE(this->SawReason("wrong-0", "Misconfigured"));
  EXPECT_EQ(this->plane().CountBound("wrong"), 0);
}

}  // namespace
}  // namespace tutti::testing
