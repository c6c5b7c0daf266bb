// Queues in the core: which gangs go, in which order, and why others wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/core_queue_bed.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::QueueArgs;

class CoreQueuesTest : public CoreQueueBed {
 protected:
  std::vector<PodInfo> Gang(const std::string& name, const std::string& queue, int members,
                            int64_t cpu = 1000, int32_t priority = 0) {
    model::PodShape shape = *CoreDriver::Shape(cpu);
    shape.priority = priority;
    const auto shared = std::make_shared<const model::PodShape>(shape);
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, shared));
      pods.back().gang->queue = queue;
      d_->Show(pods.back());
    }
    return pods;
  }
  // That runs on the node already.
  void Running(const std::string& name, const std::string& queue, int members,
               const std::string& node) {
    for (int i = 0; i < members; ++i) {
      PodInfo pod =
          d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, CoreDriver::Shape(1000));
      pod.gang->queue = queue;
      pod.node_name = node;
      pod.phase = model::PodPhase::kRunning;
      d_->Show(pod);
    }
  }
  // Of how many members of which gang room was asked for by eviction.
  std::map<std::string, int> Evicted() {
    std::map<std::string, int> evicted;
    for (const model::EvictPod& evict : d_->Take<model::EvictPod>())
      ++evicted[evict.pod.name.substr(0, evict.pod.name.rfind('-'))];
    return evicted;
  }
  QueueDescription Describe(uint32_t queue) const {
    return w_.profile->queue_selects().front().point->Describe(QueueId(queue));
  }
  int64_t HeldCpu(uint32_t queue) const {
    for (const QueueAmount& amount : Describe(queue).amounts) {
      if (amount.resource == kCpu) return amount.used;
    }
    return 0;
  }
};

TEST_F(CoreQueuesTest, AQueueIsServedUpToItsLimitAndSaysWhatItLacks) {
  Start(QueueArgs().Queue("research").Limit("cpu", "3")).AddNode("a", 8000);
  const auto first = Gang("first", "research", 2);
  const auto second = Gang("second", "research", 2);
  d_->Pass();
  EXPECT_TRUE(Placed(first));
  EXPECT_FALSE(Placed(second));
  const model::ReportGang report = Why("second");
  EXPECT_EQ(CodeName(report.reason), "QueueOverLimit");
  EXPECT_EQ(report.reason.need, 2000);
  EXPECT_EQ(report.reason.have, 1000);
  EXPECT_EQ(report.detail, "cpu in queue research");
  End(first);
  d_->Pass();
  EXPECT_TRUE(Placed(second)) << "what the first gang held is there again";
}

