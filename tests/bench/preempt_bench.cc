// The search for victims: 512 members of one GPU each come to 5,000 nodes that are full of 20,000
// pods of less importance, half of them in gangs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "planner/core.h"
#include "tests/support/builtin_plugin.h"

namespace tutti::planner {
namespace {

using base::Timestamp;

constexpr int kNodes = 5'000;
constexpr int kGpusPerNode = 4;  // each has a victim
constexpr int kVictimGang = 8;   // members; every other eight victims are one
constexpr int kMembers = 512;
constexpr model::ResourceId kGpu{4};

class FullCluster {
 public:
  FullCluster() {
    testing::AddBuiltin(plugins_, "GangPreemption");
    core_ = std::make_unique<Core>(CoreOptions(), labels_, plugins_.Plugins());
    for (int n = 0; n < kNodes; ++n) AddNode(n);
    for (int32_t p = 0; p < kPriorities; ++p) low_.push_back(Shape(p));
    for (int v = 0; v < kNodes * kGpusPerNode; ++v) AddVictim(v);
    Apply(model::CachesSynced{});
    Apply(model::LeadershipChanged{true});
    EndBatch();
    const auto important = Shape(100);
    for (int m = 0; m < kMembers; ++m)
      members_.push_back(Pod(absl::StrFormat("important-%d", m), important, "important", kMembers));
    for (int m = 0; m + 1 < kMembers; ++m) Apply(model::PodUpserted{members_[m]});
    EndBatch();
  }

  // The last member comes. The effects of the pass that it makes due.
  model::Effects Complete() {
    Apply(model::PodUpserted{members_.back()});
    return Apply(model::TimePassed{});
  }

 private:
  static constexpr int32_t kPriorities = 5;

  model::Effects Apply(model::ClusterEvent event) {
    return core_->Apply(Timestamp{1'000'000'000}, std::move(event));
  }
  // As the loop does it: from now on whoever changes a block copies it.
  void EndBatch() {
    Apply(model::TimePassed{});
    benchmark::DoNotOptimize(core_->Publish());
  }
  static std::string NodeName(int n) { return absl::StrFormat("node-%06d.example.internal", n); }
  void AddNode(int n) {
    model::NodeInfo node;
    node.name = NodeName(n);
    node.allocatable = {{model::kCpu, 64'000},
                        {model::kMemory, int64_t{512} << 30},
                        {kGpu, kGpusPerNode},
                        {model::kPods, 110}};
    Apply(model::NodeUpserted{std::move(node)});
  }
  static std::shared_ptr<const model::PodShape> Shape(int32_t priority) {
    model::PodShape shape;
    shape.requests = {
        {model::kCpu, 8'000}, {model::kMemory, int64_t{64} << 30}, {kGpu, 1}, {model::kPods, 1}};
    shape.priority = priority;
    return std::make_shared<const model::PodShape>(std::move(shape));
  }
  model::PodInfo Pod(std::string name, const std::shared_ptr<const model::PodShape>& shape,
                     const std::string& gang, int min_member) {
    model::PodInfo pod;
    pod.uid = {1, ++last_uid_};
    pod.namespace_name = "default";
    pod.name = std::move(name);
    pod.shape = shape;
    pod.charge = std::make_shared<const model::ResourceList>(shape->requests);
    if (gang.empty()) return pod;
    model::GangMember& member = pod.gang.emplace();
    member.key = {"default", "bench", gang};
    member.display_name = gang;
    member.spec.emplace().min_member = min_member;
    return pod;
  }
  void AddVictim(int v) {
    const int eight = v / kVictimGang;
    const bool in_gang = eight % 2 == 0;
    if (v % kVictimGang == 0 || !in_gang) priority_ = random_() % kPriorities;
    model::PodInfo pod =
        Pod(absl::StrFormat("low-%d", v), low_[priority_],
            in_gang ? absl::StrFormat("train-%d", eight) : std::string(), kVictimGang);
    pod.node_name = NodeName(v % kNodes);
    pod.phase = model::PodPhase::kRunning;
    pod.bound_seconds = 1'700'000'000 + static_cast<int64_t>(random_() % 86'400);
    Apply(model::PodUpserted{std::move(pod)});
  }

  std::mt19937_64 random_{1};
  testing::PluginWorld plugins_;
  base::Interner labels_;
  std::unique_ptr<Core> core_;
  std::vector<std::shared_ptr<const model::PodShape>> low_;  // by priority
  std::vector<model::PodInfo> members_;
  uint64_t last_uid_ = 0;
  size_t priority_ = 0;  // of the victims being made
};

// The figure preempt_gang512.
void BM_PreemptGang512(benchmark::State& state) {
  size_t victims = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto cluster = std::make_unique<FullCluster>();
    state.ResumeTiming();
    const model::Effects effects = cluster->Complete();
    state.PauseTiming();
    victims = static_cast<size_t>(
        std::count_if(effects.begin(), effects.end(), [](const model::Effect& effect) {
          return std::holds_alternative<model::EvictPod>(effect);
        }));
    if (victims < kMembers || victims >= kMembers + kVictimGang)
      state.SkipWithError("as many pods should go as there are members, and no gang more");
    cluster.reset();
    state.ResumeTiming();
  }
  state.counters["victims"] = static_cast<double>(victims);
}
BENCHMARK(BM_PreemptGang512)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);

}  // namespace
}  // namespace tutti::planner
