// Planning while the first member is being created.
#include "planner/admission_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::AnswerAdmission;
using model::PodInfo;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AdmissionDeskTest : public ::testing::Test {
 protected:
  PodInfo Member(int number, int min_member, int64_t cpu = 1000) {
    return d_.NewPod(absl::StrFormat("g-%d", number), "g", min_member, CoreDriver::Shape(cpu));
  }
  // As the API server stores it after our patch.
  static PodInfo Patched(PodInfo pod, const AnswerAdmission& answer) {
    pod.gated_by_tutti = answer.gate;
    pod.pins = answer.pins;
    pod.plan_token = answer.plan_token;
    return pod;
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  CoreDriver d_;
};

TEST_F(AdmissionDeskTest, RoomThatWasTakenFromAPlanIsPromisedToNobody) {
  d_.AddNode("a", 2000);
  d_.AddNode("b", 4000);
  PodInfo first = Member(0, 2);
  const AnswerAdmission answer = d_.Admit(first);
  ASSERT_THAT(answer.pins, ElementsAre("a"));
  first = Patched(first, answer);
  d_.Show(first);
  PodInfo thief = d_.NewPod("thief", "", 0, CoreDriver::Shape(2000));
  thief.node_name = "a";
  d_.Show(thief);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(first), "") << "it is pinned to a node that is full";
  const PodInfo second = Member(1, 2);
  EXPECT_TRUE(d_.Admit(second).gate) << "the gang is not whole: nothing may be bound of it";
  d_.Show(second);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(first), "");
  EXPECT_EQ(d_.PlacedOn(second), "");
  EXPECT_EQ(d_.reservations(), 0u);
}

TEST_F(AdmissionDeskTest, AGangThatFitsIsPlannedWithItsFirstMember) {
  d_.AddNode("a", 2000);
  d_.AddNode("b", 1000);
  std::multiset<std::string> nodes;
  std::set<std::string> tokens;
  for (int i = 0; i < 3; ++i) {
    const PodInfo pod = Member(i, 3);
    const AnswerAdmission answer = d_.Admit(pod);
    EXPECT_EQ(d_.reservations(), 3u) << "from the first one on";
    EXPECT_FALSE(answer.gate);
    ASSERT_EQ(answer.pins.size(), 1u);
    nodes.insert(answer.pins[0]);
    tokens.insert(answer.plan_token);
    d_.Show(Patched(pod, answer));
    EXPECT_EQ(d_.PlacedOn(pod), answer.pins[0]);
  }
  EXPECT_THAT(nodes, ElementsAre("a", "a", "b"));
  EXPECT_EQ(tokens.size(), 3u);
  d_.Pass();
  EXPECT_THAT(d_.Take<model::NominatePod>(), IsEmpty()) << "no later write is needed";
}

TEST_F(AdmissionDeskTest, AGangThatMustWaitIsGatedAndHoldsNothing) {
  d_.AddNode("a", 2000);
  const AnswerAdmission answer = d_.Admit(Member(0, 3));
  EXPECT_TRUE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
  EXPECT_EQ(d_.reservations(), 0u);
  EXPECT_EQ(d_.core.DurableState(), "node a\n") << "the pod may never be stored";
}

TEST_F(AdmissionDeskTest, ADryRunLeavesNoTrace) {
  d_.AddNode("a", 4000);
  const AnswerAdmission answer = d_.Admit(Member(0, 3), /*dry_run=*/true);
  EXPECT_FALSE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
  EXPECT_EQ(d_.reservations(), 0u);
}

TEST_F(AdmissionDeskTest, ARetriedCreateGetsTheSamePlace) {
  d_.AddNode("a", 4000);
  const PodInfo pod = Member(0, 3);
  const AnswerAdmission first = d_.Admit(pod);
  const AnswerAdmission again = d_.Admit(pod);
  EXPECT_EQ(again.plan_token, first.plan_token);
  EXPECT_EQ(again.pins, first.pins);
  EXPECT_NE(d_.Admit(Member(1, 3)).plan_token, first.plan_token);
}

TEST_F(AdmissionDeskTest, PodsWhoseNameTheServerMakesGetAPlaceEach) {
  d_.AddNode("a", 4000);
  PodInfo pod = Member(0, 3);
  pod.name.clear();
  const AnswerAdmission first = d_.Admit(pod);
  EXPECT_NE(d_.Admit(pod).plan_token, first.plan_token);
}

