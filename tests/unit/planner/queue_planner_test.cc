// One pass over the queue: order, head, backfill, and what a pass may cost.
#include "planner/queue_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using model::ReportGang;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class QueuePlannerTest : public ::testing::Test {
 protected:
  QueuePlannerTest() : QueuePlannerTest(CoreOptions()) {}
  explicit QueuePlannerTest(CoreOptions options) : d_(std::move(options)) {}

  std::vector<PodInfo> Show(const std::string& gang, int members, int min_member, int64_t cpu) {
    const auto shape = CoreDriver::Shape(cpu);
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_.NewPod(absl::StrFormat("%s-%d", gang, i), gang, min_member, shape));
      d_.Show(pods.back());
    }
    return pods;
  }
  // A pod of no gang that runs there.
  PodInfo Fill(const std::string& node, int64_t cpu) {
    PodInfo pod = d_.NewPod("fill-" + node, "", 0, CoreDriver::Shape(cpu));
    pod.node_name = node;
    pod.phase = model::PodPhase::kRunning;
    d_.Show(pod);
    return pod;
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  CoreDriver d_;
};

TEST_F(QueuePlannerTest, MembersOfHigherRankGetTheirNodesFirst) {
  d_.AddNode("a", 2000);
  std::vector<PodInfo> pods;
  const auto shape = CoreDriver::Shape(1000);
  for (const char* name : {"w-10", "w-9", "w-8"}) pods.push_back(d_.NewPod(name, "g", 2, shape));
  for (const PodInfo& pod : pods) d_.Show(pod);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pods[2]), "a") << "w-8 before w-9 before w-10";
  EXPECT_EQ(d_.PlacedOn(pods[1]), "a");
  EXPECT_EQ(d_.PlacedOn(pods[0]), "");
}

TEST_F(QueuePlannerTest, OnlyOneGangIsReservedForAndTheHeadsRoomIsItsOwn) {
  d_.AddNode("a", 4000);
  d_.AddNode("b", 4000);
  Fill("a", 3000);
  const auto first = Show("first", 2, 2, 4000);
  const auto second = Show("second", 2, 2, 3000);
  const auto small = Show("small", 1, 1, 1000);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(first[0]), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(d_.reservations(), 2u) << "for the first alone";
  EXPECT_EQ(d_.HeldBecause(small[0]), ReasonCode::kBehindHead);
}

TEST_F(QueuePlannerTest, AHeadThatIsDeletedLetsTheOthersThrough) {
  d_.AddNode("a", 4000);
  const PodInfo filler = Fill("a", 2000);
  const auto head = Show("head", 1, 1, 4000);
  const auto small = Show("small", 1, 1, 1000);
  d_.Pass();
  ASSERT_EQ(d_.HeldBecause(small[0]), ReasonCode::kBehindHead);
  d_.Apply(model::PodDeleted{head[0].uid});
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(small[0]), "a");
  EXPECT_EQ(d_.reservations(), 1u);
}

// A gang that could never have the port must not become the head.
TEST_F(QueuePlannerTest, AHostPortThatADaemonSetHoldsOnEveryNodeHoldsNobodyUp) {
  d_.AddNode("a", 4000);
  model::PodShape with_port = *CoreDriver::Shape(100);
  with_port.host_ports = {{"0.0.0.0", "TCP", 9100}};
  const auto shape = std::make_shared<const model::PodShape>(with_port);
  PodInfo daemon = d_.NewPod("node-exporter", "", 0, shape);
  daemon.node_name = "a";
  daemon.disruptable = false;
  d_.Show(daemon);
  const PodInfo member = d_.NewPod("p", "port", 1, shape);
  d_.Show(member);
  const auto other = Show("other", 1, 1, 3900);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(member), ReasonCode::kExceedsCluster);
  EXPECT_EQ(d_.PlacedOn(other[0]), "a");
}

TEST_F(QueuePlannerTest, AGangGrowsOnlyIntoWhatNobodyWhoWaitsCouldUse) {
  d_.AddNode("a", 4000);
  const auto elastic = Show("elastic", 4, 1, 1000);
  const auto later = Show("later", 2, 2, 1000);
  d_.Pass();
  for (const PodInfo& pod : later) EXPECT_EQ(d_.PlacedOn(pod), "a");
  const auto has_room = [&](const PodInfo& pod) { return !d_.PlacedOn(pod).empty(); };
  EXPECT_EQ(std::count_if(elastic.begin(), elastic.end(), has_room), 2);
  d_.AddNode("b", 1000);
  d_.Pass();
  EXPECT_EQ(std::count_if(elastic.begin(), elastic.end(), has_room), 3);
}

