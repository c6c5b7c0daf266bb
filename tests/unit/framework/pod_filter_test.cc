#include "framework/pod_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/node_table.h"

namespace tutti::framework {
namespace {

using Kind = FilterVerdict::Kind;
using model::ClusterSnapshot;
using model::NodeIndex;
using model::ReasonCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr base::Uid kMember{1, 1};
constexpr base::Uid kForeign{1, 2};

// Two nodes of 4 cpu; what is set up in `nodes_` and `verdicts_` is what Ask sees.
class PodFilterTest : public ::testing::Test {
 protected:
  PodFilterTest() {
    for (const char* name : {"a", "b"}) {
      model::NodeInfo node;
      node.name = name;
      node.allocatable = {{model::kCpu, 4000}, {model::kPods, 110}};
      offered_.push_back(nodes_.Upsert(std::move(node)));
    }
  }
  ClusterSnapshot Snapshot() {
    ClusterSnapshot snapshot;
    snapshot.ready = ready_;
    model::NodeTable::Published published = nodes_.Publish();
    snapshot.blocks = std::move(published.blocks);
    snapshot.directory = std::move(published.directory);
    snapshot.verdicts = verdicts_.Publish();
    snapshot.plans = plans_.Publish();
    snapshot.any_placed = any_placed_;
    snapshot.head_priority = head_priority_;
    return snapshot;
  }
  FilterVerdict Ask(const FilterPod& pod, bool planned_offered = true) {
    return Ask(pod, planned_offered, Snapshot());
  }
  FilterVerdict Ask(const FilterPod& pod, bool planned_offered, const ClusterSnapshot& snapshot) {
    std::vector<NodeIndex> nodes;
    NodesToRefuse(pod, snapshot, nodes);
    std::vector<uint32_t> refused;
    for (uint32_t i = 0; i < offered_.size(); ++i) {
      if (std::count(nodes.begin(), nodes.end(), offered_[i]) > 0) refused.push_back(i);
    }
    return Filter(pod, refused, planned_offered, snapshot);
  }
  std::vector<NodeIndex> ToRefuse(const FilterPod& pod) {
    std::vector<NodeIndex> nodes;
    NodesToRefuse(pod, Snapshot(), nodes);
    return nodes;
  }
  void Reserve(size_t node, int64_t cpu) {
    nodes_.Reserve(offered_[node], {{model::kCpu, cpu}, {model::kPods, 1}}, {});
    any_placed_ = true;
  }
  void ReserveForHead(size_t node, int64_t cpu, int32_t priority) {
    nodes_.Reserve(offered_[node], {{model::kCpu, cpu}, {model::kPods, 1}}, {},
                   model::NodeTable::Reserved::kForHead);
    head_priority_ = priority;
  }
  static FilterPod Member() {
    FilterPod pod;
    pod.uid = kMember;
    pod.in_gang = true;
    return pod;
  }
  FilterPod Foreign(int32_t priority = 0) const {
    FilterPod pod;
    pod.uid = kForeign;
    pod.priority = priority;
    pod.requests = &requests_;
    return pod;
  }

