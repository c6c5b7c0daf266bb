// What queues count, whatever becomes of gangs, pods, nodes, topologies and the queues themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "absl/strings/str_format.h"
#include "planner/core_reader.h"
#include "tests/support/core_world.h"
#include "tests/support/queue_args.h"
#include "tests/support/world_plugins.h"
#include "tests/unit/planner/core_story.h"

namespace tutti::planner {
namespace {

using ::testing::IsEmpty;
using testing::PluginWorld;
using testing::PointFunctions;
using testing::QueueArgs;
using testing::WorldPlugins;

class CoreAccountsTest : public ::testing::TestWithParam<bool> {
 protected:
  CoreWorld& Start(const QueueArgs& tree) {
    tree_ = tree;
    WorldOptions options;
    options.webhook = GetParam();
    options.plugins = [this] {
      processes_.push_back(std::make_unique<WorldPlugins>());
      testing::AddBuiltin(*processes_.back(), "HierarchicalQueues", tree_.entries());
      add_others_(*processes_.back());
      return processes_.back()->Start();
    };
    world_ = std::make_unique<CoreWorld>(options);
    return *world_;
  }
  // The process starts again with another tree.
  void RestartWith(const QueueArgs& tree) {
    tree_ = tree;
    world_->RestartCore();
  }
  void AddNode(const std::string& name, int64_t cpu = 4 * kCore, const std::string& rack = "") {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 100}};
    // As the decoder does it for the only label that a plugin reads.
    if (!rack.empty()) node.fields = {world_->labels().Intern(rack)};
    world_->AddNode(std::move(node));
  }
  static PodSpec Member(const std::string& gang, const std::string& queue, int number,
                        int min_member) {
    PodSpec spec{absl::StrFormat("%s-%d", gang, number), gang, min_member, {}, true};
    spec.shape.requests = {{model::kCpu, kCore}};
    spec.queue = queue;
    return spec;
  }
  void CreateGang(const std::string& gang, const std::string& queue, int members) {
    for (int m = 0; m < members; ++m) world_->CreatePod(Member(gang, queue, m, members));
  }
  QueueDescription Describe(const std::string& queue) const {
    const QueueSelectPlugin& point = *processes_.back()->profile->queue_selects().front().point;
    for (uint32_t q = 0; q < point.queues(); ++q) {
      if (point.Describe(QueueId(q)).name == queue) return point.Describe(QueueId(q));
    }
    ADD_FAILURE() << "there is no queue " << queue;
    return {};
  }
  // How many members' worth of CPU the queue has in its books.
  int64_t Held(const std::string& queue) const {
    for (const QueueAmount& amount : Describe(queue).amounts) {
      if (amount.resource == kCpu) return amount.used / kCore;
    }
    return 0;
  }
  std::string Why(const std::string& gang) {
    const model::GangKey key{"default", "test", gang};
    return std::string(CodeName(world_->core().reader().Report(key, 0).reason));
  }
  void Settle() { world_->Pass(std::chrono::seconds(5)); }
  void TearDown() override {
    EXPECT_THAT(world_->broken(), IsEmpty()) << world_->log();
    for (const auto& process : processes_) EXPECT_THAT(process->failures, IsEmpty());
  }

  QueueArgs tree_;
  std::function<void(PluginWorld&)> add_others_ = [](PluginWorld&) {};
  std::vector<std::unique_ptr<WorldPlugins>> processes_;  // outlive the world
  std::unique_ptr<CoreWorld> world_;
};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreAccountsTest, ::testing::Bool(), WayIn);

// Ops bug 18: a tenant's queue goes while it and others run and wait.
TEST_P(CoreAccountsTest, Bug18AQueueThatGoesStopsItsOwnGangsAndNobodyElse) {
  const QueueArgs both = QueueArgs().Queue("gone").Queue("stays");
  Start(both);
  for (int n = 0; n < 4; ++n) AddNode(absl::StrFormat("n%d", n));
  CreateGang("gone-runs", "gone", 8);
  CreateGang("stays-runs", "stays", 8);
  Settle();
  CreateGang("gone-waits", "gone", 4);
  CreateGang("stays-waits", "stays", 4);
  Settle();
  RestartWith(QueueArgs().Queue("stays"));
  world_->DeleteGang("stays-runs");
  CreateGang("gone-late", "gone", 2);
  Settle();
  EXPECT_EQ(world_->BoundOf("stays-waits"), 4) << "whatever is wrong with the queue beside it";
  EXPECT_EQ(world_->BoundOf("gone-waits") + world_->BoundOf("gone-late"), 0);
  EXPECT_EQ(Why("gone-waits"), "QueueNotFound");
  EXPECT_EQ(world_->BoundOf("gone-runs"), 8) << "what runs goes on";
  EXPECT_EQ(Held("stays"), 4);
  CreateGang("stays-late", "stays", 5);
  Settle();
  EXPECT_EQ(world_->BoundOf("stays-late"), 0) << "the room of a queue that is gone is still taken";
  world_->DeleteGang("stays-late");
  world_->DeleteGang("gone-late");
  RestartWith(both);
  Settle();
  EXPECT_EQ(world_->BoundOf("gone-waits"), 4) << "it is there again, and so is its work";
  EXPECT_EQ(Held("gone"), 12);
  EXPECT_EQ(Held("stays"), 4);
  EXPECT_EQ(world_->CountLogged("evict "), 0u);
}

