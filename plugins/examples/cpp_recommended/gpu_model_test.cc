#include "gpu_model.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tutti/testing/fake_cluster.h"

namespace examples {
namespace {

using tutti::Code;
using tutti::ConfigEntry;
using tutti::ConfigKind;
using tutti::CycleState;
using tutti::Status;
using tutti::testing::FakeCluster;
using tutti::testing::FakeHost;
using tutti::testing::FakePod;
using tutti::testing::MakePlugin;

constexpr char kLabel[] = "nvidia.com/gpu.product";

class GpuModelTest : public ::testing::Test {
 protected:
  GpuModelTest() {
    cluster_.AddNode("h100").Label(kLabel, "H100");
    cluster_.AddNode("a100").Label(kLabel, "A100");
    cluster_.AddNode("t4").Label(kLabel, "T4");
    cluster_.AddNode("bare");
  }

  // One cycle for a pod with this annotation: what each node is told, and its score.
  struct Answer {
    Status pre_filter;
    std::vector<Status> nodes;
    std::vector<int64_t> scores;
  };
  Answer Ask(const std::string& models, std::vector<ConfigEntry> args = {}) {
    const auto plugin = MakePlugin<GpuModel>(host_, std::move(args));
    FakePod pod(host_);
    if (!models.empty()) pod.Annotation("example.com/gpu-models", models);
    CycleState state;
    Answer answer;
    answer.pre_filter = plugin->PreFilter(state, pod.view(), cluster_.view());
    for (const char* name : {"h100", "a100", "t4", "bare"}) {
      answer.nodes.push_back(plugin->Filter(state, pod.view(), cluster_.Node(name)));
      answer.scores.push_back(plugin->Score(state, pod.view(), cluster_.Node(name)));
    }
    return answer;
  }
  std::string Reason(const Status& status) {
    return status.ok() ? "" : std::string(host_.ReasonCode(status.reason()));
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
};

TEST_F(GpuModelTest, EarlierModelsScoreMoreAndOthersAreRefused) {
  const Answer answer = Ask("H100, A100");
  EXPECT_TRUE(answer.nodes[0].ok());
  EXPECT_TRUE(answer.nodes[1].ok());
  EXPECT_EQ(Reason(answer.nodes[2]), "OtherGpuModel");
  EXPECT_EQ(Reason(answer.nodes[3]), "GpuModelUnknown");
  EXPECT_EQ(answer.scores, (std::vector<int64_t>{100, 50, 0, 0}));
}

TEST_F(GpuModelTest, BlanksAndEmptyNamesAreNothing) {
  EXPECT_EQ(Ask(" ,A100\t,, H100 ").scores, (std::vector<int64_t>{50, 100, 0, 0}));
}

TEST_F(GpuModelTest, AModelThatNoNodeHasIsPassedOver) {
  const Answer answer = Ask("B200,T4");
  EXPECT_TRUE(answer.nodes[2].ok());
  EXPECT_EQ(answer.scores[2], 100);
}

TEST_F(GpuModelTest, PodsThatNameNothingAreNotJudged) {
  EXPECT_EQ(Ask("").pre_filter.code(), Code::kSkip);
  EXPECT_EQ(host_.Count("pods_judged"), 0);
}

TEST_F(GpuModelTest, NodesWithoutTheLabelMayBeAllowed) {
  const Answer answer = Ask("H100", {{"/unlabelledNodes", ConfigKind::kString, "Allow", ""}});
  EXPECT_TRUE(answer.nodes[3].ok());
  EXPECT_FALSE(answer.nodes[2].ok());
}

TEST_F(GpuModelTest, TooManyModelsAreRefusedAndCounted) {
  const Answer answer = Ask("a,b,c,d,e,f,g,h,i");
  EXPECT_EQ(answer.pre_filter.code(), Code::kUnschedulableAndUnresolvable);
  EXPECT_EQ(Reason(answer.pre_filter), "TooManyGpuModels");
  EXPECT_EQ(host_.Count("pods_misconfigured"), 1);
}

// FilterBlock is Filter for each candidate, and touches nobody else.
TEST_F(GpuModelTest, BlocksAreJudgedAsNodesAre) {
  const auto plugin = MakePlugin<GpuModel>(host_);
  FakePod pod(host_);
  pod.Annotation("example.com/gpu-models", "A100");
  CycleState state;
  ASSERT_TRUE(plugin->PreFilter(state, pod.view(), cluster_.view()).ok());
  const tutti::NodeBlockView& block = cluster_.view().blocks[0];
  tutti::NodeMask candidates;
  candidates.Add(1);
  candidates.Add(2);
  tutti::BlockVerdict verdict(candidates);
  ASSERT_TRUE(plugin->FilterBlock(state, pod.view(), block, verdict).ok());
  EXPECT_TRUE(verdict.passing().Has(1));
  EXPECT_FALSE(verdict.passing().Has(2));
  EXPECT_FALSE(verdict.unresolvable().Has(0));
  EXPECT_EQ(host_.ReasonCode(verdict.reason(2)), "OtherGpuModel");
}

TEST_F(GpuModelTest, MistakesInTheConfigurationAreRefused) {
  EXPECT_THROW(Ask("", {{"/labell", ConfigKind::kString, "a", ""}}), std::invalid_argument);
  EXPECT_THROW(Ask("", {{"/label", ConfigKind::kString, "", ""}}), std::invalid_argument);
  EXPECT_THROW(Ask("", {{"/unlabelledNodes", ConfigKind::kString, "Maybe", ""}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace examples
