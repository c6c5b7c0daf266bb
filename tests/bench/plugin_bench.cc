// What the C ABI costs: the same two plugins, one that filters and one that scores, over 10,000
// nodes, linked in and out of shared objects.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "framework/cycle.h"
#include "tests/abi/plugin_world.h"

namespace tutti {
namespace {

constexpr uint32_t kBlocks = 42;  // a twentieth of their offsets is empty: 10,000 nodes

void FilterAndScore(benchmark::State& run, const framework::PluginRegistry& plugins) {
  testing::Random random(1);
  base::Interner texts;
  const testing::Side side(plugins,
                           {{"NodeHeadroom", 1, framework::OnError::kDefault, {}, ""},
                            {"NodeResourcesFit", 1, framework::OnError::kDefault, {}, ""}},
                           texts);
  const testing::RandomCluster cluster(random, texts, kBlocks);
  const testing::RandomPod pod(random);
  std::vector<NodeMask> candidates(kBlocks);
  std::vector<int64_t> totals;
  for (auto _ : run) {
    framework::Cycle cycle(*side.profile, pod.view(), /*seed=*/1);
    if (!cycle.PreFilter(cluster.view()).ok()) run.SkipWithError("PreFilter refused");
    framework::Diagnosis diagnosis;
    for (uint32_t b = 0; b < kBlocks; ++b) {
      candidates[b] = cluster.view().blocks[b].present;
      if (!cycle.Filter(cluster.view().blocks[b], candidates[b], &diagnosis).ok())
        run.SkipWithError("Filter failed");
    }
    if (!cycle.PreScore(cluster.view())) run.SkipWithError("nobody scores");
    cycle.Score(cluster.view(), candidates, totals);
    benchmark::DoNotOptimize(totals.data());
  }
  uint32_t passing = 0;
  for (const NodeMask& mask : candidates) passing += mask.Count();
  run.counters["passing"] = passing;
}

void BM_LinkedIn(benchmark::State& run) { FilterAndScore(run, testing::LinkedPlugins()); }
BENCHMARK(BM_LinkedIn)->Unit(benchmark::kMicrosecond);

void BM_SharedObject(benchmark::State& run) { FilterAndScore(run, testing::LoadedPlugins()); }
BENCHMARK(BM_SharedObject)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tutti
