// The points around placing and binding, in the core: who is asked when, and what follows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::PluginWorld;
using testing::PointFunctions;
using ::testing::SizeIs;

class CorePointsTest : public ::testing::Test {
 protected:
  // Once, when every plugin is there.
  CoreDriver& Start() {
    d_ = std::make_unique<CoreDriver>(CoreOptions{}, w_.Plugins());
    return *d_;
  }
  ReasonId Reason(const char* code) { return w_.reasons.Add(code, "a test's", "Test"); }
  std::vector<PodInfo> Gang(const std::string& name, int members, int64_t cpu = 1000,
                            int min_member = 0) {
    std::vector<PodInfo> pods;
    const auto shape = CoreDriver::Shape(cpu);
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_->NewPod(absl::StrFormat("%s-%d", name, i), name,
                                min_member == 0 ? members : min_member, shape));
      d_->Show(pods.back());
    }
    return pods;
  }
  std::vector<std::string> Places(const std::vector<PodInfo>& pods) {
    std::vector<std::string> nodes;
    for (const PodInfo& pod : pods) nodes.push_back(d_->PlacedOn(pod));
    return nodes;
  }
  // The watch shows the pod on this node.
  void ShowBound(PodInfo pod, const std::string& node) {
    pod.node_name = node;
    d_->Show(pod);
  }
  model::Reason LastReason() {
    const auto reports = d_->Take<model::ReportGang>();
    return reports.empty() ? model::Reason() : reports.back().reason;
  }
  void TearDown() override {
    if (d_ != nullptr) {
      EXPECT_THAT(d_->broken, IsEmpty());
    }
  }

  PluginWorld w_;
  std::unique_ptr<CoreDriver> d_;
};

// ---- Reserve and Unreserve ----

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

TEST_F(CorePointsTest, APlanIsReservedAsAWholeAndEachMemberEndsBoundOrUnreserved) {
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

TEST_F(CorePointsTest, ANodeThatGoesTakesWhatIsReservedOnItWithIt) {
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

TEST_F(CorePointsTest, WhatIsPlannedAtAdmissionIsReservedOnceForTheWholeGang) {
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

TEST_F(CorePointsTest, AGangThatIsNotReservedIsHeldInThePluginsWordsAndKeepsNobodyWaiting) {
  Account account;
  account.answer = Status::Pending(Reason("OverLimit"), 8, 4);
  PointFunctions functions = account.Functions();
  functions.reserve = [&account, reserve = functions.reserve](const GangView& gang,
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

TEST_F(CorePointsTest, AReserveThatThrowsHoldsTheGangAndNamesThePlugin) {
  PointFunctions functions;
  functions.reserve = [](const GangView&, const PlacementView&) -> Status { throw 1; };
  w_.AddPoints("Bad", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(gang[0]), ReasonCode::kPluginFailed);
  EXPECT_THAT(w_.failures, ::testing::Contains(HasSubstr("Bad Reserve")));
}

// ---- PostFilter ----

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

// ---- SelectVictims ----

// Proposes every evictable pod of lower priority, in the order of nodes.
PointFunctions EvictsLowerPriority() {
  PointFunctions functions;
  functions.select_victims = [](const GangView& gang, const ClusterView& cluster,
                                const BoundPods& pods, std::vector<PodUid>& victims) {
    for (const NodeBlockView& block : cluster.blocks) {
      block.present.ForEach([&](uint32_t offset) {
        for (const PlacedPodView& pod : pods.On(block.Index(offset))) {
          if (pod.evictable && pod.priority < gang.priority) victims.push_back(pod.uid);
        }
      });
    }
    return Status::Success();
  };
  return functions;
}

class VictimsTest : public CorePointsTest {
 protected:
  PodInfo Runs(const std::string& name, const std::string& node, int64_t cpu,
               const std::string& gang = "") {
    PodInfo pod = d_->NewPod(name, gang, gang.empty() ? 0 : 1, CoreDriver::Shape(cpu));
    pod.node_name = node;
    d_->Show(pod);
    return pod;
  }
  std::vector<PodInfo> Important(const std::string& name, int members, int64_t cpu) {
    model::PodShape shape = *CoreDriver::Shape(cpu);
    shape.priority = 100;
    const auto shared = std::make_shared<const model::PodShape>(std::move(shape));
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, shared));
      d_->Show(pods.back());
    }
    return pods;
  }
  std::vector<std::string> Evicted() {
    std::vector<std::string> names;
    for (const model::EvictPod& evict : d_->Take<model::EvictPod>()) {
      names.push_back(evict.pod.name);
      writes_[evict.pod.name] = evict.write;
    }
    return names;
  }

  std::map<std::string, uint64_t> writes_;
};

TEST_F(VictimsTest, OnlyThoseGoThatTheGangNeedsAndItGetsTheirRoom) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const PodInfo big = Runs("big", "a", 3000);
  const PodInfo small = Runs("small", "a", 1000);
  const PodInfo other = Runs("other", "b", 4000);
  const auto gang = Important("g", 1, 3000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ElementsAre("big"));
  d_->Pass();
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty()) << "nobody else while it is leaving";
  d_->Finish(writes_["big"], model::WriteOutcome::kDone);
  // A pod of less importance that is created now does not get the room.
  const auto thief = Gang("thief", 1, 3000);
  d_->Apply(model::PodDeleted{big.uid});
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("a"));
  EXPECT_THAT(Places(thief), ElementsAre(""));
}