TEST_F(AdmissionDeskTest, APlaceWhosePodDoesNotComeIsOpenAgainUnderANewNumber) {
  d_.AddNode("a", 2000);
  const PodInfo lost = Member(0, 2);
  const AnswerAdmission first = d_.Admit(lost);
  d_.Pass(seconds(11));
  d_.Admit(Member(1, 2));
  const AnswerAdmission last = d_.Admit(Member(2, 2));
  EXPECT_THAT(last.pins, ElementsAre("a"));
  EXPECT_NE(last.plan_token, first.plan_token);
  d_.Show(Patched(lost, first));
  EXPECT_EQ(d_.PlacedOn(lost), "") << "its token is worthless by now";
}

TEST_F(AdmissionDeskTest, PlacesNobodyClaimsAreGivenBackAtTheWaitTimeout) {
  d_.AddNode("a", 4000);
  const PodInfo pod = Member(0, 3);
  d_.Show(Patched(pod, d_.Admit(pod)));
  EXPECT_EQ(d_.reservations(), 3u);
  for (int i = 0; i < 61; ++i) d_.Pass(seconds(1));
  EXPECT_EQ(d_.reservations(), 0u);
  EXPECT_EQ(d_.HeldBecause(pod), model::ReasonCode::kWaitingForMembers);
  EXPECT_TRUE(d_.Admit(Member(1, 3)).gate) << "not planned again before the pause is over";
}

TEST_F(AdmissionDeskTest, AMemberOfAnotherShapeTakesAnOpenPlaceOver) {
  d_.AddNode("a", 4000);
  const PodInfo worker = Member(0, 3, 1000);
  d_.Show(Patched(worker, d_.Admit(worker)));
  const AnswerAdmission launcher = d_.Admit(Member(1, 3, 500));
  EXPECT_THAT(launcher.pins, ElementsAre("a"));
  EXPECT_EQ(d_.reservations(), 3u) << "minMember are planned for, not one more";
}

TEST_F(AdmissionDeskTest, OneMoreThanMinMemberGetsAPlaceOfItsOwnOrTheGate) {
  d_.AddNode("a", 2000);
  for (int i = 0; i < 2; ++i) {
    const PodInfo pod = Member(i, 1);
    const AnswerAdmission answer = d_.Admit(pod);
    EXPECT_THAT(answer.pins, ElementsAre("a")) << i;
    d_.Show(Patched(pod, answer));
  }
  EXPECT_TRUE(d_.Admit(Member(2, 1)).gate);
}

TEST_F(AdmissionDeskTest, MoreMembersThanAGangNeedsAreNotPlannedBeforeThoseWhoWait) {
  d_.AddNode("a", 4000);
  const PodInfo first = Member(0, 1);
  d_.Show(Patched(first, d_.Admit(first)));
  d_.Show(d_.NewPod("big", "big", 1, CoreDriver::Shape(9000)));
  d_.Pass();
  EXPECT_TRUE(d_.Admit(Member(1, 1)).gate);
}

TEST_F(AdmissionDeskTest, NoMoreMembersThanTheGangMayHaveArePlanned) {
  d_.AddNode("a", 4000);
  for (int i = 0; i < 3; ++i) {
    PodInfo pod = Member(i, 1);
    pod.gang->spec->max_member = 2;
    const AnswerAdmission answer = d_.Admit(pod);
    EXPECT_EQ(answer.gate, i == 2) << i;
    d_.Show(answer.gate ? pod : Patched(pod, answer));
  }
}

TEST_F(AdmissionDeskTest, AMemberWhoseCreateIsUnderWayCountsAgainstTheMost) {
  d_.AddNode("a", 8000);
  std::vector<PodInfo> pods;
  std::vector<AnswerAdmission> answers;
  for (int i = 0; i < 3; ++i) {
    pods.push_back(Member(i, 1));
    pods.back().gang->spec->max_member = 2;
    answers.push_back(d_.Admit(pods.back()));
  }
  ASSERT_TRUE(answers[2].gate);
  d_.Show(Patched(pods[0], answers[0]));
  pods[2].gated_by_tutti = true;
  d_.Show(pods[2]);  // before the second
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[2]), model::ReasonCode::kGangAtMax);
  d_.Show(Patched(pods[1], answers[1]));
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[2]), model::ReasonCode::kGangAtMax);
}

