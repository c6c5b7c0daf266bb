// Queues that are API objects: the tree changes while gangs wait and run in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"
#include "planner/core_reader.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using testing::CoreDriver;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;

using Spec = std::vector<std::pair<std::string, std::string>>;

model::ClusterEvent QueueObject(const std::string& name, const Spec& spec) {
  model::WatchedObjectUpserted object{{"queues", "", name}, {}};
  for (const auto& [pointer, text] : spec)
    object.spec.entries.push_back({pointer, ConfigKind::kString, text, name});
  return object;
}

class CoreQueueObjectsTest : public ::testing::Test {
 protected:
  static framework::Plugins AddPlugin(PluginWorld& world) {
    testing::AddBuiltin(world, "HierarchicalQueues");
    return world.Plugins();
  }
  void SetUp() override { d_.AddNode("n", 16'000); }
  void Set(const std::string& name, const Spec& spec) {
    d_.Apply(QueueObject(name, spec));
    d_.Pass();
  }
  void Delete(const std::string& name) {
    d_.Apply(model::WatchedObjectDeleted{{"queues", "", name}});
    d_.Pass();
  }
  std::vector<PodInfo> Gang(const std::string& name, const std::string& queue, int members) {
    std::vector<PodInfo> pods;
    const auto shape = CoreDriver::Shape(1000);
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_.NewPod(absl::StrFormat("%s-%d", name, i), name, members, shape));
      pods.back().gang->queue = queue;
      d_.Show(pods.back());
    }
    d_.Pass();
    return pods;
  }
  void Run(std::vector<PodInfo>& pods) {
    for (PodInfo& pod : pods) {
      pod.node_name = "n";
      pod.phase = model::PodPhase::kRunning;
      d_.Show(pod);
    }
  }
  bool Placed(const std::vector<PodInfo>& pods) {
    return std::all_of(pods.begin(), pods.end(),
                       [&](const PodInfo& pod) { return !d_.PlacedOn(pod).empty(); });
  }
  std::string WhyOf(const std::string& gang) {
    const GangReport report = d_.core.reader().Report(CoreDriver::KeyOf(gang), 0);
    return absl::StrFormat("%s: %s", CodeName(report.reason), report.detail);
  }
  static QueueReport Of(Core& core, const std::string& queue) {
    for (QueueReport& report : core.reader().Queues()) {
      if (report.description.name == queue) return std::move(report);
    }
    return {};
  }
  int64_t UsedBy(const std::string& queue) {
    for (const QueueAmount& amount : Of(d_.core, queue).description.amounts) {
      if (amount.resource == kCpu) return amount.used;
    }
    return 0;
  }
  void TearDown() override {
    EXPECT_THAT(d_.broken, IsEmpty());
    EXPECT_THAT(w_.failures, IsEmpty());
  }

  PluginWorld w_;
  CoreDriver d_{CoreOptions(), AddPlugin(w_)};
};

TEST_F(CoreQueueObjectsTest, ALocalQueueCountsWhatTheGangsThatNameItHoldAndWaitFor) {
  model::WatchedObjectUpserted local{{"localqueues", "default", "ours"}, {}};
  local.spec.generation = 4;
  local.spec.entries.push_back({"/queue", ConfigKind::kString, "team", "ours"});
  d_.Apply(local);
  Set("team", {{"/limit/cpu", "3"}});
  auto runs = Gang("runs", "ours", 2);
  const auto waits = Gang("waits", "ours", 2);
  Gang("other", "team", 1);  // by the queue's own name
  ASSERT_TRUE(Placed(runs));
  Run(runs);
  const std::vector<HandleReport> reports = d_.core.reader().Handles();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].handle.name, "ours");
  EXPECT_EQ(reports[0].handle.generation, 4);
  EXPECT_EQ(reports[0].running_gangs, 1);
  EXPECT_EQ(reports[0].used.Get(kCpu), 2000);
  EXPECT_EQ(reports[0].waiting_gangs, 1);
  EXPECT_EQ(reports[0].waiting_pods, 2);
}

TEST_F(CoreQueueObjectsTest, AGangStartsAsSoonAsItsQueueIsThere) {
  const auto pods = Gang("g", "research", 2);
  EXPECT_EQ(WhyOf("g"), "QueueNotFound: there is no queue research");
  Set("research", {});
  EXPECT_TRUE(Placed(pods));
}