TEST_F(VictimsTest, NobodyIsTouchedWhereTheGangWouldNotFitAllTheSame) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("low", "a", 4000);
  PodInfo daemon = d_->NewPod("daemon", "", 0, CoreDriver::Shape(500));
  daemon.disruptable = false;
  daemon.node_name = "b";
  d_->Show(daemon);
  Important("whole", 2, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_THAT(w_.failures, IsEmpty()) << "a proposal that does not help is no failure";
}

TEST_F(VictimsTest, OfAVictimsGangAllProposedMembersGoOrNone) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("train-0", "a", 4000, "train");
  Runs("train-1", "b", 4000, "train");
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ::testing::UnorderedElementsAre("train-0", "train-1"));
}

TEST_F(VictimsTest, AnEvictionThatFailsIsNotTriedAgainAtOnce) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("guarded", "a", 4000);
  Runs("free", "b", 4000);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ElementsAre("guarded"));
  d_->Finish(writes_["guarded"], model::WriteOutcome::kFailed, "disruption budget");
  d_->Pass();
  EXPECT_THAT(Evicted(), ElementsAre("free")) << "somebody else instead";
  d_->Finish(writes_["free"], model::WriteOutcome::kFailed, "disruption budget");
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_LE(d_->core.NextDeadline(), d_->now + seconds(1)) << "the next try is due by itself";
  d_->Pass(seconds(1));
  EXPECT_THAT(Evicted(), ElementsAre("guarded"));
}

TEST_F(VictimsTest, APodThatIsBeingDeletedMakesRoomByItself) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("stays", "a", 4000);
  PodInfo leaves = Runs("leaves", "b", 4000);
  leaves.deleting = true;
  d_->Show(leaves);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_EQ(model::NodeBlock::At(d_->core.Publish()->blocks[0]->for_head, kCpu, 1), 4000)
      << "and its room is kept";
}

TEST_F(VictimsTest, PostFilterCanForbidIt) {
  const ReasonId reason = Reason("NotWorthIt");
  PointFunctions functions = EvictsLowerPriority();
  functions.post_filter = [=](const GangView&, const GangDiagnosis&, Nomination&) {
    return Status::UnschedulableAndUnresolvable(reason);
  };
  w_.AddPoints("Preempt", functions);
  Start().AddNode("a", 4000);
  Runs("low", "a", 4000);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_EQ(CodeName(LastReason()), "NotWorthIt");
}

TEST_F(VictimsTest, AProposalOfWhatMayNotBeEvictedIsAFailure) {
  PointFunctions functions;
  functions.select_victims = [](const GangView&, const ClusterView&, const BoundPods&,
                                std::vector<PodUid>& victims) {
    victims.push_back({77, 77});
    return Status::Success();
  };
  w_.AddPoints("Wild", functions);
  Start().AddNode("a", 4000);
  Runs("low", "a", 4000);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_THAT(w_.failures, ElementsAre(HasSubstr("which is no bound pod")));
}

// ---- Permit, PreBind and PostBind ----

class BindingTest : public CorePointsTest {
 protected:
  std::vector<std::string> Answers() {
    std::vector<std::string> errors;
    for (const model::AnswerBind& answer : d_->Take<model::AnswerBind>())
      errors.push_back(answer.error);
    return errors;
  }
};

