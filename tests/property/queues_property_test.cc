// Random trees of queues in random worlds: whatever comes, ends, fails or restarts, no queue holds
// more than its limit, and no user more than his, nothing is counted twice or left over, and nobody
// is starved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/core_world.h"
#include "tests/support/plugin_world.h"
#include "tests/support/queue_args.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

// The plugin of one process.
class QueueProcess {
 public:
  explicit QueueProcess(const QueueArgs& args) {
    AddBuiltin(world, "HierarchicalQueues", args.entries());
    plugins = world.Plugins();
  }
  QueueDescription Describe(const std::string& name) const {
    const QueueSelectPlugin& point = *world.profile->queue_selects().front().point;
    for (uint32_t q = 0; q < point.queues(); ++q) {
      if (point.Describe(QueueId(q)).name == name) return point.Describe(QueueId(q));
    }
    return {};
  }

  PluginWorld world;
  framework::Plugins plugins;
};

struct Tree {
  QueueArgs args;
  std::map<std::string, std::string> parents;
  std::map<std::string, int64_t> limits;                                 // cpu, in thousandths
  std::map<std::string, int64_t> user_limits;                            // likewise, of one user
  std::map<std::string, int64_t> user_gangs;                             // that run, of one user
  std::map<std::pair<std::string, std::string>, int64_t> flavor_limits;  // by queue and flavor
  std::vector<std::string> leaves;
};

constexpr const char* kFlavors[] = {"fast", "spot"};

// Every root lists both, and every leaf may, in the one order or the other.
void ListFlavors(std::mt19937_64& random, const std::string& queue, bool root, Tree& tree) {
  if (!root && random() % 2 == 0) return;
  const bool turned = random() % 2 == 0;
  for (const bool second : {false, true}) {
    const std::string flavor = kFlavors[second != turned ? 1 : 0];
    const bool bounded = random() % 3 != 0;
    // Of its guarantees the sum is within that of its parent, and within every limit.
    const auto guaranteed = static_cast<int64_t>(root ? 1500 : random() % 501);
    const auto above = static_cast<int64_t>(1500 + random() % 5000);
    const bool borrows = random() % 2 == 0;  // or it says limit
    if (bounded) tree.flavor_limits[{queue, flavor}] = guaranteed + above;
    tree.args.Lists(flavor, bounded && !borrows ? absl::StrFormat("%dm", guaranteed + above) : "");
    tree.args.OfFlavor("guaranteed", absl::StrFormat("%dm", guaranteed));
    if (bounded && borrows) tree.args.OfFlavor("borrowLimit", absl::StrFormat("%dm", above));
    if (random() % 3 == 0) tree.args.OfFlavor("lendLimit", absl::StrFormat("%dm", guaranteed / 2));
  }
  if (random() % 2 == 0) tree.args.String("flavorFungibility/whenCanBorrow", "TryNextFlavor");
  if (random() % 2 == 0) tree.args.String("flavorFungibility/whenCanPreempt", "Preempt");
}

Tree RandomTree(std::mt19937_64& random, bool flavors = false) {
  const auto below = [&](uint64_t n) { return static_cast<int64_t>(random() % n); };
  Tree tree;
  if (flavors) {
    for (const char* flavor : kFlavors) tree.args.Flavor(flavor, "kind", flavor);
  }
  const int64_t tops = 1 + below(3);
  for (int64_t t = 0; t < tops; ++t) {
    const std::string top = absl::StrFormat("top%d", t);
    tree.args.Queue(top);
    if (below(2) == 0) {
      tree.limits[top] = 1000 * (4 + below(8));
      tree.args.Limit("cpu", absl::StrFormat("%dm", tree.limits[top]));
    }
    if (below(3) == 0) {
      tree.user_limits[top] = 1000 * (2 + below(6));
      tree.args.UserLimit("cpu", absl::StrFormat("%dm", tree.user_limits[top]));
    }
    if (flavors) ListFlavors(random, top, true, tree);
    const int64_t leaves = 1 + below(3);
    for (int64_t l = 0; l < leaves; ++l) {
      const std::string leaf = absl::StrFormat("leaf%d-%d", t, l);
      tree.args.Queue(leaf, top).Integer("weight", 1 + below(4));
      tree.parents[leaf] = top;
      tree.leaves.push_back(leaf);
      if (below(2) == 0) {
        tree.limits[leaf] = 1000 * (1 + below(6));
        tree.args.Limit("cpu", absl::StrFormat("%dm", tree.limits[leaf]));
      }
      if (below(3) == 0) tree.args.String("queueingStrategy", "StrictFIFO");
      if (below(3) == 0) {
        tree.user_limits[leaf] = 1000 * (1 + below(5));
        tree.args.UserLimit("cpu", absl::StrFormat("%dm", tree.user_limits[leaf]));
      }
      if (flavors) ListFlavors(random, leaf, false, tree);
      if (below(4) == 0) {
        tree.user_gangs[leaf] = 1 + below(2);
        tree.args.Integer("maxRunningGangsPerUser", tree.user_gangs[leaf]);
      }
    }
  }
  return tree;
}

