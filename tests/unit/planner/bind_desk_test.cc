// The commit: what is checked, when the barrier opens, how each bind is answered.
#include "planner/bind_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::AnswerBind;
using model::BindPod;
using model::EvictPod;
using model::PodInfo;
using model::WriteOutcome;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BindDeskTest : public ::testing::Test {
 protected:
  // Three one-cpu members on nodes of four.
  std::vector<PodInfo> Gang(const std::string& name, int members, int min_member,
                            bool referee = false) {
    model::PodShape shape = *CoreDriver::Shape(1000);
    shape.needs_referee = referee;
    const auto shared = std::make_shared<const model::PodShape>(shape);
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_.NewPod(absl::StrFormat("%s-%d", name, i), name, min_member, shared));
      d_.Show(pods.back());
    }
    d_.Pass();
    return pods;
  }
  // A pod of no gang, shown to the core.
  PodInfo Plain(const std::string& name, int32_t priority) {
    model::PodShape shape = *CoreDriver::Shape(1000);
    shape.priority = priority;
    const PodInfo pod =
        d_.NewPod(name, "", 0, std::make_shared<const model::PodShape>(std::move(shape)));
    d_.Show(pod);
    return pod;
  }
  AnswerBind OnlyAnswer() {
    const std::vector<AnswerBind> answers = d_.Take<AnswerBind>();
    EXPECT_THAT(answers, SizeIs(1));
    return answers.empty() ? AnswerBind{} : answers[0];
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  CoreDriver d_;
};

TEST_F(BindDeskTest, ABindIsAnsweredWhenTheApiServerHasSpoken) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 1, 1);
  const uint64_t ticket = d_.Bind(pods[0], "a");
  EXPECT_THAT(d_.Take<AnswerBind>(), IsEmpty());
  const std::vector<BindPod> binds = d_.Take<BindPod>();
  ASSERT_THAT(binds, SizeIs(1));
  EXPECT_EQ(binds[0].pod.uid, pods[0].uid);
  EXPECT_EQ(binds[0].node_name, "a");
  d_.Finish(binds[0].write, WriteOutcome::kDone);
  const AnswerBind answer = OnlyAnswer();
  EXPECT_EQ(answer.ticket, ticket);
  EXPECT_THAT(answer.error, IsEmpty());
}

TEST_F(BindDeskTest, MembersWaitForEachOtherWhereOnlyKubeSchedulerKnowsAllTheRules) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2, /*referee=*/true);
  d_.Bind(pods[0], "a");
  EXPECT_THAT(d_.Take<BindPod>(), IsEmpty()) << "the second may still be refused";
  d_.Bind(pods[1], "a");
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(2));
}

TEST_F(BindDeskTest, MembersNeedNotWaitWhereThePlanIsAllThereIs) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2);
  d_.Bind(pods[0], "a");
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(1));
}

TEST_F(BindDeskTest, AParkedBindIsAnsweredAtItsDeadlineAndMayComeAgain) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2, /*referee=*/true);
  d_.Bind(pods[0], "a");
  d_.Pass(seconds(24));
  EXPECT_THAT(d_.Take<AnswerBind>(), IsEmpty());
  d_.Pass(seconds(2));
  EXPECT_THAT(OnlyAnswer().error, HasSubstr("tutti/WaitingForMembers"));
  d_.Bind(pods[0], "a");
  d_.Bind(pods[1], "a");
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(2));
}

// A member is replaced after the barrier opened and before anybody was bound: those that had come
// to bind must not wait out their time.
TEST_F(BindDeskTest, ParkedBindsGoOnWhenAReplacedMemberIsPlaced) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2);
  d_.Apply(model::PodDeleted{pods[1].uid});
  d_.Pass();
  d_.Bind(pods[0], "a");
  EXPECT_THAT(d_.Take<BindPod>(), IsEmpty()) << "the gang is not whole any more";
  d_.Show(d_.NewPod("g-1", "g", 2, pods[0].shape));
  d_.Pass();
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(1));
}