TEST_F(BindingTest, AnnotationsOfPreBindGoWithTheBindingAndPostBindHearsOfIt) {
  std::vector<std::string> told;
  PointFunctions functions;
  functions.pre_bind = [](const PlacedPodView& pod, BindAnnotations& annotations) {
    annotations.Add("example.com/node", pod.node_name);
    annotations.Add("example.com/gang", pod.gang);
    return Status::Success();
  };
  functions.post_bind = [&](const PlacedPodView& pod) {
    told.push_back(absl::StrFormat("%s on %s", pod.name, pod.node_name));
  };
  w_.AddPoints("Annotator", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  d_->Bind(gang[0], "a");
  auto binds = d_->Take<model::BindPod>();
  ASSERT_THAT(binds, SizeIs(1));
  EXPECT_THAT(binds[0].annotations,
              ElementsAre(Pair("example.com/node", "a"), Pair("example.com/gang", "g")));
  EXPECT_THAT(told, IsEmpty());
  ShowBound(gang[0], "a");  // the watch is faster than the reply
  d_->Finish(binds[0].write, model::WriteOutcome::kDone);
  EXPECT_THAT(told, ElementsAre("g-0 on a"));

  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Bind(plain, "a");
  binds = d_->Take<model::BindPod>();
  ASSERT_THAT(binds, SizeIs(1)) << "pods of no gang as well";
  d_->Finish(binds[0].write, model::WriteOutcome::kFailed);
  EXPECT_THAT(told, SizeIs(1)) << "it is not bound";
}

TEST_F(BindingTest, ABindWaitsForPermitUntilAnEventLetsItGo) {
  bool open = false;
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(10);
    return open ? Status::Success() : Status::Wait();
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Pass();
  d_->Bind(gang[0], "a");
  d_->Bind(plain, "a");
  d_->Pass(seconds(5));
  EXPECT_THAT(d_->Take<model::BindPod>(), IsEmpty());
  EXPECT_THAT(Answers(), IsEmpty()) << "they are parked";
  EXPECT_EQ(d_->core.Count().parked_binds, 2u);
  open = true;
  d_->Pass();
  EXPECT_THAT(d_->Take<model::BindPod>(), SizeIs(2));
  EXPECT_EQ(d_->core.Count().parked_binds, 1u) << "until its Binding is written";
}

TEST_F(BindingTest, WhoWaitsLongerThanTheTimeoutIsRefusedInThePluginsWords) {
  const ReasonId reason = Reason("LicenseBusy");
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(10);
    return Status::Wait(reason);
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const auto gang = Gang("g", 1);
  const PodInfo plain = d_->NewPod("plain", "", 0, CoreDriver::Shape(1000));
  d_->Show(plain);
  d_->Pass();
  d_->Bind(gang[0], "a");
  d_->Bind(plain, "a");
  EXPECT_LE(d_->core.NextDeadline(), d_->now + seconds(10));
  d_->Pass(seconds(9));
  EXPECT_THAT(Answers(), IsEmpty());
  d_->Pass(seconds(1));
  EXPECT_THAT(Answers(),
              ElementsAre(HasSubstr("tutti/LicenseBusy"), HasSubstr("tutti/LicenseBusy")));
  EXPECT_EQ(d_->core.Count().parked_binds, 0u);
}

TEST_F(BindingTest, ARefusalForGoodIsPlannedElsewhereAtOnce) {
  const ReasonId reason = Reason("WrongNode");
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView& pod, std::chrono::nanoseconds&) {
    return pod.node_name == "a" ? Status::UnschedulableAndUnresolvable(reason) : Status::Success();
  };
  w_.AddPoints("Picky", functions);
  Start().AddNode("a", 1000);
  d_->AddNode("b", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  ASSERT_THAT(Places(gang), ElementsAre("a")) << "the best fit";
  d_->Bind(gang[0], "a");
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/WrongNode")));
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("b"));
  d_->Bind(gang[0], "b");
  EXPECT_THAT(d_->Take<model::BindPod>(), SizeIs(1));
}

TEST_F(BindingTest, AFailingPreBindRefusesTheBindAndLeavesThePlanForAWhile) {
  PointFunctions functions;
  functions.pre_bind = [](const PlacedPodView&, BindAnnotations& annotations) {
    annotations.Add("tutti.dev/mine", "1");
    return Status::Success();
  };
  w_.AddPoints("Thief", functions);
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  for (int i = 0; i < 2; ++i) {
    d_->Bind(gang[0], "a");
    EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/PluginFailed")));
    d_->Pass();
    EXPECT_THAT(Places(gang), ElementsAre("a"));
  }
  d_->Bind(gang[0], "a");
  d_->Pass();
  EXPECT_THAT(Places(gang), ElementsAre("b")) << "not for ever";
  EXPECT_THAT(d_->Take<model::BindPod>(), IsEmpty());
}

