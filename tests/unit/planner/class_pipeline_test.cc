#include "planner/class_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"
#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;
using ::testing::HasSubstr;
using testing::PluginWorld;
using testing::Script;
using testing::ShapeOf;

class ClassPipelineTest : public ::testing::Test {
 protected:
  ClassPipelineTest() {
    for (const char* name : {"a", "b", "c"}) w_.AddNode(name, 4000);
  }
  // Begins with a class of one.
  ClassPipeline& Begin() {
    plugins_ = w_.Plugins();
    pipeline_.emplace(plugins_, w_.nodes, w_.texts);
    pipeline_->Begin(wanted_, 1);
    masks_.assign(1, w_.Cluster().blocks[0].present);
    return *pipeline_;
  }

  PluginWorld w_;
  framework::Plugins plugins_;
  std::optional<ClassPipeline> pipeline_;
  const MemberClass wanted_{ShapeOf({{kCpu, 1000}}), "default", 1, {}, {}, {}, "g"};
  std::vector<NodeMask> masks_;
};

TEST_F(ClassPipelineTest, IsActiveOnlyWhereSomebodyJudgesNodes) {
  const framework::Plugins none;
  EXPECT_FALSE(ClassPipeline(none, w_.nodes, w_.texts).active());
  testing::PointFunctions functions;
  functions.reserve = [](const GangView&, const PlacementView&) { return Status::Success(); };
  w_.AddPoints("Account", functions);
  const framework::Plugins plugins = w_.Plugins();
  EXPECT_FALSE(ClassPipeline(plugins, w_.nodes, w_.texts).active());
}

TEST_F(ClassPipelineTest, LeavesThoseThatPassAndScoresThem) {
  w_.Add("NotA", Script{.filter = [](const NodeView& node) {
           return node.name() == "a" ? Status::Unschedulable(ReasonId(0)) : Status::Success();
         }});
  w_.Add("ByIndex",
         Script{.score =
                    [](const CycleState&, const NodeView& node) {
                      return static_cast<int64_t>(node.index().value);
                    }},
         2);
  ClassPipeline& pipeline = Begin();
  EXPECT_TRUE(pipeline.active());
  ASSERT_TRUE(pipeline.Filter(masks_));
  EXPECT_FALSE(masks_[0].Has(0));
  EXPECT_EQ(masks_[0].Count(), 2u);
  ASSERT_TRUE(pipeline.scores());
  EXPECT_FALSE(pipeline.normalizes());
  EXPECT_EQ(pipeline.Score(masks_)[2], 4);
  EXPECT_EQ(pipeline.ScoreOne(NodeIndex(1)), 2);
  EXPECT_FALSE(pipeline.StillPasses(NodeIndex(0)));
  EXPECT_TRUE(pipeline.StillPasses(NodeIndex(1)));
}

TEST_F(ClassPipelineTest, OfSeveralReasonsTheOneOfMostNodesIsTold) {
  const ReasonId few = w_.reasons.Add("Few", "a test's", "Judge");
  const ReasonId many = w_.reasons.Add("Many", "a test's", "Judge");
  w_.Add("Judge", Script{.filter = [=](const NodeView& node) {
           return node.name() == "a" ? Status::Unschedulable(few, 9, 9)
                                     : Status::Unschedulable(many, 5, 3);
         }});
  ClassPipeline& pipeline = Begin();
  EXPECT_FALSE(pipeline.Filter(masks_));
  EXPECT_EQ(CodeName(pipeline.refusal()), "Many");
  EXPECT_EQ(pipeline.refusal().need, 5);
  EXPECT_EQ(pipeline.refusal().have, 3);
}

TEST_F(ClassPipelineTest, PreFilterRefusesAllNodesAtOnce) {
  const ReasonId reason = w_.reasons.Add("NeverEver", "a test's", "Judge");
  w_.Add("Judge", Script{.pre_filter = [=](CycleState&) {
           return Status::UnschedulableAndUnresolvable(reason, 2, 1);
         }});
  ClassPipeline& pipeline = Begin();
  EXPECT_FALSE(pipeline.Filter(masks_));
  EXPECT_EQ(CodeName(pipeline.refusal()), "NeverEver");
}

TEST_F(ClassPipelineTest, AFailedScoreIsSkippedUnlessItRejects) {
  const Script bad{.score = [](const CycleState&, const NodeView&) -> int64_t { return 101; }};
  w_.Add("Skipped", bad);
  w_.Add("Rejects", bad, 1, framework::OnError::kReject);
  ClassPipeline& pipeline = Begin();
  ASSERT_TRUE(pipeline.Filter(masks_));
  pipeline.Score(masks_);
  EXPECT_TRUE(pipeline.score_failed());
  EXPECT_EQ(pipeline.refusal().code, ReasonCode::kPluginFailed);
  EXPECT_THAT(w_.failures, ::testing::Each(HasSubstr("Score gave 101 for node a")));
  EXPECT_EQ(w_.failures.size(), 2u);
}

TEST_F(ClassPipelineTest, SeesANodeAnewOnlyWhereItWasRefreshed) {
  w_.Add("HasRoom", Script{.filter = [](const NodeView& node) {
           return node.Free(kCpu) >= 1000 ? Status::Success() : Status::Unschedulable(ReasonId(0));
         }});
  w_.reasons.Add("Full", "a test's", "HasRoom");
  ClassPipeline& pipeline = Begin();
  const model::NodeTable::Published held = w_.nodes.Publish();  // so that a change copies the block
  w_.nodes.Reserve(NodeIndex(0), {{kCpu, 4000}}, {});
  EXPECT_TRUE(pipeline.StillPasses(NodeIndex(0)));
  pipeline.Refresh(NodeIndex(0));
  EXPECT_FALSE(pipeline.StillPasses(NodeIndex(0)));
}

TEST_F(ClassPipelineTest, OtherColumnsOfWhatIsFreeCanBeShown) {
  w_.Add("HasRoom", Script{.filter = [](const NodeView& node) {
           return node.Free(kCpu) >= 1000 ? Status::Success() : Status::Unschedulable(ReasonId(0));
         }});
  w_.reasons.Add("Full", "a test's", "HasRoom");
  ClassPipeline& pipeline = Begin();
  std::array<int64_t, kNodesPerBlock> cpu{};
  cpu[1] = 1000;
  pipeline.OverrideFree(0, {cpu.data()});
  ASSERT_TRUE(pipeline.Filter(masks_));
  EXPECT_TRUE(masks_[0].Has(1));
  EXPECT_EQ(masks_[0].Count(), 1u);
}

}  // namespace
}  // namespace tutti::planner
