#include "framework/gang_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;
using testing::PointFunctions;

class GangPointsTest : public ::testing::Test {
 protected:
  // A plugin that writes down what it is told, and answers `answer` to Reserve.
  void AddReserver(const std::string& name, Status answer = Status::Success(),
                   OnError on_error = OnError::kDefault) {
    PointFunctions functions;
    functions.reserve = [this, name, answer](const GangView&, const PlacementView&) {
      story_.push_back("Reserve " + name);
      return answer;
    };
    functions.unreserve = [this, name](const GangView&, const PlacementView&) {
      story_.push_back("Unreserve " + name);
    };
    w_.AddPoints(name, std::move(functions), on_error);
  }
  const GangPoints& Points() {
    plugins_ = w_.Plugins();
    return points_.emplace(plugins_);
  }
  Status Reserve() { return Points().Reserve(gang_, {}, w_.Cluster()); }
  std::vector<PodUid> SelectVictims(const GangPoints::CheckVictim& check) {
    class NoPods final : public BoundPods {
     public:
      std::span<const PlacedPodView> On(NodeIndex) const override { return {}; }
    };
    return Points().SelectVictims(gang_, {}, w_.Cluster(), NoPods(), check);
  }
  static std::string Fine(const PodUid&) { return {}; }

  PluginWorld w_;
  Plugins plugins_;
  std::optional<GangPoints> points_;
  std::vector<std::string> story_;
  GangView gang_;
};

TEST_F(GangPointsTest, WhoeverHasReservedBeforeARefusalIsToldInReverseOrder) {
  AddReserver("A");
  AddReserver("B");
  AddReserver("C", Status::Pending(ReasonId(3), 5, 4));
  AddReserver("D");
  const Status status = Reserve();
  EXPECT_EQ(status, Status::Pending(ReasonId(3), 5, 4));
  EXPECT_THAT(story_,
              ElementsAre("Reserve A", "Reserve B", "Reserve C", "Unreserve B", "Unreserve A"));
  EXPECT_THAT(w_.failures, IsEmpty()) << "to refuse is no failure";
}

TEST_F(GangPointsTest, AReserveThatFailsNamesItsPluginAndRefuses) {
  AddReserver("A");
  PointFunctions bad;
  bad.reserve = [](const GangView&, const PlacementView&) -> Status {
    throw std::runtime_error("boom");
  };
  w_.AddPoints("Bad", bad);
  EXPECT_EQ(Reserve().code(), Code::kError);
  EXPECT_THAT(story_, ElementsAre("Reserve A", "Unreserve A"));
  EXPECT_THAT(w_.failures, ElementsAre("Bad Reserve: Reserve threw: boom"));
}

TEST_F(GangPointsTest, WithOnErrorSkipTheOthersDecide) {
  AddReserver("Bad", Status::Error("boom"), OnError::kSkip);
  AddReserver("B");
  EXPECT_TRUE(Reserve().ok());
  EXPECT_THAT(story_, ElementsAre("Reserve Bad", "Reserve B"));
  EXPECT_THAT(w_.failures, ElementsAre("Bad Reserve: boom"));
}

TEST_F(GangPointsTest, ACodeThatReserveDoesNotHaveIsAFailure) {
  AddReserver("Bad", Status::Skip());
  EXPECT_EQ(Reserve().code(), Code::kError);
  EXPECT_THAT(w_.failures, ElementsAre(HasSubstr("Bad Reserve: Reserve answered Skip: expected")));
}

TEST_F(GangPointsTest, AnUnreserveThatThrowsKeepsNobodyElseFromHearing) {
  AddReserver("A");
  PointFunctions bad;
  bad.reserve = [](const GangView&, const PlacementView&) { return Status::Success(); };
  bad.unreserve = [](const GangView&, const PlacementView&) { throw 7; };
  w_.AddPoints("Bad", bad);
  Points().Unreserve(gang_, {});
  EXPECT_THAT(story_, ElementsAre("Unreserve A"));
  EXPECT_THAT(w_.failures, ElementsAre(HasSubstr("Bad Unreserve")));
}

