#include "planner/domain_chooser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using framework::OnError;
using model::ReasonCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;

class DomainChooserTest : public ::testing::Test {
 protected:
  class Scripted final : public PlacementGeneratePlugin, public PlacementScorePlugin {
   public:
    using Generate = std::function<Status(std::vector<Domain>&)>;
    using Score = std::function<int64_t(const PlacementView&)>;
    Scripted(Generate generate, Score score)
        : generate_(std::move(generate)), score_(std::move(score)) {}
    Status PlacementGenerate(CycleState& state, const GangView&, const ClusterView&,
                             std::vector<Domain>& domains) const override {
      state.Set(int{41});
      return generate_(domains);
    }
    int64_t PlacementScore(const CycleState& state, const GangView&, const PlacementView& placement,
                           const ClusterView&) const override {
      EXPECT_EQ(*state.Get<int>(), 41) << "what was remembered in PlacementGenerate";
      return score_(placement);
    }

   private:
    const Generate generate_;
    const Score score_;
  };

  static Domain Of(std::string name, std::initializer_list<uint32_t> nodes) {
    Domain domain{std::move(name), std::vector<NodeMask>(1)};
    for (const uint32_t node : nodes) domain.nodes[0].Add(node);
    return domain;
  }
  static Scripted::Generate Racks() {
    return [](std::vector<Domain>& domains) {
      domains = {Of("left", {0, 1}), Of("right", {2, 3}), Of("all", {0, 1, 2, 3})};
      return Status::Success();
    };
  }
  void Add(
      Scripted::Generate generate, Scripted::Score score = [](const PlacementView&) { return 50; },
      OnError on_error = OnError::kDefault) {
    w_.AddMade(
        "Domains", [=] { return std::make_unique<Scripted>(generate, score); }, 3, on_error);
  }
  DomainChooser& Chooser() {
    plugins_ = w_.Plugins();
    return chooser_.emplace(plugins_, w_.nodes, w_.texts);
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const Domain& domain : chooser_->domains()) names.push_back(domain.name);
    return names;
  }

  PluginWorld w_;
  framework::Plugins plugins_;
  std::optional<DomainChooser> chooser_;
  GangView gang_;
};

TEST_F(DomainChooserTest, WithoutAPluginOrWithASkipNobodyRestrictsTheGang) {
  const framework::Plugins none;
  EXPECT_FALSE(DomainChooser(none, w_.nodes, w_.texts).Generate(gang_));
  Add([](std::vector<Domain>& domains) {
    domains.push_back(Of("ignored", {0}));
    return Status::Skip();
  });
  EXPECT_FALSE(Chooser().Generate(gang_));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(DomainChooserTest, DomainsComeInTheOrderOfPreference) {
  Add(Racks());
  EXPECT_TRUE(Chooser().Generate(gang_));
  EXPECT_THAT(Names(), ElementsAre("left", "right", "all"));
}

TEST_F(DomainChooserTest, WhereMembersHaveNodesOnlyDomainsThatHoldAllOfThemAreLeft) {
  Add(Racks());
  const std::vector<NodeIndex> right = {NodeIndex(2), NodeIndex(3)};
  gang_.placed_on = right;
  EXPECT_TRUE(Chooser().Generate(gang_));
  EXPECT_THAT(Names(), ElementsAre("right", "all"));
  const std::vector<NodeIndex> both = {NodeIndex(1), NodeIndex(2)};
  gang_.placed_on = both;
  EXPECT_TRUE(chooser_->Generate(gang_));
  EXPECT_THAT(Names(), ElementsAre("all"));
  const std::vector<NodeIndex> elsewhere = {NodeIndex(9)};
  gang_.placed_on = elsewhere;
  EXPECT_TRUE(chooser_->Generate(gang_));
  EXPECT_THAT(Names(), ElementsAre("left", "right", "all")) << "no domain is its home: any will do";
}

TEST_F(DomainChooserTest, ARefusalLeavesNoDomainAndSaysWhy) {
  const ReasonId reason = w_.reasons.Add("NoRack", "a test's", "Domains");
  Add([=](std::vector<Domain>&) { return Status::Unschedulable(reason, 4, 1); });
  EXPECT_TRUE(Chooser().Generate(gang_));
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_EQ(CodeName(chooser_->refusal()), "NoRack");
  EXPECT_EQ(chooser_->refusal().need, 4);
}

TEST_F(DomainChooserTest, AFailureHoldsTheGangUnlessItIsSkipped) {
  for (const OnError on_error : {OnError::kDefault, OnError::kReject, OnError::kSkip}) {
    PluginWorld w;
    w.AddMade(
        "Bad",
        [] {
          return std::make_unique<Scripted>(
              [](std::vector<Domain>& domains) {
                domains.resize(PlacementGeneratePlugin::kMostDomains + 1);
                return Status::Success();
              },
              nullptr);
        },
        1, on_error);
    const framework::Plugins plugins = w.Plugins();
    DomainChooser chooser(plugins, w.nodes, w.texts);
    EXPECT_EQ(chooser.Generate(gang_), on_error != OnError::kSkip);
    EXPECT_THAT(chooser.domains(), IsEmpty());
    EXPECT_EQ(chooser.refusal().code, ReasonCode::kPluginFailed);
    EXPECT_THAT(w.failures, ElementsAre(HasSubstr("gave 4097 domains")));
  }
}

TEST_F(DomainChooserTest, ScoresAreWeightedAndOneOutOfRangeCountsNothing) {
  int64_t score = 70;
  Add(Racks(), [&](const PlacementView& placement) {
    EXPECT_EQ(placement.domain->name, "left");
    EXPECT_EQ(placement.nodes.size(), 1u);
    return score;
  });
  ASSERT_TRUE(Chooser().Generate(gang_));
  EXPECT_TRUE(chooser_->scores());
  const Domain left = chooser_->domains()[0];
  EXPECT_EQ(chooser_->Score(gang_, left, {{NodeIndex(0)}}), 210);
  for (const int64_t wrong : {-1, 101}) {
    score = wrong;
    EXPECT_EQ(chooser_->Score(gang_, left, {{NodeIndex(0)}}), 0);
  }
  EXPECT_EQ(w_.failures.size(), 2u);
  EXPECT_THAT(w_.failures[0], HasSubstr("PlacementScore gave -1 for domain left"));
}

TEST(DomainTest, HasAsksForMissingBlocksAsWell) {
  Domain domain{"d", std::vector<NodeMask>(1)};
  domain.nodes[0].Add(5);
  EXPECT_TRUE(DomainChooser::Has(domain, NodeIndex(5)));
  EXPECT_FALSE(DomainChooser::Has(domain, NodeIndex(6)));
  EXPECT_FALSE(DomainChooser::Has(domain, NodeIndex(kNodesPerBlock + 5)));
}

}  // namespace
}  // namespace tutti::planner
