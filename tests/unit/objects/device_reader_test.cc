#include "objects/device_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "objects/node_decoder.h"
#include "tests/unit/objects/pod_decoder_fixture.h"

namespace tutti::objects {
namespace {

using model::DeviceRequest;
using ::testing::HasSubstr;
using Entries = std::vector<PodView::Entry>;

class DeviceReaderTest : public ::testing::Test {
 protected:
  DeviceAsk Read(const Entries& annotations, int64_t gpus = 0) const {
    return ReadDevices(annotations, {{devices_.counted(), gpus}}, devices_);
  }
  DeviceRequest Request(const Entries& annotations, int64_t gpus = 0) const {
    const DeviceAsk ask = Read(annotations, gpus);
    EXPECT_EQ(ask.problem, "");
    return ask.request;
  }

  model::ResourceTable resources_;
  model::DeviceTable devices_ = *model::DeviceTable::Make(resources_, "nvidia.com/gpu");
};

TEST_F(DeviceReaderTest, EveryWayOfAsking) {
  EXPECT_EQ(Request({}), DeviceRequest());
  EXPECT_EQ(Request({}, 4), (DeviceRequest{4, 1000})) << "the counted resource: whole devices";
  EXPECT_EQ(Request({{"tutti.dev/gpu-milli", "250"}}), (DeviceRequest{1, 250}));
  EXPECT_EQ(Request({{"tutti.dev/gpu-count", "2"}}), (DeviceRequest{2, 1000}));
  EXPECT_EQ(Request({{"alibabacloud.com/gpu-milli", "470"}, {"alibabacloud.com/gpu-count", "1"}}),
            (DeviceRequest{1, 470}));
  EXPECT_EQ(Request({{"alibabacloud.com/gpu-milli", "0"}, {"alibabacloud.com/gpu-count", "0"}}),
            DeviceRequest());
  EXPECT_EQ(Request({{"gpu-fraction", "0.5"}}), (DeviceRequest{1, 500}));
  EXPECT_EQ(Request({{"gpu-fraction", "1"}, {"gpu-fraction-num-devices", "2"}}),
            (DeviceRequest{2, 1000}));
}

TEST_F(DeviceReaderTest, OursComeBeforeThoseOfOthers) {
  EXPECT_EQ(Request({{"gpu-fraction", "0.5"}, {"tutti.dev/gpu-milli", "100"}}),
            (DeviceRequest{1, 100}));
}

TEST_F(DeviceReaderTest, TheSameAskedTwiceIsNoContradiction) {
  EXPECT_EQ(Request({{"tutti.dev/gpu-count", "2"}}, 2), (DeviceRequest{2, 1000}));
}

TEST_F(DeviceReaderTest, WhatIsWrongIsSaidAndNothingButTheContainersCount) {
  const auto expect = [&](const Entries& annotations, const char* message, int64_t gpus = 0) {
    const DeviceAsk ask = Read(annotations, gpus);
    EXPECT_THAT(ask.problem, HasSubstr(message));
    EXPECT_EQ(ask.request, DeviceRequest::OfTotal(gpus * 1000));
  };
  expect({{"tutti.dev/gpu-milli", "half"}}, "\"half\": expected 0 to 1000");
  expect({{"tutti.dev/gpu-milli", "1001"}}, "expected 0 to 1000");
  expect({{"tutti.dev/gpu-milli", "-1"}}, "expected 0 to 1000");
  expect({{"tutti.dev/gpu-count", "17"}}, "expected a number of devices, 0 to 16");
  expect({{"tutti.dev/gpu-milli", "500"}, {"tutti.dev/gpu-count", "2"}},
         "only one device can be shared and tutti.dev/gpu-count is 2");
  expect({{"gpu-fraction", "1.5"}}, "a fraction of one device");
  expect({{"gpu-fraction", "0.5"}, {"gpu-fraction-num-devices", "2"}}, "ask for whole devices");
  expect({{"tutti.dev/gpu-milli", "500"}}, "ask in one way only", 1);
}

TEST_F(DeviceReaderTest, WhereDevicesAreOffNobodyAsks) {
  EXPECT_EQ(ReadDevices(Entries{{"tutti.dev/gpu-milli", "x"}}, {}, {}).problem, "");
}

// The same through the decoders.
class DecodedDevicesTest : public DeviceReaderTest {
 protected:
  model::PodInfo Pod(const std::string& metadata, const std::string& requests = "{}") {
    const std::string json =
        absl::StrFormat(R"({"metadata":{"namespace":"ns",%s},"spec":{"containers":[)"
                        R"({"name":"c","resources":{"requests":%s}}]}})",
                        metadata, requests);
    absl::StatusOr<model::PodInfo> pod = decoder_.Decode(Padded(json).json());
    EXPECT_TRUE(pod.ok()) << pod.status();
    return *pod;
  }

