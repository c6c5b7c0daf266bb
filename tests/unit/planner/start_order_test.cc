// Roles that start after others of their gang.
#include "planner/start_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class StartOrderTest : public ::testing::Test {
 protected:
  ~StartOrderTest() override { EXPECT_THAT(d_->broken, IsEmpty()); }

  void Start(CoreOptions options = {}) {
    d_ = std::make_unique<CoreDriver>(std::move(options));
    d_->AddNode("n", 9000);
  }
  PodInfo Show(const std::string& role, const std::vector<std::string>& after = {},
               int min_member = 3) {
    PodInfo pod = d_->NewPod(absl::StrFormat("%s-%d", role, next_++), "g", min_member,
                             CoreDriver::Shape(1000));
    pod.gang->role = role;
    pod.gang->start_after = after;
    pod.gated_by_tutti = true;
    d_->Show(pod);
    return pod;
  }
  void Bind(PodInfo& pod, bool ready) {
    pod.gated_by_tutti = false;
    pod.node_name = "n";
    pod.ready = ready;
    d_->Show(pod);
  }
  std::vector<std::string> Released() {
    std::vector<std::string> names;
    for (const model::ReleasePod& release : d_->Take<model::ReleasePod>())
      names.push_back(release.pod.name);
    return names;
  }

  std::unique_ptr<CoreDriver> d_ = std::make_unique<CoreDriver>();
  int next_ = 0;
};

TEST_F(StartOrderTest, MembersKeepTheirRoomUntilTheRoleBeforeThemIsReady) {
  Start();
  PodInfo driver = Show("driver");
  const PodInfo worker = Show("worker", {"driver"});
  Show("worker", {"driver"});
  d_->Pass();
  EXPECT_THAT(Released(), ElementsAre("driver-0"));
  EXPECT_EQ(d_->reservations(), 3u) << "the gang is placed as a whole";
  EXPECT_EQ(d_->HeldBecause(worker), ReasonCode::kWaitingForRole);
  Bind(driver, false);
  d_->Pass(std::chrono::minutes(9));
  EXPECT_THAT(Released(), IsEmpty()) << "it runs, and is not ready";
  EXPECT_EQ(d_->reservations(), 2u);
  Bind(driver, true);
  EXPECT_THAT(Released(), UnorderedElementsAre("worker-1", "worker-2"));
  EXPECT_EQ(d_->PlacedOn(worker), "n");
}

TEST_F(StartOrderTest, WhereTheRoleIsNotReadyInTimeAllIsReleased) {
  Start();
  PodInfo driver = Show("driver");
  Show("worker", {"driver"});
  Show("worker", {"driver"});
  d_->Pass();
  Bind(driver, false);
  d_->Pass(std::chrono::minutes(11));
  const auto evictions = d_->Take<model::EvictPod>();
  ASSERT_EQ(evictions.size(), 1u);
  EXPECT_EQ(evictions[0].pod.name, "driver-0");
  EXPECT_THAT(evictions[0].message, ::testing::HasSubstr("tutti.dev/start-after"));
  EXPECT_EQ(d_->reservations(), 0u);
}

TEST_F(StartOrderTest, TheBarrierDoesNotWaitForThoseWhoMayNotComeYet) {
  CoreOptions options;
  options.bind_barrier = BindBarrier::kAlways;
  Start(std::move(options));
  PodInfo driver = Show("driver");
  const PodInfo worker = Show("worker", {"driver"});
  Show("worker", {"driver"});
  d_->Pass();
  d_->Bind(driver, "n");
  EXPECT_EQ(d_->Take<model::BindPod>().size(), 1u);
  d_->Bind(worker, "n");
  const auto answers = d_->Take<model::AnswerBind>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_THAT(answers[0].error, ::testing::HasSubstr("tutti/WaitingForRole"));
}

TEST_F(StartOrderTest, ANewProcessGoesOnWhereTheLastOneWas) {
  Start();
  PodInfo driver = d_->NewPod("driver-0", "g", 3, CoreDriver::Shape(1000));
  driver.gang->role = "driver";
  Bind(driver, false);
  Show("worker", {"driver"});
  Show("worker", {"driver"});
  d_->Pass();
  EXPECT_THAT(Released(), IsEmpty());
  EXPECT_EQ(d_->reservations(), 2u);
  Bind(driver, true);
  EXPECT_EQ(Released().size(), 2u);
}

TEST_F(StartOrderTest, WhoeverComesWhenTheGangWasWholeStartsByItself) {
  Start();
  PodInfo driver = Show("driver", {}, 2);
  PodInfo worker = Show("worker", {"driver"}, 2);
  d_->Pass();
  Bind(driver, true);
  Bind(worker, true);
  d_->Pass();
  Released();
  driver.ready = false;
  d_->Show(driver);
  Show("worker", {"driver"}, 2);
  d_->Pass();
  EXPECT_EQ(Released().size(), 1u);
}

TEST_F(StartOrderTest, AnOrderInWhichNobodyCanStartIsNamed) {
  Start();
  const PodInfo a = Show("a", {"b"}, 2);
  Show("b", {"a"}, 2);
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(a), ReasonCode::kMisconfigured);
  EXPECT_EQ(d_->reservations(), 0u);
}

TEST_F(StartOrderTest, ARoleThatNobodyHasIsWaitedForWithoutHoldingRoom) {
  Start();
  const PodInfo worker = Show("worker", {"driver"}, 1);
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(worker), ReasonCode::kWaitingForMembers);
  EXPECT_EQ(d_->reservations(), 0u);
  Show("driver", {}, 1);
  d_->Pass();
  EXPECT_EQ(d_->reservations(), 2u) << "with it, though one of them is all that the gang needs";
  EXPECT_THAT(Released(), ElementsAre("driver-1"));
}

TEST_F(StartOrderTest, APodThatStartsAfterOthersIsGatedInItsCreate) {
  Start();
  PodInfo pod = d_->NewPod("worker", "g", 1, CoreDriver::Shape(1000));
  pod.gang->role = "worker";
  pod.gang->start_after = {"driver"};
  EXPECT_TRUE(d_->Admit(pod).gate);
}

TEST(IsOfRoleTest, ARoleIsKnownByAnyPartOfItsPath) {
  EXPECT_TRUE(IsOfRole("driver", "driver"));
  EXPECT_TRUE(IsOfRole("replicas/0/leader", "leader"));
  EXPECT_TRUE(IsOfRole("replicas/0/leader", "replicas/0"));
  EXPECT_FALSE(IsOfRole("replicas/0/leader", "lead"));
}

}  // namespace
}  // namespace tutti::planner