// A slow API server is no reason to evict what it has bound so far.
TEST_F(BindDeskTest, AGangThatIsBoundSlowlyIsNotEvicted) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 3, 3);
  for (const PodInfo& pod : pods) d_.Bind(pod, "a");
  const std::vector<BindPod> binds = d_.Take<BindPod>();
  ASSERT_THAT(binds, SizeIs(3));
  for (size_t i = 0; i < 2; ++i) {
    d_.Pass(seconds(50));
    d_.Finish(binds[i].write, WriteOutcome::kDone);
    PodInfo bound = pods[i];
    bound.node_name = "a";
    d_.Show(bound);
  }
  d_.Pass(seconds(59));
  EXPECT_THAT(d_.Take<EvictPod>(), IsEmpty()) << "each that is bound starts the time anew";
  d_.Pass(seconds(30));
  EXPECT_THAT(d_.Take<EvictPod>(), IsEmpty()) << "the last Binding is still being written";
  d_.Finish(binds[2].write, WriteOutcome::kFailed);
  d_.Pass(seconds(61));
  EXPECT_THAT(d_.Take<EvictPod>(), SizeIs(2)) << "nobody tries to complete it";
}

TEST_F(BindDeskTest, ALaterBindOfTheSamePodSupersedesTheFirst) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2, /*referee=*/true);
  const uint64_t first = d_.Bind(pods[0], "a");
  d_.Bind(pods[0], "a");
  const AnswerBind answer = OnlyAnswer();
  EXPECT_EQ(answer.ticket, first);
  EXPECT_THAT(answer.error, HasSubstr("superseded"));
  EXPECT_EQ(d_.core.Count().parked_binds, 1u);
}

TEST_F(BindDeskTest, AnotherNodeThanPlannedIsRefused) {
  d_.AddNode("a", 4000);
  d_.AddNode("b", 4000);
  const auto pods = Gang("g", 1, 1);
  ASSERT_EQ(d_.PlacedOn(pods[0]), "a");
  d_.Bind(pods[0], "b");
  EXPECT_THAT(OnlyAnswer().error, HasSubstr("planned for node a, not for b"));
}

TEST_F(BindDeskTest, AWaitingMemberHearsItsGangsReason) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 1, 2);
  d_.Bind(pods[0], "a");
  EXPECT_EQ(OnlyAnswer().error, "tutti/WaitingForMembers: needs 2 at once");
}

// Ops bug 6: the reply was lost, the Binding was not.
TEST_F(BindDeskTest, Bug6ABindOfABoundPodIsASuccessOnlyOnTheSameNode) {
  d_.AddNode("a", 4000);
  auto pods = Gang("g", 1, 1);
  pods[0].node_name = "a";
  d_.Show(pods[0]);
  d_.Bind(pods[0], "a");
  EXPECT_THAT(OnlyAnswer().error, IsEmpty());
  d_.Bind(pods[0], "b");
  EXPECT_THAT(OnlyAnswer().error, HasSubstr("already bound to node a, not to b"));
  EXPECT_THAT(d_.Take<BindPod>(), IsEmpty());
}

TEST_F(BindDeskTest, TheWatchMayBeFasterThanTheReply) {
  d_.AddNode("a", 4000);
  auto pods = Gang("g", 1, 1);
  d_.Bind(pods[0], "a");
  pods[0].node_name = "a";
  d_.Show(pods[0]);
  EXPECT_THAT(OnlyAnswer().error, IsEmpty());
  d_.Finish(d_.Take<BindPod>().at(0).write, WriteOutcome::kFailed);
  EXPECT_THAT(d_.Take<AnswerBind>(), IsEmpty()) << "answered once";
  EXPECT_EQ(d_.reservations(), 0u);
}

