// Plugins in the core: what they say decides where gangs go, which goes first and which waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;
using testing::Script;
using ::testing::SizeIs;

// Group-level points by functions.
class ScriptedGangPlugin final : public QueueSortPlugin,
                                 public PreEnqueuePlugin,
                                 public PlacementGeneratePlugin,
                                 public PlacementScorePlugin {
 public:
  struct Functions {
    std::function<bool(const GangView&, const GangView&)> less = nullptr;
    std::function<Status(const GangView&)> admit = nullptr;
    std::function<Status(std::vector<Domain>&)> generate = nullptr;
    std::function<int64_t(const PlacementView&)> score = nullptr;
  };
  explicit ScriptedGangPlugin(Functions functions) : f_(std::move(functions)) {}

  bool Less(const GangView& a, const GangView& b) const override {
    return f_.less && f_.less(a, b);
  }
  Status PreEnqueue(const GangView& gang, const ClusterView&) const override {
    return f_.admit ? f_.admit(gang) : Status::Success();
  }
  Status PlacementGenerate(CycleState&, const GangView&, const ClusterView&,
                           std::vector<Domain>& domains) const override {
    return f_.generate ? f_.generate(domains) : Status::Skip();
  }
  int64_t PlacementScore(const CycleState&, const GangView&, const PlacementView& placement,
                         const ClusterView&) const override {
    return f_.score ? f_.score(placement) : 0;
  }

 private:
  const Functions f_;
};

class CorePluginsTest : public ::testing::Test {
 protected:
  // Once, when every plugin is there.
  CoreDriver& Start(const CoreOptions& options = {}) {
    d_ = std::make_unique<CoreDriver>(
        options, framework::Plugins{&w_.Profile(), &w_.reasons, [this](const auto& failure) {
                                      failures_.push_back(failure.plugin + " " + failure.point);
                                    }});
    return *d_;
  }
  void AddGangPlugin(ScriptedGangPlugin::Functions functions) {
    ASSERT_TRUE(w_.registry
                    .Add("Ganger", {"1", "test",
                                    [functions](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
                                      return std::make_unique<ScriptedGangPlugin>(functions);
                                    }})
                    .ok());
    w_.specs.push_back({"Ganger", 1, framework::OnError::kDefault, {}, ""});
  }
  ReasonId Reason(const char* code) { return w_.reasons.Add(code, "a test's", "Test"); }
  std::vector<PodInfo> Gang(const std::string& name, int members, int64_t cpu = 1000) {
    std::vector<PodInfo> pods;
    const auto shape = CoreDriver::Shape(cpu);
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, shape));
      d_->Show(pods.back());
    }
    return pods;
  }
  std::vector<std::string> Places(const std::vector<PodInfo>& pods) {
    std::vector<std::string> nodes;
    for (const PodInfo& pod : pods) nodes.push_back(d_->PlacedOn(pod));
    return nodes;
  }
  void TearDown() override {
    if (d_ != nullptr) {
      EXPECT_THAT(d_->broken, IsEmpty());
    }
  }

  PluginWorld w_;
  std::vector<std::string> failures_;
  std::unique_ptr<CoreDriver> d_;
};

TEST_F(CorePluginsTest, AFilterDecidesWhereMembersMayGo) {
  w_.Add("NotA", {.filter = [this](const NodeView& node) {
           return node.name() == "a" ? Status::Unschedulable(ReasonId(0)) : Status::Success();
         }});
  Reason("IsA");
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const auto gang = Gang("g", 2);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("b", "b"));
}

TEST_F(CorePluginsTest, WhereAFilterLeavesNothingTheGangSaysWhyInThePluginsWords) {
  w_.Add("Never", {.filter = [](const NodeView&) {
           return Status::Unschedulable(ReasonId(0), /*need=*/7, /*have=*/3);
         }});
  Reason("NeverEver");
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 2);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("", ""));
  const auto reports = d_->Take<model::ReportGang>();
  ASSERT_FALSE(reports.empty());
  const model::Reason& reason = reports.back().reason;
  EXPECT_EQ(reason.code, ReasonCode::kRefusedByPlugin);
  EXPECT_EQ(CodeName(reason), "NeverEver");
  EXPECT_EQ(reason.need, 7);
  EXPECT_EQ(reason.have, 3);
  EXPECT_EQ(StableMessage(reason), "tutti/NeverEver");
}

TEST_F(CorePluginsTest, AFilterIsAskedAgainForANodeThatGotAMember) {
  // At least half of each node stays free.
  w_.Add("Half", {.filter = [](const NodeView& node) {
           return node.Free(kCpu) - 1000 < node.Allocatable(kCpu) / 2
                      ? Status::Unschedulable(ReasonId(0))
                      : Status::Success();
         }});
  Reason("TooFull");
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const auto four = Gang("four", 4);
  d_->Pass();
  EXPECT_THAT(Places(four), ElementsAre("a", "a", "b", "b"));
  const auto one = Gang("one", 1);
  d_->Pass();
  EXPECT_THAT(Places(one), ElementsAre(""));
}

