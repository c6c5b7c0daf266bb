// What a core answers when it is asked: why, and what if.
#include "planner/core_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"
#include "tests/support/core_world.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;
using std::chrono::minutes;
using testing::CoreWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::PodSpec;
using ::testing::SizeIs;

constexpr int64_t kCore = 1000;

class CoreReaderTest : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_THAT(world_.broken(), IsEmpty()) << world_.log();
    EXPECT_THAT(world_.core().CheckInvariants(), IsEmpty());
  }

  void AddNodes(int count, int64_t cpu = 4 * kCore) {
    for (int i = 0; i < count; ++i) world_.AddNode(absl::StrFormat("node-%d", i), cpu);
    world_.Run();
  }
  CoreReader& reader() { return world_.core().reader(); }
  static model::GangKey Key(const std::string& gang) { return {"default", "test", gang}; }
  Explanation Explain(const std::string& gang) { return reader().ExplainGang(Key(gang)); }

  static std::vector<std::string> Names(const std::vector<GangReport>& reports) {
    std::vector<std::string> names;
    for (const GangReport& report : reports) names.push_back(report.name);
    return names;
  }
  static std::map<Cause, int64_t> Refused(const ClassDiagnosis& diagnosis) {
    std::map<Cause, int64_t> nodes;
    for (const ClassDiagnosis::Refused& refused : diagnosis.refused)
      nodes[refused.cause] += refused.nodes;
    return nodes;
  }

  // `count` pods of so much CPU that want to run together.
  static SimulatedJob Job(const std::string& name, int count, int min_member, int64_t cpu,
                          int32_t priority = 0) {
    model::PodShape shape;
    shape.requests = {{model::kCpu, cpu}, {model::kPods, 1}};
    shape.priority = priority;
    const auto shared = std::make_shared<const model::PodShape>(shape);
    SimulatedJob job;
    job.gang->key = Key(name);
    job.gang->display_name = name;
    for (int i = 0; i < count; ++i) {
      model::PodInfo pod;
      pod.uid = {77, static_cast<uint64_t>(i) + 1};
      pod.name = absl::StrFormat("%s-%d", name, i);
      pod.namespace_name = "default";
      pod.shape = shared;
      pod.gang = model::GangMember{Key(name), name, GangSpec{min_member, {}}, {}};
      job.Add(std::move(pod));
    }
    return job;
  }
  template <class... Jobs>
  std::vector<SimulatedOutcome> Simulate(Jobs... jobs) {
    std::vector<SimulatedJob> all;
    (all.push_back(std::move(jobs)), ...);
    return reader().Simulate(std::move(all));
  }

  CoreWorld world_;
};

TEST_F(CoreReaderTest, ListsAreCutIntoPagesAndTheQueueIsInItsOrder) {
  AddNodes(1);
  world_.CreateGang("runs", 4, 4, kCore);
  world_.Run();
  world_.CreateGang("first", 2, 2, kCore);
  world_.CreateGang("second", 3, 3, kCore);
  world_.CreatePod("third-0", "third", 1, kCore, /*priority=*/5);
  world_.Run(400);

  EXPECT_THAT(Names(reader().Gangs("", {0, 10})), ElementsAre("first", "runs", "second", "third"));
  EXPECT_THAT(Names(reader().Gangs("", {1, 1})), ElementsAre("runs", "second"))
      << "one more shows that there are more";
  EXPECT_THAT(Names(reader().Gangs("elsewhere", {0, 10})), IsEmpty());
  const std::vector<GangReport> queue = reader().Queue("", {0, 10});
  EXPECT_THAT(Names(queue), ElementsAre("third", "first", "second"));
  EXPECT_EQ(queue[1].position, 2);
  EXPECT_TRUE(queue[0].head);
  EXPECT_THAT(Names(reader().Queue("", {2, 10})), ElementsAre("second"));
  EXPECT_EQ(reader().Queues().front().waiting_gangs, 3);
  EXPECT_EQ(reader().Queues().front().waiting_pods, 6);
  EXPECT_EQ(reader().Queues().front().head_name, "third");
}