// Ops bug 18: likewise the object that says how large a gang is, at every step of its life.
TEST_P(CoreAccountsTest, Bug18APodGroupThatGoesStopsItsOwnGangAndNobodyElse) {
  for (int steps = 0; steps < 45; steps += 3) {
    SCOPED_TRACE(absl::StrFormat("deleted after %d steps", steps));
    Start(QueueArgs().Queue("gone").Queue("stays"));
    for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
    for (const char* gang : {"gone", "stays"}) {
      world_->SetGangObject(gang, 4);
      for (int m = 0; m < 4; ++m) world_->CreatePod(Member(gang, gang, m, 0));
    }
    for (int s = 0; s < steps; ++s) world_->Step();
    world_->DeleteGangObject("gone");
    world_->Pass(std::chrono::seconds(80));  // a gang that was cut in half is given up
    EXPECT_EQ(world_->BoundOf("stays"), 4);
    EXPECT_TRUE(world_->BoundOf("gone") == 0 || world_->BoundOf("gone") == 4);
    EXPECT_EQ(Held("stays"), 4);
    EXPECT_EQ(Held("gone"), world_->BoundOf("gone"));
    world_->SetGangObject("gone", 4);
    world_->Pass(std::chrono::seconds(80));
    EXPECT_EQ(world_->BoundOf("gone"), 4);
    EXPECT_EQ(Held("gone"), 4);
    TearDown();
  }
}

// Ops bug 19: the topology is deleted and made again while gangs run in it.
TEST_P(CoreAccountsTest, Bug19ATopologyThatGoesAndComesAgainForgetsNothingThatRuns) {
  add_others_ = [](PluginWorld& w) {
    testing::AddBuiltin(w, "TopologyDomains",
                        {{"/levels/0", ConfigKind::kString, "rack", "test.yaml"},
                         {"/required", ConfigKind::kBoolean, "true", "test.yaml"}});
  };
  Start(QueueArgs().Queue("q"));
  const auto set_racks = [&](bool there) {
    for (int n = 0; n < 4; ++n) {
      AddNode(absl::StrFormat("n%d", n), 4 * kCore, there ? absl::StrFormat("rack-%d", n / 2) : "");
    }
  };
  set_racks(true);
  CreateGang("large", "q", 6);
  Settle();
  CreateGang("small", "q", 3);
  Settle();
  ASSERT_EQ(world_->BoundOf("large") + world_->BoundOf("small"), 9);
  set_racks(false);
  world_->Run(20);  // half way through the news
  world_->RemoveNode("n0");
  CreateGang("next", "q", 2);
  Settle();
  EXPECT_EQ(world_->BoundOf("next"), 0);
  EXPECT_EQ(Why("next"), "NoTopologyDomain");
  EXPECT_EQ(Held("q"), 9) << "what runs is held, rack or no rack, node or no node";
  set_racks(true);
  CreateGang("wide", "q", 6);
  Settle();
  EXPECT_EQ(world_->BoundOf("next"), 2);
  EXPECT_EQ(world_->BoundOf("wide"), 0) << "each rack is as full as it was";
  EXPECT_EQ(Held("q"), 11);
  world_->DeleteGang("large");
  Settle();
  EXPECT_EQ(world_->BoundOf("wide"), 6);
  for (const std::string& gang : world_->gangs()) world_->DeleteGang(gang);
  Settle();
  EXPECT_EQ(Held("q"), 0);
}

// Ops bug 19: one of several plugins fails in the midst; what others had entered leaks to nobody.
TEST_P(CoreAccountsTest, Bug19AReserveThatFailsHalfwayLeaksNothing) {
  bool broken = true;
  add_others_ = [&broken](PluginWorld& w) {
    PointFunctions functions;
    functions.reserve = [&broken](const GangView& gang, const PlacementView&) -> Status {
      if (broken && gang.queue == "unlucky") throw std::runtime_error("a test's");
      return Status::Success();
    };
    w.AddPoints("Fragile", functions);
  };
  Start(QueueArgs().Queue("unlucky").Limit("cpu", "4").Integer("maxRunningGangs", 1).Queue("q"));
  for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
  CreateGang("fails", "unlucky", 4);
  CreateGang("works", "q", 4);
  Settle();
  EXPECT_EQ(world_->BoundOf("fails"), 0);
  EXPECT_EQ(world_->BoundOf("works"), 4);
  EXPECT_EQ(Held("unlucky"), 0);
  EXPECT_EQ(Describe("unlucky").running, 0);
  EXPECT_EQ(Held("q"), 4);
  EXPECT_FALSE(processes_.back()->failures.empty()) << "or nothing has failed";
  processes_.back()->failures.clear();
  broken = false;
  world_->DeleteGang("works");
  Settle();
  EXPECT_EQ(world_->BoundOf("fails"), 4) << "its whole limit is free";
  EXPECT_EQ(Held("q"), 0);
}