TEST_F(GangPointsTest, TheFirstReasonAndTheFirstNominationOfPostFilterCount) {
  const auto says = [](Status status, size_t blocks) {
    PointFunctions functions;
    functions.post_filter = [=](const GangView&, const GangDiagnosis& diagnosis,
                                Nomination& nomination) {
      EXPECT_EQ(diagnosis.code, "WaitingForCapacity");
      nomination.nodes.resize(blocks);
      return status;
    };
    return functions;
  };
  w_.AddPoints("Silent", says(Status::Skip(), 9));
  w_.AddPoints("Broken", says(Status::Wait(), 9));
  w_.AddPoints("First", says(Status::Success(), 2));
  w_.AddPoints("Second", says(Status::Success(), 3));
  w_.AddPoints("Reason", says(Status::UnschedulableAndUnresolvable(ReasonId(1)), 0));
  w_.AddPoints("Other", says(Status::Pending(ReasonId(2)), 0));
  const PostFilterVerdict verdict =
      Points().PostFilter(gang_, {"WaitingForCapacity", 1, 0, {}}, w_.Cluster());
  EXPECT_EQ(verdict.nomination.nodes.size(), 2u);
  EXPECT_EQ(verdict.status, Status::UnschedulableAndUnresolvable(ReasonId(1)));
  EXPECT_FALSE(verdict.may_evict());
  EXPECT_THAT(w_.failures, ElementsAre(HasSubstr("Broken PostFilter: PostFilter answered Wait")));
}

TEST_F(GangPointsTest, TheFirstProposalOfVictimsCountsAndOneThatIsWrongIsAFailure) {
  const auto proposes = [](std::vector<PodUid> pods, Status status = Status::Success()) {
    PointFunctions functions;
    functions.select_victims = [=](const GangView&, const ClusterView&, const BoundPods&,
                                   std::vector<PodUid>& victims) {
      victims = pods;
      return status;
    };
    return functions;
  };
  w_.AddPoints("Skips", proposes({{0, 9}}, Status::Skip()));
  w_.AddPoints("Twice", proposes({{0, 1}, {0, 2}, {0, 1}}));
  w_.AddPoints("Forbidden", proposes({{0, 5}}));
  w_.AddPoints("Endless", proposes(std::vector<PodUid>(SelectVictimsPlugin::kMostVictims + 1)));
  w_.AddPoints("Pends", proposes({{0, 1}}, Status::Pending(ReasonId(1))));
  w_.AddPoints("Good", proposes({{0, 3}, {0, 2}}));
  w_.AddPoints("Late", proposes({{0, 4}}));
  const std::vector<PodUid> victims = SelectVictims(
      [](const PodUid& pod) { return pod.low == 5 ? "pod a/b, which is sacred" : ""; });
  EXPECT_THAT(victims, ElementsAre(PodUid{0, 3}, PodUid{0, 2})) << "in the order of the proposal";
  EXPECT_THAT(w_.failures,
              ElementsAre(HasSubstr("Twice SelectVictims: SelectVictims gave a pod twice"),
                          HasSubstr("Forbidden SelectVictims: SelectVictims gave pod a/b"),
                          HasSubstr("Endless SelectVictims: SelectVictims gave 16385 pods"),
                          HasSubstr("Pends SelectVictims: SelectVictims answered Pending")));
}

TEST_F(GangPointsTest, WithoutSuchPluginsNobodyIsAsked) {
  const Plugins none;
  EXPECT_FALSE(GangPoints(none).reserves());
  EXPECT_FALSE(GangPoints(none).post_filters());
  EXPECT_FALSE(GangPoints(none).selects_victims());
}

}  // namespace
}  // namespace tutti::framework