// Ops bug 2: whatever ends a bind, what was reserved for it ends, too.
TEST_F(BindDeskTest, Bug2EveryEndOfABindGivesItsReservationBack) {
  for (const WriteOutcome outcome :
       {WriteOutcome::kGone, WriteOutcome::kRefused, WriteOutcome::kFailed}) {
    CoreDriver d;
    d.AddNode("a", 4000);
    const PodInfo plain = d.NewPod("plain", "", 0, CoreDriver::Shape(1000));
    d.Show(plain);
    d.Bind(plain, "a");
    EXPECT_EQ(d.reservations(), 1u) << "no gang may be planned into this room now";
    d.Finish(d.Take<BindPod>().at(0).write, outcome, "409 Conflict");
    EXPECT_EQ(d.reservations(), 0u);
    EXPECT_EQ(d.Take<AnswerBind>().at(0).error, "tutti/BindFailed: 409 Conflict");
    EXPECT_THAT(d.broken, IsEmpty());
  }
}

TEST_F(BindDeskTest, Bug2APodOrNodeThatVanishesDuringItsBindLeavesNothing) {
  for (const bool node_goes : {false, true}) {
    for (const char* gang : {"", "g"}) {
      CoreDriver d;
      d.AddNode("a", 4000);
      const PodInfo pod = d.NewPod("p", gang, 1, CoreDriver::Shape(1000));
      d.Show(pod);
      d.Pass();
      d.Bind(pod, "a");
      const uint64_t write = d.Take<BindPod>().at(0).write;
      if (node_goes) {
        d.Apply(model::NodeDeleted{"a"});
      } else {
        d.Apply(model::PodDeleted{pod.uid});
      }
      EXPECT_EQ(d.reservations(), 0u) << gang << node_goes;
      d.Finish(write, WriteOutcome::kGone);
      d.Pass();
      EXPECT_EQ(d.reservations(), 0u) << gang << node_goes;
      EXPECT_THAT(d.Take<AnswerBind>(), SizeIs(1)) << gang << node_goes;
      EXPECT_THAT(d.broken, IsEmpty());
    }
  }
}

// Ops bug 5: the totals are exact after a refused bind and a bind elsewhere.
TEST_F(BindDeskTest, Bug5ARefusedBindIsRetriedElsewhereWithExactTotals) {
  d_.AddNode("a", 1000);
  d_.AddNode("b", 1000);
  auto pods = Gang("g", 1, 1);
  ASSERT_EQ(d_.PlacedOn(pods[0]), "a");
  for (int attempt = 0; attempt < 3; ++attempt) {
    d_.Bind(pods[0], "a");
    d_.Finish(d_.Take<BindPod>().at(0).write, WriteOutcome::kRefused, "403");
  }
  d_.Pass();
  ASSERT_EQ(d_.PlacedOn(pods[0]), "b") << "after three refusals another node is tried";
  EXPECT_EQ(d_.reservations(), 1u);
  d_.Bind(pods[0], "b");
  d_.Finish(d_.Take<BindPod>().at(0).write, WriteOutcome::kDone);
  pods[0].node_name = "b";
  d_.Show(pods[0]);
  EXPECT_EQ(d_.reservations(), 0u);
  EXPECT_EQ(d_.core.DurableState(),
            "gang default/test/g min 1 members 1 bound 1 finished 0\nnode a\nnode b 0=1000 3=1\n"
            "pod " +
                pods[0].uid.ToString() + " on b\n");
}

TEST_F(BindDeskTest, ABindBeforeOurWatchShowsThePodWaitsForIt) {
  d_.AddNode("a", 4000);
  const PodInfo plain = d_.NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_.Bind(plain, "a");
  EXPECT_THAT(d_.Take<AnswerBind>(), IsEmpty());
  d_.Show(plain);
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(1));
}