TEST_F(QueuePlannerTest, AGangDoesNotGrowIntoTheRoomOfTheHead) {
  d_.AddNode("a", 4000);
  PodInfo filler = d_.NewPod("filler", "", 0, CoreDriver::Shape(2000));
  filler.node_name = "a";
  d_.Show(filler);
  const auto elastic = Show("elastic", 2, 1, 1000);
  const auto head = Show("head", 3, 3, 1000);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(elastic[0]), "a");
  EXPECT_EQ(d_.PlacedOn(elastic[1]), "") << "the room is kept for the head";
  d_.Apply(model::PodDeleted{filler.uid});
  d_.Pass();
  for (const PodInfo& pod : head) EXPECT_EQ(d_.PlacedOn(pod), "a");
}

TEST_F(QueuePlannerTest, NoMoreMembersThanTheGangMayHaveGetANode) {
  d_.AddNode("a", 9000);
  std::vector<PodInfo> pods;
  for (int i = 0; i < 4; ++i) {
    pods.push_back(d_.NewPod(absl::StrFormat("g-%d", i), "g", 1, CoreDriver::Shape(1000)));
    pods.back().gang->spec->max_member = 2;
    d_.Show(pods.back());
  }
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pods[0]), "a");
  EXPECT_EQ(d_.PlacedOn(pods[1]), "a");
  EXPECT_EQ(d_.HeldBecause(pods[2]), ReasonCode::kGangAtMax);
  for (int i = 0; i < 2; ++i) {
    pods[static_cast<size_t>(i)].node_name = "a";
    d_.Show(pods[static_cast<size_t>(i)]);
  }
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[2]), ReasonCode::kGangAtMax);
  pods[0].phase = model::PodPhase::kSucceeded;
  d_.Show(pods[0]);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pods[2]), "a") << "the first has ended";
  EXPECT_EQ(d_.HeldBecause(pods[3]), ReasonCode::kGangAtMax);
}

TEST_F(QueuePlannerTest, OneGangsHopelessSurplusCostsOneTry) {
  CoreOptions options;
  options.failed_placements_per_pass = 4;
  CoreDriver d(options);
  d.AddNode("a", 2000);
  d.AddNode("small", 100);
  const auto big = CoreDriver::Shape(2000);
  for (int i = 0; i < 50; ++i) d.Show(d.NewPod(absl::StrFormat("wide-%d", i), "wide", 1, big));
  const PodInfo tiny = d.NewPod("tiny", "tiny", 1, CoreDriver::Shape(100));
  d.Show(tiny);
  d.Pass();
  EXPECT_EQ(d.PlacedOn(tiny), "small");
  EXPECT_THAT(d.broken, IsEmpty());
}

// However many gangs at the front cannot be placed, and however little one pass may try, those
// behind them get their turn, and the head keeps its room meanwhile.
TEST_F(QueuePlannerTest, MoreHopelessGangsThanOnePassTriesStarveNobody) {
  CoreOptions options;
  options.failed_placements_per_pass = 4;
  CoreDriver d(options);
  d.AddNode("a", 4000);
  d.AddNode("b", 1000);
  PodInfo filler = d.NewPod("filler", "", 0, CoreDriver::Shape(2000));
  filler.node_name = "a";
  d.Show(filler);
  const PodInfo head = d.NewPod("head", "head", 1, CoreDriver::Shape(3000));
  for (int i = 0; i < 40; ++i) {
    if (i == 10) d.Show(head);
    const auto shape = CoreDriver::Shape(100'000 + i);  // each of its own
    d.Show(d.NewPod(absl::StrFormat("doomed-%d", i), absl::StrFormat("doomed-%d", i), 1, shape));
  }
  const PodInfo fits = d.NewPod("fits", "fits", 1, CoreDriver::Shape(1000));
  const PodInfo delays = d.NewPod("delays", "delays", 1, CoreDriver::Shape(1500));
  d.Show(delays);
  d.Show(fits);
  int passes = 0;
  do {
    d.Pass();
  } while (d.core.NextDeadline() <= d.now && ++passes < 100);
  EXPECT_EQ(d.HeldBecause(head), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(d.PlacedOn(fits), "b");
  EXPECT_EQ(d.HeldBecause(delays), ReasonCode::kBehindHead);
  EXPECT_GT(passes, 3) << "no pass did more than it may";
  EXPECT_LT(passes, 100) << "and it came to an end";
  d.Apply(model::PodDeleted{filler.uid});
  for (int i = 0; i < 20; ++i) d.Pass();
  EXPECT_EQ(d.PlacedOn(head), "a");
  EXPECT_THAT(d.broken, IsEmpty());
}

// A write under way tells kube-scheduler of a node that is not the plan any more.
TEST_F(QueuePlannerTest, AReplacedNodeIsToldAfterTheWriteThatWasUnderWay) {
  d_.AddNode("a", 1000);
  const auto pods = Show("g", 1, 1, 1000);
  d_.Pass();
  const auto first = d_.Take<model::NominatePod>();
  ASSERT_EQ(first.at(0).node_name, "a");
  d_.Apply(model::NodeDeleted{"a"});
  d_.AddNode("b", 1000);
  d_.Pass();
  ASSERT_EQ(d_.PlacedOn(pods[0]), "b");
  EXPECT_THAT(d_.Take<model::NominatePod>(), IsEmpty()) << "one write at a time";
  d_.Finish(first[0].write, model::WriteOutcome::kDone);
  const auto second = d_.Take<model::NominatePod>();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].node_name, "b");
}