TEST_F(CoreReaderTest, AGangIsReportedWithItsMembersByName) {
  AddNodes(3);
  world_.CreateGang("g", 11, 11, kCore);
  world_.Run();
  EXPECT_THAT(reader().FindGangs("default", "g", ""), ElementsAre(Key("g")));
  EXPECT_THAT(reader().FindGangs("default", "g", "other"), IsEmpty());
  EXPECT_THAT(reader().FindGangs("elsewhere", "g", ""), IsEmpty());
  const GangReport report = reader().Report(Key("g"), 100);
  EXPECT_EQ(report.phase, GangPhase::kScheduled);
  EXPECT_EQ(report.reason.code, ReasonCode::kScheduled);
  EXPECT_EQ(report.bound, 11);
  ASSERT_THAT(report.members, SizeIs(11));
  EXPECT_EQ(report.members[2].pod, "g-2");
  EXPECT_EQ(report.members[10].pod, "g-10");
  EXPECT_EQ(report.members[10].node, world_.Pod("g-10")->node_name);
  EXPECT_THAT(reader().Report(Key("g"), 4).members, SizeIs(4));
}

TEST_F(CoreReaderTest, EveryNodeIsCountedOnceUnderTheFirstCause) {
  AddNodes(2);
  world_.AddNode("small", kCore);
  model::NodeInfo tainted;
  tainted.name = "tainted";
  tainted.allocatable = {{model::kCpu, 8 * kCore}, {model::kPods, 10}};
  tainted.taints = {{"spot", "", model::TaintEffect::kNoSchedule}};
  world_.AddNode(tainted);
  model::NodeInfo cordoned = tainted;
  cordoned.name = "cordoned";
  cordoned.taints.clear();
  cordoned.unschedulable = true;
  world_.AddNode(cordoned);
  model::NodeInfo closed = cordoned;
  closed.name = "closed";
  closed.unschedulable = false;
  world_.AddNode(closed);
  world_.Apply(model::NodeClosed{"closed", true});
  world_.CreateGang("runs", 2, 2, 2 * kCore);
  world_.Run();
  world_.CreateGang("waits", 2, 2, 3 * kCore);
  world_.Run(400);

  const Explanation why = Explain("waits");
  EXPECT_EQ(why.why.reason.code, ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(why.nodes, 6);
  EXPECT_EQ(why.queue_length, 1);
  EXPECT_TRUE(why.gang->head);
  ASSERT_THAT(why.why.classes, SizeIs(1));
  const ClassDiagnosis& of = why.why.classes[0];
  EXPECT_EQ(of.example_pod, "waits-0");
  EXPECT_EQ(of.pods, 2);
  EXPECT_THAT(Refused(of),
              ElementsAre(Pair(Cause::kUnschedulable, 1), Pair(Cause::kUntoleratedTaint, 1),
                          Pair(Cause::kClosed, 1), Pair(Cause::kTooSmall, 1),
                          Pair(Cause::kInsufficientResource, 1)));
  EXPECT_EQ(of.nodes_with_room, 1) << "what is kept for the head is room, to itself";
  EXPECT_EQ(of.room_now, 1);
  for (const ClassDiagnosis::Refused& refused : of.refused) {
    if (refused.cause != Cause::kTooSmall) continue;
    EXPECT_EQ(refused.resource, model::kCpu);
    EXPECT_EQ(refused.need, 3 * kCore);
    EXPECT_EQ(refused.have, kCore);
  }
  // "runs" filled one of the two nodes, the other is kept.
  EXPECT_EQ(why.why.remedy.kind, Remedy::Kind::kOthersEnd);
  EXPECT_THAT(why.why.remedy.nodes, ElementsAre("node-0", "node-1"));
  EXPECT_THAT(why.why.remedy.must_end, ElementsAre(model::Holder{"gang runs", 4 * kCore}));
  EXPECT_THAT(why.why.holders, ElementsAre(model::Holder{"gang runs", 4 * kCore}));
}

// A gang of one pod of this user that runs alone on `cpu`.
class StartRangeTest : public ::testing::Test {
 protected:
  StartRangeTest() { d_.AddNode("a", 10 * kCore); }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  model::PodInfo Pod(const std::string& name, int64_t cpu, base::Duration declared) {
    model::PodInfo pod = d_.NewPod(name, name, 1, testing::CoreDriver::Shape(cpu));
    pod.expected_duration = declared;
    pod.submitter = "user/ada";
    return pod;
  }
  model::PodInfo Run(const std::string& name, int64_t cpu, base::Duration declared) {
    model::PodInfo pod = Pod(name, cpu, declared);
    pod.node_name = "a";
    d_.Show(pod);
    return pod;
  }
  // Two gangs of ada's have run for ten minutes each.
  void LearnTenMinutes() {
    for (const char* name : {"one", "two"}) {
      model::PodInfo pod = Run(name, kCore, minutes(30));
      d_.Pass(minutes(10));
      pod.phase = model::PodPhase::kSucceeded;
      d_.Show(pod);
    }
  }
  // Of the head, which wants 8 of the 10 CPUs.
  StartRange HeadStarts() {
    d_.Show(Pod("head", 8 * kCore, minutes(60)));
    d_.Pass();
    const Explanation why = d_.core.reader().ExplainGang(testing::CoreDriver::KeyOf("head"));
    EXPECT_TRUE(why.gang->head);
    return why.start;
  }

  testing::CoreDriver d_;
};

TEST_F(StartRangeTest, ReachesFromWhatWasLearnedToWhatIsDeclared) {
  LearnTenMinutes();
  Run("runs", 6 * kCore, minutes(40));
  d_.Pass(minutes(4));
  const StartRange start = HeadStarts();
  EXPECT_EQ(start.earliest, minutes(6));
  EXPECT_EQ(start.latest, minutes(36));
}

TEST_F(StartRangeTest, HasNoEarliestWhereNothingWasLearned) {
  Run("runs", 6 * kCore, minutes(40));
  const StartRange start = HeadStarts();
  EXPECT_EQ(start.earliest, std::nullopt);
  EXPECT_EQ(start.latest, minutes(40));
}

TEST_F(StartRangeTest, HasNoLatestWhereNothingIsDeclared) {
  LearnTenMinutes();
  Run("runs", 6 * kCore, minutes(0));
  const StartRange start = HeadStarts();
  EXPECT_EQ(start.earliest, minutes(10));
  EXPECT_EQ(start.latest, std::nullopt);
}

TEST_F(StartRangeTest, HasNoLatestWhereSomebodyHasOutlivedItsLimit) {
  LearnTenMinutes();
  Run("runs", 6 * kCore, minutes(40));
  d_.Pass(minutes(41));
  const StartRange start = HeadStarts();
  EXPECT_EQ(start.earliest, minutes(1)) << "it was given one more";
  EXPECT_EQ(start.latest, std::nullopt);
}

TEST_F(StartRangeTest, IsEmptyWhereNobodyKnows) {
  Run("runs", 6 * kCore, minutes(0));
  const StartRange start = HeadStarts();
  EXPECT_EQ(start.earliest, std::nullopt);
  EXPECT_EQ(start.latest, std::nullopt);
}

TEST_F(CoreReaderTest, APodIsExplainedWithItsGangAndByItself) {
  AddNodes(1);
  world_.CreateGang("runs", 2, 2, kCore);
  world_.Run();
  world_.CreateGang("waits", 3, 3, kCore);
  world_.Run(400);
  const Explanation bound = reader().ExplainPod(*reader().FindPod("default", "runs-0"));
  EXPECT_EQ(bound.pod_state, Member::State::kBound);
  EXPECT_EQ(bound.node, "node-0");
  EXPECT_EQ(bound.why.reason.code, ReasonCode::kScheduled);
  EXPECT_EQ(bound.gang->name, "runs");
  const Explanation waits = reader().ExplainPod(*reader().FindPod("default", "waits-2"));
  EXPECT_EQ(waits.pod_state, Member::State::kWaiting);
  EXPECT_EQ(waits.why.classes.at(0).example_pod, "waits-2");
  EXPECT_EQ(waits.gang->position, 1);
  EXPECT_EQ(reader().FindPod("default", "nobody"), std::nullopt);
}

TEST_F(CoreReaderTest, APodOfNoGangIsToldWhatKeepsItOff) {
  AddNodes(1);
  world_.CreateGang("waits", 5, 5, kCore);  // exceeds the cluster: nothing is kept for it
  world_.CreatePod("big", "", 0, 5 * kCore);
  world_.CreatePod("fits", "", 0, kCore);
  world_.RefuseNode("node-0");  // so that kube-scheduler leaves them where they are
  world_.Run(400);
  const Explanation big = reader().ExplainPod(*reader().FindPod("default", "big"));
  EXPECT_FALSE(big.gang.has_value());
  EXPECT_EQ(big.why.reason.code, ReasonCode::kExceedsCluster);
  EXPECT_EQ(big.why.reason.need, 5 * kCore);
  EXPECT_EQ(big.why.remedy.kind, Remedy::Kind::kOwner);
  const Explanation fits = reader().ExplainPod(*reader().FindPod("default", "fits"));
  EXPECT_EQ(fits.why.reason.code, ReasonCode::kNone);
  EXPECT_EQ(fits.why.classes.at(0).nodes_with_room, 1);
}

TEST_F(CoreReaderTest, AHeldGangIsNotPlannedUntilItIsResumed) {
  AddNodes(1);
  world_.CreatePod("g-0", "g", 2, kCore);
  world_.Run(400);
  world_.Apply(model::GangHeld{Key("g"), true});
  EXPECT_TRUE(reader().IsHeld(Key("g")));
  world_.CreatePod("g-1", "g", 2, kCore);
  world_.Run(400);
  EXPECT_EQ(world_.BoundOf("g"), 0);
  EXPECT_EQ(world_.ReasonOf("g"), ReasonCode::kHeld);
  EXPECT_EQ(Explain("g").why.remedy.kind, Remedy::Kind::kOperator);
  EXPECT_EQ(world_.core().Count().held_gangs, 1u);
  world_.Apply(model::GangHeld{Key("g"), false});
  world_.Run();
  EXPECT_EQ(world_.BoundOf("g"), 2);
}

TEST_F(CoreReaderTest, WhatHoldsANodeKeepsItWhileTheGangIsHeld) {
  AddNodes(2);
  world_.CreateGang("g", 2, 2, kCore);
  world_.Run();
  world_.Apply(model::GangHeld{Key("g"), true});
  world_.CreatePod("g-2", "g", 2, kCore);
  world_.Run(400);
  EXPECT_EQ(world_.BoundOf("g"), 2);
}

TEST_F(CoreReaderTest, ADrainingQueueServesWhatItHasAndHoldsWhatComes) {
  AddNodes(1);
  world_.CreateGang("blocks", 4, 4, kCore);
  world_.Run();
  world_.CreateGang("before", 2, 2, kCore);
  world_.Run(400);
  world_.Apply(model::QueueGateSet{model::QueueGate::kDraining});
  world_.CreateGang("after", 2, 2, kCore);
  world_.Run(400);
  world_.DeleteGang("blocks");
  world_.Run(2000);
  EXPECT_EQ(world_.BoundOf("before"), 2);
  EXPECT_EQ(world_.BoundOf("after"), 0);
  EXPECT_EQ(world_.ReasonOf("after"), ReasonCode::kHeld);
  world_.Apply(model::QueueGateSet{model::QueueGate::kHeld});
  EXPECT_EQ(Simulate(Job("new", 1, 1, kCore))[0].why.reason.code, ReasonCode::kHeld);
  world_.Apply(model::QueueGateSet{model::QueueGate::kOpen});
  world_.Run();
  EXPECT_EQ(world_.BoundOf("after"), 2);
}

TEST_F(CoreReaderTest, NothingNewIsPlannedOnAClosedNode) {
  AddNodes(2);
  world_.CreateGang("stays", 2, 2, kCore);
  world_.Run();
  const std::string used = world_.Pod("stays-0")->node_name;
  world_.Apply(model::NodeClosed{used, true});
  EXPECT_TRUE(reader().IsClosed(used));
  world_.CreateGang("moves", 2, 2, kCore);
  world_.Run();
  EXPECT_NE(world_.Pod("moves-0")->node_name, used);
  EXPECT_EQ(world_.BoundOf("stays"), 2);
  // By name: it holds for a node that comes back.
  model::NodeInfo back;
  back.name = "back";
  back.allocatable = {{model::kCpu, 8 * kCore}, {model::kPods, 10}};
  world_.Apply(model::NodeClosed{"back", true});
  world_.AddNode(back);
  world_.CreateGang("wide", 6, 6, kCore);
  world_.Run(400);
  EXPECT_EQ(world_.BoundOf("wide"), 0);
  world_.Apply(model::NodeClosed{"back", false});
  world_.Run();
  EXPECT_EQ(world_.BoundOf("wide"), 6);
}

TEST_F(CoreReaderTest, AJobThatFitsIsToldWhere) {
  AddNodes(2);
  const std::vector<SimulatedOutcome> outcomes = Simulate(Job("new", 6, 6, kCore));
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_TRUE(outcomes[0].fits_now);
  EXPECT_TRUE(outcomes[0].fits_empty_cluster);
  EXPECT_EQ(outcomes[0].placed, 6);
  EXPECT_THAT(outcomes[0].nodes, ElementsAre(Pair("node-0", 4), Pair("node-1", 2)));
  EXPECT_EQ(world_.core().reservations(), 0u);
}

TEST_F(CoreReaderTest, EachJobSeesWhatTheOnesBeforeItTook) {
  AddNodes(2);
  const std::vector<SimulatedOutcome> outcomes =
      Simulate(Job("later", 4, 4, kCore), Job("first", 6, 6, kCore, /*priority=*/1));
  ASSERT_THAT(outcomes, SizeIs(2));
  EXPECT_EQ(outcomes[0].name, "first");
  EXPECT_TRUE(outcomes[0].fits_now);
  EXPECT_EQ(outcomes[1].name, "later");
  EXPECT_FALSE(outcomes[1].fits_now);
  EXPECT_TRUE(outcomes[1].fits_empty_cluster);
  EXPECT_EQ(outcomes[1].why.reason.code, ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(outcomes[1].why.classes.at(0).room_now, 2);
}

TEST_F(CoreReaderTest, AJobThatDoesNotFitIsToldWhomItWaitsFor) {
  AddNodes(2);
  world_.CreateGang("runs", 6, 6, kCore);
  world_.Run();
  const SimulatedOutcome waits = Simulate(Job("new", 4, 4, kCore))[0];
  EXPECT_FALSE(waits.fits_now);
  EXPECT_TRUE(waits.fits_empty_cluster);
  EXPECT_EQ(waits.position, 1);
  EXPECT_THAT(waits.why.holders, ElementsAre(model::Holder{"gang runs", 6 * kCore}));
  EXPECT_EQ(waits.why.remedy.kind, Remedy::Kind::kOthersEnd);
  const SimulatedOutcome never = Simulate(Job("huge", 9, 9, kCore))[0];
  EXPECT_EQ(never.why.reason.code, ReasonCode::kExceedsCluster);
  EXPECT_FALSE(never.fits_empty_cluster);
  EXPECT_EQ(Simulate(Job("missing", 1, 2, kCore))[0].why.reason.code,
            ReasonCode::kWaitingForMembers);
}

TEST_F(CoreReaderTest, TheHeadsRoomIsForWhoeverGoesBeforeIt) {
  AddNodes(2);
  world_.CreateGang("runs", 3, 3, kCore);
  world_.Run();
  world_.CreateGang("head", 8, 8, kCore);
  world_.Run(400);
  ASSERT_TRUE(reader().Report(Key("head"), 0).head);
  const SimulatedOutcome behind = Simulate(Job("behind", 2, 2, kCore))[0];
  EXPECT_FALSE(behind.fits_now);
  EXPECT_EQ(behind.why.reason.code, ReasonCode::kBehindHead);
  EXPECT_EQ(behind.why.remedy.kind, Remedy::Kind::kHeadFirst);
  EXPECT_EQ(behind.position, 2);
  const SimulatedOutcome before = Simulate(Job("before", 2, 2, kCore, /*priority=*/9))[0];
  EXPECT_TRUE(before.fits_now);
  EXPECT_EQ(before.position, 1);
}

TEST_F(CoreReaderTest, MembersBeyondTheMinimumTakeWhatIsLeft) {
  AddNodes(1);
  const SimulatedOutcome some = Simulate(Job("wide", 9, 2, kCore))[0];
  EXPECT_TRUE(some.fits_now);
  EXPECT_EQ(some.placed, 4);
  SimulatedJob singles = Job("single", 7, 0, kCore);
  singles.single_pods = true;
  const SimulatedOutcome one_by_one = Simulate(std::move(singles))[0];
  EXPECT_FALSE(one_by_one.fits_now);
  EXPECT_EQ(one_by_one.placed, 4);
  EXPECT_FALSE(one_by_one.fits_empty_cluster);
}

TEST_F(CoreReaderTest, ReservationsSayWhoseTheyAre) {
  AddNodes(2);
  world_.CreateGang("runs", 3, 3, kCore);
  world_.Run();
  world_.StallWrites(true);
  world_.CreateGang("placed", 2, 2, kCore);
  world_.CreateGang("head", 8, 8, kCore);
  world_.Run(50);
  int placed = 0;
  int for_head = 0;
  for (const ReservationReport& report : reader().Reservations("", {0, 100})) {
    placed += report.kind == ReservationReport::Kind::kPlaced && report.gang_name == "placed";
    for_head += report.kind == ReservationReport::Kind::kHead && report.gang_name == "head";
  }
  EXPECT_EQ(placed, 2);
  EXPECT_EQ(for_head, 8);
  EXPECT_THAT(reader().Reservations("", {0, 3}), SizeIs(4)) << "one more than asked for";
  world_.StallWrites(false);
  world_.Run(400);
}

}  // namespace
}  // namespace tutti::planner
