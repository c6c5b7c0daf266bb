// The queues of the tree, linked in and out of a shared object: the same world, told the same,
// takes the same decisions to the last byte, and describes the same queues.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "loader/plugin_loader.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/core_world.h"
#include "tests/support/plugin_world.h"

namespace tutti::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum class Host { kLinked, kSharedObject };

ConfigEntry Text(std::string pointer, std::string text) {
  return {std::move(pointer), ConfigKind::kString, std::move(text), "test"};
}

std::vector<ConfigEntry> Args() {
  return {Text("/halfLife", "1h"),
          Text("/defaultQueue", "c0"),
          Text("/queues/0/name", "c0"),
          Text("/queues/1/name", "c1"),
          Text("/queues/1/limit/cpu", "6"),
          Text("/queues/2/name", "c2"),
          Text("/queues/2/parent", "c1"),
          Text("/queues/2/guaranteed/cpu", "3"),
          Text("/queues/2/strictAfter", "5s"),
          Text("/queues/0/userLimit/cpu", "4")};
}

struct Process {
  explicit Process(Host host) {
    if (host == Host::kLinked) {
      AddBuiltin(world, "HierarchicalQueues", Args());
    } else {
      auto loaded =
          loader::LoadPlugin({std::string(TUTTI_TEST_OBJECTS) + "/hierarchical_queues_so.so", ""});
      if (!loaded.ok()) throw std::runtime_error(std::string(loaded.status().message()));
      const absl::Status added = world.registry.Add(loaded->name, std::move(loaded->entry));
      if (!added.ok()) throw std::runtime_error(std::string(added.message()));
      world.specs.push_back({loaded->name, 1, framework::OnError::kDefault, Args(), "test"});
    }
    plugins = world.Plugins();
  }

  PluginWorld world;
  framework::Plugins plugins;
};

class Story {
 public:
  Story(uint64_t seed, Host host) : random_(seed * 7919) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = Below(2) == 0;
    options.watch_lag = Below(2) == 0 ? 0.5 : 0;
    options.check_every = 16;
    options.core.timestamp_zero = std::chrono::hours(24 * 365 * 50);
    options.plugins = [this, host] {
      processes.push_back(std::make_unique<Process>(host));
      return processes.back()->plugins;
    };
    world = std::make_unique<CoreWorld>(options);
    for (int n = 0; n < 3; ++n) world->AddNode(absl::StrFormat("node-%d", n), 4000);
    for (int64_t step = 0; step < 30; ++step) {
      ChangeObjects();
      CreateGang(absl::StrFormat("g%d", step));
      if (Below(4) == 0) world->DeleteGang(absl::StrFormat("g%d", Below(step + 1)));
      if (Below(15) == 0) world->RestartCore();
      world->Pass(std::chrono::milliseconds(100 * Below(20)));
      Describe();
    }
  }

  std::string told;  // what people see of the queues, and why gangs wait
  std::unique_ptr<CoreWorld> world;
  // They outlive the world.
  std::vector<std::unique_ptr<Process>> processes;

  ~Story() { world.reset(); }
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

  void ChangeObjects() {
    if (Below(2) == 0) return;
    const std::string name = absl::StrFormat("q%d", Below(4));
    if (Below(4) == 0) return world->DeleteObject({"queues", "", name});
    model::WatchedObjectUpserted object{{"queues", "", name}, {}};
    if (Below(2) == 0)
      object.spec.entries.push_back(Text("/parent", Below(2) == 0 ? "c1" : "nowhere"));
    if (Below(3) == 0) object.spec.entries.push_back(Text("/limit/example.com~1thing", "4"));
    if (Below(3) == 0) object.spec.entries.push_back(Text("/limit/cpu", Below(5) == 0 ? "x" : "5"));
    world->SetObject(std::move(object));
  }
  void CreateGang(const std::string& gang) {
    const int64_t members = 1 + Below(3);
    const int64_t queue = Below(8);
    const int64_t cpu = 500 * (1 + Below(5));
    for (int64_t m = 0; m < members; ++m) {
      PodSpec spec;
      spec.name = absl::StrFormat("%s-%d", gang, m);
      spec.gang = gang;
      spec.min_member = static_cast<int>(members);
      spec.shape.requests = {{model::kCpu, cpu}};
      if (queue < 7) spec.queue = absl::StrFormat("%c%d", queue < 3 ? 'c' : 'q', queue % 4);
      world->CreatePod(std::move(spec));
    }
  }
  void Describe() {
    const QueueSelectPlugin& point =
        *processes.back()->world.profile->queue_selects().front().point;
    for (uint32_t q = 0; q < point.queues(); ++q) {
      const QueueDescription queue = point.Describe(QueueId(q));
      absl::StrAppendFormat(&told, "%s<%s %s %d %a %s;", queue.name, queue.parent, queue.state,
                            queue.running, queue.share, queue.problem);
      for (const QueueAmount& amount : queue.amounts)
        absl::StrAppendFormat(&told, " %d:%d/%d/%d", amount.resource.value, amount.used,
                              amount.guaranteed, amount.limit);
    }
    for (const std::string& gang : world->gangs())
      absl::StrAppendFormat(&told, "\n%s %d", gang, static_cast<int>(world->ReasonOf(gang)));
    told += "\n";
  }

  std::mt19937_64 random_;
};

TEST(QueueHostsPropertyTest, ASharedObjectTakesTheDecisionsOfTheLinkedInPlugin) {
  size_t bound = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    const Story linked(seed, Host::kLinked);
    const Story loaded(seed, Host::kSharedObject);
    ASSERT_THAT(linked.world->broken(), IsEmpty());
    ASSERT_EQ(loaded.world->broken(), linked.world->broken());
    ASSERT_EQ(loaded.world->log(), linked.world->log());
    ASSERT_EQ(loaded.told, linked.told);
    for (const auto& process : loaded.processes) ASSERT_THAT(process->world.failures, IsEmpty());
    bound += linked.world->CountLogged("bind ");
  }
  EXPECT_GT(bound, 200u) << "stories in which nothing happens prove nothing";
}

}  // namespace
}  // namespace tutti::testing