  model::NodeTable nodes_;
  std::vector<NodeIndex> offered_;
  model::CowMap<base::Uid, model::PodVerdict> verdicts_;
  model::CowMap<std::string, bool> plans_;
  const model::ResourceList requests_ = {{model::kCpu, 1000}, {model::kPods, 1}};
  bool ready_ = true;
  bool any_placed_ = false;
  std::optional<int32_t> head_priority_;
};

TEST_F(PodFilterTest, BeforeTheCachesAreSyncedNobodyIsAnswered) {
  ready_ = false;
  for (const FilterPod& pod : {Member(), Foreign()}) {
    EXPECT_EQ(Ask(pod).kind, Kind::kNone);
    EXPECT_EQ(Ask(pod).reason.code, ReasonCode::kNotReady);
    EXPECT_THAT(ToRefuse(pod), IsEmpty());
  }
}

TEST_F(PodFilterTest, APlacedMemberGetsItsNodeAlone) {
  verdicts_.Set(kMember, {offered_[1], {ReasonCode::kPlaced, 0, 0, {}}});
  EXPECT_EQ(Ask(Member()).kind, Kind::kOne);
  EXPECT_EQ(Ask(Member()).node, offered_[1]);
  EXPECT_THAT(ToRefuse(Member()), IsEmpty());
}

TEST_F(PodFilterTest, APlannedNodeThatIsNotOfferedIsReportedToTheCore) {
  verdicts_.Set(kMember, {offered_[1], {ReasonCode::kPlaced, 0, 0, {}}});
  const FilterVerdict verdict = Ask(Member(), /*planned_offered=*/false);
  EXPECT_EQ(verdict.kind, Kind::kNone);
  EXPECT_EQ(verdict.reason.code, ReasonCode::kPlacedNodeNotOffered);
  EXPECT_TRUE(verdict.report_not_offered);
  EXPECT_EQ(verdict.node, offered_[1]);
}

TEST_F(PodFilterTest, AWaitingMemberHearsItsGangsReason) {
  const model::Reason reason{ReasonCode::kWaitingForCapacity, 4000, 1000, model::kCpu};
  verdicts_.Set(kMember, {NodeIndex(), reason});
  const FilterVerdict verdict = Ask(Member());
  EXPECT_EQ(verdict.kind, Kind::kNone);
  EXPECT_EQ(verdict.reason, reason);
  EXPECT_FALSE(verdict.report_not_offered);
}

TEST_F(PodFilterTest, AMemberNewerThanOurViewWaitsUnlessItCarriesAPlanOfOurs) {
  EXPECT_EQ(Ask(Member()).reason.code, ReasonCode::kNotYetSeen);
  plans_.Set("process1-7", true);
  FilterPod pod = Member();
  pod.plan_token = "process1-7/3";
  EXPECT_EQ(Ask(pod).kind, Kind::kAll) << "its pin names the node";
  pod.plan_token = "process0-7/3";
  EXPECT_EQ(Ask(pod).reason.code, ReasonCode::kNotYetSeen) << "a plan of an earlier process";
  pod.plan_token = "/3";
  EXPECT_EQ(Ask(pod).reason.code, ReasonCode::kNotYetSeen);
}

TEST_F(PodFilterTest, APodOfNoGangMayGoAnywhereWhileNothingIsReserved) {
  EXPECT_THAT(ToRefuse(Foreign()), IsEmpty());
  EXPECT_EQ(Ask(Foreign()).kind, Kind::kAll);
}

TEST_F(PodFilterTest, APodOfNoGangIsKeptOffRoomThatIsPromised) {
  Reserve(0, 3500);
  EXPECT_THAT(ToRefuse(Foreign()), ElementsAre(offered_[0]));
  const FilterVerdict verdict = Ask(Foreign());
  EXPECT_EQ(verdict.kind, Kind::kSubset);
  EXPECT_EQ(verdict.reason.code, ReasonCode::kNodeReserved);
  EXPECT_THAT(verdict.refused, ElementsAre(0u));
}

TEST_F(PodFilterTest, RoomBesideThePromiseIsFree) {
  Reserve(0, 3000);
  EXPECT_EQ(Ask(Foreign()).kind, Kind::kAll) << "exactly what is left";
}

TEST_F(PodFilterTest, APodThatMattersMoreThanTheHeadMayTakeItsRoom) {
  ReserveForHead(0, 4000, /*priority=*/10);
  EXPECT_EQ(Ask(Foreign(10)).kind, Kind::kSubset);
  EXPECT_EQ(Ask(Foreign(11)).kind, Kind::kAll);
  EXPECT_THAT(ToRefuse(Foreign(11)), IsEmpty());
}

TEST_F(PodFilterTest, APodThatMattersMoreThanTheHeadKeepsOffWhatIsPlaced) {
  ReserveForHead(0, 2000, /*priority=*/10);
  Reserve(0, 2000);
  EXPECT_EQ(Ask(Foreign(11)).kind, Kind::kAll) << "2000 are placed, 2000 only kept for the head";
  Reserve(0, 1500);
  EXPECT_THAT(Ask(Foreign(11)).refused, ElementsAre(0u));
}

TEST_F(PodFilterTest, RoomThatIsShortForOtherReasonsIsLeftToKubeScheduler) {
  nodes_.Charge("a", {{model::kCpu, 4000}}, {});
  any_placed_ = true;
  EXPECT_THAT(Ask(Foreign()).refused, IsEmpty()) << "nothing is promised on the node";
  nodes_.Reserve(offered_[0], {{model::kMemory, 1}}, {});
  EXPECT_THAT(Ask(Foreign()).refused, IsEmpty()) << "nothing that this pod asks for";
}

TEST_F(PodFilterTest, ANodeThatWeDoNotKnowIsLeftToKubeScheduler) {
  Reserve(0, 4000);
  offered_.insert(offered_.begin(), NodeIndex());
  EXPECT_THAT(Ask(Foreign()).refused, ElementsAre(1u));
}

TEST_F(PodFilterTest, TheSameQuestionHasTheSameAnswerAndLeavesNoTrace) {
  Reserve(0, 3500);
  const ClusterSnapshot snapshot = Snapshot();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask(Foreign(), true, snapshot).refused, ElementsAre(0u));
    EXPECT_EQ(snapshot.blocks[0]->Free(model::kCpu, OffsetOf(offered_[0])), 500);
  }
}

}  // namespace
}  // namespace tutti::framework
