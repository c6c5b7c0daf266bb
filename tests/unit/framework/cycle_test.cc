// Every plugin is held to its contract, and one that breaks it takes nothing else down.
#include "framework/cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "framework/whole_cluster.h"
#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;
using testing::Script;
using ::testing::SizeIs;

class CycleTest : public ::testing::Test {
 protected:
  CycleTest() {
    for (const char* name : {"a", "b", "c"}) w_.AddNode(name, 4000);
    pod_.requests = requests_;
  }
  Cycle Start() { return Cycle(w_.Profile(), pod_, /*seed=*/7, &on_failure_); }
  // The nodes of the first block that pass.
  std::vector<std::string> Passing(Cycle& cycle) {
    const ClusterView cluster = w_.Cluster();
    NodeMask mask = cluster.blocks[0].present;
    status_ = cycle.Filter(cluster.blocks[0], mask, &diagnosis_);
    std::vector<std::string> names;
    mask.ForEach([&](uint32_t i) { names.emplace_back(cluster.blocks[0].names[i]); });
    return names;
  }
  std::vector<int64_t> Scores(Cycle& cycle) {
    const ClusterView cluster = w_.Cluster();
    std::vector<NodeMask> masks = {cluster.blocks[0].present};
    std::vector<int64_t> totals;
    cycle.Score(cluster, masks, totals);
    totals.resize(3);
    return totals;
  }
  static Status Refuse(int64_t have) {
    return Status::Unschedulable(ReasonId(0), /*need=*/10, have);
  }

  PluginWorld w_;
  const std::vector<PodClassView::Request> requests_ = {{kCpu, 1000}, {kPods, 1}};
  PodClassView pod_;
  std::vector<PluginFailure> failures_;
  const OnPluginFailure on_failure_ = [this](const PluginFailure& f) { failures_.push_back(f); };
  Diagnosis diagnosis_;
  Status status_;
};

TEST_F(CycleTest, ANodePassesWhereEveryFilterLetsIt) {
  w_.Add("First", {.filter = [](const NodeView& node) {
           return node.name() == "a" ? Refuse(3) : Status::Success();
         }});
  w_.Add("Second", {.filter = [](const NodeView& node) {
           EXPECT_NE(node.name(), "a") << "it has been refused already";
           return node.name() == "b" ? Refuse(8) : Status::Success();
         }});
  Cycle cycle = Start();
  EXPECT_THAT(Passing(cycle), ElementsAre("c"));
  EXPECT_TRUE(status_.ok());
  ASSERT_THAT(diagnosis_.lines, SizeIs(2));
  EXPECT_EQ(diagnosis_.lines[1].plugin, 1);
  EXPECT_EQ(diagnosis_.lines[1].of.have, 8);
}

TEST_F(CycleTest, TheDiagnosisKeepsTheNearestMissOfEachReason) {
  w_.Add("Fit", {.filter = [](const NodeView& node) { return Refuse(node.name()[0] - 'a'); }});
  Cycle cycle = Start();
  EXPECT_THAT(Passing(cycle), IsEmpty());
  ASSERT_THAT(diagnosis_.lines, SizeIs(1));
  EXPECT_EQ(diagnosis_.lines[0].of.nodes, 3u);
  EXPECT_EQ(diagnosis_.lines[0].of.need, 10);
  EXPECT_EQ(diagnosis_.lines[0].of.have, 2);
}

TEST_F(CycleTest, SkipInPreFilterSwitchesItsFilterOff) {
  w_.Add("Skips", {.pre_filter = [](CycleState&) { return Status::Skip(); },
                   .filter = [](const NodeView&) { return Refuse(0); }});
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreFilter(w_.Cluster()).ok());
  EXPECT_FALSE(cycle.filters());
  EXPECT_THAT(Passing(cycle), ElementsAre("a", "b", "c"));
}

TEST_F(CycleTest, PreFilterMayRefuseThePodAltogether) {
  w_.Add("Refuses", {.pre_filter = [](CycleState&) { return Refuse(4); }});
  Cycle cycle = Start();
  const Status status = cycle.PreFilter(w_.Cluster());
  EXPECT_EQ(status.code(), Code::kUnschedulable);
  EXPECT_EQ(status.have(), 4);
  EXPECT_THAT(failures_, IsEmpty());
}

struct Misbehaviour {
  const char* what;
  Script script;
  const char* says;
};

class CycleMisbehaviourTest : public CycleTest, public ::testing::WithParamInterface<int> {
 protected:
  static std::vector<Misbehaviour> All() {
    return {
        {"throws",
         {.filter = [](const NodeView&) -> Status { throw std::runtime_error("boom"); }},
         "boom"},
        {"throws an int", {.filter = [](const NodeView&) -> Status { throw 42; }}, "no exception"},
        {"answers Wait", {.filter = [](const NodeView&) { return Status::Wait(); }}, "Wait"},
        {"answers Skip", {.filter = [](const NodeView&) { return Status::Skip(); }}, "Skip"},
        {"answers Error",
         {.filter = [](const NodeView&) { return Status::Error("no disk"); }},
         "no disk"},
        {"waits in PreFilter", {.pre_filter = [](CycleState&) { return Status::Wait(); }}, "Wait"},
    };
  }
};