TEST_F(BindingTest, ParkedBindsAreAnsweredWhenThePodEndsOrWeNoLongerLead) {
  PointFunctions functions;
  functions.permit = [&](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
    timeout = seconds(100);
    return Status::Wait();
  };
  w_.AddPoints("Gate", functions);
  Start().AddNode("a", 4000);
  const PodInfo one = d_->NewPod("one", "", 0, CoreDriver::Shape(1000));
  const PodInfo two = d_->NewPod("two", "", 0, CoreDriver::Shape(1000));
  d_->Show(one);
  d_->Show(two);
  d_->Bind(one, "a");
  d_->Bind(one, "a");
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("superseded")));
  d_->Apply(model::PodDeleted{one.uid});
  d_->Pass();
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("gone")));
  d_->Bind(two, "a");
  d_->Apply(model::LeadershipChanged{false});
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("tutti/NotReady")));
  d_->Pass();
  EXPECT_EQ(d_->core.NextDeadline(), base::Timestamp::Infinite()) << "nothing is left to be due";
}

// ---- Cluster events ----

TEST_F(CorePointsTest, EventsTellWhatHappensInOrder) {
  std::vector<std::string> story;
  PointFunctions functions;
  functions.events = (1u << kClusterEventKinds) - 1;
  functions.on_event = [&](const ClusterEventView& event) {
    static constexpr const char* kNames[] = {"NodeAdded",  "NodeUpdated", "NodeRemoved",
                                             "PodBound",   "PodRemoved",  "GangArrived",
                                             "GangPlaced", "GangGone"};
    std::string line = kNames[static_cast<size_t>(event.kind)];
    if (event.node != nullptr)
      line += absl::StrFormat(" %s %d", event.node->name(), event.node->Allocatable(kCpu));
    if (event.pod != nullptr) {
      line += absl::StrFormat(" %s on %s of %s%s", event.pod->name, event.pod->node_name,
                              event.pod->gang_arrival == 0 ? "none" : event.pod->gang,
                              event.was_reserved ? " reserved" : "");
    }
    if (event.gang != nullptr) line += absl::StrFormat(" %s", event.gang->name);
    story.push_back(line);
    return QueueingHint::kQueueSkip;
  };
  functions.reserve = [](const GangView&, const PlacementView&) { return Status::Success(); };
  w_.AddPoints("Listener", functions);
  Start().AddNode("a", 4000);
  d_->AddNode("a", 4000);  // the same again: nothing has changed
  d_->AddNode("a", 5000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  ShowBound(gang[0], "a");
  ShowBound(d_->NewPod("plain", "", 0, CoreDriver::Shape(1000)), "a");
  d_->Apply(model::PodDeleted{gang[0].uid});
  d_->Apply(model::NodeDeleted{"a"});
  EXPECT_THAT(story,
              ElementsAre("NodeAdded a 4000", "NodeUpdated a 5000", "GangArrived g", "GangPlaced g",
                          "PodBound g-0 on a of g reserved", "PodBound plain on a of none",
                          "PodRemoved g-0 on a of g", "GangGone g", "NodeRemoved a 5000"));
}

TEST_F(CorePointsTest, AHintMakesThePassDueThatAHeldGangWaitsFor) {
  bool open = false;
  PointFunctions functions;
  functions.reserve = [&](const GangView&, const PlacementView&) {
    return open ? Status::Success() : Status::Pending(ReasonId(0));
  };
  functions.events = KindBit(ClusterEventKind::kGangArrived);
  functions.on_event = [&](const ClusterEventView& event) {
    open = event.gang->name == "key";
    return open ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
  };
  Reason("Locked");
  w_.AddPoints("Lock", functions);
  Start().AddNode("a", 4000);
  const auto held = Gang("held", 1);
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre(""));
  EXPECT_EQ(d_->core.NextDeadline(), base::Timestamp::Infinite());
  d_->Apply(model::GangObjectUpserted{CoreDriver::KeyOf("key"), "key", {1, {}}, ""});
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre("a"));
}

// ---- Members that come later ----

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