class Story {
 public:
  Story(uint64_t seed, bool kills, bool flavors = false)
      : random_(seed * 7919), tree(RandomTree(random_, flavors)) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = random_() % 2 == 0;
    options.write_failure = random_() % 3 == 0 ? 0.2 : 0;
    options.watch_lag = random_() % 2 == 0 ? 0.5 : 0;
    options.check_every = 8;
    options.plugins = [this] {
      processes.push_back(std::make_unique<QueueProcess>(tree.args));
      return processes.back()->plugins;
    };
    world = std::make_unique<CoreWorld>(options);
    for (int64_t n = 0, nodes = 1 + Below(5); n < nodes; ++n)
      AddNode(absl::StrFormat("node-%d", n), flavors ? kFlavors[n % 2] : "");
    for (int64_t g = 0, gangs = 4 + Below(14); g < gangs; ++g) {
      CreateGang(absl::StrFormat("g%d", g));
      if (Below(4) == 0) world->DeletePod(absl::StrFormat("g%d-0", Below(g + 1)));
      if (Below(4) == 0) world->DeleteGang(absl::StrFormat("g%d", Below(g + 1)));
      if (kills && Below(6) == 0) world->RestartCore();
      world->Pass(std::chrono::milliseconds(100 * Below(20)));
      CheckLimits();
    }
    world->Pass(std::chrono::seconds(30));
    CheckLimits();
  }

  // What is bound, by queue, as the API has it.
  std::map<std::string, int64_t> Bound() const {
    std::map<std::string, int64_t> bound;
    for (const auto& [name, queue] : queue_of) {
      const model::PodInfo* pod = world->Pod(name);
      if (pod == nullptr || !pod->bound()) continue;
      const int64_t cpu = pod->shape->requests.Get(kCpu);
      bound[queue] += cpu;
      bound[tree.parents.at(queue)] += cpu;
    }
    return bound;
  }
  void CheckLimits() {
    for (const auto& [queue, cpu] : Bound()) {
      const auto limit = tree.limits.find(queue);
      if (limit != tree.limits.end() && cpu > limit->second)
        broken.push_back(absl::StrFormat("%s holds %d of %d", queue, cpu, limit->second));
      ++checks;
    }
    CheckUsers();
    CheckFlavors();
  }
  // Likewise of each flavor, and no gang is on two of them.
  void CheckFlavors() {
    std::map<std::pair<std::string, std::string>, int64_t> held;
    std::map<std::string, std::string> flavor_of_gang;
    for (const auto& [name, queue] : queue_of) {
      const model::PodInfo* pod = world->Pod(name);
      if (pod == nullptr || !pod->bound() || flavor_of.empty()) continue;
      const std::string& flavor = flavor_of.at(pod->node_name);
      for (const std::string& at : {queue, tree.parents.at(queue)})
        held[{at, flavor}] += pod->shape->requests.Get(kCpu);
      const std::string gang = name.substr(0, name.rfind('-'));
      if (flavor_of_gang.emplace(gang, flavor).first->second != flavor)
        broken.push_back(gang + " is on two flavors");
      ++flavor_checks;
    }
    for (const auto& [of, cpu] : held) {
      const auto limit = tree.flavor_limits.find(of);
      if (limit != tree.flavor_limits.end() && cpu > limit->second)
        broken.push_back(
            absl::StrFormat("%s on %s: %d of %d", of.first, of.second, cpu, limit->second));
    }
  }
  // Likewise of each user.
  void CheckUsers() {
    std::map<std::pair<std::string, std::string>, int64_t> held;
    std::map<std::pair<std::string, std::string>, std::set<std::string>> running;
    for (const auto& [name, queue] : queue_of) {
      const model::PodInfo* pod = world->Pod(name);
      if (pod == nullptr || !pod->bound()) continue;
      for (const std::string& at : {queue, tree.parents.at(queue)}) {
        held[{at, pod->submitter}] += pod->shape->requests.Get(kCpu);
        running[{at, pod->submitter}].insert(name.substr(0, name.rfind('-')));
      }
    }
    for (const auto& [of, cpu] : held) {
      const auto limit = tree.user_limits.find(of.first);
      if (limit != tree.user_limits.end() && cpu > limit->second)
        broken.push_back(
            absl::StrFormat("%s of \"%s\": %d of %d", of.first, of.second, cpu, limit->second));
      const auto gangs = tree.user_gangs.find(of.first);
      if (gangs != tree.user_gangs.end() && std::ssize(running[of]) > gangs->second)
        broken.push_back(absl::StrFormat("%s of \"%s\": %d gangs of %d", of.first, of.second,
                                         std::ssize(running[of]), gangs->second));
      user_checks += limit != tree.user_limits.end() || gangs != tree.user_gangs.end() ? 1 : 0;
    }
  }
  int64_t Counted(const std::string& queue) const {
    for (const QueueAmount& amount : processes.back()->Describe(queue).amounts) {
      if (amount.resource == kCpu) return amount.used;
    }
    return 0;
  }

  std::mt19937_64 random_;
  Tree tree;
  std::vector<std::unique_ptr<QueueProcess>> processes;
  std::unique_ptr<CoreWorld> world;
  std::map<std::string, std::string> queue_of;  // by pod
  std::vector<std::string> broken;
  int checks = 0;
  int user_checks = 0;
  int flavor_checks = 0;
  std::map<std::string, std::string> flavor_of;  // by node

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  void AddNode(const std::string& name, const std::string& flavor) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{kCpu, 4000}, {kPods, 110}};
    if (!flavor.empty()) {
      flavor_of[name] = flavor;
      // As the decoder does it for the only label that a plugin reads.
      node.fields = {world->labels().Intern(flavor)};
    }
    world->AddNode(std::move(node));
  }
  void CreateGang(const std::string& gang) {
    const int64_t members = 1 + Below(4);
    const std::string queue = tree.leaves[static_cast<size_t>(Below(std::ssize(tree.leaves)))];
    PodSpec spec;
    spec.gang = gang;
    spec.queue = queue;
    if (const int64_t user = Below(3); user > 0) spec.submitter = absl::StrFormat("user/u%d", user);
    spec.min_member = static_cast<int>(1 + Below(members));
    spec.shape.requests = {{model::kCpu, 500 * (1 + Below(4))}};
    spec.shape.priority = static_cast<int32_t>(Below(3));
    for (int64_t m = 0; m < members; ++m) {
      spec.name = absl::StrFormat("%s-%d", gang, m);
      queue_of[spec.name] = queue;
      world->CreatePod(spec);
      for (int64_t s = Below(4); s > 0; --s) world->Step();
    }
  }
};

