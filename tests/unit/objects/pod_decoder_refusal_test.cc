// What cannot be read is refused, with the pod and the field; a list goes on without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "objects/pod_decoder.h"
#include "tests/unit/objects/pod_decoder_fixture.h"

namespace tutti::objects {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(PodDecoderTest, ErrorsNameThePodAndTheField) {
  const auto metadata = [](const char* json) {
    return absl::StrFormat(R"({"metadata":%s})", json);
  };
  const auto spec = [](const char* json) {
    return absl::StrFormat(R"({"metadata":{"name":"p","namespace":"ns"},"spec":%s})", json);
  };
  const auto status = [](const char* json) {
    return absl::StrFormat(R"({"metadata":{"name":"p","namespace":"ns"},"status":%s})", json);
  };
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "not a Pod: "},
      {"null", "not a Pod: expected a JSON object"},
      {"[]", "not a Pod: expected a JSON object"},
      {"{", "not a Pod: "},
      {"{} {}", "not a Pod: "},
      {"{\"metadata\":{\"name\":\"\xff\"}}", "not a Pod: "},
      {"{}", "not a Pod: expected an object with metadata"},
      {R"({"metadata":7})", "metadata: expected an object"},
      {metadata(R"({"name":7})"), "metadata.name: expected a string"},
      {metadata(R"({"name":"p","namespace":"ns","uid":"not-a-uid"})"),
       "pod ns/p: metadata.uid: expected a UUID"},
      {metadata(R"({"name":"p","annotations":{"a":true}})"),
       "metadata.annotations.a: expected a string"},
      {metadata(R"({"name":"p","ownerReferences":[{},7]})"),
       "metadata.ownerReferences[1]: expected an object"},
      {metadata(R"({"name":"p","ownerReferences":[{"controller":"yes"}]})"),
       "ownerReferences[0].controller: expected true or false"},
      {spec("[]"), "pod ns/p: spec: expected an object"},
      {spec(R"({"containers":{}})"), "spec.containers: expected an array"},
      {spec(R"({"containers":[null]})"), "spec.containers[0]: expected an object"},
      {spec(R"({"containers":[{},{"resources":{"requests":[]}}]})"),
       "spec.containers[1].resources.requests: expected an object"},
      {spec(R"({"containers":[{"resources":{"requests":{"cpu":"1 core"}}}]})"),
       "pod ns/p: spec.containers[0].resources.requests.cpu: \"1 core\" is not a quantity"},
      {spec(R"({"containers":[{"resources":{"requests":{"cpu":true}}}]})"),
       "requests.cpu: expected a quantity such as \"500m\""},
      {spec(R"({"containers":[{"resources":{"requests":{"nvidia.com/gpu":"-8"}}}]})"),
       "requests.nvidia.com/gpu: must not be negative"},
      {spec(R"({"overhead":{"memory":"-100Ei"}})"), "spec.overhead.memory: must not be negative"},
      {spec(R"({"initContainers":[{"resources":{"requests":{"cpu":""}}}]})"),
       "spec.initContainers[0].resources.requests.cpu"},
      {spec(R"({"containers":[{"ports":[{"hostPort":70000}]}]})"),
       "spec.containers[0].ports[0].hostPort: expected 1 to 65535"},
      {spec(R"({"containers":[{"ports":[{"hostPort":"80"}]}]})"),
       "ports[0].hostPort: expected an integer"},
      {spec(R"({"nodeName":{}})"), "spec.nodeName: expected a string"},
      {spec(R"({"priority":1.5})"), "spec.priority: expected an integer"},
      {spec(R"({"nodeSelector":["a"]})"), "spec.nodeSelector: expected an object"},
      {spec(R"({"schedulingGates":[{"name":3}]})"),
       "spec.schedulingGates[0].name: expected a string"},
      {spec(
           R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"In","values":[1]}]}]}}}})"),
       "nodeSelectorTerms[0].matchExpressions[0].values[0]: expected a string"},
      {status(R"({"phase":1})"), "pod ns/p: status.phase: expected a string"},
      {status(R"({"conditions":[{"type":[]}]})"), "status.conditions[0].type: expected a string"},
  };
  for (const auto& [json, message] : rows) {
    const auto pod = Decode(json);
    EXPECT_EQ(pod.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(pod.status().message()), HasSubstr(message)) << json;
  }
  // And after all of that the decoder still works.
  EXPECT_TRUE(Decode(ReadGolden("training_pod.json")).ok());
}

TEST_F(PodDecoderTest, NestingIsBoundedForSmallAndForHugeDocuments) {
  const auto nested = [](int depth, size_t filler) {
    std::string json =
        R"({"metadata":{"name":"p"},"filler":")" + std::string(filler, 'x') + R"(","deep":)";
    json += std::string(depth, '[') + std::string(depth, ']') + "}";
    return json;
  };
  for (const size_t filler : {size_t{0}, size_t{1} << 20, size_t{6} << 20, size_t{0}}) {
    EXPECT_TRUE(Decode(nested(60, filler)).ok()) << filler;
    EXPECT_FALSE(Decode(nested(65, filler)).ok()) << filler;
    EXPECT_FALSE(Decode(nested(10'000, filler)).ok()) << filler;
  }
}

TEST_F(PodDecoderTest, WalksAListAndLeavesOutWhatItCannotRead) {
  const auto item = [](const char* name, const std::string& rest) {
    return absl::StrFormat(R"({"metadata":{"name":"%s","namespace":"ns","uid":"%s"}%s})", name,
                           kUid, rest);
  };
  std::vector<std::string> names;
  std::vector<std::string> problems;
  const auto decode = [&](const std::string& json) {
    names.clear();
    problems.clear();
    return decoder_.DecodeList(
        Padded(json).json(), [&](PodInfo pod) { names.push_back(pod.name); },
        [&](const absl::Status& problem) { problems.emplace_back(problem.message()); });
  };
  EXPECT_TRUE(
      decode(
          absl::StrFormat(
              R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"x"},"items":[%s,%s,7,%s,%s]})",
              item("a", ""), item("bad", R"(,"spec":{"containers":7})"), item("b", R"(,"spec":{})"),
              R"({"metadata":{"name":"nobody","namespace":"ns"}})"))
          .ok());
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_THAT(problems,
              ElementsAre(HasSubstr("pod ns/bad: spec.containers"), HasSubstr("not a Pod"),
                          HasSubstr("pod ns/nobody: expected metadata.name and metadata.uid")));
  EXPECT_TRUE(decode(R"({"items":null})").ok());
  EXPECT_TRUE(decode(R"({"items":[]})").ok());
  EXPECT_THAT(names, IsEmpty());
  // Taken for an empty list, these would delete every pod.
  for (const char* json :
       {"{}", R"({"items":{}})", R"({"kind":"Status","code":500})", "[]", R"({"items":[)"}) {
    EXPECT_EQ(decode(json).code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

}  // namespace
}  // namespace tutti::objects