TEST_F(CoreQueueObjectsTest, PodsThatWereBoundBeforeTheirQueueWasReadCountInIt) {
  auto early = Gang("early", "research", 3);
  Run(early);
  Set("research", {{"/limit/cpu", "4"}});
  EXPECT_EQ(UsedBy("research"), 3000);
  const auto late = Gang("late", "research", 2);
  EXPECT_FALSE(Placed(late));
  EXPECT_THAT(WhyOf("late"), HasSubstr("QueueOverLimit"));
}

TEST_F(CoreQueueObjectsTest, ALimitThatIsRaisedLetsThemGo) {
  Set("research", {{"/limit/cpu", "1"}});
  const auto pods = Gang("g", "research", 2);
  EXPECT_THAT(WhyOf("g"), HasSubstr("QueueLimitTooLow"));
  Set("research", {{"/limit/cpu", "2"}});
  EXPECT_TRUE(Placed(pods));
}

TEST_F(CoreQueueObjectsTest, ALimitThatShrinksUnderLoadStopsWhatComesAndNothingThatRuns) {
  Set("research", {{"/limit/cpu", "8"}});
  auto first = Gang("first", "research", 4);
  Run(first);
  Set("research", {{"/limit/cpu", "2"}});
  EXPECT_THAT(d_.Take<model::EvictPod>(), IsEmpty());
  const auto second = Gang("second", "research", 1);
  EXPECT_FALSE(Placed(second));
  for (const PodInfo& pod : first) d_.Apply(model::PodDeleted{pod.uid});
  d_.Pass();
  EXPECT_TRUE(Placed(second));
}

TEST_F(CoreQueueObjectsTest, WhatRunsGoesWithItsQueueToAnotherParent) {
  Set("full", {{"/limit/cpu", "4"}});
  Set("wide", {});
  Set("team", {{"/parent", "full"}});
  auto first = Gang("first", "team", 4);
  Run(first);
  const auto second = Gang("second", "team", 2);
  EXPECT_FALSE(Placed(second));
  Set("team", {{"/parent", "wide"}});
  EXPECT_TRUE(Placed(second));
  EXPECT_EQ(UsedBy("full"), 0);
  EXPECT_EQ(UsedBy("wide"), 6000);
}

TEST_F(CoreQueueObjectsTest, AQueueThatIsDeletedUnderLoadLosesNothingThatRuns) {
  Set("team", {{"/limit/cpu", "4"}});
  auto first = Gang("first", "team", 3);
  Run(first);
  const auto second = Gang("second", "team", 2);
  Delete("team");
  EXPECT_EQ(WhyOf("second"), "QueueNotFound: there is no queue team");
  EXPECT_THAT(d_.Take<model::EvictPod>(), IsEmpty());
  EXPECT_EQ(Of(d_.core, "team").description.name, "");
  Set("team", {{"/limit/cpu", "5"}});
  EXPECT_EQ(UsedBy("team"), 5000) << "what ran on counts again, and the second gang has its turn";
  EXPECT_TRUE(Placed(second));
  for (const auto& gang : {first, second})
    for (const PodInfo& pod : gang) d_.Apply(model::PodDeleted{pod.uid});
  EXPECT_EQ(UsedBy("team"), 0);
}

