#include "cli/trace/node_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(NodeSpecTest, ACountAloneIsSoManyProcessors) {
  const auto nodes = ParseNodeSpec("3");
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  ASSERT_THAT(*nodes, SizeIs(3));
  EXPECT_EQ(nodes->at(2).name, "node-2");
  EXPECT_THAT(nodes->at(0).allocatable, ElementsAre(Pair("cpu", 1000)));
}

TEST(NodeSpecTest, ReadsAmountsGpusAndRacks) {
  const auto nodes = ParseNodeSpec("4:cpu=1500m,memory=2Gi,gpu=8,model=A100,rack=2");
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  const sim::SimNode& last = nodes->back();
  EXPECT_THAT(last.allocatable, ElementsAre(Pair("cpu", 1500), Pair("memory", int64_t{2} << 30)));
  EXPECT_EQ(last.gpus, 8);
  EXPECT_EQ(last.gpu_model, "A100");
  EXPECT_THAT(last.labels, ElementsAre(Pair("rack", "rack-1")));
}

TEST(NodeSpecTest, SaysWhichPartIsWrong) {
  const auto message = [](const char* text) {
    return std::string(ParseNodeSpec(text).status().message());
  };
  EXPECT_THAT(message("0"), HasSubstr("a whole number from 1 to 100000"));
  EXPECT_THAT(message("4:cpu"), HasSubstr("got \"cpu\": expected KEY=VALUE"));
  EXPECT_THAT(message("4:cpu=lots"), HasSubstr("got \"cpu=lots\""));
  EXPECT_THAT(message("4:gpu=2000"), HasSubstr("a whole number from 1 to 1024"));
  EXPECT_THAT(message("4:model=A100"), HasSubstr("gpu=N beside model"));
  EXPECT_THAT(message("99999999999999999999"), HasSubstr("expected"));
}

}  // namespace
}  // namespace tutti::cli
