// Random worlds with plugins that keep accounts, preempt and have the last word: whatever happens,
// no node is overfull, what was reserved ends bound or unreserved, and nobody is evicted but for a
// gang that then fits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/support/core_world.h"
#include "tests/support/plugin_world.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

struct Place {
  uint64_t gang;
  uint32_t node;
  auto operator<=>(const Place&) const = default;
};

// One process's plugins: an account of what is promised and bound, one that evicts, one that makes
// binds wait. Writes down every promise of the SDK that is broken.
class Referee {
 public:
  explicit Referee(uint64_t seed) : random_(seed) {
    w.AddPoints("Account", Accounts());
    w.AddPoints("Preempt", Preempts());
    w.AddPoints("Gate", Gates());
    plugins_ = w.Plugins();
  }

  const framework::Plugins& plugins() const { return plugins_; }
  int64_t promised() const {
    int64_t sum = 0;
    for (const auto& [place, count] : promised_) sum += count;
    return sum;
  }

  PluginWorld w;
  std::vector<std::string> broken;
  int reserves = 0;
  int unreserves = 0;
  int proposals = 0;
  int waits = 0;

 private:
  bool Maybe(uint64_t one_in) { return random_() % one_in == 0; }

  void Enter(const GangView& gang, const PlacementView& placement, int sign) {
    for (size_t c = 0; c < placement.nodes.size(); ++c) {
      if (static_cast<int64_t>(placement.nodes[c].size()) != gang.classes[c].count)
        broken.push_back("a class and its nodes disagree");
      for (const NodeIndex node : placement.nodes[c]) Change({gang.arrival, node.value}, sign);
    }
  }
  void Change(const Place& place, int sign) {
    int64_t& count = promised_[place];
    count += sign;
    if (count < 0)
      broken.push_back(absl::StrFormat("gang %d: more was given back than promised", place.gang));
    if (count == 0) promised_.erase(place);
  }

  PointFunctions Accounts() {
    PointFunctions functions;
    functions.reserve = [this](const GangView& gang, const PlacementView& placement) {
      if (Maybe(10)) return Status::Pending(ReasonId(0));
      ++reserves;
      Enter(gang, placement, 1);
      return Status::Success();
    };
    functions.unreserve = [this](const GangView& gang, const PlacementView& placement) {
      ++unreserves;
      Enter(gang, placement, -1);
    };
    functions.events = KindBit(ClusterEventKind::kPodBound) |
                       KindBit(ClusterEventKind::kPodRemoved) |
                       KindBit(ClusterEventKind::kGangGone);
    functions.on_event = [this](const ClusterEventView& event) {
      OnEvent(event);
      return QueueingHint::kQueueSkip;
    };
    return functions;
  }
  void OnEvent(const ClusterEventView& event) {
    if (event.kind == ClusterEventKind::kGangGone) {
      for (const auto& [place, count] : promised_) {
        if (place.gang == event.gang->arrival) broken.push_back("a gang ended with promises");
      }
      return;
    }
    const bool bound = event.kind == ClusterEventKind::kPodBound;
    const bool changed =
        bound ? bound_.insert(event.pod->uid).second : bound_.erase(event.pod->uid) == 1;
    if (!changed) broken.push_back("a pod was bound or removed twice");
    if (event.was_reserved) Change({event.pod->gang_arrival, event.pod->node.value}, -1);
  }

  PointFunctions Preempts() {
    PointFunctions functions;
    functions.select_victims = [this](const GangView& gang, const ClusterView& cluster,
                                      const BoundPods& pods, std::vector<PodUid>& victims) {
      for (const NodeBlockView& block : cluster.blocks) {
        block.present.ForEach([&](uint32_t offset) {
          for (const PlacedPodView& pod : pods.On(block.Index(offset))) {
            if (!bound_.contains(pod.uid)) broken.push_back("a pod is seen that is not bound");
            if (pod.evictable && pod.priority < gang.priority) victims.push_back(pod.uid);
          }
        });
      }
      if (!victims.empty()) ++proposals;
      return Status::Success();
    };
    return functions;
  }
  PointFunctions Gates() {
    PointFunctions functions;
    functions.permit = [this](const PlacedPodView&, std::chrono::nanoseconds& timeout) {
      if (Maybe(20)) return Status::Unschedulable(ReasonId(0));
      if (!Maybe(3)) return Status::Success();
      ++waits;
      timeout = std::chrono::milliseconds(50);
      return Status::Wait();
    };
    return functions;
  }

  std::mt19937_64 random_;
  framework::Plugins plugins_;
  std::map<Place, int64_t> promised_;
  std::set<PodUid> bound_;
};

class Story {
 public:
  Story(uint64_t seed, bool kills) : random_(seed * 104'729) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = random_() % 2 == 0;
    options.write_failure = random_() % 3 == 0 ? 0.2 : 0;
    options.watch_lag = random_() % 2 == 0 ? 0.5 : 0;
    options.check_every = 8;
    options.plugins = [this, seed] {
      referees.push_back(std::make_unique<Referee>(seed + referees.size()));
      return referees.back()->plugins();
    };
    world = std::make_unique<CoreWorld>(options);
    const int nodes = 1 + Below(6);
    for (int n = 0; n < nodes; ++n) world->AddNode(absl::StrFormat("node-%d", n), 4000);
    const int gangs = 2 + Below(10);
    for (int g = 0; g < gangs; ++g) {
      CreateGang(absl::StrFormat("g%d", g));
      if (Below(3) == 0) {
        world->CreatePod(absl::StrFormat("plain-%d", g), "", 0, 500 * (1 + Below(4)), Below(3));
      }
      if (Below(4) == 0) world->DeletePod(absl::StrFormat("g%d-0", Below(g + 1)));
      if (Below(5) == 0) FlapNode(nodes);
      if (kills && Below(5) == 0) world->RestartCore();
      world->Pass(std::chrono::milliseconds(100 * Below(20)));
    }
    world->Pass(std::chrono::seconds(20));
  }

