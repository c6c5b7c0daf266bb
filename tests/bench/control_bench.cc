// The control API's speed: Explain and Simulate of a 512-pod gang on 5,000 nodes that are nearly
// full, from the question to its answer, through the core's thread.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/interner.h"
#include "control/control.h"
#include "planner/core_loop.h"

namespace tutti::control {
namespace {

constexpr int kNodes = 5'000;
constexpr int kPodsPerNode = 10;
constexpr int kGang = 512;
constexpr base::Duration kPatience = std::chrono::seconds(20);

class NullSink final : public planner::EffectSink {
 public:
  void Execute(model::Effect) override {}
};

std::string NodeName(int i) { return absl::StrFormat("node-%06d.example.internal", i); }

std::shared_ptr<const model::PodShape> Shape(int64_t cpu) {
  model::PodShape shape;
  shape.requests = {{model::kCpu, cpu}, {model::kMemory, int64_t{1} << 30}, {model::kPods, 1}};
  return std::make_shared<const model::PodShape>(shape);
}

// 50,000 pods run, half of them in gangs; a gang of 512 waits for nodes that are in use.
class Cluster {
 public:
  Cluster() {
    loop.Start(nowhere_);
    for (int i = 0; i < kNodes; ++i) {
      model::NodeInfo node;
      node.name = NodeName(i);
      node.allocatable = {
          {model::kCpu, 16'000}, {model::kMemory, int64_t{64} << 30}, {model::kPods, 110}};
      if (i % 16 == 0) node.taints = {{"spot", "", model::TaintEffect::kNoSchedule}};
      loop.Post(model::NodeUpserted{std::move(node)});
    }
    const auto running = Shape(1'500);
    for (int p = 0; p < kNodes * kPodsPerNode; ++p) {
      const std::string gang = p % 2 == 0 ? absl::StrFormat("runs-%d", p / 512) : std::string();
      Post(absl::StrFormat("pod-%d", p), gang, 1, running, NodeName(p % kNodes));
    }
    const auto wanted = Shape(12'000);
    for (int p = 0; p < kGang; ++p)
      Post(absl::StrFormat("train-%d", p), "train", kGang, wanted, {});
    loop.Post(model::CachesSynced{});
    loop.Post(model::LeadershipChanged{true});
    loop.Inspect([](const planner::Core&) {});
  }
  ~Cluster() { loop.Stop(); }

 private:
  void Post(std::string name, const std::string& gang, int min_member,
            const std::shared_ptr<const model::PodShape>& shape, const std::string& node) {
    model::PodInfo pod;
    pod.uid = {1, ++uids_};
    pod.name = std::move(name);
    pod.namespace_name = "default";
    pod.node_name = node;
    pod.shape = shape;
    pod.charge = {shape, &shape->requests};  // alike pods share theirs, as the decoder makes them
    pod.phase = node.empty() ? model::PodPhase::kPending : model::PodPhase::kRunning;
    if (!gang.empty()) {
      pod.gang = model::GangMember{{"default", "bench", gang}, gang, GangSpec{min_member, {}}, {}};
    }
    loop.Post(model::PodUpserted{std::move(pod)});
  }

  base::Interner labels_;
  base::SystemClock clock_;
  NullSink nowhere_;
  uint64_t uids_ = 0;

 public:
  model::ResourceTable resources;
  planner::CoreLoop loop{planner::CoreOptions(), labels_, clock_};
  Control control{loop, resources};
};

template <class Question>
void Measure(benchmark::State& state, const Question& question) {
  Cluster cluster;
  std::vector<double> millis;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    if (!question(cluster)) state.SkipWithError("not the answer that was expected");
    millis.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count());
  }
  std::sort(millis.begin(), millis.end());
  state.counters["p50_ms"] = millis[millis.size() / 2];
  state.counters["p99_ms"] = millis[millis.size() * 99 / 100];
}

void BM_ExplainGang512(benchmark::State& state) {
  Measure(state, [](Cluster& cluster) {
    const auto why = cluster.control.ExplainGang({"default", "train", ""}, kPatience);
    return why.ok() &&
           why->value.explanation.why.reason.code == model::ReasonCode::kWaitingForCapacity;
  });
}
BENCHMARK(BM_ExplainGang512)->Iterations(300)->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_SimulateGang512(benchmark::State& state) {
  Measure(state, [](Cluster& cluster) {
    Manifest manifest(cluster.resources, {}, nullptr, "default");
    GangSpecText gang;
    gang.name = "new";
    gang.pods.push_back({kGang, {{"cpu", "12"}, {"memory", "1Gi"}}, {}});
    if (!manifest.Add(gang).ok()) return false;
    const auto what_if = cluster.control.Simulate(manifest, kPatience);
    return what_if.ok() && !what_if->value.jobs.at(0).outcome.fits_now;
  });
}
BENCHMARK(BM_SimulateGang512)->Iterations(300)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tutti::control