TEST_F(QueuePlannerTest, APodPinnedElsewhereThanPlannedIsPlannedByItsPin) {
  d_.AddNode("a", 1000);
  PodInfo pod = d_.NewPod("g-0", "g", 1, CoreDriver::Shape(1000));
  pod.gated_by_tutti = true;
  pod.has_controller = true;
  d_.Show(pod);
  d_.Pass();
  const auto release = d_.Take<model::ReleasePod>();
  ASSERT_THAT(release.at(0).nodes, ElementsAre("a"));
  // Before the release is through, the node goes and the pod is planned elsewhere.
  d_.Apply(model::NodeDeleted{"a"});
  d_.AddNode("b", 1000);
  d_.Pass();
  ASSERT_EQ(d_.PlacedOn(pod), "b");
  d_.Finish(release[0].write, model::WriteOutcome::kDone);
  EXPECT_THAT(d_.Take<model::ReleasePod>(), IsEmpty()) << "a second pin would be refused";
  pod.gated_by_tutti = false;
  pod.pins = {"a"};
  d_.Show(pod);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pod), "") << "it can run on node a alone, which is gone";
  EXPECT_EQ(d_.reservations(), 0u);
  const auto evicted = d_.Take<model::EvictPod>();
  ASSERT_EQ(evicted.size(), 1u) << "its controller makes it anew";
  EXPECT_EQ(evicted[0].pod.uid, pod.uid);
  EXPECT_TRUE(evicted[0].only_unbound) << "a Binding that seemed to fail may have been written";
}

TEST_F(QueuePlannerTest, AnEvictionThatFailsIsTriedAgainAfterAPause) {
  PodInfo pod = d_.NewPod("g-0", "g", 1, CoreDriver::Shape(1000));
  d_.AddNode("b", 1000);
  pod.pins = {"a"};
  pod.has_controller = true;
  d_.Show(pod);
  d_.Pass();
  const auto first = d_.Take<model::EvictPod>();
  ASSERT_EQ(first.size(), 1u);
  d_.Finish(first[0].write, model::WriteOutcome::kFailed);
  d_.Pass();
  EXPECT_THAT(d_.Take<model::EvictPod>(), IsEmpty()) << "not at once";
  ASSERT_LE(d_.core.NextDeadline(), d_.now + seconds(10));
  d_.Pass(seconds(10));
  EXPECT_EQ(d_.Take<model::EvictPod>().size(), 1u);
}

TEST_F(QueuePlannerTest, TheSizeMayChangeWhileTheGangWaits) {
  d_.AddNode("a", 4000);
  const auto grows = Show("grows", 3, 0, 1000);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(grows[0]), ReasonCode::kWaitingForSpec);
  const auto resize = [&](int min_member) {
    d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("grows"), "grows", {min_member, {}}, ""});
    d_.Pass();
  };
  resize(4);
  EXPECT_EQ(d_.HeldBecause(grows[0]), ReasonCode::kWaitingForMembers);
  resize(3);
  EXPECT_EQ(d_.PlacedOn(grows[0]), "a");
  EXPECT_EQ(d_.reservations(), 3u);
  resize(5);
  d_.Bind(grows[0], "a");
  EXPECT_THAT(d_.Take<model::BindPod>(), IsEmpty()) << "it is not whole any more";
  for (int i = 0; i < 61; ++i) d_.Pass(seconds(1));
  EXPECT_EQ(d_.reservations(), 0u) << "room held for missing members is given back";
}

