#include "planner/victim_planner.h"

#include <map>

#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

class VictimPlannerTest : public CorePoints {
 protected:
  PodInfo Runs(const std::string& name, const std::string& node, int64_t cpu,
               const std::string& gang = "", int min_member = 1) {
    PodInfo pod = d_->NewPod(name, gang, gang.empty() ? 0 : min_member, CoreDriver::Shape(cpu));
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

TEST_F(VictimPlannerTest, OnlyThoseGoThatTheGangNeedsAndItGetsTheirRoom) {
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

TEST_F(VictimPlannerTest, NobodyIsTouchedWhereTheGangWouldNotFitAllTheSame) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("low", "a", 4000);
  const auto peer = Important("peer", 1, 4000);
  ShowBound(peer[0], "b");  // it can end, but not be evicted for its equals
  Important("whole", 2, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_THAT(w_.failures, IsEmpty()) << "a proposal that does not help is no failure";
  EXPECT_EQ(d_->reservations(), 2u) << "it is the head all the same";
}

TEST_F(VictimPlannerTest, OfAVictimsGangAllProposedMembersGoOrNone) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("train-0", "a", 4000, "train", 2);
  Runs("train-1", "b", 4000, "train", 2);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ::testing::UnorderedElementsAre("train-0", "train-1"));
}

TEST_F(VictimPlannerTest, WhatAGangCanDoWithoutGoesBeforeAnybodyElse) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Runs("alone", "a", 4000);
  Runs("train-0", "b", 2000, "train", 1);
  Runs("train-1", "b", 2000, "train", 1);
  Important("g", 1, 2000);
  d_->Pass();
  const auto evictions = d_->Take<model::EvictPod>();
  ASSERT_EQ(evictions.size(), 1u);
  EXPECT_EQ(evictions[0].pod.name, "train-1") << "the last in rank";
  EXPECT_THAT(evictions[0].message, HasSubstr("its own gang runs on"));
}

TEST_F(VictimPlannerTest, WhereThatIsNotEnoughTheWholeGangGoes) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  Runs("train-0", "a", 2000, "train", 1);
  Runs("train-1", "a", 1000, "train", 1);
  Runs("train-2", "a", 1000, "train", 1);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ::testing::UnorderedElementsAre("train-0", "train-1", "train-2"));
}

TEST_F(VictimPlannerTest, SurplusDoesNotOutliveItsGang) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  Start().AddNode("a", 4000);
  d_->AddNode("b", 1000);
  Runs("train-0", "a", 4000, "train", 1);
  Runs("train-1", "b", 1000, "train", 1);
  Important("g", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), ::testing::UnorderedElementsAre("train-0", "train-1"))
      << "the gang fits beside the second, which cannot run alone";
}

TEST_F(VictimPlannerTest, GroupsThatAGangCanDoWithoutGoWhole) {
  w_.AddPoints("Preempt", EvictsLowerPriority());
  for (const int64_t wanted : {2000, 3000}) {
    Start().AddNode("a", 4000);
    d_->AddNode("b", 4000);
    for (const char* name : {"x-0", "x-1", "y-0", "y-1", "y-2"}) {
      PodInfo pod = d_->NewPod(name, "train", 1, CoreDriver::Shape(1000));
      pod.gang->role = std::string(1, name[0]);
      pod.gang->spec->roles = {{"", 0, 1}, {"x", 2}, {"y", 2}};
      pod.node_name = name[0] == 'x' ? "a" : "b";
      d_->Show(pod);
    }
    Runs("filler", "a", 2000, "filler", 1);
    Important("g", 1, wanted);
    d_->Pass();
    if (wanted == 2000) {
      EXPECT_THAT(Evicted(), ElementsAre("y-2")) << "with what is free that will do";
    } else {
      EXPECT_THAT(Evicted(), ::testing::UnorderedElementsAre("y-0", "y-1", "y-2"))
          << "y-2 would fit beside the gang, but is nothing without its group";
    }
  }
}

TEST_F(VictimPlannerTest, AnEvictionThatFailsIsNotTriedAgainAtOnce) {
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

TEST_F(VictimPlannerTest, APodThatIsBeingDeletedMakesRoomByItself) {
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

TEST_F(VictimPlannerTest, PostFilterCanForbidIt) {
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

TEST_F(VictimPlannerTest, AProposalOfWhatMayNotBeEvictedIsAFailure) {
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

}  // namespace
}  // namespace tutti::planner
