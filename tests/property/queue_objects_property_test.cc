// Queues that come, go, move and change while gangs wait and run in them: whatever the order,
// nothing that runs is counted twice, lost or negative, and no pod is touched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/core_world.h"
#include "tests/support/plugin_world.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

constexpr int kNames = 6;

std::string NameOf(int64_t queue) { return absl::StrFormat("q%d", queue); }

// The plugin of one process.
struct Process {
  Process() {
    AddBuiltin(world, "HierarchicalQueues");
    plugins = world.Plugins();
  }
  std::map<std::string, QueueDescription> Queues() const {
    std::map<std::string, QueueDescription> queues;
    const QueueSelectPlugin& point = *world.profile->queue_selects().front().point;
    for (uint32_t q = 0; q < point.queues(); ++q) {
      QueueDescription description = point.Describe(QueueId(q));
      if (!description.name.empty()) queues.emplace(description.name, std::move(description));
    }
    return queues;
  }

  PluginWorld world;
  framework::Plugins plugins;
};

int64_t Used(const QueueDescription& queue) {
  for (const QueueAmount& amount : queue.amounts) {
    if (amount.resource == kCpu) return amount.used;
  }
  return 0;
}

class Story {
 public:
  explicit Story(uint64_t seed) : random_(seed * 6007) {
    WorldOptions options;
    options.seed = seed;
    options.webhook = Below(2) == 0;
    options.watch_lag = Below(2) == 0 ? 0.5 : 0;
    options.write_failure = Below(3) == 0 ? 0.2 : 0;
    options.check_every = 8;
    options.plugins = [this] {
      processes.push_back(std::make_unique<Process>());
      return processes.back()->plugins;
    };
    world = std::make_unique<CoreWorld>(options);
    for (int n = 0; n < 4; ++n) world->AddNode(absl::StrFormat("node-%d", n), 4000);
  }

  void Play() {
    for (int64_t step = 0; step < 40; ++step) {
      for (int64_t changes = Below(3); changes > 0; --changes) ChangeTree();
      if (Below(2) == 0) CreateGang(absl::StrFormat("g%d", step));
      if (Below(5) == 0) world->DeleteGang(absl::StrFormat("g%d", Below(step + 1)));
      if (Below(12) == 0) world->RestartCore();
      world->Pass(std::chrono::milliseconds(100 * Below(15)));
      Look();
    }
  }
  // Every queue is there again, without any bound.
  void Open() {
    for (int64_t q = 0; q < kNames; ++q) Set(NameOf(q), {});
  }
  void Look() {
    const auto queues = processes.back()->Queues();
    std::map<std::string, int64_t> below;
    for (const auto& [name, queue] : queues) {
      if (Used(queue) < 0 || queue.running < 0)
        broken.push_back(
            absl::StrFormat("%s holds %d in %d gangs", name, Used(queue), queue.running));
      if (queue.problem.empty()) below[queue.parent] += Used(queue);
    }
    for (const auto& [name, sum] : below) {
      const auto parent = queues.find(name);
      if (parent != queues.end() && sum > Used(parent->second))
        broken.push_back(
            absl::StrFormat("%s holds %d, its children %d", name, Used(parent->second), sum));
    }
  }
  int64_t BoundCpu() const {
    int64_t cpu = 0;
    for (const std::string& name : pods) {
      const model::PodInfo* pod = world->Pod(name);
      if (pod != nullptr && pod->bound()) cpu += pod->shape->requests.Get(kCpu);
    }
    return cpu;
  }
  int64_t CountedCpu() const {
    int64_t cpu = 0;
    for (const auto& [name, queue] : processes.back()->Queues()) {
      if (queue.parent.empty()) cpu += Used(queue);
    }
    return cpu;
  }

  std::vector<std::unique_ptr<Process>> processes;
  std::unique_ptr<CoreWorld> world;
  std::set<std::string> pods;
  std::vector<std::string> broken;

 private:
  using Spec = std::vector<std::pair<std::string, std::string>>;

  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  void Set(const std::string& name, const Spec& spec) {
    model::WatchedObjectUpserted object{{"queues", "", name}, {}};
    for (const auto& [pointer, text] : spec)
      object.spec.entries.push_back({pointer, ConfigKind::kString, text, name});
    world->SetObject(std::move(object));
  }
  void ChangeTree() {
    const std::string name = NameOf(Below(kNames));
    if (Below(4) == 0) return world->DeleteObject({"queues", "", name});
    Spec spec;
    if (Below(2) == 0) spec.push_back({"/parent", NameOf(Below(kNames + 1))});  // or nobody
    if (Below(3) == 0) spec.push_back({"/limit/cpu", std::to_string(1 + Below(8))});
    if (Below(4) == 0) spec.push_back({"/guaranteed/cpu", std::to_string(1 + Below(8))});
    if (Below(8) == 0) spec.push_back({"/limit/cpu", "garbled"});
    Set(name, spec);
  }
  void CreateGang(const std::string& gang) {
    PodSpec spec;
    spec.gang = gang;
    spec.queue = NameOf(Below(kNames));
    const int64_t members = 1 + Below(3);
    spec.min_member = static_cast<int>(members);
    spec.shape.requests = {{model::kCpu, 500 * (1 + Below(3))}};
    for (int64_t m = 0; m < members; ++m) {
      spec.name = absl::StrFormat("%s-%d", gang, m);
      pods.insert(spec.name);
      world->CreatePod(spec);
    }
  }

  std::mt19937_64 random_;
};

TEST(QueueObjectsPropertyTest, WhatRunsIsCountedOnceWhateverBecomesOfItsQueue) {
  int64_t bound = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Story story(seed);
    story.Play();
    story.world->Calm();
    story.Open();
    story.world->Pass(std::chrono::seconds(120));
    story.Look();
    ASSERT_THAT(story.broken, IsEmpty()) << "seed " << seed;
    ASSERT_THAT(story.world->broken(), IsEmpty()) << "seed " << seed;
    for (const auto& process : story.processes)
      ASSERT_THAT(process->world.failures, IsEmpty()) << "seed " << seed;
    if (story.world->core().reservations() == 0) {
      ASSERT_EQ(story.CountedCpu(), story.BoundCpu()) << "seed " << seed;
    }
    bound += story.BoundCpu();
    for (const std::string& gang : story.world->gangs()) story.world->DeleteGang(gang);
    story.world->Pass(std::chrono::seconds(70));
    ASSERT_EQ(story.CountedCpu(), 0) << "seed " << seed;
  }
  EXPECT_GT(bound, 100'000) << "stories in which nothing is bound prove nothing";
}

}  // namespace
}  // namespace tutti::testing