TEST(QueuesPropertyTest, NoQueueAndNoUserHoldsMoreThanItsLimit) {
  int checks = 0;
  int user_checks = 0;
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    const Story story(seed, /*kills=*/seed % 2 == 0);
    ASSERT_THAT(story.broken, IsEmpty()) << "seed " << seed << "\n" << story.world->log();
    ASSERT_THAT(story.world->broken(), IsEmpty()) << "seed " << seed;
    for (const auto& process : story.processes)
      ASSERT_THAT(process->world.failures, IsEmpty()) << "seed " << seed;
    checks += story.checks;
    user_checks += story.user_checks;
  }
  EXPECT_GT(user_checks, 500);
  EXPECT_GT(checks, 2000) << "stories in which nothing is bound prove nothing";
}

TEST(QueuesPropertyTest, NoQueueHoldsMoreOfAFlavorThanItsLimitAndGangsStayOnOne) {
  int checks = 0;
  for (uint64_t seed = 300; seed <= 360; ++seed) {
    const Story story(seed, /*kills=*/seed % 2 == 0, /*flavors=*/true);
    ASSERT_THAT(story.broken, IsEmpty()) << "seed " << seed << "\n" << story.world->log();
    ASSERT_THAT(story.world->broken(), IsEmpty()) << "seed " << seed;
    for (const auto& process : story.processes)
      ASSERT_THAT(process->world.failures, IsEmpty()) << "seed " << seed;
    checks += story.flavor_checks;
  }
  EXPECT_GT(checks, 500) << "stories in which nothing is bound prove nothing";
}