TEST_F(BindDeskTest, AnAbandonedBindIsParkedNoLongerButOneBeingWrittenEndsByItself) {
  d_.AddNode("a", 4000);
  const auto parked = Gang("g", 2, 2, /*referee=*/true);
  d_.Apply(model::BindAbandoned{d_.Bind(parked[0], "a")});
  EXPECT_EQ(d_.core.Count().parked_binds, 0u);
  const auto written = Gang("h", 1, 1);
  const uint64_t ticket = d_.Bind(written[0], "a");
  d_.Take<AnswerBind>();
  d_.Apply(model::BindAbandoned{ticket});
  EXPECT_THAT(d_.Take<AnswerBind>(), IsEmpty());
  const PodInfo unseen = d_.NewPod("unseen", "", 0, CoreDriver::Shape(1000));
  d_.Apply(model::BindAbandoned{d_.Bind(unseen, "a")});
  EXPECT_THAT(OnlyAnswer().error, HasSubstr("abandoned"));
  d_.Show(unseen);
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(1)) << "that of the gang alone";
}

TEST_F(BindDeskTest, APodOfNoGangIsNeverBoundIntoTheRoomOfAPlacedMember) {
  d_.AddNode("a", 1000);
  const auto pods = Gang("g", 1, 1);
  for (const int32_t priority : {0, 1000}) {
    const PodInfo plain = Plain("plain", priority);
    d_.Bind(plain, "a");
    EXPECT_EQ(OnlyAnswer().error, "tutti/NodeReserved");
  }
}

// Several at once: that one of them is being bound must not hold back the others.
TEST_F(BindDeskTest, PodsThatMatterMoreThanTheHeadTakeItsRoom) {
  d_.AddNode("a", 3000);
  const PodInfo occupant = Plain("occupant", 0);
  d_.Bind(occupant, "a");
  const auto head = Gang("head", 3, 3);
  ASSERT_EQ(d_.HeldBecause(head[0]), model::ReasonCode::kWaitingForCapacity);
  const PodInfo plain = Plain("plain", 0);
  d_.Bind(plain, "a");
  EXPECT_EQ(OnlyAnswer().error, "tutti/NodeReserved");
  const auto passes = [&](int32_t priority) {
    const auto snapshot = d_.core.Publish();
    return priority > snapshot->head_priority.value();
  };
  EXPECT_TRUE(passes(1));
  const PodInfo first = Plain("first", 1);
  d_.Bind(first, "a");
  EXPECT_TRUE(passes(1)) << "while the first one's Binding is being written";
  const PodInfo second = Plain("second", 1);
  d_.Bind(second, "a");
  EXPECT_THAT(d_.Take<BindPod>(), SizeIs(3));
}

// What is being written cannot be called back: its room stays taken until the end is known.
TEST_F(BindDeskTest, ANodeThatShrinksDoesNotFreeTheRoomOfABindingUnderWay) {
  d_.AddNode("a", 2000);
  const PodInfo plain = d_.NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_.Show(plain);
  d_.Bind(plain, "a");
  d_.AddNode("a", 500);
  EXPECT_EQ(d_.reservations(), 1u);
  d_.Finish(d_.Take<BindPod>().at(0).write, WriteOutcome::kRefused);
  EXPECT_EQ(d_.reservations(), 0u);
}

TEST_F(BindDeskTest, WhoeverDoesNotLeadBindsNothing) {
  d_.AddNode("a", 4000);
  const auto pods = Gang("g", 2, 2, /*referee=*/true);
  d_.Bind(pods[0], "a");
  d_.Apply(model::LeadershipChanged{false});
  EXPECT_EQ(OnlyAnswer().error, "tutti/NotReady");
  d_.Bind(pods[1], "a");
  EXPECT_EQ(OnlyAnswer().error, "tutti/NotReady");
  EXPECT_THAT(d_.Take<BindPod>(), IsEmpty());
}

TEST_F(BindDeskTest, APodThatIsGoingAwayIsNotBound) {
  d_.AddNode("a", 4000);
  auto pods = Gang("g", 1, 1);
  pods[0].deleting = true;
  d_.Show(pods[0]);
  d_.Bind(pods[0], "a");
  EXPECT_THAT(OnlyAnswer().error, HasSubstr("being deleted"));
  EXPECT_EQ(d_.reservations(), 0u);
}

}  // namespace
}  // namespace tutti::planner