TEST_F(QueuePlannerTest, ASizeThatShrinksOpensTheBarrierForThoseThatCame) {
  d_.AddNode("a", 4000);
  d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("g"), "g", {3, {}}, ""});
  const auto pods = Show("g", 2, 0, 1000);
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(pods[0]), "");
  d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("g"), "g", {2, {}}, ""});
  d_.Pass();
  d_.Bind(pods[0], "a");
  EXPECT_EQ(d_.Take<model::BindPod>().size(), 1u);
}

TEST_F(QueuePlannerTest, AGroupObjectThatIsDeletedTakesTheSizeWithIt) {
  d_.AddNode("a", 1000);
  d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("g"), "g", {2, {}}, ""});
  const auto pods = Show("g", 2, 0, 1000);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kExceedsCluster);
  d_.Apply(model::GangObjectDeleted{CoreDriver::KeyOf("g")});
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kWaitingForSpec);
  EXPECT_EQ(d_.reservations(), 0u);
  d_.Apply(model::GangObjectUpserted{CoreDriver::KeyOf("g"), "g", {1, {}}, "minMember is 0"});
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kMisconfigured);
}

TEST_F(QueuePlannerTest, MinMemberOnThePodsMayChangeWhileTheyWait) {
  d_.AddNode("a", 4000);
  auto pods = Show("g", 2, 3, 1000);
  d_.Pass();
  ASSERT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kWaitingForMembers);
  for (PodInfo& pod : pods) {
    pod.gang->spec->min_member = 2;
    d_.Show(pod);
    d_.Pass();
  }
  EXPECT_EQ(d_.PlacedOn(pods[0]), "a");
  EXPECT_EQ(d_.PlacedOn(pods[1]), "a");
}

// Its members say the same size with other words: the gang keeps its place in the queue.
TEST_F(QueuePlannerTest, AGangWhosePodIsEditedKeepsItsPlaceInTheQueue) {
  d_.AddNode("a", 1000);
  const PodInfo filler = Fill("a", 1000);
  auto first = Show("first", 1, 1, 1000);
  const auto second = Show("second", 1, 1, 1000);
  d_.Pass();
  first[0].gang->spec->wait_timeout = seconds(5);
  d_.Show(first[0]);
  d_.Apply(model::PodDeleted{filler.uid});
  d_.Pass();
  EXPECT_EQ(d_.PlacedOn(first[0]), "a");
  EXPECT_EQ(d_.PlacedOn(second[0]), "");
}

TEST_F(QueuePlannerTest, TheBackOffGrowsUntilTheGangHasRun) {
  d_.AddNode("a", 4000);
  const auto pods = Show("g", 2, 2, 1000);
  d_.Pass();
  std::vector<int64_t> pauses;
  for (int round = 0; round < 4; ++round) {
    // One member goes away while the other holds its node, and comes back after the timeout.
    d_.Apply(model::PodDeleted{pods[1].uid});
    while (d_.reservations() > 0) d_.Pass(seconds(1));
    EXPECT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kWaitingForMembers);
    d_.Show(pods[1]);
    d_.Pass();
    EXPECT_EQ(d_.HeldBecause(pods[0]), ReasonCode::kBackingOff) << "nobody is missing any more";
    int64_t pause = 0;
    while (d_.reservations() == 0 && pause < 1000) {
      d_.Pass(seconds(1));
      ++pause;
    }
    pauses.push_back(pause);
  }
  EXPECT_THAT(pauses, ElementsAre(10, 20, 40, 80));
}

TEST_F(QueuePlannerTest, AGangsReportsSayWhatItNeedsAndHasAndWhenThatChanges) {
  d_.AddNode("a", 3000);
  const PodInfo filler = Fill("a", 1000);
  const auto pods = Show("g", 3, 3, 1000);
  d_.Pass();
  const auto reports = d_.Take<ReportGang>();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].reason,
            (model::Reason{ReasonCode::kWaitingForCapacity, 3000, 2000, model::kCpu}));
  for (int i = 0; i < 5; ++i) d_.Pass(seconds(1));
  EXPECT_THAT(d_.Take<ReportGang>(), IsEmpty()) << "the same is not said again";
  d_.Apply(model::PodDeleted{filler.uid});
  d_.Pass();
  const auto placed = d_.Take<ReportGang>();
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_EQ(placed[0].reason.code, ReasonCode::kPlaced);
  EXPECT_TRUE(placed[0].had_to_wait);
}

}  // namespace
}  // namespace tutti::planner