TEST(QueuesPropertyTest, WhatIsCountedIsWhatIsBoundAndPlaced) {
  for (uint64_t seed = 100; seed <= 150; ++seed) {
    Story story(seed, /*kills=*/seed % 3 == 0);
    story.world->Calm();
    story.world->Pass(std::chrono::seconds(120));
    const auto bound = story.Bound();
    for (const std::string& leaf : story.tree.leaves) {
      const auto it = bound.find(leaf);
      const int64_t held = it == bound.end() ? 0 : it->second;
      EXPECT_GE(story.Counted(leaf), held) << "seed " << seed << " " << leaf;
      if (story.world->core().reservations() == 0) {
        EXPECT_EQ(story.Counted(leaf), held) << "seed " << seed << " " << leaf;
      }
    }
    for (const std::string& gang : story.world->gangs()) story.world->DeleteGang(gang);
    story.world->Pass(std::chrono::seconds(70));
    for (const std::string& leaf : story.tree.leaves) {
      EXPECT_EQ(story.Counted(leaf), 0) << "seed " << seed << " " << leaf;
      EXPECT_EQ(story.processes.back()->Describe(leaf).running, 0) << "seed " << seed;
    }
  }
}

// Each gang fits into the empty cluster and its queue: one after the other they all have their
// turn.
TEST(QueuesPropertyTest, WhoCanRunRunsInTheEnd) {
  for (uint64_t seed = 200; seed <= 230; ++seed) {
    std::mt19937_64 random(seed);
    const Tree tree = RandomTree(random);
    QueueProcess process(tree.args);
    WorldOptions options;
    options.seed = seed;
    options.webhook = seed % 2 == 0;
    options.plugins = [&] { return process.plugins; };
    CoreWorld world(options);
    for (int n = 0; n < 3; ++n) world.AddNode(absl::StrFormat("node-%d", n), 4000);
    std::set<std::string> waits;
    for (int g = 0; g < 24; ++g) {
      const std::string gang = absl::StrFormat("g%d", g);
      PodSpec spec;
      spec.gang = gang;
      spec.queue = tree.leaves[random() % tree.leaves.size()];
      spec.name = gang + "-0";
      spec.min_member = 1;
      spec.shape.requests = {{model::kCpu, 500 + 500 * static_cast<int64_t>(random() % 2)}};
      world.CreatePod(spec);
      waits.insert(gang);
    }
    for (int round = 0; round < 60 && !waits.empty(); ++round) {
      world.Pass(std::chrono::seconds(5));
      for (auto it = waits.begin(); it != waits.end();) {
        if (world.BoundOf(*it) == 0) {
          ++it;
          continue;
        }
        world.DeleteGang(*it);
        it = waits.erase(it);
      }
    }
    EXPECT_THAT(waits, IsEmpty()) << "seed " << seed;
    EXPECT_THAT(world.broken(), IsEmpty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::testing