TEST_P(CycleMisbehaviourTest, ItsNameAndPointAreToldAndThePodWaits) {
  const Misbehaviour bad = All()[static_cast<size_t>(GetParam())];
  SCOPED_TRACE(bad.what);
  w_.Add("Bad", bad.script);
  Cycle cycle = Start();
  Status status = cycle.PreFilter(w_.Cluster());
  if (status.ok()) {
    Passing(cycle);
    status = status_;
  }
  EXPECT_EQ(status.code(), Code::kError);
  EXPECT_THAT(status.message(), HasSubstr("plugin Bad"));
  EXPECT_THAT(status.message(), HasSubstr(bad.says));
  ASSERT_THAT(failures_, SizeIs(1));
  EXPECT_EQ(failures_[0].plugin, "Bad");
}

TEST_P(CycleMisbehaviourTest, WithSkipItIsAsIfItWereNotThere) {
  w_.Add("Bad", All()[static_cast<size_t>(GetParam())].script, 1, OnError::kSkip);
  w_.Add("Good", {.filter = [](const NodeView& node) {
           return node.name() == "a" ? Refuse(0) : Status::Success();
         }});
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreFilter(w_.Cluster()).ok());
  EXPECT_THAT(Passing(cycle), ElementsAre("b", "c"));
  EXPECT_TRUE(status_.ok());
  EXPECT_THAT(failures_, SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(All, CycleMisbehaviourTest, ::testing::Range(0, 6));

TEST_F(CycleTest, ScoresAreWeightedSums) {
  const auto by_name = [](const CycleState&, const NodeView& node) -> int64_t {
    return 10 * (node.name()[0] - 'a');
  };
  w_.Add("One", {.score = by_name}, 2);
  w_.Add("Two", {.score = [](const CycleState&, const NodeView&) -> int64_t { return 100; }}, 3);
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreScore(w_.Cluster()));
  EXPECT_THAT(Scores(cycle), ElementsAre(300, 320, 340));
  EXPECT_FALSE(cycle.normalizes());
  const ClusterView cluster = w_.Cluster();
  EXPECT_EQ(cycle.ScoreOne(cluster.blocks[0], 2), 340);
}

TEST_F(CycleTest, NormalizeScoreSeesTheCandidatesAlone) {
  w_.Add("Raw", {.score = [](const CycleState&, const NodeView& node) -> int64_t {
                   return 1000 * (node.name()[0] - 'a');
                 },
                 .normalize =
                     [](std::span<int64_t> scores) {
                       EXPECT_EQ(scores.size(), 3u);
                       for (int64_t& score : scores) score /= 20;
                     }});
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreScore(w_.Cluster()));
  EXPECT_TRUE(cycle.normalizes());
  EXPECT_THAT(Scores(cycle), ElementsAre(0, 50, 100));
}

TEST_F(CycleTest, AScoreOutOfRangeCountsForNothing) {
  w_.Add("Wild", {.score = [](const CycleState&, const NodeView& node) -> int64_t {
           return node.name() == "b" ? 101 : 5;
         }});
  w_.Add("Tame", {.score = [](const CycleState&, const NodeView&) -> int64_t { return 7; }});
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreScore(w_.Cluster()));
  EXPECT_THAT(Scores(cycle), ElementsAre(7, 7, 7));
  ASSERT_THAT(failures_, SizeIs(1));
  EXPECT_THAT(failures_[0].message, HasSubstr("101 for node b"));
  EXPECT_TRUE(cycle.score_failure().ok()) << "by default a failed Score is left out";
}

TEST_F(CycleTest, AScoreThatMustNotFailMakesThePodWait) {
  w_.Add("Wild", {.score = [](const CycleState&, const NodeView&) -> int64_t { return -1; }}, 1,
         OnError::kReject);
  Cycle cycle = Start();
  cycle.PreScore(w_.Cluster());
  Scores(cycle);
  EXPECT_THAT(cycle.score_failure().message(), HasSubstr("plugin Wild"));
}

TEST_F(CycleTest, WhatAPluginRemembersIsItsOwn) {
  w_.Add("Writes", {.pre_score =
                        [](CycleState& state) {
                          state.Set<int>(41);
                          return Status::Success();
                        },
                    .score = [](const CycleState& state, const NodeView&) -> int64_t {
                      EXPECT_EQ(state.Get<double>(), nullptr);
                      return *state.Get<int>() + 1;
                    }});
  w_.Add("Other", {.score = [](const CycleState& state, const NodeView&) -> int64_t {
           return state.Get<int>() == nullptr ? 0 : 50;
         }});
  Cycle cycle = Start();
  EXPECT_TRUE(cycle.PreScore(w_.Cluster()));
  EXPECT_THAT(Scores(cycle), ElementsAre(42, 42, 42));
}