TEST_F(AdmissionDeskTest, MembersThatWaitAlreadyComeFirst) {
  d_.AddNode("a", 1000);
  PodInfo first = Member(0, 2);
  first.gated_by_tutti = true;
  d_.Show(first);
  d_.Pass();
  d_.AddNode("a", 4000);
  EXPECT_TRUE(d_.Admit(Member(1, 2)).gate) << "it joins the one that waits";
}

// The first one was gated for want of room and our watch has not shown it yet when there is room.
TEST_F(AdmissionDeskTest, AGatedMemberThatShowsUpLateTakesAPlaceThatIsOpen) {
  PodInfo first = Member(0, 3);
  first.gated_by_tutti = d_.Admit(first).gate;
  ASSERT_TRUE(first.gated_by_tutti);
  d_.AddNode("a", 3000);
  const PodInfo second = Member(1, 3);
  d_.Show(Patched(second, d_.Admit(second)));
  const PodInfo third = Member(2, 3);
  const AnswerAdmission of_third = d_.Admit(third);
  d_.Show(first);
  d_.Pass();
  const auto releases = d_.Take<model::ReleasePod>();
  ASSERT_EQ(releases.size(), 1u);
  EXPECT_EQ(releases[0].pod.uid, first.uid);
  d_.Show(Patched(third, of_third));
  EXPECT_EQ(d_.PlacedOn(third), "a") << "the place that was given away stays given";
  EXPECT_EQ(d_.reservations(), 3u);
  d_.Bind(second, "a");
  EXPECT_EQ(d_.Take<model::BindPod>().size(), 1u) << "the gang is whole";
}

TEST_F(AdmissionDeskTest, AGatedMemberOfAnotherShapeIsPlannedInsteadOfAnOpenPlace) {
  PodInfo launcher = Member(0, 3, 500);
  launcher.gated_by_tutti = d_.Admit(launcher).gate;
  d_.AddNode("a", 3000);
  for (int i = 1; i < 3; ++i) {
    const PodInfo worker = Member(i, 3, 1000);
    d_.Show(Patched(worker, d_.Admit(worker)));
  }
  d_.Show(launcher);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(launcher), "a");
  EXPECT_EQ(d_.reservations(), 3u);
}

TEST_F(AdmissionDeskTest, WhatOthersGateOrIsMisconfiguredIsLeftAlone) {
  d_.AddNode("a", 4000);
  PodInfo gated = Member(0, 1);
  gated.gated_by_others = true;
  PodInfo wrong = Member(1, 1);
  wrong.gang->problem = "wrong";
  for (const PodInfo& pod : {gated, wrong}) {
    EXPECT_FALSE(d_.Admit(pod).gate);
    EXPECT_EQ(d_.reservations(), 0u);
  }
}

// The leader sees its pods as gated ones, plans them and takes the gate away.
TEST_F(AdmissionDeskTest, AStandbyGatesWhatItMayNotPlan) {
  d_.AddNode("a", 4000);
  d_.Apply(model::LeadershipChanged{false});
  const PodInfo pod = Member(0, 1);
  const AnswerAdmission answer = d_.Admit(pod);
  EXPECT_TRUE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
  EXPECT_EQ(d_.reservations(), 0u);
  EXPECT_FALSE(d_.Admit(d_.NewPod("single", "", 0, CoreDriver::Shape(100))).gate);
  EXPECT_FALSE(d_.Admit(Member(1, 1), /*dry_run=*/true).gate);
  PodInfo gated = Member(2, 1);
  gated.gated_by_others = true;
  EXPECT_FALSE(d_.Admit(gated).gate);
  d_.Apply(model::LeadershipChanged{true});
  d_.Show(Patched(pod, answer));
  d_.Pass();
  ASSERT_EQ(d_.Take<model::ReleasePod>().size(), 1u);
  EXPECT_EQ(d_.PlacedOn(pod), "a");
}

TEST_F(AdmissionDeskTest, AnAbsurdGangIsGatedNotMultipliedOut) {
  d_.AddNode("a", 4000);
  EXPECT_TRUE(d_.Admit(Member(0, 100'000, int64_t{1} << 53)).gate);
}

TEST_F(AdmissionDeskTest, AnUnknownSizeIsWaitedForBehindTheGate) {
  d_.AddNode("a", 4000);
  EXPECT_TRUE(d_.Admit(Member(0, 0)).gate);
  d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("g"), "g", {.min_member = 2}, ""});
  EXPECT_FALSE(d_.Admit(Member(0, 0)).gate);
}

}  // namespace
}  // namespace tutti::planner
