#include "objects/node_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/objects/test_documents.h"

namespace tutti::objects {
namespace {

using model::TaintEffect;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NodeDecoderTest : public ::testing::Test {
 protected:
  absl::StatusOr<model::NodeInfo> Decode(const std::string& json) {
    return decoder_.Decode(Padded(json).json());
  }
  std::string Label(const model::NodeInfo& node, std::string_view key) {
    return std::string(labels_.Text(node.Label(labels_.Find(key))));
  }

  base::Interner labels_;
  model::ResourceTable resources_;
  NodeDecoder decoder_{labels_, resources_};
};

TEST_F(NodeDecoderTest, ReadsANodeAsTheServerWritesIt) {
  const auto node = Decode(ReadGolden("gpu_node.json"));
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->name, "gpu-node-03");
  EXPECT_EQ(node->uid.ToString(), "b0a7f7a0-3a58-4b0c-9d35-6f1f0a2b3c4d");
  EXPECT_TRUE(node->unschedulable);
  EXPECT_EQ(node->labels.size(), 6u);
  EXPECT_TRUE(std::is_sorted(node->labels.begin(), node->labels.end()));
  EXPECT_EQ(Label(*node, "node.example/pool"), "h100");
  EXPECT_EQ(Label(*node, "node-role.kubernetes.io/worker"), "");
  EXPECT_TRUE(node->Label(labels_.Find("node-role.kubernetes.io/worker")).valid());
  EXPECT_FALSE(node->Label(labels_.Find("nobody has this")).valid());
  EXPECT_THAT(
      node->taints,
      ElementsAre(model::Taint{"nvidia.com/gpu", "present", TaintEffect::kNoSchedule},
                  model::Taint{"node.kubernetes.io/unschedulable", "", TaintEffect::kNoSchedule},
                  model::Taint{"spot", "", TaintEffect::kPreferNoSchedule},
                  model::Taint{"node.kubernetes.io/not-ready", "", TaintEffect::kNoExecute}));
  // Allocatable, not capacity; a resource of zero is none.
  EXPECT_EQ(Describe(node->allocatable, resources_),
            "cpu=127500m memory=2104024132Ki ephemeral-storage=1698756925085 pods=110 "
            "hugepages-2Mi=4Gi nvidia.com/gpu=8");
}

TEST_F(NodeDecoderTest, ABareNodeIsFine) {
  const auto node =
      Decode(R"({"metadata":{"name":"n","labels":null},"spec":{},"status":{"allocatable":null}})");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_FALSE(node->uid.valid());
  EXPECT_THAT(node->labels, IsEmpty());
  EXPECT_TRUE(node->allocatable.empty());
}

TEST_F(NodeDecoderTest, AVirtualKubeletsNodeIsKnownByItsLabelOrItsTaint) {
  const auto is_virtual = [&](const std::string& metadata, const std::string& spec) {
    const auto node =
        Decode(absl::StrFormat(R"({"metadata":{"name":"n"%s},"spec":{%s}})", metadata, spec));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() && node->is_virtual;
  };
  EXPECT_TRUE(is_virtual(R"(,"labels":{"type":"virtual-kubelet"})", ""));
  EXPECT_TRUE(is_virtual(
      "",
      R"("taints":[{"key":"virtual-kubelet.io/provider","value":"aws","effect":"NoSchedule"}])"));
  EXPECT_FALSE(is_virtual(R"(,"labels":{"type":"gpu"})",
                          R"("taints":[{"key":"spot","effect":"NoSchedule"}])"));
}

TEST_F(NodeDecoderTest, ErrorsNameTheNodeAndTheField) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"([])", "not a Node: expected a JSON object"},
      {R"({"metadata":{"name":"n"},)", "not a Node: "},
      {R"({})", "expected an object with metadata"},
      {R"({"metadata":{}})", "metadata.name: expected the node's name"},
      {R"({"metadata":{"name":5}})", "metadata.name: expected a string"},
      {R"({"metadata":{"name":"n","uid":"7"}})", "node n: metadata.uid: expected a UUID"},
      {R"({"metadata":{"name":"n","labels":{"a":1}}})",
       "node n: metadata.labels.a: expected a string"},
      {R"({"metadata":{"name":"n"},"spec":{"unschedulable":"yes"}})",
       "spec.unschedulable: expected true or false"},
      {R"({"metadata":{"name":"n"},"spec":{"taints":{}}})", "spec.taints: expected an array"},
      {R"({"metadata":{"name":"n"},"status":{"allocatable":{"cpu":"many"}}})",
       "node n: status.allocatable.cpu: \"many\" is not a quantity"},
      {R"({"metadata":{"name":"n"},"status":{"allocatable":{"cpu":"-1"}}})",
       "must not be negative"},
  };
  for (const auto& [json, message] : rows) {
    const auto node = Decode(json);
    EXPECT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(node.status().message()), HasSubstr(message)) << json;
  }
}

TEST_F(NodeDecoderTest, OneBadNodeDoesNotSpoilTheList) {
  const Padded list(
      R"({"kind":"NodeList","items":[{"metadata":{"name":"a"}},{"metadata":{}},{"metadata":{"name":"b"}}]})");
  std::vector<std::string> names;
  std::vector<std::string> problems;
  const absl::Status status = decoder_.DecodeList(
      list.json(), [&](model::NodeInfo node) { names.push_back(node.name); },
      [&](const absl::Status& problem) { problems.emplace_back(problem.message()); });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_EQ(problems.size(), 1u);
}

// What pods ask for can fill their part of the table, and a node's resources still fit.
TEST_F(NodeDecoderTest, NodesHaveTheirOwnRoomInTheTable) {
  for (size_t i = 0; i < 1000; ++i) resources_.InternForPod(absl::StrFormat("example.com/r%d", i));
  const auto node =
      Decode(R"({"metadata":{"name":"n"},"status":{"allocatable":{"example.com/late":"3"}}})");
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(Describe(node->allocatable, resources_), "example.com/late=3");
}

}  // namespace
}  // namespace tutti::objects