TEST_F(CycleTest, SeedsDifferBetweenPluginsAndAreTheSameEveryTime) {
  std::vector<uint64_t> seeds;
  const auto note = [&](CycleState& state) {
    seeds.push_back(state.seed());
    return Status::Success();
  };
  w_.Add("One", {.pre_filter = note});
  w_.Add("Two", {.pre_filter = note});
  for (int i = 0; i < 2; ++i) {
    Cycle cycle = Start();
    EXPECT_TRUE(cycle.PreFilter(w_.Cluster()).ok());
  }
  ASSERT_THAT(seeds, SizeIs(4));
  EXPECT_NE(seeds[0], seeds[1]);
  EXPECT_EQ(seeds[0], seeds[2]);
  EXPECT_EQ(seeds[1], seeds[3]);
}

// Two blocks of nodes, and the masks of both.
class TwoBlocksTest : public CycleTest {
 protected:
  TwoBlocksTest() {
    for (uint32_t i = 3; i < kNodesPerBlock + 2; ++i) w_.AddNode("n" + std::to_string(i), 4000);
  }
  std::vector<NodeMask> AllNodes() {
    std::vector<NodeMask> masks;
    for (const NodeBlockView& block : w_.Cluster().blocks) masks.push_back(block.present);
    return masks;
  }
};

TEST_F(TwoBlocksTest, AFilterThatFailsInTheSecondBlockHasRefusedNothingInTheFirst) {
  w_.Add("Late",
         {.filter =
              [](const NodeView& node) {
                return node.name() == "n257" ? Status::Error("no") : Refuse(1);
              }},
         1, OnError::kSkip);
  w_.Add("Other", {.filter = [](const NodeView& node) {
           return node.name() == "a" ? Refuse(3) : Status::Success();
         }});
  Cycle cycle = Start();
  std::vector<NodeMask> masks = AllNodes();
  ASSERT_EQ(cycle.Filter(w_.Cluster(), masks, &diagnosis_), Status::Success());
  EXPECT_EQ(masks[0].Count(), kNodesPerBlock - 1);
  EXPECT_EQ(masks[1].Count(), 2u);
  ASSERT_THAT(diagnosis_.lines, SizeIs(1));
  EXPECT_EQ(diagnosis_.lines[0].plugin, 1);
  EXPECT_THAT(failures_, SizeIs(1));
}

// Refuses what is in `refused`, and scores by index; counts its calls.
class Whole final : public WholeClusterFilter, public WholeClusterScore {
 public:
  Status Filter(const CycleState&, const PodClassView&, const NodeView&) const override {
    return Status::Error("asked node by node");
  }
  Status FilterBlocks(const CycleState&, const PodClassView&, std::span<const NodeBlockView> blocks,
                      std::span<BlockVerdict> verdicts) const override {
    ++calls;
    for (size_t b = 0; b < blocks.size(); ++b) {
      const NodeMask candidates = verdicts[b].passing();
      candidates.ForEach([&](uint32_t i) {
        if (blocks[b].Index(i).value % 2 == 0)
          verdicts[b].Refuse(i, Status::Unschedulable(ReasonId(0), 1, 0));
      });
    }
    return Status::Success();
  }
  int64_t Score(const CycleState&, const PodClassView&, const NodeView&) const override {
    throw std::logic_error("asked node by node");
  }
  void ScoreBlocks(const CycleState&, const PodClassView&, std::span<const NodeBlockView> blocks,
                   std::span<const NodeMask> candidates, std::span<int64_t> scores) const override {
    ++calls;
    for (size_t b = 0; b < blocks.size(); ++b) {
      candidates[b].ForEach([&](uint32_t i) { scores[b * kNodesPerBlock + i] = i % 100; });
    }
  }

  mutable int calls = 0;
};

TEST_F(TwoBlocksTest, AnAdapterIsAskedOnceForAllBlocks) {
  const Whole* whole = nullptr;
  ASSERT_TRUE(w_.registry
                  .Add("Whole", {"1", "test",
                                 [&](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
                                   auto made = std::make_unique<Whole>();
                                   whole = made.get();
                                   return made;
                                 }})
                  .ok());
  w_.specs.push_back({"Whole", 2, OnError::kReject, {}, ""});
  Cycle cycle = Start();
  std::vector<NodeMask> masks = AllNodes();
  ASSERT_EQ(cycle.Filter(w_.Cluster(), masks, &diagnosis_), Status::Success());
  EXPECT_EQ(whole->calls, 1);
  EXPECT_EQ(masks[0].Count(), kNodesPerBlock / 2);
  EXPECT_FALSE(masks[1].Has(0));
  EXPECT_TRUE(masks[1].Has(1));
  ASSERT_THAT(diagnosis_.lines, SizeIs(1));
  EXPECT_EQ(diagnosis_.lines[0].of.nodes, kNodesPerBlock / 2 + 1);
  std::vector<int64_t> totals;
  cycle.Score(w_.Cluster(), masks, totals);
  EXPECT_EQ(whole->calls, 2);
  EXPECT_EQ(totals[7], 14);
  EXPECT_EQ(totals[kNodesPerBlock + 1], 2);
  EXPECT_EQ(totals[8], 0) << "no candidate";
}

}  // namespace
}  // namespace tutti::framework
