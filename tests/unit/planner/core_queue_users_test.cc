// Limits of users in the core: whose gangs wait, for what, and what lets them go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/core_queue_bed.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using testing::CoreDriver;
using testing::QueueArgs;

class CoreQueueUsersTest : public CoreQueueBed {
 protected:
  // Of the user; "" for one that names none.
  std::vector<PodInfo> Gang(const std::string& name, const std::string& user, int members,
                            const std::string& queue = "q", const std::string& node = "") {
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      PodInfo& pod = pods.emplace_back(
          d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, CoreDriver::Shape(1000)));
      pod.gang->queue = queue;
      if (!user.empty()) pod.submitter = "user/" + user;
      pod.node_name = node;
      if (!node.empty()) pod.phase = model::PodPhase::kRunning;
      d_->Show(pod);
    }
    return pods;
  }
};

TEST_F(CoreQueueUsersTest, AUserWaitsForTheEndOfHisOwnGangs) {
  Start(QueueArgs().Queue("q").UserLimit("cpu", "3")).AddNode("n", 8000);
  const auto first = Gang("first", "ada", 2);
  const auto second = Gang("second", "ada", 2);
  const auto others = Gang("others", "bob", 3);
  d_->Pass();
  EXPECT_TRUE(Placed(first));
  EXPECT_FALSE(Placed(second));
  EXPECT_TRUE(Placed(others)) << "whatever ada holds";
  const model::ReportGang report = Why("second");
  EXPECT_EQ(CodeName(report.reason), "QueueUserOverLimit");
  EXPECT_EQ(report.reason.need, 2000);
  EXPECT_EQ(report.reason.have, 1000);
  EXPECT_EQ(report.detail, "user ada: cpu in queue q");
  End(others);
  d_->Pass();
  EXPECT_FALSE(Placed(second)) << "that was not his";
  End(first);
  d_->Pass();
  EXPECT_TRUE(Placed(second));
}

TEST_F(CoreQueueUsersTest, ALimitCountsInAllQueuesBelowItsOwn) {
  Start(QueueArgs()
            .Queue("top")
            .UserLimit("cpu", "3")
            .Queue("a", "top")
            .Queue("b", "top")
            .UserLimit("cpu", "8"))
      .AddNode("n", 8000);
  const auto first = Gang("first", "ada", 2, "a");
  d_->Pass();
  const auto second = Gang("second", "ada", 2, "b");
  d_->Pass();
  EXPECT_TRUE(Placed(first));
  EXPECT_FALSE(Placed(second));
  EXPECT_EQ(Why("second").detail, "user ada: cpu in queue top");
}

TEST_F(CoreQueueUsersTest, WhatRunsWhenTheProcessStartsCountsForItsUser) {
  Start(QueueArgs().Queue("q").Integer("maxRunningGangsPerUser", 1)).AddNode("n", 8000);
  const auto runs = Gang("runs", "ada", 2, "q", "n");
  const auto nameless = Gang("nameless", "", 1, "q", "n");
  const auto next = Gang("next", "ada", 1);
  const auto same = Gang("same", "", 1);
  const auto other = Gang("other", "bob", 1);
  d_->Pass();
  EXPECT_FALSE(Placed(next));
  EXPECT_FALSE(Placed(same)) << "those that name nobody share an account";
  EXPECT_TRUE(Placed(other));
  EXPECT_EQ(CodeName(Why("next").reason), "QueueUserTooManyGangs");
  End(runs);
  End(nameless);
  d_->Pass();
  EXPECT_TRUE(Placed(next));
  EXPECT_TRUE(Placed(same));
}

TEST_F(CoreQueueUsersTest, WhatIsPlannedAtAdmissionCountsForItsUser) {
  Start(QueueArgs().Queue("q").UserLimit("cpu", "3")).AddNode("n", 8000);
  const auto admit = [&](const char* gang, const char* user) {
    PodInfo pod = d_->NewPod(absl::StrFormat("%s-0", gang), gang, 2, CoreDriver::Shape(1000));
    pod.gang->queue = "q";
    pod.submitter = absl::StrFormat("user/%s", user);
    return d_->Admit(pod);
  };
  EXPECT_FALSE(admit("first", "ada").pins.empty());
  EXPECT_TRUE(admit("second", "ada").pins.empty()) << "two of her three CPUs are promised";
  EXPECT_FALSE(admit("third", "bob").pins.empty());
}

TEST_F(CoreQueueUsersTest, AStrictQueueGoesOnBehindAUserWhoseLimitIsReached) {
  Start(QueueArgs().Queue("q").String("queueingStrategy", "StrictFIFO").UserLimit("cpu", "2"))
      .AddNode("n", 8000);
  const auto runs = Gang("runs", "ada", 2);
  const auto waits = Gang("waits", "ada", 2);
  const auto passes = Gang("passes", "bob", 2);
  d_->Pass();
  EXPECT_TRUE(Placed(runs));
  EXPECT_FALSE(Placed(waits));
  EXPECT_TRUE(Placed(passes));
}

TEST_F(CoreQueueUsersTest, ALabelMovesNothingThatRunsToAnotherUser) {
  Start(QueueArgs().Queue("q").UserLimit("cpu", "2")).AddNode("n", 8000);
  std::vector<PodInfo> runs = Gang("runs", "ada", 2, "q", "n");
  d_->Pass();
  for (PodInfo& pod : runs) {
    pod.submitter = "user/bob";
    d_->Show(pod);
  }
  const auto hers = Gang("hers", "ada", 1);
  const auto his = Gang("his", "bob", 2);
  d_->Pass();
  EXPECT_FALSE(Placed(hers));
  EXPECT_TRUE(Placed(his));
  End(runs);
  d_->Pass();
  EXPECT_TRUE(Placed(hers)) << "what was charged to ada is given back to her";
}

}  // namespace
}  // namespace tutti::planner
