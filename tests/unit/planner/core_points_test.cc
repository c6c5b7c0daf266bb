// PostFilter, and members that come later, in the core.
#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using ::testing::ElementsAre;

class CorePointsTest : public CorePoints {};

TEST_F(CorePointsTest, PostFilterLearnsWhyAndItsReasonStandsForTheGang) {
  const ReasonId reason = Reason("BuyMoreNodes");
  std::vector<std::string> codes;
  PointFunctions functions;
  functions.post_filter = [&](const GangView& gang, const GangDiagnosis& diagnosis, Nomination&) {
    codes.push_back(absl::StrFormat("%s %s %d/%d of %d", gang.name, diagnosis.code, diagnosis.have,
                                    diagnosis.need, diagnosis.resource.value));
    return gang.name == "huge" ? Status::Unschedulable(reason, 1, 0) : Status::Skip();
  };
  w_.AddPoints("Advisor", functions);
  Start().AddNode("a", 4000);
  const auto huge = Gang("huge", 5);
  d_->Pass();
  EXPECT_THAT(codes, ElementsAre("huge ExceedsCluster 4000/5000 of 0"));
  EXPECT_EQ(CodeName(LastReason()), "BuyMoreNodes");
}

TEST_F(CorePointsTest, TheHeadWaitsWhereItIsNominated) {
  PointFunctions functions;
  functions.post_filter = [](const GangView&, const GangDiagnosis&, Nomination& nomination) {
    nomination.nodes.resize(1);
    nomination.nodes[0].Add(1);  // b
    return Status::Success();
  };
  w_.AddPoints("Nominator", functions);
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  // Both are busy; b has more to drain, so that it would not be chosen.
  ShowBound(d_->NewPod("x", "", 0, CoreDriver::Shape(1000)), "a");
  ShowBound(d_->NewPod("y", "", 0, CoreDriver::Shape(2000)), "b");
  Gang("g", 1, 4000);
  d_->Pass();
  const auto snapshot = d_->core.Publish();
  ASSERT_EQ(d_->reservations(), 1u);
  EXPECT_EQ(model::NodeBlock::At(snapshot->blocks[0]->for_head, kCpu, 1), 4000);
}

TEST_F(CorePointsTest, MembersBeyondMinMemberStayInTheirGangsDomain) {
  class Racks final : public PlacementGeneratePlugin {
   public:
    Status PlacementGenerate(CycleState&, const GangView&, const ClusterView&,
                             std::vector<Domain>& domains) const override {
      for (const uint32_t first : {0u, 2u}) {
        Domain rack{first == 0 ? "left" : "right", std::vector<NodeMask>(1)};
        rack.nodes[0].Add(first);
        rack.nodes[0].Add(first + 1);
        domains.push_back(std::move(rack));
      }
      return Status::Success();
    }
  };
  w_.AddMade("Racks", [] { return std::make_unique<Racks>(); });
  Start();
  for (const char* name : {"l0", "l1", "r0", "r1"}) d_->AddNode(name, 2000);
  // The left rack is too full for the gang, and has room again when the others come.
  const auto first = Gang("first", 1, 2000);
  d_->Pass();
  ASSERT_THAT(Places(first), ElementsAre("l0"));
  const auto gang = Gang("g", 3, 1000, 3);
  d_->Pass();
  ASSERT_THAT(Places(gang), ElementsAre("r0", "r0", "r1"));
  d_->Apply(model::PodDeleted{first[0].uid});
  const auto shape = gang[0].shape;
  const PodInfo fourth = d_->NewPod("g-3", "g", 3, shape);
  const PodInfo fifth = d_->NewPod("g-4", "g", 3, shape);
  d_->Show(fourth);
  d_->Show(fifth);
  d_->Pass();
  EXPECT_THAT(Places({fourth}), ElementsAre("r1"));
  EXPECT_THAT(Places({fifth}), ElementsAre("")) << "no room in its rack: not in the other one";
}

}  // namespace
}  // namespace tutti::planner