TEST_F(CorePluginsTest, WhereItRefusesNodesThatGotAMemberTheGangSaysSo) {
  w_.Add("Half", {.filter = [](const NodeView& node) {
           return node.Free(kCpu) - 1000 < node.Allocatable(kCpu) / 2
                      ? Status::Unschedulable(ReasonId(0))
                      : Status::Success();
         }});
  Reason("TooFull");
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const auto five = Gang("five", 5);
  d_->Pass();
  EXPECT_THAT(Places(five), ElementsAre("", "", "", "", ""));
  EXPECT_EQ(d_->HeldBecause(five[0]), ReasonCode::kRefusedByPlugin);
  EXPECT_EQ(d_->reservations(), 0u) << "of what was tried nothing is left";
}

// Two nodes of one block, the first full at once, while readers hold the block as it was.
TEST_F(CorePluginsTest, PluginsSeeTheBlockAsItIsAfterItWasCopied) {
  w_.Add("Level", {.score = [](const CycleState&, const NodeView& node) { return node.Free(kCpu); },
                   .normalize =
                       [](std::span<int64_t> scores) {
                         for (int64_t& score : scores) score = score > 0 ? 100 : 0;
                       }});
  Start().AddNode("a", 1000);
  d_->AddNode("b", 2000);
  const auto before = d_->core.Publish();
  const auto gang = Gang("g", 3);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("a", "b", "b"));
}

TEST_F(CorePluginsTest, TheBestScoreWinsAndANodeIsScoredAnewWhenItGotAMember) {
  // The emptiest node is best: members spread.
  w_.Add("Spread", {.score = [](const CycleState&, const NodeView& node) {
           return node.Free(kCpu) * 100 / node.Allocatable(kCpu);
         }});
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  d_->AddNode("c", 4000);
  const auto gang = Gang("g", 4);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("a", "b", "c", "a"));
}

TEST_F(CorePluginsTest, TheDecisionLogIsToldTheScoresOfAPlan) {
  w_.Add("Spread",
         {.score =
              [](const CycleState&, const NodeView& node) {
                return node.Free(kCpu) * 100 / node.Allocatable(kCpu);
              }},
         3);
  CoreOptions options;
  options.report_scores = true;
  Start(options).AddNode("a", 4000);
  d_->AddNode("b", 2000);
  Gang("g", 3);
  d_->Pass();
  const auto reports = d_->Take<model::ReportScores>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].key.identity, "g");
  std::vector<std::tuple<std::string, int64_t, int64_t>> nodes;
  for (const auto& [name, members, score] : reports[0].nodes)
    nodes.emplace_back(name, members, score);
  // Alike when both are empty, and the tighter one goes first; then a has more left, twice.
  EXPECT_THAT(nodes, ElementsAre(std::tuple("b", 1, 300), std::tuple("a", 2, 300)));
}

TEST_F(CorePluginsTest, NormalizedScoresAreNormalizedForEveryMember) {
  w_.Add("Spread",
         {.score = [](const CycleState&, const NodeView& node) { return node.Free(kCpu); },
          .normalize =
              [](std::span<int64_t> scores) {
                const int64_t most = *std::max_element(scores.begin(), scores.end());
                for (int64_t& score : scores) score = most == 0 ? 0 : 100 * score / most;
              }});
  Start().AddNode("a", 4000);
  d_->AddNode("b", 3000);
  const auto gang = Gang("g", 4);
  d_->Pass();
  // Where both are as empty, the best fit decides.
  EXPECT_THAT(Places(gang), ElementsAre("a", "a", "b", "a"));
}

TEST_F(CorePluginsTest, AFailingFilterHoldsTheGangAndIsCounted) {
  w_.Add("Bad", {.filter = [](const NodeView&) -> Status { throw std::runtime_error("boom"); }});
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 2);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("", ""));
  EXPECT_EQ(d_->HeldBecause(gang[0]), ReasonCode::kPluginFailed);
  EXPECT_THAT(failures_, ::testing::Contains("Bad Filter"));
}

TEST_F(CorePluginsTest, QueueSortDecidesWhoGoesFirst) {
  AddGangPlugin(
      {.less = [](const GangView& a, const GangView& b) { return a.min_member < b.min_member; }});
  Start().AddNode("a", 3000);
  const auto large = Gang("large", 3);
  const auto small = Gang("small", 2);
  d_->Pass();
  EXPECT_THAT(Places(small), ElementsAre("a", "a"));
  EXPECT_THAT(Places(large), ElementsAre("", "", ""));
}

