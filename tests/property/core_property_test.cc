// Random worlds: whatever happens, the promises hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_world.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

constexpr model::ResourceId kGpu{4};
constexpr int64_t kGi = int64_t{1} << 30;

enum class Trouble { kNone, kKills, kKillsAndLeaders };

WorldOptions RandomOptions(uint64_t seed, uint64_t check_every) {
  std::mt19937_64 random(seed);
  WorldOptions options;
  options.seed = seed;
  options.webhook = random() % 2 == 0;
  options.write_failure = random() % 3 == 0 ? 0.2 : 0;
  options.lost_reply = random() % 3 == 0 ? 0.2 : 0;
  options.watch_lag = random() % 2 == 0 ? 0.5 : 0;
  options.referee_refusal = random() % 4 == 0 ? 0.05 : 0;
  options.core.backfill = static_cast<planner::Backfill>(random() % 4);
  options.core.run_times = static_cast<planner::RunTimeSource>(random() % 2);
  options.check_every = check_every;
  return options;
}

// A random story: gangs and plain pods of all kinds come and go, nodes flap, processes die.
class Story {
 public:
  Story(uint64_t seed, Trouble trouble, uint64_t check_every = 16)
      : random_(seed * 7919), trouble_(trouble), world(RandomOptions(seed, check_every)) {
    for (const char* zone : {"z0", "z1"}) {
      using Operator = model::NodeSelectorRequirement::Operator;
      world.AddVolume({std::string("pv-") + zone,
                       model::NodeSelector{{{{"zone", Operator::kIn, {zone}}}, {}}}});
      world.AddClaim(std::string("claim-") + zone, std::string("pv-") + zone);
    }
    const int nodes = 1 + Below(10);
    for (int n = 0; n < nodes; ++n) nodes_.push_back(RandomNode(n));
    for (const model::NodeInfo& node : nodes_) world.AddNode(node);
    const int gangs = 1 + Below(12);
    for (int g = 0; g < gangs; ++g) {
      CreateGang(absl::StrFormat("g%d", g));
      if (Below(3) == 0) CreatePlain(absl::StrFormat("plain-%d", g));
      if (Below(4) == 0) DeleteMember(absl::StrFormat("g%d", Below(g + 1)));
      if (Below(3) == 0) FinishMember(absl::StrFormat("g%d", Below(g + 1)));
      if (Below(3) == 0) FlapNode();
      world.CompareWithRebuilt();
    }
    for (const model::NodeInfo& node : nodes_) world.AddNode(node);
    world.SetLeading(true);
    // Every gang has its chance.
    for (int i = 0; i < 30; ++i) {
      world.Pass(std::chrono::seconds(1));
      world.CompareWithRebuilt();
    }
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

 public:
  // Whether the story took members away: a gang that was whole keeps running without them.
  bool Maimed(const std::string& gang) const { return maimed_.contains(gang); }

 private:
  model::NodeInfo RandomNode(int number) {
    model::NodeInfo node;
    node.name = absl::StrFormat("node-%d", number);
    node.labels = {
        {world.labels().Intern("zone"), world.labels().Intern(absl::StrFormat("z%d", Below(2)))}};
    node.allocatable = {{model::kCpu, 4000},
                        {model::kMemory, (1 + Below(2)) * 8 * kGi},
                        {kGpu, Below(3) * 2},
                        {model::kPods, 20}};
    if (Below(6) == 0) node.taints = {{"spot", "", model::TaintEffect::kNoSchedule}};
    return node;
  }

  model::PodShape RandomShape() {
    model::PodShape shape;
    shape.requests = {{model::kCpu, 500 * (1 + Below(6))}};
    if (Below(2) == 0) shape.requests.Set(model::kMemory, (1 + Below(4)) * kGi);
    if (Below(4) == 0) shape.requests.Set(kGpu, 1);
    if (Below(5) == 0) shape.node_selector = {{"zone", absl::StrFormat("z%d", Below(2))}};
    if (Below(4) == 0) shape.tolerations = {{"spot", "", model::TaintEffect::kNone, true}};
    if (Below(6) == 0) shape.host_ports = {{"0.0.0.0", "TCP", 80 + Below(2)}};
    if (Below(6) == 0) shape.claims = {absl::StrFormat("claim-z%d", Below(2))};
    if (Below(4) == 0) shape.priority = 10;
    shape.needs_referee = Below(3) == 0;
    return shape;
  }

  void CreateGang(const std::string& gang) {
    const int members = 1 + Below(8);
    const int min_member = 1 + Below(members);
    const bool by_object = Below(4) == 0;
    const model::PodShape workers = RandomShape();
    const base::Duration duration = std::chrono::seconds(Below(2) * (1 + Below(30)));
    if (by_object && Below(2) == 0) world.SetGangObject(gang, min_member);
    for (int m = 0; m < members; ++m) {
      PodSpec spec{absl::StrFormat("%s-%d", gang, m),
                   gang,
                   by_object ? 0 : min_member,
                   workers,
                   Below(2) == 0,
                   duration};
      spec.submitter = members % 2 == 0 ? "user/even" : "user/odd";
      if (m == 0 && Below(3) == 0) spec.shape = RandomShape();  // a launcher
      world.CreatePod(std::move(spec));
      for (int s = Below(6); s > 0; --s) world.Step();
      Disturb();
    }
    if (by_object) world.SetGangObject(gang, min_member);
  }

  void CreatePlain(const std::string& name) {
    PodSpec spec{name, "", 0, RandomShape()};
    world.CreatePod(std::move(spec));
  }

  void DeleteMember(const std::string& gang) {
    world.DeletePod(gang + "-0");
    maimed_.insert(gang);
  }

  void FinishMember(const std::string& gang) {
    const model::PodInfo* pod = world.Pod(gang + "-1");
    const bool runs = pod != nullptr && pod->bound() && !pod->terminal();
    if (runs && world.WasWhole(gang)) world.FinishPod(pod->name);
  }

  void FlapNode() {
    model::NodeInfo node = nodes_[static_cast<size_t>(Below(static_cast<int>(nodes_.size())))];
    if (Below(2) == 0) {
      world.RemoveNode(node.name);
    } else {
      node.unschedulable = Below(2) == 0;
      if (Below(3) == 0) node.allocatable.Set(model::kCpu, 1000);
      world.AddNode(node);
    }
  }

  void Disturb() {
    if (trouble_ != Trouble::kNone && Below(10) == 0) world.RestartCore();
    if (trouble_ == Trouble::kKillsAndLeaders && Below(6) == 0) world.SetLeading(Below(2) == 0);
  }

  std::mt19937_64 random_;
  const Trouble trouble_;
  std::vector<model::NodeInfo> nodes_;
  std::set<std::string> maimed_;

 public:
  CoreWorld world;
};

class CorePropertyTest : public ::testing::TestWithParam<Trouble> {};

INSTANTIATE_TEST_SUITE_P(Troubles, CorePropertyTest,
                         ::testing::Values(Trouble::kNone, Trouble::kKills,
                                           Trouble::kKillsAndLeaders),
                         [](const auto& way) {
                           return way.param == Trouble::kNone    ? "Undisturbed"
                                  : way.param == Trouble::kKills ? "WithKills"
                                                                 : "WithKillsAndLeaders";
                         });

// Ops bugs 25, 27 and 28: room is never negative, every counter is the sum of its pods after every
// event, and a process that starts now knows what the one that runs knows.
TEST_P(CorePropertyTest, Bug28NoNodeIsOverfullTheBooksBalanceAndARebuildAgrees) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const Story story(seed, GetParam(), /*check_every=*/1);
    ASSERT_THAT(story.world.broken(), IsEmpty()) << "seed " << seed;
  }
  int bound = 0;
  for (uint64_t seed = 9; seed <= 60; ++seed) {
    const Story story(seed, GetParam());
    ASSERT_THAT(story.world.broken(), IsEmpty()) << "seed " << seed;
    for (const std::string& gang : story.world.gangs()) bound += story.world.BoundOf(gang);
  }
  EXPECT_GT(bound, 300) << "stories in which nothing runs prove nothing";
}

