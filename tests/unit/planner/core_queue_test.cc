// Who goes first: order of arrival, the head, backfill, and that nobody waits for ever.
#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "planner/core.h"
#include "tests/unit/planner/core_story.h"

namespace tutti::planner {
namespace {

using ::testing::IsEmpty;

class CoreQueueTest : public CoreStory {};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreQueueTest, ::testing::Bool(), WayIn);

TEST_P(CoreQueueTest, InterleavedArrivalsNeverDeadlock) {
  AddNodes(4);
  for (const char* member : {"0", "1"}) {
    for (const char* gang : {"a", "b", "c"})
      world_.CreatePod(std::string(gang) + member, gang, 2, 4 * kCore);
  }
  world_.Pass(std::chrono::seconds(120));
  int whole = 0;
  for (const char* gang : {"a", "b", "c"}) {
    EXPECT_NE(world_.BoundOf(gang), 1) << gang;
    whole += world_.BoundOf(gang) == 2 ? 1 : 0;
  }
  EXPECT_EQ(whole, 2);
}

TEST_P(CoreQueueTest, NineOfTenFitHoldsNothing) {
  AddNodes(9, 1 * kCore);
  world_.CreateGang("ten", 10, 10, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("ten"), 0);
  EXPECT_EQ(world_.ReasonOf("ten"), ReasonCode::kExceedsCluster);
  EXPECT_EQ(world_.core().reservations(), 0u);
  world_.CreateGang("nine", 9, 9, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("nine"), 9);
}

TEST_P(CoreQueueTest, TheHeadIsReservedForAndSmallOnesDoNotOvertakeIt) {
  AddNodes(2, 4 * kCore);
  world_.CreateGang("runs", 2, 2, 4 * kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("runs"), 2);
  world_.CreateGang("head", 2, 2, 4 * kCore);
  world_.Run();
  EXPECT_EQ(world_.ReasonOf("head"), ReasonCode::kWaitingForCapacity);
  // One node comes free: the small gang would fit there, but the head needs it.
  world_.DeletePod("runs-0");
  world_.Run();
  world_.CreateGang("small", 1, 1, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("small"), 0);
  world_.DeletePod("runs-1");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 2);
  EXPECT_EQ(world_.BoundOf("small"), 0);
  world_.DeleteGang("head");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("small"), 1);
}

TEST_P(CoreQueueTest, SmallOnesBackfillIntoWhatTheHeadDoesNotNeed) {
  AddNodes(3, 4 * kCore);
  world_.CreateGang("runs", 2, 2, 4 * kCore);
  world_.Run();
  world_.CreateGang("head", 2, 2, 4 * kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("head"), 0);
  world_.CreateGang("whole-node", 1, 1, 4 * kCore);
  world_.Run();
  // The head takes the free node and one that drains; the third would delay nobody once it is free.
  EXPECT_EQ(world_.BoundOf("whole-node"), 0);
  world_.DeleteGang("runs");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 2);
  EXPECT_EQ(world_.BoundOf("whole-node"), 1);
}

TEST_P(CoreQueueTest, AStreamOfSmallGangsDoesNotStarveABigOne) {
  AddNodes(4, 4 * kCore);
  for (int i = 0; i < 16; ++i) world_.CreateGang(absl::StrFormat("small%d", i), 1, 1, kCore);
  world_.Run();
  world_.CreateGang("big", 4, 4, 4 * kCore);
  world_.Run();
  int finished = 0;
  for (int i = 16; i < 60 && world_.BoundOf("big") == 0; ++i) {
    world_.CreateGang(absl::StrFormat("small%d", i), 1, 1, kCore);
    world_.DeleteGang(absl::StrFormat("small%d", finished++));
    world_.Run();
  }
  EXPECT_EQ(world_.BoundOf("big"), 4);
}

TEST_P(CoreQueueTest, DoomedGangsHoldNobodyUp) {
  AddNodes(2);
  for (int g = 0; g < 20; ++g) world_.CreateGang(absl::StrFormat("doomed%d", g), 9, 9, kCore);
  world_.CreateGang("fine", 8, 8, kCore);
  world_.Run(8000);
  EXPECT_EQ(world_.BoundOf("fine"), 8);
}

