// What the hosts cost: the same two plugins, one that filters and one that scores, over 10,000
// nodes, linked in and out of shared objects; and one phase over 5,000 nodes, linked in and over a
// Unix socket.
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

constexpr uint32_t kRemoteBlocks = 21;  // 5,000 nodes

// Filter alone, all nodes at once: one phase. What is free has changed on one node in a hundred
// since the last time, which no two decisions of a busy cluster exceed, or on every single one.
void FilterPhase(benchmark::State& run, const framework::PluginRegistry& plugins,
                 base::Interner& texts, uint32_t changes_every) {
  testing::Random random(1);
  const testing::Side side(plugins, {{"NodeHeadroom", 1, framework::OnError::kDefault, {}, ""}},
                           texts);
  if (!side.error.empty()) return run.SkipWithError(side.error.c_str());
  testing::RandomCluster cluster(random, texts, kRemoteBlocks);
  const testing::RandomPod pod(random);
  framework::Cycle cycle(*side.profile, pod.view(), /*seed=*/1);
  std::vector<NodeMask> candidates(kRemoteBlocks);
  uint32_t turn = 0;
  for (auto _ : run) {
    run.PauseTiming();
    cluster.Take(turn++ % changes_every, changes_every);
    for (uint32_t b = 0; b < kRemoteBlocks; ++b) candidates[b] = cluster.view().blocks[b].present;
    run.ResumeTiming();
    if (!cycle.Filter(cluster.view(), candidates, nullptr).ok()) run.SkipWithError("Filter failed");
  }
}

void FilterPhaseLinkedIn(benchmark::State& run, uint32_t changes_every) {
  base::Interner texts;
  FilterPhase(run, testing::LinkedPlugins(), texts, changes_every);
}
void FilterPhaseRemote(benchmark::State& run, uint32_t changes_every) {
  base::Interner texts;
  const testing::StillClock clock;
  const testing::PluginServers servers;
  FilterPhase(run,
              servers.Connect({{"NodeHeadroom", 1, framework::OnError::kDefault, {}, ""}}, clock),
              texts, changes_every);
}

BENCHMARK_CAPTURE(FilterPhaseLinkedIn, Some, 100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FilterPhaseRemote, Some, 100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FilterPhaseLinkedIn, All, 1)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FilterPhaseRemote, All, 1)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tutti