TEST_P(CorePropertyTest, NoGangStaysPartBoundBeyondTheRepairTime) {
  for (uint64_t seed = 100; seed <= 130; ++seed) {
    Story story(seed, GetParam());
    CoreWorld& world = story.world;
    world.Calm();
    world.Pass(std::chrono::seconds(150));
    for (const std::string& gang : world.gangs()) {
      if (story.Maimed(gang) || world.WasWhole(gang)) continue;
      const int bound = world.BoundOf(gang);
      EXPECT_TRUE(bound == 0 || bound >= world.MinMemberOf(gang))
          << "seed " << seed << " gang " << gang << " " << bound << "\n"
          << world.log();
    }
  }
}

// When nothing else is there and nothing fails any more, a gang runs, or its reason is not one
// that time will mend.
TEST_P(CorePropertyTest, LeftAloneEveryGangRunsOrCannot) {
  using model::ReasonCode;
  const std::set<ReasonCode> cannot = {ReasonCode::kWaitingForMembers, ReasonCode::kWaitingForSpec,
                                       ReasonCode::kExceedsCluster, ReasonCode::kNoEligibleNode,
                                       ReasonCode::kPinnedNodeLost};
  for (uint64_t seed = 150; seed <= 165; ++seed) {
    Story story(seed, GetParam());
    CoreWorld& world = story.world;
    world.Calm();
    const std::vector<std::string> gangs = world.gangs();
    if (gangs.empty()) continue;
    const std::string& alone = gangs[seed % gangs.size()];
    if (story.Maimed(alone)) continue;
    for (const std::string& gang : gangs) {
      if (gang != alone) world.DeleteGang(gang);
    }
    for (int g = 0; g < 12; ++g) world.DeletePod(absl::StrFormat("plain-%d", g));
    world.Pass(std::chrono::seconds(700));
    if (world.ExistingOf(alone) == 0) continue;  // evicted: it was cut in half
    const bool runs = world.BoundOf(alone) >= world.MinMemberOf(alone);
    EXPECT_TRUE(runs || cannot.contains(world.ReasonOf(alone)))
        << "seed " << seed << " " << alone << ": " << model::CodeName(world.ReasonOf(alone)) << "\n"
        << world.log();
  }
}