  Referee& referee() { return *referees.back(); }
  std::vector<std::string> Broken() const {
    std::vector<std::string> all = world->broken();
    for (const auto& referee : referees)
      all.insert(all.end(), referee->broken.begin(), referee->broken.end());
    for (const auto& referee : referees)
      all.insert(all.end(), referee->w.failures.begin(), referee->w.failures.end());
    return all;
  }

  // By process; the last one is asked now. They outlive the world.
  std::vector<std::unique_ptr<Referee>> referees;
  std::unique_ptr<CoreWorld> world;

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  void CreateGang(const std::string& gang) {
    const int members = 1 + Below(5);
    const int min_member = 1 + Below(members);
    const int64_t cpu = 500 * (1 + Below(6));
    const int priority = Below(3);
    for (int m = 0; m < members; ++m) {
      world->CreatePod(absl::StrFormat("%s-%d", gang, m), gang, min_member, cpu, priority);
      for (int s = Below(4); s > 0; --s) world->Step();
    }
  }
  void FlapNode(int nodes) {
    const std::string name = absl::StrFormat("node-%d", Below(nodes));
    if (world->HasNode(name)) {
      world->RemoveNode(name);
    } else {
      world->AddNode(name, 4000);
    }
  }

  std::mt19937_64 random_;
};

TEST(PluginPointsPropertyTest, NoPromiseOfTheSdkIsBroken) {
  int reserves = 0;
  int unreserves = 0;
  int waits = 0;
  size_t evictions = 0;
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    Story story(seed, /*kills=*/seed % 2 == 0);
    ASSERT_THAT(story.Broken(), IsEmpty()) << "seed " << seed << "\n" << story.world->log();
    reserves += story.referee().reserves;
    unreserves += story.referee().unreserves;
    waits += story.referee().waits;
    evictions += story.world->CountLogged("evict ");
  }
  EXPECT_GT(reserves, 200) << "stories in which nothing happens prove nothing";
  EXPECT_GT(unreserves, 20);
  EXPECT_GT(waits, 50);
  EXPECT_GT(evictions, 30u);
}

TEST(PluginPointsPropertyTest, WhenEverythingIsDeletedNothingIsPromisedAnyMore) {
  for (uint64_t seed = 100; seed <= 140; ++seed) {
    Story story(seed, /*kills=*/seed % 2 == 0);
    for (const std::string& gang : story.world->gangs()) story.world->DeleteGang(gang);
    for (int g = 0; g < 12; ++g) story.world->DeletePod(absl::StrFormat("plain-%d", g));
    story.world->Pass(std::chrono::seconds(70));
    ASSERT_THAT(story.Broken(), IsEmpty()) << "seed " << seed;
    EXPECT_EQ(story.referee().promised(), 0) << "seed " << seed;
    EXPECT_EQ(story.world->core().reservations(), 0u) << "seed " << seed;
    EXPECT_EQ(story.world->core().Count().parked_binds, 0u) << "seed " << seed;
  }
}

// An eviction is for a gang that fits without the evicted: where nothing else happens, it runs.
TEST(PluginPointsPropertyTest, AGangForWhichPodsWereEvictedRunsInTheirPlace) {
  int helped = 0;
  for (uint64_t seed = 200; seed <= 240; ++seed) {
    std::mt19937_64 random(seed);
    WorldOptions options;
    options.seed = seed;
    options.webhook = seed % 2 == 0;
    std::unique_ptr<PluginWorld> plugins;
    options.plugins = [&] {
      plugins = std::make_unique<PluginWorld>();
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
      plugins->AddPoints("Preempt", functions);
      return plugins->Plugins();
    };
    CoreWorld world(options);
    const int nodes = 2 + static_cast<int>(random() % 4);
    for (int n = 0; n < nodes; ++n) world.AddNode(absl::StrFormat("node-%d", n), 4000);
    for (int p = 0; p < nodes * 4; ++p) {
      world.CreatePod(absl::StrFormat("low-%d", p), absl::StrFormat("low%d", p), 1,
                      500 + 500 * static_cast<int64_t>(random() % 3));
    }
    world.Run();
    const int members = 1 + static_cast<int>(random() % static_cast<uint64_t>(nodes * 2));
    for (int m = 0; m < members; ++m)
      world.CreatePod(absl::StrFormat("high-%d", m), "high", members, 2500, 10);
    world.Pass(std::chrono::seconds(30));
    const bool evicted = world.CountLogged("evict ") > 0;
    const bool fits = members <= nodes;  // one on each node
    EXPECT_EQ(world.BoundOf("high"), fits ? members : 0) << "seed " << seed << world.log();
    if (!fits) {
      EXPECT_FALSE(evicted) << "seed " << seed;
    }
    helped += fits && evicted ? 1 : 0;
    EXPECT_THAT(world.broken(), IsEmpty()) << "seed " << seed;
  }
  EXPECT_GT(helped, 10);
}

}  // namespace
}  // namespace tutti::testing