// Ops bug 18: a tenant deletes its own queue while it and others run and wait.
TEST_F(CoreQueueObjectsTest, Bug18AQueueThatIsDeletedStopsItsOwnGangsAndNobodyElse) {
  Set("gone", {});
  Set("stays", {});
  auto runs = Gang("runs", "gone", 8);
  Run(runs);
  auto busy = Gang("busy", "stays", 8);
  Run(busy);
  const auto waits = Gang("waits", "gone", 4);
  const auto next = Gang("next", "stays", 4);
  Delete("gone");
  for (const PodInfo& pod : busy) d_.Apply(model::PodDeleted{pod.uid});
  d_.Pass();
  EXPECT_TRUE(Placed(next)) << "whatever is wrong with the queue beside it";
  EXPECT_FALSE(Placed(waits));
  EXPECT_EQ(WhyOf("waits"), "QueueNotFound: there is no queue gone");
  EXPECT_THAT(d_.Take<model::EvictPod>(), IsEmpty());
  EXPECT_EQ(UsedBy("stays"), 4000);
  Set("gone", {});
  EXPECT_TRUE(Placed(waits));
  EXPECT_EQ(UsedBy("gone"), 12'000);
}

// Ops bug 29: nobody was there to refuse it, so it is set apart with what is below it.
TEST_F(CoreQueueObjectsTest, Bug29ABrokenPromiseHoldsItsOwnSubtreeAndNobodyElse) {
  Set("bad", {{"/guaranteed/cpu", "2"}});
  Set("greedy", {{"/parent", "bad"}, {"/guaranteed/cpu", "8"}});
  Set("good", {});
  const auto below = Gang("below", "greedy", 1);
  const auto other = Gang("other", "good", 12);
  EXPECT_TRUE(Placed(other)) << "what can never be promised is kept back from nobody";
  EXPECT_FALSE(Placed(below));
  EXPECT_THAT(WhyOf("below"), HasSubstr("QueueMisconfigured: queue bad: the queues below it"));
  Set("greedy", {{"/parent", "bad"}, {"/guaranteed/cpu", "2"}});
  EXPECT_TRUE(Placed(below));
}

TEST_F(CoreQueueObjectsTest, GangsOfADeletedQueueAreNotTakenFromOthersTurn) {
  Set("gone", {});
  Set("owner", {{"/guaranteed/cpu", "16"}});
  auto runs = Gang("runs", "gone", 16);
  Run(runs);
  Delete("gone");
  Gang("owned", "owner", 4);
  EXPECT_THAT(d_.Take<model::EvictPod>(), IsEmpty()) << "what runs goes on";
}

TEST_F(CoreQueueObjectsTest, ACircleHoldsItsOwnGangsUntilItIsOpened) {
  Set("a", {{"/parent", "b"}});
  Set("b", {{"/parent", "a"}});
  Set("c", {});
  const auto below = Gang("below", "a", 1);
  const auto other = Gang("other", "c", 1);
  EXPECT_TRUE(Placed(other));
  EXPECT_THAT(WhyOf("below"), HasSubstr("QueueMisconfigured: queue a is above itself"));
  EXPECT_THAT(Of(d_.core, "a").description.problem, HasSubstr("above itself"));
  Set("b", {});
  EXPECT_TRUE(Placed(below));
}

TEST_F(CoreQueueObjectsTest, ACheckpointHoldsTheQueues) {
  Set("team", {{"/limit/cpu", "2"}});
  const auto waiting = Gang("large", "team", 3);
  PluginWorld world;
  AddPlugin(world);
  Core other(CoreOptions(), d_.labels, world.Plugins());
  ASSERT_TRUE(other.Restore(d_.core.Save()).ok());
  EXPECT_EQ(Of(other, "team").waiting_gangs, 1);
  EXPECT_EQ(Of(other, "team").description.state, "Open");
}

TEST_F(CoreQueueObjectsTest, WhatIsWrongIsToldToWhoAsks) {
  Set("top", {{"/guaranteed/cpu", "2"}});
  const auto object = QueueObject("team", {{"/parent", "top"}, {"/guaranteed/cpu", "3"}});
  const auto errors = d_.core.reader().CheckObject(std::get<model::WatchedObjectUpserted>(object));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_THAT(errors[0].message, HasSubstr("queue top: the queues below it are guaranteed 3000"));
}

// Ops bug 30: whoever writes an object hears of a mistake wherever it stands among many.
TEST_F(CoreQueueObjectsTest, Bug30TheLastOfManyIsCheckedToo) {
  constexpr int kMany = 40;
  for (int wrong = 0; wrong < kMany; ++wrong) {
    Spec spec;
    for (int r = 0; r < kMany; ++r)
      spec.push_back({absl::StrFormat("/limit/r%d", r), r == wrong ? "many" : "3"});
    const auto object = QueueObject("team", spec);
    const auto errors =
        d_.core.reader().CheckObject(std::get<model::WatchedObjectUpserted>(object));
    ASSERT_EQ(errors.size(), 1u) << wrong;
    EXPECT_EQ(errors[0].pointer, absl::StrFormat("/limit/r%d", wrong));
  }
  Set("top", {{"/guaranteed/cpu", std::to_string(kMany)}});
  const Spec one = {{"/parent", "top"}, {"/guaranteed/cpu", "1"}};
  for (int child = 0; child <= kMany; ++child) {
    const std::string name = absl::StrFormat("child%d", child);
    const auto object = QueueObject(name, one);
    const auto errors =
        d_.core.reader().CheckObject(std::get<model::WatchedObjectUpserted>(object));
    EXPECT_EQ(errors.size(), child < kMany ? 0u : 1u) << name;
    Set(name, one);
  }
}

}  // namespace
}  // namespace tutti::planner