  ShapeTable shapes_;
  FakeGrouping grouping_{"first", "tutti.dev/gang"};
  PodDecoder decoder_{resources_, shapes_, {&grouping_}, nullptr, devices_};
};

TEST_F(DecodedDevicesTest, APodThatAsksIsAGangOfItsOwn) {
  const model::PodInfo pod =
      Pod(R"("name":"p","annotations":{"tutti.dev/gpu-milli":"300","tutti.dev/gpu-index":"3"})");
  EXPECT_EQ(devices_.RequestOf(pod.shape->requests), (DeviceRequest{1, 300}));
  EXPECT_EQ(devices_.RequestOf(*pod.charge), (DeviceRequest{1, 300}));
  EXPECT_EQ(model::DeviceIndexText(pod.devices), "3");
  ASSERT_TRUE(pod.gang);
  EXPECT_EQ(pod.gang->spec->min_member, 1);
  EXPECT_EQ(pod.gang->key.identity, "p");
}

TEST_F(DecodedDevicesTest, AMemberOfAGangStaysOne) {
  const model::PodInfo pod =
      Pod(R"("name":"p","annotations":{"tutti.dev/gang":"g"})", R"({"nvidia.com/gpu":"2"})");
  EXPECT_EQ(devices_.RequestOf(pod.shape->requests), (DeviceRequest{2, 1000}));
  EXPECT_EQ(pod.gang->key.identity, "g");
}

TEST_F(DecodedDevicesTest, OthersAreLeftAlone) {
  EXPECT_FALSE(Pod(R"("name":"p")", R"({"cpu":"1"})").gang);
  EXPECT_FALSE(Pod(R"("generateName":"p-","annotations":{"tutti.dev/gpu-milli":"300"})").gang)
      << "at admission, before it has a name, it cannot be told from others";
}

TEST_F(DecodedDevicesTest, AListOfAnotherLengthThanAskedForIsNotBelieved) {
  EXPECT_TRUE(
      Pod(R"("name":"p","annotations":{"tutti.dev/gpu-milli":"300","tutti.dev/gpu-index":"3-4"})")
          .devices.empty());
}

TEST_F(DecodedDevicesTest, AWrongAnnotationMakesThePodMisconfigured) {
  const model::PodInfo pod = Pod(R"("name":"p","annotations":{"tutti.dev/gpu-milli":"x"})");
  ASSERT_TRUE(pod.gang);
  EXPECT_THAT(pod.gang->problem, HasSubstr("tutti.dev/gpu-milli"));
}

TEST_F(DecodedDevicesTest, ANodeHasItsDevices) {
  base::Interner labels;
  NodeDecoder decoder(labels, resources_, nullptr, devices_);
  const std::string json =
      R"({"metadata":{"name":"n"},"status":{"allocatable":{"nvidia.com/gpu":"2"}}})";
  const auto node = decoder.Decode(Padded(json).json());
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->allocatable.Get(devices_.milli()), 2000);
  EXPECT_EQ(node->allocatable.Get(devices_.slot(1)), 1000);
  EXPECT_EQ(node->allocatable.Get(devices_.slot(2)), 0);
}

}  // namespace
}  // namespace tutti::objects
