// Random worlds: whatever happens, the promises hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_world.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

WorldOptions RandomOptions(uint64_t seed) {
  std::mt19937_64 random(seed);
  WorldOptions options;
  options.seed = seed;
  options.webhook = random() % 2 == 0;
  options.write_failure = random() % 3 == 0 ? 0.2 : 0;
  options.lost_reply = random() % 3 == 0 ? 0.2 : 0;
  options.watch_lag = random() % 2 == 0 ? 0.5 : 0;
  options.referee_refusal = random() % 4 == 0 ? 0.05 : 0;
  options.check_every = 16;
  return options;
}

// A random story; `kills` restarts the core now and then. Answers the world at its end, after every
// gang had its chance.
std::unique_ptr<CoreWorld> Story(uint64_t seed, bool kills) {
  std::mt19937_64 random(seed * 7919);
  const auto pick = [&](uint64_t below) { return random() % below; };
  auto world = std::make_unique<CoreWorld>(RandomOptions(seed));
  const int nodes = 1 + static_cast<int>(pick(12));
  for (int n = 0; n < nodes; ++n) world->AddNode(absl::StrFormat("node-%d", n), 4000);
  const int gangs = 1 + static_cast<int>(pick(12));
  for (int g = 0; g < gangs; ++g) {
    const int members = 1 + static_cast<int>(pick(8));
    const int min_member = 1 + static_cast<int>(pick(static_cast<uint64_t>(members)));
    const int64_t cpu = 500 * static_cast<int64_t>(1 + pick(6));
    for (int m = 0; m < members; ++m) {
      world->CreatePod(absl::StrFormat("g%d-%d", g, m), absl::StrFormat("g%d", g), min_member, cpu);
      for (uint64_t s = pick(6); s > 0; --s) world->Step();
      if (kills && pick(10) == 0) world->RestartCore();
    }
    if (pick(3) == 0) world->CreatePod(absl::StrFormat("plain-%d", g), "", 0, 1000);
    if (pick(4) == 0)
      world->DeletePod(absl::StrFormat("g%d-0", pick(static_cast<uint64_t>(g) + 1)));
  }
  world->Pass(std::chrono::seconds(30));
  return world;
}

class CorePropertyTest : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Kills, CorePropertyTest, ::testing::Bool(),
                         [](const auto& way) { return way.param ? "WithKills" : "Undisturbed"; });

TEST_P(CorePropertyTest, NoNodeIsOverfullNoPodIsBoundTwiceAndTheBooksBalance) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const std::unique_ptr<CoreWorld> world = Story(seed, GetParam());
    ASSERT_THAT(world->broken(), IsEmpty()) << "seed " << seed;
  }
}

TEST_P(CorePropertyTest, NoGangStaysPartBoundBeyondTheRepairTime) {
  for (uint64_t seed = 100; seed <= 140; ++seed) {
    const std::unique_ptr<CoreWorld> world = Story(seed, GetParam());
    world->Pass(std::chrono::seconds(150));
    for (const std::string& gang : world->gangs()) {
      int min_member = 0;
      int bound = 0;
      for (int m = 0; m < 8; ++m) {
        const model::PodInfo* pod = world->Pod(absl::StrFormat("%s-%d", gang, m));
        if (pod == nullptr) continue;
        min_member = pod->gang->spec->min_member;
        bound += pod->bound() ? 1 : 0;
      }
      // A gang that lost a member after it had been whole keeps running; deleting members is the
      // story's doing.
      const bool lost_one = world->Pod(gang + "-0") == nullptr;
      if (lost_one) continue;

      EXPECT_TRUE(bound == 0 || bound >= min_member)
          << "seed " << seed << " gang " << gang << " " << bound;
    }
  }
}

TEST_P(CorePropertyTest, WhenEverythingIsDeletedNothingIsLeftBehind) {
  for (uint64_t seed = 200; seed <= 240; ++seed) {
    const std::unique_ptr<CoreWorld> world = Story(seed, GetParam());
    for (const std::string& gang : world->gangs()) world->DeleteGang(gang);
    for (int g = 0; g < 12; ++g) world->DeletePod(absl::StrFormat("plain-%d", g));
    world->Pass(std::chrono::seconds(70));
    const planner::Core::Counts counts = world->core().Count();
    EXPECT_EQ(counts.reservations, 0u) << "seed " << seed;
    EXPECT_EQ(counts.pods, 0u) << "seed " << seed;
    EXPECT_EQ(counts.pending_writes, 0u) << "seed " << seed;
    EXPECT_EQ(counts.parked_binds, 0u) << "seed " << seed;
  }
}

TEST_P(CorePropertyTest, TheSameSeedGivesTheSameDecisions) {
  for (uint64_t seed = 300; seed <= 320; ++seed) {
    EXPECT_EQ(Story(seed, GetParam())->log(), Story(seed, GetParam())->log()) << "seed " << seed;
  }
}

TEST_P(CorePropertyTest, ARebuiltCoreKnowsWhatTheLiveOneKnew) {
  for (uint64_t seed = 400; seed <= 430; ++seed) {
    const std::unique_ptr<CoreWorld> world = Story(seed, GetParam());
    world->Run();
    const std::string live = world->core().DurableState();
    world->RestartCore();
    EXPECT_EQ(world->core().DurableState(), live) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::testing
