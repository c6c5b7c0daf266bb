// A pass over many queues: 1,000 of them in four levels, 50,000 gangs that wait, 5,000 nodes.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <deque>

#include "absl/strings/str_format.h"
#include "planner/core.h"
#include "tests/support/builtin_plugin.h"
#include "tests/support/plugin_world.h"
#include "tests/support/queue_args.h"

namespace tutti::planner {
namespace {

using base::Timestamp;
using testing::PluginWorld;
using testing::QueueArgs;

constexpr int kNodes = 5'000;
constexpr int kLeaves = 1'000;
constexpr int kWaitingPerLeaf = 50;

std::string Leaf(int i) { return absl::StrFormat("leaf-%d", i); }

// 5 at the top, 4 below each of these, 5 below each of those, and 10 leaves in each.
QueueArgs Tree() {
  QueueArgs args;
  for (int a = 0; a < 5; ++a) {
    const std::string top = absl::StrFormat("top-%d", a);
    args.Queue(top);
    for (int b = 0; b < 4; ++b) {
      const std::string division = absl::StrFormat("%s-%d", top, b);
      args.Queue(division, top);
      for (int c = 0; c < 5; ++c) {
        const std::string group = absl::StrFormat("%s-%d", division, c);
        args.Queue(group, division);
        for (int d = 0; d < 10; ++d)
          args.Queue(Leaf(((a * 4 + b) * 5 + c) * 10 + d), group).Limit("cpu", "4");
      }
    }
  }
  return args;
}

class World {
 public:
  World() {
    testing::AddBuiltin(plugins_, "HierarchicalQueues", Tree().entries());
    core = std::make_unique<Core>(CoreOptions(), labels_, plugins_.Plugins());
    for (int i = 0; i < kNodes; ++i) {
      model::NodeInfo node;
      node.name = absl::StrFormat("node-%04d", i);
      node.allocatable = {{model::kCpu, 16'000}, {model::kPods, 110}};
      core->Apply(now, model::NodeUpserted{std::move(node)});
    }
    core->Apply(now, model::CachesSynced{});
    core->Apply(now, model::LeadershipChanged{true});
    // One gang that fills each queue, and those that wait for it.
    for (int leaf = 0; leaf < kLeaves; ++leaf) Submit(Leaf(leaf), 4'000);
    Pass();
    for (int leaf = 0; leaf < kLeaves; ++leaf) {
      for (int g = 0; g < kWaitingPerLeaf; ++g) Submit(Leaf(leaf), 4'000);
    }
    Pass();
    Pass();
  }

  base::Uid Submit(const std::string& queue, int64_t cpu) {
    model::PodInfo pod;
    pod.uid = {1, ++last_uid_};
    pod.namespace_name = "default";
    pod.name = absl::StrFormat("pod-%d", last_uid_);
    model::PodShape shape;
    shape.requests = {{model::kCpu, cpu}, {model::kPods, 1}};
    if (shape_ == nullptr) shape_ = std::make_shared<const model::PodShape>(std::move(shape));
    pod.shape = shape_;
    pod.charge = std::make_shared<const model::ResourceList>(shape_->requests);
    model::GangMember& member = pod.gang.emplace();
    member.key = {"default", "bench", pod.name};
    member.spec.emplace().min_member = 1;
    member.queue = queue;
    core->Apply(now, model::PodUpserted{pod});
    if (queue == Leaf(0)) first_queue.push_back(pod.uid);
    return pod.uid;
  }
  void Pass() {
    benchmark::DoNotOptimize(core->Apply(now, model::TimePassed{}));
    benchmark::DoNotOptimize(core->Publish());
  }

  Timestamp now{1'000'000'000};
  std::unique_ptr<Core> core;
  std::deque<base::Uid> first_queue;  // gangs of leaf 0: the one that runs, then those that wait

 private:
  PluginWorld plugins_;
  base::Interner labels_;
  std::shared_ptr<const model::PodShape> shape_;
  uint64_t last_uid_ = 0;
};

World& TheWorld() {
  static World* const world = new World;
  return *world;
}

// The figure round_idle: a pass that somebody asked for, and nothing has changed.
void BM_RoundIdle(benchmark::State& state) {
  World& world = TheWorld();
  for (auto _ : state) world.Pass();
}

// The figure round_one_end: the gang that fills a queue ends; the next one of it is placed.
void BM_RoundOneEnd(benchmark::State& state) {
  World& world = TheWorld();
  for (auto _ : state) {
    const size_t before = world.core->reservations();
    world.core->Apply(world.now, model::PodDeleted{world.first_queue.front()});
    world.Pass();
    if (world.core->reservations() != before) state.SkipWithError("the next gang was not placed");
    state.PauseTiming();
    world.first_queue.pop_front();
    world.Submit(Leaf(0), 4'000);
    world.Pass();
    state.ResumeTiming();
  }
}

// The figure apply_event_queues: a pod that comes or goes, and its pass.
void BM_ApplyEventQueues(benchmark::State& state) {
  World& world = TheWorld();
  int i = 0;
  base::Uid last;
  for (auto _ : state) {
    if (++i % 2 == 1) {
      last = world.Submit(Leaf(1 + i % (kLeaves - 1)), 4'000);
    } else {
      world.core->Apply(world.now, model::PodDeleted{last});
    }
    world.Pass();
  }
}

BENCHMARK(BM_RoundIdle)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_RoundOneEnd)->Unit(benchmark::kMillisecond)->Iterations(40);
BENCHMARK(BM_ApplyEventQueues)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tutti::planner
