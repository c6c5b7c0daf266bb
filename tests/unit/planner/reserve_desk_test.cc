#include "planner/reserve_desk.h"

#include <map>

#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReserveDeskTest : public CorePoints {};

// What a plugin has entered: members by gang.
class Account {
 public:
  PointFunctions Functions() {
    PointFunctions functions;
    functions.reserve = [this](const GangView& gang, const PlacementView& placement) {
      if (!answer.ok()) return answer;
      Enter(gang, placement, 1);
      return answer;
    };
    functions.unreserve = [this](const GangView& gang, const PlacementView& placement) {
      Enter(gang, placement, -1);
    };
    functions.events = KindBit(ClusterEventKind::kPodBound);
    functions.on_event = [this](const ClusterEventView& event) {
      if (event.was_reserved) --reserved[std::string(event.pod->gang)];
      ++bound;
      return QueueingHint::kQueueSkip;
    };
    return functions;
  }

  Status answer;
  std::map<std::string, int64_t> reserved;
  int bound = 0;

 private:
  void Enter(const GangView& gang, const PlacementView& placement, int sign) {
    EXPECT_EQ(gang.classes.size(), placement.nodes.size());
    EXPECT_EQ(placement.domain, nullptr);
    for (size_t c = 0; c < gang.classes.size(); ++c) {
      EXPECT_EQ(static_cast<size_t>(gang.classes[c].count), placement.nodes[c].size());
      reserved[std::string(gang.name)] += sign * gang.classes[c].count;
    }
  }
};

TEST_F(ReserveDeskTest, APlanIsReservedAsAWholeAndEachMemberEndsBoundOrUnreserved) {
  Account account;
  w_.AddPoints("Account", account.Functions());
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 3);
  d_->Pass();
  EXPECT_EQ(account.reserved["g"], 3);
  ShowBound(gang[0], "a");
  EXPECT_EQ(account.reserved["g"], 2) << "bound: no longer promised";
  EXPECT_EQ(account.bound, 1);
  d_->Apply(model::PodDeleted{gang[1].uid});
  EXPECT_EQ(account.reserved["g"], 1) << "gone";
  d_->AddNode("b", 4000);
  ShowBound(gang[2], "b");
  EXPECT_EQ(account.reserved["g"], 0) << "bound elsewhere than planned: given back";
}

TEST_F(ReserveDeskTest, ANodeThatGoesTakesWhatIsReservedOnItWithIt) {
  Account account;
  w_.AddPoints("Account", account.Functions());
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 3);
  d_->Pass();
  d_->Apply(model::NodeDeleted{"a"});
  EXPECT_EQ(account.reserved["g"], 0);
  d_->AddNode("b", 4000);
  d_->Pass();
  EXPECT_EQ(account.reserved["g"], 3);
  EXPECT_THAT(Places(gang), ElementsAre("b", "b", "b"));
}

TEST_F(ReserveDeskTest, WhatIsPlannedAtAdmissionIsReservedOnceForTheWholeGang) {
  Account account;
  w_.AddPoints("Account", account.Functions());
  Start().AddNode("a", 4000);
  const PodInfo first = d_->NewPod("g-0", "g", 3, CoreDriver::Shape(1000));
  const model::AnswerAdmission answer = d_->Admit(first);
  EXPECT_THAT(answer.pins, ElementsAre("a"));
  EXPECT_EQ(account.reserved["g"], 3);
  PodInfo created = first;
  created.pins = answer.pins;
  created.plan_token = answer.plan_token;
  d_->Show(created);
  EXPECT_EQ(account.reserved["g"], 3) << "a member takes over its slot";
  d_->Pass(seconds(200));
  d_->Pass(seconds(200));
  EXPECT_EQ(account.reserved["g"], 0) << "the others never came";
}

TEST_F(ReserveDeskTest, AGangThatIsNotReservedIsHeldInThePluginsWordsAndKeepsNobodyWaiting) {
  Account account;
  account.answer = Status::Pending(Reason("OverLimit"), 8, 4);
  PointFunctions functions = account.Functions();
  functions.reserve = [reserve = functions.reserve](const GangView& gang,
                                                    const PlacementView& placement) {
    return gang.name == "other" ? Status::Success() : reserve(gang, placement);
  };
  w_.AddPoints("Limit", functions);
  Start().AddNode("a", 4000);
  const auto held = Gang("held", 2);
  d_->Pass();
  EXPECT_EQ(CodeName(LastReason()), "OverLimit");
  EXPECT_THAT(Places(held), ElementsAre("", ""));
  EXPECT_EQ(d_->reservations(), 0u) << "it is not the head for which room is kept";
  const auto other = Gang("other", 4);
  d_->Pass();
  EXPECT_THAT(Places(other), ElementsAre("a", "a", "a", "a"));
  account.answer = Status::Success();
  for (const PodInfo& pod : other) d_->Apply(model::PodDeleted{pod.uid});
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre("a", "a"));
}

TEST_F(ReserveDeskTest, AReserveThatThrowsHoldsTheGangAndNamesThePlugin) {
  PointFunctions functions;
  functions.reserve = [](const GangView&, const PlacementView&) -> Status { throw 1; };
  w_.AddPoints("Bad", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(gang[0]), ReasonCode::kPluginFailed);
  EXPECT_THAT(w_.failures, ::testing::Contains(HasSubstr("Bad Reserve")));
}

}  // namespace
}  // namespace tutti::planner