TEST_F(CorePluginsTest, AnOrderThatContradictsItselfLosesNobody) {
  AddGangPlugin({.less = [](const GangView&, const GangView&) { return true; }});
  Start().AddNode("a", 2000);
  std::vector<std::vector<PodInfo>> gangs;
  for (int i = 0; i < 20; ++i) gangs.push_back(Gang(absl::StrFormat("g%d", i), 2));
  d_->Pass();
  // Each has its turn as the others go.
  for (int round = 0; round < 20; ++round) {
    int placed = 0;
    for (const auto& gang : gangs) {
      if (d_->PlacedOn(gang[0]).empty()) continue;
      ++placed;
      for (const PodInfo& pod : gang) d_->Apply(model::PodDeleted{pod.uid});
    }
    EXPECT_EQ(placed, 1) << "round " << round;
    d_->Pass();
  }
  EXPECT_EQ(d_->reservations(), 0u);
}

TEST_F(CorePluginsTest, PreEnqueueHoldsAGangThatThenStandsInNobodysWay) {
  const ReasonId reason = Reason("NotToday");
  bool held = true;
  AddGangPlugin({.admit = [&](const GangView& gang) {
    EXPECT_EQ(gang.classes.size(), 1u);
    return held && gang.name == "held" ? Status::Pending(reason, 2, 1) : Status::Success();
  }});
  Start().AddNode("a", 2000);
  const auto first = Gang("held", 2);
  const auto second = Gang("free", 2);
  d_->Pass();
  EXPECT_THAT(Places(first), ElementsAre("", ""));
  EXPECT_THAT(Places(second), ElementsAre("a", "a")) << "not backfilled behind a head";
  EXPECT_EQ(d_->HeldBecause(first[0]), ReasonCode::kRefusedByPlugin);
  held = false;
  for (const PodInfo& pod : second) d_->Apply(model::PodDeleted{pod.uid});
  d_->Pass();
  EXPECT_THAT(Places(first), ElementsAre("a", "a"));
}

TEST_F(CorePluginsTest, AtAdmissionAHeldGangIsGated) {
  AddGangPlugin({.admit = [](const GangView&) { return Status::Pending(ReasonId(0)); }});
  Reason("NotToday");
  Start().AddNode("a", 4000);
  const PodInfo pod = d_->NewPod("g-0", "g", 1, CoreDriver::Shape(1000));
  const model::AnswerAdmission answer = d_->Admit(pod);
  EXPECT_TRUE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
}

Domain Of(std::string name, std::initializer_list<uint32_t> nodes) {
  Domain domain{std::move(name), std::vector<NodeMask>(1)};
  for (const uint32_t node : nodes) domain.nodes[0].Add(node);
  return domain;
}

TEST_F(CorePluginsTest, AGangStaysWithinTheFirstDomainThatHasRoomForAllOfIt) {
  AddGangPlugin({.generate = [](std::vector<Domain>& domains) {
    domains = {Of("one", {0}), Of("two", {1, 2}), Of("all", {0, 1, 2})};
    return Status::Success();
  }});
  Start().AddNode("n0", 2000);
  d_->AddNode("n1", 2000);
  d_->AddNode("n2", 2000);
  EXPECT_EQ(d_->reservations(), 0u);
  const auto four = Gang("four", 4);
  d_->Pass();
  EXPECT_THAT(Places(four), ElementsAre("n1", "n1", "n2", "n2"));
  EXPECT_EQ(d_->reservations(), 4u) << "what was tried before is given back";
}

TEST_F(CorePluginsTest, OfTheDomainsThatFitTheBestScoreWins) {
  AddGangPlugin({.generate =
                     [](std::vector<Domain>& domains) {
                       domains = {Of("x", {0}), Of("y", {1}), Of("z", {2})};
                       return Status::Success();
                     },
                 .score = [](const PlacementView& placement) -> int64_t {
                   EXPECT_EQ(placement.nodes.size(), 1u);
                   return placement.domain->name == "y" ? 90 : 10;
                 }});
  Start();
  for (const char* name : {"n0", "n1", "n2"}) d_->AddNode(name, 4000);
  const auto gang = Gang("g", 2);
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("n1", "n1"));
}

TEST_F(CorePluginsTest, AGangThatFitsNoDomainNowIsReservedForWithinOne) {
  AddGangPlugin({.generate = [](std::vector<Domain>& domains) {
    domains = {Of("left", {0, 1}), Of("right", {2, 3})};
    return Status::Success();
  }});
  Start();
  for (const char* name : {"n0", "n1", "n2", "n3"}) d_->AddNode(name, 1000);
  const auto small = Gang("small", 1);
  d_->Pass();
  PodInfo bound = small[0];
  bound.node_name = d_->PlacedOn(small[0]);
  d_->Show(bound);
  const auto other = Gang("other", 2);
  d_->Pass();
  EXPECT_THAT(Places(other), ElementsAre("n2", "n3")) << "the whole right side";
  const auto waits = Gang("waits", 2);
  d_->Pass();
  EXPECT_THAT(Places(waits), ElementsAre("", ""));
  EXPECT_EQ(d_->HeldBecause(waits[0]), ReasonCode::kWaitingForCapacity);
}

}  // namespace
}  // namespace tutti::planner