// Ops bug 21: what a gang has finished is not charged to its queue again by a new process.
TEST_P(CoreAccountsTest, Bug21ARestartChargesNoFinishedPodAgain) {
  Start(QueueArgs().Queue("q").Limit("cpu", "6"));
  for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
  CreateGang("half", "q", 4);
  Settle();
  for (int m = 0; m < 2; ++m) world_->FinishPod(absl::StrFormat("half-%d", m));
  Settle();
  EXPECT_EQ(Held("q"), 2);
  world_->RestartCore();
  Settle();
  EXPECT_EQ(Held("q"), 2);
  EXPECT_EQ(Describe("q").running, 1);
  CreateGang("next", "q", 4);
  Settle();
  EXPECT_EQ(world_->BoundOf("next"), 4) << "four of six are free";
}

// Ops bug 21: likewise of a gang whose object a new process reads before its pods.
TEST_P(CoreAccountsTest, Bug21ARestartKnowsTheQueueOfAGangWhoseObjectComesFirst) {
  Start(QueueArgs().Queue("q").Limit("cpu", "6"));
  for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
  world_->SetGangObject("runs", 3);
  for (int m = 0; m < 3; ++m) world_->CreatePod(Member("runs", "q", m, 0));
  Settle();
  ASSERT_EQ(Held("q"), 3);
  world_->RestartCore();
  Settle();
  EXPECT_EQ(Held("q"), 3);
  world_->DeleteGang("runs");
  Settle();
  EXPECT_EQ(Held("q"), 0);
}

// Ops bug 21: a gang is evicted; the process dies at any step of that, and what it had sent is lost
// or arrives late.
TEST_P(CoreAccountsTest, Bug21AnEvictionThatARestartCutsInTwoHoldsNoQuota) {
  for (const CoreWorld::Sent sent : {CoreWorld::Sent::kLost, CoreWorld::Sent::kArrivesLate}) {
    for (int steps = 0; steps < 24; ++steps) {
      SCOPED_TRACE(absl::StrFormat("sent %d, restarted after %d steps", sent, steps));
      Start(QueueArgs().Queue("loan").Queue("owner").Guaranteed("cpu", "8"));
      for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
      CreateGang("borrows", "loan", 8);
      Settle();
      ASSERT_EQ(Held("loan"), 8);
      CreateGang("owns", "owner", 4);
      for (int s = 0; s < steps; ++s) world_->Step();
      world_->RestartCore(sent);
      world_->Pass(std::chrono::seconds(20));
      EXPECT_EQ(world_->BoundOf("owns"), 4);
      EXPECT_EQ(Held("owner"), 4);
      EXPECT_EQ(Held("loan"), world_->BoundOf("borrows"));
      EXPECT_EQ(Describe("loan").running, world_->BoundOf("borrows") > 0 ? 1 : 0);
      TearDown();
    }
  }
}

// Ops bug 29: a child may hold more than its parent, or nothing. That is its own affair.
TEST_P(CoreAccountsTest, Bug29ABadHierarchyStopsNobodyBesideIt) {
  Start(QueueArgs()
            .Queue("bad")
            .Limit("cpu", "2")
            .Queue("child", "bad")
            .Limit("cpu", "8")
            .Queue("nothing", "bad")
            .Limit("cpu", "0")
            .Queue("good"));
  for (int n = 0; n < 2; ++n) AddNode(absl::StrFormat("n%d", n));
  CreateGang("never", "child", 4);
  CreateGang("not-even-one", "nothing", 1);
  CreateGang("fits", "child", 2);
  CreateGang("good", "good", 5);
  Settle();
  EXPECT_EQ(world_->BoundOf("good"), 5);
  EXPECT_EQ(world_->BoundOf("fits"), 2) << "within all limits above it";
  EXPECT_EQ(world_->BoundOf("never") + world_->BoundOf("not-even-one"), 0);
  EXPECT_EQ(Why("never"), "QueueLimitTooLow");
  EXPECT_EQ(Why("not-even-one"), "QueueLimitTooLow");
  EXPECT_EQ(Held("bad"), 2);
  CreateGang("more", "good", 1);
  Settle();
  EXPECT_EQ(world_->BoundOf("more"), 1);
}

}  // namespace
}  // namespace tutti::planner