TEST_F(CoreQueuesTest, ANewcomerThatFitsBelowTheLimitPassesThoseThatDoNot) {
  CoreDriver& d = Start(QueueArgs().Queue("q").Limit("cpu", "4"));
  d.AddNode("n", 10'000);
  const auto first = Gang("first", "q", 3);
  const auto waits = Gang("waits", "q", 2);
  const auto waits_too = Gang("waits-too", "q", 2);
  d.Pass();
  ASSERT_TRUE(Placed(first));
  d.Pass();
  const auto fits = Gang("fits", "q", 1);
  d.Pass();
  EXPECT_TRUE(Placed(fits));
  EXPECT_FALSE(Placed(waits));
  EXPECT_EQ(d.HeldBecause(waits_too[0]), d.HeldBecause(waits[0]));
  End(first);
  d.Pass();
  EXPECT_TRUE(Placed(waits)) << "they are tried again as soon as something ends";
  EXPECT_FALSE(Placed(waits_too));
}

TEST_F(CoreQueuesTest, WhatIsPlannedAtAdmissionCountsInItsQueue) {
  Start(QueueArgs()
            .Queue("shared")
            .Queue("research")
            .Limit("cpu", "3")
            .Global("defaultQueue", "shared"))
      .AddNode("a", 8000);
  const auto admit = [&](const char* name) {
    PodInfo pod = d_->NewPod(absl::StrFormat("%s-0", name), name, 2, CoreDriver::Shape(1000));
    pod.gang->queue = "research";
    return d_->Admit(pod);
  };
  EXPECT_FALSE(admit("first").pins.empty());
  const model::AnswerAdmission second = admit("second");
  EXPECT_TRUE(second.pins.empty());
  EXPECT_TRUE(second.gate) << "two of three CPUs are promised to the first";
}

TEST_F(CoreQueuesTest, QueuesTakeTurnsByWhatTheyHoldNotByArrival) {
  Start(QueueArgs().Queue("a").Queue("b")).AddNode("n", 4000);
  std::vector<std::vector<PodInfo>> a;
  std::vector<std::vector<PodInfo>> b;
  for (int i = 0; i < 6; ++i) a.push_back(Gang(absl::StrFormat("a%d", i), "a", 1));
  for (int i = 0; i < 6; ++i) b.push_back(Gang(absl::StrFormat("b%d", i), "b", 1));
  d_->Pass();
  int of_a = 0;
  int of_b = 0;
  for (int i = 0; i < 6; ++i) {
    of_a += Placed(a[i]) ? 1 : 0;
    of_b += Placed(b[i]) ? 1 : 0;
  }
  EXPECT_EQ(of_a, 2);
  EXPECT_EQ(of_b, 2);
}

TEST_F(CoreQueuesTest, WeightsShareOutWhatNobodyIsGuaranteed) {
  Start(QueueArgs().Queue("a").Integer("weight", 3).Queue("b")).AddNode("n", 8000);
  std::vector<std::vector<PodInfo>> a;
  std::vector<std::vector<PodInfo>> b;
  for (int i = 0; i < 8; ++i) b.push_back(Gang(absl::StrFormat("b%d", i), "b", 1));
  for (int i = 0; i < 8; ++i) a.push_back(Gang(absl::StrFormat("a%d", i), "a", 1));
  d_->Pass();
  int of_a = 0;
  for (int i = 0; i < 8; ++i) of_a += Placed(a[i]) ? 1 : 0;
  EXPECT_EQ(of_a, 6);
}

TEST_F(CoreQueuesTest, AGuaranteeIsServedBeforeAnyBorrower) {
  Start(QueueArgs().Queue("borrower").Queue("owner").Guaranteed("cpu", "4")).AddNode("n", 4000);
  const auto borrowed = Gang("borrowed", "borrower", 4);
  const auto owned = Gang("owned", "owner", 4);
  d_->Pass();
  EXPECT_TRUE(Placed(owned));
  EXPECT_FALSE(Placed(borrowed));
}

TEST_F(CoreQueuesTest, AStrictQueueWaitsForItsFirstGangAndHoldsUpNoOther) {
  Start(QueueArgs()
            .Queue("strict")
            .Limit("cpu", "4")
            .String("queueingStrategy", "StrictFIFO")
            .Queue("other"))
      .AddNode("n", 9000);
  const auto runs = Gang("runs", "strict", 2);
  d_->Pass();
  const auto large = Gang("large", "strict", 4);
  const auto small = Gang("small", "strict", 1);
  const auto elsewhere = Gang("elsewhere", "other", 2);
  d_->Pass();
  EXPECT_FALSE(Placed(large));
  EXPECT_FALSE(Placed(small)) << "it would fit, and would keep the large one waiting";
  EXPECT_TRUE(Placed(elsewhere));
  End(runs);
  d_->Pass();
  EXPECT_TRUE(Placed(large));
}

TEST_F(CoreQueuesTest, WhatCanNeverBeHoldsUpNobodyInAStrictQueue) {
  Start(QueueArgs().Queue("q").Limit("cpu", "4").String("queueingStrategy", "StrictFIFO"))
      .AddNode("n", 9000);
  const auto never = Gang("never", "q", 5);
  const auto small = Gang("small", "q", 1);
  d_->Pass();
  EXPECT_FALSE(Placed(never));
  EXPECT_TRUE(Placed(small));
  EXPECT_EQ(CodeName(Why("never").reason), "QueueLimitTooLow");
}

TEST_F(CoreQueuesTest, AGangThatMayNotBeInTheQueueIsToldSo) {
  Start(QueueArgs()
            .Queue("top")
            .Queue("leaf", "top")
            .String("namespaces/0", "team")
            .Queue("shut")
            .String("state", "Closed")
            .Queue("held")
            .String("state", "Held"))
      .AddNode("n", 9000);
  Gang("lost", "nowhere", 1);
  Gang("inner", "top", 1);
  Gang("foreign", "leaf", 1);
  Gang("late", "shut", 1);
  Gang("later", "held", 1);
  Gang("silent", "", 1);
  d_->Pass();
  std::map<std::string, std::string> why;
  for (const model::ReportGang& report : d_->Take<model::ReportGang>())
    why[report.display_name] = absl::StrFormat("%s: %s", CodeName(report.reason), report.detail);
  EXPECT_EQ(why["lost"], "QueueNotFound: there is no queue nowhere");
  EXPECT_EQ(why["inner"], "QueueNotLeaf: queue top");
  EXPECT_EQ(why["foreign"], "QueueNotAllowed: queue leaf, namespace default");
  EXPECT_EQ(why["late"], "QueueClosed: queue shut");
  EXPECT_EQ(why["later"], "QueueHeld: queue held");
  EXPECT_EQ(why["silent"], "QueueNotFound: it names none, and there is no default queue");
}

TEST_F(CoreQueuesTest, PriorityDecidesWithinAQueueOnly) {
  Start(QueueArgs().Queue("a").Queue("b")).AddNode("n", 2000);
  const auto low = Gang("low", "a", 1);
  const auto high = Gang("high", "a", 1, 1000, /*priority=*/100);
  const auto other = Gang("other", "b", 1);
  d_->Pass();
  EXPECT_TRUE(Placed(high));
  EXPECT_TRUE(Placed(other)) << "a's priority is not b's business";
  EXPECT_FALSE(Placed(low));
}

TEST_F(CoreQueuesTest, ARoundThatIsCutShortGoesOnWhereItStopped) {
  CoreOptions options;
  options.failed_placements_per_pass = 2;
  Start(QueueArgs().Queue("a").Queue("b"), options).AddNode("n", 4000);
  for (int i = 0; i < 8; ++i) Gang(absl::StrFormat("a%d", i), "a", 8);
  const auto fits = Gang("fits", "b", 1, 1000, -5);
  for (int i = 0; i < 8; ++i) Gang(absl::StrFormat("b%d", i), "b", 8);
  for (int pass = 0; pass < 16 && !Placed(fits); ++pass) d_->Pass();
  EXPECT_TRUE(Placed(fits));
}

TEST_F(CoreQueuesTest, AGuaranteeIsTakenBackInWholeGangsAndNoMoreThanNeeded) {
  Start(QueueArgs().Queue("shared").Queue("owner").Guaranteed("cpu", "6")).AddNode("a", 4000);
  d_->AddNode("b", 4000);
  for (const char* loan : {"loan1", "loan2"}) Running(loan, "shared", 2, "a");
  for (const char* loan : {"loan3", "loan4"}) Running(loan, "shared", 2, "b");
  Gang("owned", "owner", 1, 4000);
  d_->Pass();
  const auto evicted = Evicted();
  EXPECT_EQ(evicted.size(), 2u) << "the gangs of one node";
  for (const auto& [gang, members] : evicted) EXPECT_EQ(members, 2) << gang << " goes as a whole";
}

TEST_F(CoreQueuesTest, NothingIsTakenFromWhoIsProtected) {
  Start(QueueArgs()
            .Queue("young")
            .String("minRuntime", "10m")
            .Queue("other")
            .Guaranteed("cpu", "4")
            .Queue("owner")
            .Guaranteed("cpu", "8"))
      .AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Running("fresh", "young", 4, "a");
  Running("entitled", "other", 4, "b");
  Gang("owned", "owner", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty()) << "one has just begun, one is within its own guarantee";
}

TEST_F(CoreQueuesTest, ABorrowerTakesNothingBack) {
  Start(QueueArgs().Queue("shared").Queue("owner").Guaranteed("cpu", "4")).AddNode("a", 4000);
  d_->AddNode("b", 4000);
  Running("loan", "shared", 4, "a");
  Running("owned", "owner", 4, "b");
  Gang("more", "owner", 1, 1000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty()) << "beyond its guarantee it waits as others do";
  const auto again = Gang("loaner", "shared", 1, 4000);
  d_->Pass();
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_FALSE(Placed(again));
}

// A child's limit above its parent's is a number that is never reached, no error.
TEST_F(CoreQueuesTest, TheLimitOfTheParentHoldsWhateverTheChildsSays) {
  Start(QueueArgs().Queue("top").Limit("cpu", "2").Queue("leaf", "top").Limit("cpu", "8"))
      .AddNode("n", 9000);
  const auto fits = Gang("fits", "leaf", 2);
  const auto never = Gang("never", "leaf", 3);
  d_->Pass();
  EXPECT_TRUE(Placed(fits));
  EXPECT_FALSE(Placed(never));
  EXPECT_EQ(Why("never").detail, "cpu in queue top");
}

// Ops bug 27: what counts is what the pods hold now, not what they once asked for.
TEST_F(CoreQueuesTest, Bug27AQueueHoldsWhatItsPodsHoldAndNotWhatTheyAskedFor) {
  Start(QueueArgs().Queue("q")).AddNode("n", 8000);
  std::vector<PodInfo> pods = Gang("g", "q", 2);
  d_->Pass();
  EXPECT_EQ(HeldCpu(1), 2000) << "promised";
  const auto runs_with = [&](PodInfo& pod, int64_t cpu) {
    pod.node_name = "n";
    pod.charge = std::make_shared<const model::ResourceList>(CoreDriver::Shape(cpu)->requests);
    d_->Show(pod);
  };
  runs_with(pods[0], 3000);  // when it is first seen to run, it is being resized already
  EXPECT_EQ(HeldCpu(1), 4000);
  runs_with(pods[1], 1000);
  EXPECT_EQ(HeldCpu(1), 4000);
  runs_with(pods[1], 1500);
  EXPECT_EQ(HeldCpu(1), 4500);
  runs_with(pods[0], 1000);
  EXPECT_EQ(HeldCpu(1), 2500);
  pods[0].gang->queue = "elsewhere";
  d_->Show(pods[0]);
  EXPECT_EQ(HeldCpu(1), 2500) << "a label moves nothing that runs";
  d_->Apply(model::PodDeleted{pods[0].uid});
  EXPECT_EQ(HeldCpu(1), 1500);
  d_->Apply(model::PodDeleted{pods[1].uid});
  EXPECT_EQ(HeldCpu(1), 0);
  EXPECT_EQ(Describe(1).running, 0);
}

// Ops bug 27: labels of pods change while they wait.
TEST_F(CoreQueuesTest, Bug27AGangWaitsInTheQueueThatItsPodsNameNow) {
  Start(QueueArgs().Queue("b").Limit("cpu", "1").Queue("a")).AddNode("n", 8000);
  std::vector<PodInfo> pods = Gang("g", "b", 2);
  d_->Pass();
  EXPECT_EQ(CodeName(Why("g").reason), "QueueLimitTooLow");
  for (PodInfo& pod : pods) {
    pod.gang->queue = "a";
    d_->Show(pod);
  }
  d_->Pass();
  EXPECT_TRUE(Placed(pods));
  EXPECT_EQ(HeldCpu(2), 2000);
  for (PodInfo& pod : pods) {
    pod.gang->queue = "b";
    d_->Show(pod);
  }
  d_->Pass();
  EXPECT_FALSE(Placed(pods)) << "nothing runs yet: it goes back";
  EXPECT_EQ(HeldCpu(1) + HeldCpu(2), 0);
  EXPECT_EQ(CodeName(Why("g").reason), "QueueLimitTooLow");
  d_->Apply(model::PodDeleted{pods[0].uid});
  d_->Pass();
  d_->Pass(std::chrono::seconds(3));  // missing members are reported when that lasts
  EXPECT_EQ(CodeName(Why("g").reason), "WaitingForMembers");
}

TEST_F(CoreQueuesTest, RolesComeFirstWhateverTheOrderOfMembers) {
  Start(QueueArgs().Queue("q")).AddNode("n", 4000);
  std::vector<PodInfo> pods;
  for (const char* role : {"worker", "worker", "worker", "driver"}) {
    pods.push_back(
        d_->NewPod(absl::StrFormat("pod-%d", pods.size()), "spark", 2, CoreDriver::Shape(2000)));
    pods.back().gang->queue = "q";
    pods.back().gang->role = role;
    pods.back().gang->spec->roles = {{"driver", 1}, {"worker", 1}};
    d_->Show(pods.back());
    d_->Pass();
    if (pods.size() == 3) {
      EXPECT_FALSE(Placed(pods)) << "no driver yet";
      const model::ReportGang report = Why("spark");
      EXPECT_NE(report.reason.code, model::ReasonCode::kPlaced);
    }
  }
  EXPECT_FALSE(d_->PlacedOn(pods[3]).empty()) << "the driver came last and has a place";
  EXPECT_FALSE(d_->PlacedOn(pods[0]).empty());
  EXPECT_TRUE(d_->PlacedOn(pods[1]).empty());
}

}  // namespace
}  // namespace tutti::planner
