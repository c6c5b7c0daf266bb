// The core's speed: whole gangs on large clusters, and single events.
#include <benchmark/benchmark.h>

#include "absl/strings/str_format.h"
#include "base/interner.h"
#include "planner/core.h"

namespace tutti::planner {
namespace {

using base::Timestamp;

std::shared_ptr<const model::PodShape> Shape(int64_t cpu) {
  model::PodShape shape;
  shape.requests = {{model::kCpu, cpu}, {model::kMemory, int64_t{64} << 20}, {model::kPods, 1}};
  return std::make_shared<const model::PodShape>(shape);
}

model::NodeInfo Node(int i) {
  model::NodeInfo node;
  node.name = absl::StrFormat("node-%06d.example.internal", i);
  node.allocatable = {
      {model::kCpu, 16'000}, {model::kMemory, int64_t{64} << 30}, {model::kPods, 110}};
  return node;
}

model::PodInfo Pod(uint64_t uid, const std::shared_ptr<const model::PodShape>& shape,
                   const std::string& gang, int min_member) {
  model::PodInfo pod;
  pod.uid = {1, uid};
  pod.namespace_name = "default";
  pod.name = absl::StrFormat("pod-%d", uid);
  pod.shape = shape;
  pod.charge = std::make_shared<const model::ResourceList>(shape->requests);
  if (gang.empty()) return pod;
  model::GangMember& member = pod.gang.emplace();
  member.key = {"default", "bench", gang};
  member.spec.emplace().min_member = min_member;
  return pod;
}

// A ready core with nodes, each half full.
std::unique_ptr<Core> Cluster(const base::Interner& labels, int nodes, int bound_pods) {
  auto core = std::make_unique<Core>(CoreOptions(), labels);
  for (int i = 0; i < nodes; ++i) core->Apply(Timestamp{1}, model::NodeUpserted{Node(i)});
  const auto shape = Shape(500);
  for (int p = 0; p < bound_pods; ++p) {
    model::PodInfo pod = Pod(1'000'000'000u + static_cast<uint64_t>(p), shape, "", 0);
    pod.node_name = Node(p % nodes).name;
    pod.phase = model::PodPhase::kRunning;
    core->Apply(Timestamp{1}, model::PodUpserted{pod});
  }
  core->Apply(Timestamp{1}, model::CachesSynced{});
  core->Apply(Timestamp{1}, model::LeadershipChanged{true});
  core->Apply(Timestamp{1}, model::TimePassed{});
  core->Publish();
  return core;
}

// From the last member's arrival to every effect and the published snapshot.
void BM_PlanGang10000(benchmark::State& state) {
  const base::Interner labels;
  const auto shape = Shape(1000);
  for (auto _ : state) {
    state.PauseTiming();
    std::unique_ptr<Core> core = Cluster(labels, static_cast<int>(state.range(0)), 0);
    for (uint64_t m = 0; m < 10'000; ++m) {
      core->Apply(Timestamp{2}, model::PodUpserted{Pod(m + 1, shape, "gang", 10'000)});
    }
    core->Publish();
    state.ResumeTiming();
    const model::Effects effects = core->Apply(Timestamp{3}, model::TimePassed{});
    benchmark::DoNotOptimize(core->Publish());
    if (effects.size() < 10'000) state.SkipWithError("the gang was not placed");
    state.PauseTiming();
    if (core->reservations() != 10'000) state.SkipWithError("reservations are missing");
    core.reset();  // its end is no part of a plan
    state.ResumeTiming();
  }
}
BENCHMARK(BM_PlanGang10000)->Arg(5'000)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// One event, its planning pass and its snapshot, as the loop does it in the quietest case: a batch
// of one.
void BM_ApplyEvent(benchmark::State& state) {
  const base::Interner labels;
  const std::unique_ptr<Core> core = Cluster(labels, 5'000, 50'000);
  const auto shape = Shape(500);
  uint64_t i = 0;
  for (auto _ : state) {
    ++i;
    if (i % 4 == 3) {
      model::NodeInfo node = Node(static_cast<int>(i % 5'000));
      node.unschedulable = i % 8 == 3;
      core->Apply(Timestamp{static_cast<int64_t>(i)}, model::NodeUpserted{std::move(node)});
    } else {
      model::PodInfo pod = Pod(1'000'000'000u + i % 50'000, shape, "", 0);
      pod.node_name = Node(static_cast<int>(i * 31 % 5'000)).name;
      core->Apply(Timestamp{static_cast<int64_t>(i)}, model::PodUpserted{std::move(pod)});
    }
    core->Apply(Timestamp{static_cast<int64_t>(i)}, model::TimePassed{});
    benchmark::DoNotOptimize(core->Publish());
  }
}
BENCHMARK(BM_ApplyEvent)->Unit(benchmark::kMicrosecond);

// 1,000 gangs that cannot fit now, 500 small ones that can: one pass.
void BM_PassWithDoomedGangs(benchmark::State& state) {
  const base::Interner labels;
  for (auto _ : state) {
    state.PauseTiming();
    const std::unique_ptr<Core> core = Cluster(labels, 1'000, 0);
    uint64_t uid = 1;
    for (int g = 0; g < 1'000; ++g) {
      const auto shape = Shape(17'000);
      core->Apply(Timestamp{2},
                  model::PodUpserted{Pod(uid++, shape, absl::StrFormat("doomed-%d", g), 1)});
    }
    const auto small = Shape(1000);
    for (int g = 0; g < 500; ++g) {
      core->Apply(Timestamp{2},
                  model::PodUpserted{Pod(uid++, small, absl::StrFormat("small-%d", g), 1)});
    }
    state.ResumeTiming();
    core->Apply(Timestamp{3}, model::TimePassed{});
  }
}
BENCHMARK(BM_PassWithDoomedGangs)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tutti::planner