TEST_P(CoreQueueTest, PodsOfNoGangRespectReservationsUnlessTheyMatterMore) {
  AddNodes(1);
  world_.CreatePod("filler", "", 0, 4 * kCore);
  world_.Run();
  world_.CreateGang("head", 4, 4, kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("head"), 0);
  world_.DeletePod("filler");
  world_.CreatePod("greedy", "", 0, 4 * kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 4);
  EXPECT_FALSE(world_.Pod("greedy")->bound());
}

TEST_P(CoreQueueTest, PriorityComesBeforeArrival) {
  AddNodes(1);
  world_.CreatePod("blocker", "", 0, 4 * kCore);
  world_.Run();
  for (int i = 0; i < 4; ++i) world_.CreatePod(absl::StrFormat("low-%d", i), "low", 4, kCore, 0);
  world_.Run();
  for (int i = 0; i < 4; ++i)
    world_.CreatePod(absl::StrFormat("high-%d", i), "high", 4, kCore, 100);
  world_.Run();
  world_.DeletePod("blocker");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("high"), 4);
  EXPECT_EQ(world_.BoundOf("low"), 0);
}

TEST_P(CoreQueueTest, GangsOfOneShapeEachSayWhatTheyLackThemselves) {
  AddNodes(2, 4 * kCore);
  world_.CreateGang("runs", 4, 4, kCore);
  world_.Run();
  world_.CreateGang("later", 6, 6, kCore);
  world_.CreateGang("never", 9, 9, kCore);
  world_.Run();
  EXPECT_EQ(world_.ReasonOf("later"), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(world_.ReasonOf("never"), ReasonCode::kExceedsCluster);
}

// Ops bug 7: two gangs must never hold half each, whatever the order in which members arrive.
TEST_P(CoreQueueTest, Bug7EveryOrderOfArrivalLetsOneGangFinishAndThenTheOther) {
  std::string order = "aabb";
  do {
    for (const int steps : {0, 3, 100}) {
      CoreWorld world(Options(webhook()));
      for (const char* node : {"x", "y"}) world.AddNode(node, kCore);
      world.Run(50);
      for (size_t i = 0; i < order.size(); ++i) {
        world.CreatePod(absl::StrFormat("%c-%d", order[i], i), std::string(1, order[i]), 2, kCore);
        for (int s = 0; s < steps; ++s) world.Step();
      }
      world.Run();
      const std::string first = world.BoundOf("a") > 0 ? "a" : "b";
      const std::string second = first == "a" ? "b" : "a";
      ASSERT_EQ(world.BoundOf(first), 2) << order << " after " << steps << "\n" << world.log();
      ASSERT_EQ(world.BoundOf(second), 0) << order << " after " << steps;
      world.DeleteGang(first);
      world.Run();
      ASSERT_EQ(world.BoundOf(second), 2) << order << " after " << steps << "\n" << world.log();
      ASSERT_THAT(world.broken(), IsEmpty());
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

// Ops bug 7: the order A C B D, in which the last gang makes the circle of waiting whole.
TEST_P(CoreQueueTest, Bug7ThreeGangsInEveryOrderOnRoomForTwo) {
  std::string order = "aabbcc";
  do {
    CoreWorld world(Options(webhook()));
    for (int n = 0; n < 4; ++n) world.AddNode(absl::StrFormat("n%d", n), kCore);
    for (size_t i = 0; i < order.size(); ++i) {
      world.CreatePod(absl::StrFormat("%c-%d", order[i], i), std::string(1, order[i]), 2, kCore);
      for (int s = 0; s < 2; ++s) world.Step();
    }
    world.Run();
    int whole = 0;
    for (const char* gang : {"a", "b", "c"}) {
      ASSERT_NE(world.BoundOf(gang), 1) << order << "\n" << world.log();
      whole += world.BoundOf(gang) == 2 ? 1 : 0;
    }
    ASSERT_EQ(whole, 2) << order << "\n" << world.log();
    ASSERT_THAT(world.broken(), IsEmpty());
  } while (std::next_permutation(order.begin(), order.end()));
}

// Sixteen GPUs, sixty gangs of one to eight: all of them run, none in part.
TEST_P(CoreQueueTest, Bug7SixtyGangsDrainThroughSixteenGpus) {
  constexpr model::ResourceId kGpu{4};
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    std::mt19937_64 random(seed);
    WorldOptions options = Options(webhook());
    options.seed = seed;
    options.check_every = 64;
    // Sixty gangs at once keep a world busy that does one thing in 100 ms: slowness is no failure.
    options.core.repair_timeout = std::chrono::minutes(20);
    CoreWorld world(options);
    for (int n = 0; n < 2; ++n) {
      model::NodeInfo node;
      node.name = absl::StrFormat("gpu-%d", n);
      node.allocatable = {{kGpu, 8}, {model::kPods, 110}};
      world.AddNode(node);
    }
    std::map<std::string, int> sizes;
    for (int g = 0; g < 60; ++g) {
      const int size = 1 + static_cast<int>(random() % 8);
      const std::string gang = absl::StrFormat("g%d", g);
      sizes[gang] = size;
      for (int m = 0; m < size; ++m) {
        PodSpec spec = Member(absl::StrFormat("%s-%d", gang, m), gang, size, 0);
        spec.shape.requests = {{kGpu, 1}};
        world.CreatePod(std::move(spec));
      }
    }
    for (int round = 0; round < 600 && !sizes.empty(); ++round) {
      world.Pass(std::chrono::milliseconds(500 + random() % 1000));
      std::vector<std::string> done;
      for (const auto& [gang, size] : sizes) {
        if (world.BoundOf(gang) == size && random() % 2 == 0) done.push_back(gang);
      }
      for (const std::string& gang : done) {
        world.DeleteGang(gang);
        sizes.erase(gang);
      }
    }
    EXPECT_THAT(sizes, IsEmpty()) << "seed " << seed << ": these never ran";
    EXPECT_THAT(world.broken(), IsEmpty()) << "seed " << seed;
  }
}

// Ops bug 26: whatever makes room, those that wait for it are tried at once.
TEST_P(CoreQueueTest, Bug26FreedRoomWakesTheGangThatWaits) {
  const auto node = [](const std::string& name, int64_t cpu) {
    model::NodeInfo info;
    info.name = name;
    info.allocatable = {{model::kCpu, cpu}, {model::kPods, 100}};
    return info;
  };
  struct Way {
    const char* what;
    std::function<void(CoreWorld&)> make_room;
  };
  const std::vector<Way> ways = {
      {"a pod is deleted", [](CoreWorld& w) { w.DeletePod("plain"); }},
      {"a pod finishes", [](CoreWorld& w) { w.FinishPod("plain"); }},
      {"a node joins", [&](CoreWorld& w) { w.AddNode(node("joins", 4 * kCore)); }},
      {"a node grows", [&](CoreWorld& w) { w.AddNode(node("small", 4 * kCore)); }},
      {"a taint goes", [&](CoreWorld& w) { w.AddNode(node("tainted", 4 * kCore)); }},
      {"a cordon goes", [&](CoreWorld& w) { w.AddNode(node("cordoned", 4 * kCore)); }},
  };
  for (const Way& way : ways) {
    CoreWorld world(Options(webhook()));
    world.AddNode(node("full", 4 * kCore));
    world.Run(20);
    world.CreatePod("plain", "", 0, 4 * kCore);
    world.Run();
    world.AddNode(node("small", kCore));
    model::NodeInfo tainted = node("tainted", 4 * kCore);
    tainted.taints = {{"t", "", model::TaintEffect::kNoSchedule}};
    world.AddNode(tainted);
    model::NodeInfo cordoned = node("cordoned", 4 * kCore);
    cordoned.unschedulable = true;
    world.AddNode(cordoned);
    world.CreateGang("g", 4, 4, kCore);
    world.Run();
    ASSERT_EQ(world.BoundOf("g"), 0) << way.what;
    const base::Timestamp before = world.now();
    way.make_room(world);
    while (world.BoundOf("g") < 4 && world.now() < before + std::chrono::seconds(5))
      world.Pass(std::chrono::milliseconds(100));
    EXPECT_EQ(world.BoundOf("g"), 4) << way.what << "\n" << world.log();
    EXPECT_THAT(world.broken(), IsEmpty()) << way.what;
  }
}

}  // namespace
}  // namespace tutti::planner