TEST_P(CorePropertyTest, WhenEverythingIsDeletedNothingIsLeftBehind) {
  for (uint64_t seed = 200; seed <= 230; ++seed) {
    Story story(seed, GetParam());
    CoreWorld& world = story.world;
    for (const std::string& gang : world.gangs()) world.DeleteGang(gang);
    for (int g = 0; g < 12; ++g) {
      world.DeletePod(absl::StrFormat("plain-%d", g));
      world.DeleteGangObject(absl::StrFormat("g%d", g));
    }
    world.Pass(std::chrono::seconds(70));
    const planner::Core::Counts counts = world.core().Count();
    EXPECT_EQ(world.core().reservations(), 0u) << "seed " << seed;
    EXPECT_EQ(counts.pods, 0u) << "seed " << seed;
    EXPECT_EQ(counts.pending_writes, 0u) << "seed " << seed;
    EXPECT_EQ(counts.parked_binds, 0u) << "seed " << seed;
  }
}

// The tables of the second run stand elsewhere in memory and are walked in another order.
TEST_P(CorePropertyTest, TheSameSeedGivesTheSameDecisions) {
  for (uint64_t seed = 300; seed <= 315; ++seed) {
    EXPECT_EQ(Story(seed, GetParam()).world.log(), Story(seed, GetParam()).world.log())
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::testing
