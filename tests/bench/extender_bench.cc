// Filter, from the bytes of a request to the bytes of the reply, at 5,000 nodes.
//
// Every request is timed on its own; the counters p50_us and p99_us are over all of them. A request
// differs from the one before as kube-scheduler's do: the node it begins with rotates, and names
// change places because its workers append as they finish.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "extender/filter_handler.h"
#include "planner/core.h"
#include "record/decision_log.h"
#include "tests/support/door_world.h"
#include "tests/support/temp_folder.h"

namespace tutti {
namespace {

constexpr int kNodes = 5000;
constexpr int kVariants = 16;  // of a request, so that no cache holds the answer
constexpr int kPlanned = 1;
constexpr int kForeign = 2;

std::string NodeName(int i) { return absl::StrFormat("gpu-pool-a-node-%05d", i); }

// As large as a Pod from an informer usually is, about 5 KB.
std::string BigPod(int uid, std::string_view labels) {
  std::string pod = testing::PodJson(uid, labels);
  std::string env = "\"env\":[";
  for (int i = 0; i < 40; ++i) {
    absl::StrAppendFormat(&env, R"(%s{"name":"SETTING_%02d","value":"some ordinary value of %d"})",
                          i == 0 ? "" : ",", i, i);
  }
  env += R"(],"volumeMounts":[{"name":"token","mountPath":"/var/run/secrets","readOnly":true}],)";
  pod.insert(pod.find("\"resources\""), env);
  std::string tolerations = "\"tolerations\":[";
  for (int i = 0; i < 12; ++i) {
    absl::StrAppendFormat(
        &tolerations,
        R"(%s{"key":"example.com/taint-%d","operator":"Exists","effect":"NoExecute"})",
        i == 0 ? "" : ",", i);
  }
  pod.insert(pod.find("\"containers\""), tolerations + "],");
  return pod;
}

class Fixture {
 public:
  Fixture() : handler(world.core, world.workspaces) {
    std::vector<model::NodeIndex> nodes;
    for (int i = 0; i < kNodes; ++i) nodes.push_back(world.AddNode(NodeName(i), 64000));
    world.Place(testing::UidOf(kPlanned), nodes[4321]);
    indices = std::move(nodes);
    world.Publish();
  }

  // A tenth of the nodes is promised to gangs, most of it too full for another pod.
  void ReserveSome() {
    for (size_t i = 0; i < indices.size(); i += 10)
      world.Reserve(indices[i], i % 100 == 0 ? 1000 : 64000);
    world.Publish();
  }

  std::vector<testing::PaddedBody> Requests(int uid, std::string_view labels, int names) const {
    std::mt19937_64 random(1);
    std::vector<testing::PaddedBody> requests;
    const std::string pod = BigPod(uid, labels);
    for (int variant = 0; variant < kVariants; ++variant) {
      std::vector<int> order(kNodes);
      const int start = static_cast<int>(random() % kNodes);
      for (int i = 0; i < kNodes; ++i) order[static_cast<size_t>(i)] = (start + i) % kNodes;
      for (size_t i = 0; i + 16 < order.size(); ++i) std::swap(order[i], order[i + random() % 16]);
      std::string text = R"({"Pod":)" + pod + R"(,"Nodes":null,"NodeNames":[)";
      for (int i = 0; i < names; ++i)
        text += (i == 0 ? "\"" : ",\"") +
                NodeName(names == 1 ? 4321 : order[static_cast<size_t>(i)]) + "\"";
      requests.emplace_back(text + "]}");
    }
    return requests;
  }

  testing::DoorWorld world;
  std::vector<model::NodeIndex> indices;
  extender::FilterHandler handler;
};

void Measure(benchmark::State& state, Fixture& fixture,
             const std::vector<testing::PaddedBody>& requests,
             const std::function<void()>& between = nullptr) {
  std::vector<double> micros;
  micros.reserve(1 << 20);
  size_t next = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string_view body = requests[next++ % requests.size()].view();
    const auto begin = std::chrono::steady_clock::now();
    {
      const extender::Answer answer = fixture.handler.Handle(body, extender::FilterMode::kReal);
      bytes += answer.body.size();
      if (answer.status != 200) state.SkipWithError(answer.body.c_str());
    }
    const auto end = std::chrono::steady_clock::now();
    micros.push_back(std::chrono::duration<double, std::micro>(end - begin).count());
    if (between) between();
  }
  benchmark::DoNotOptimize(bytes);
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double q) {
    return micros[static_cast<size_t>(q * static_cast<double>(micros.size() - 1))];
  };
  state.counters["p50_us"] = at(0.50);
  state.counters["p99_us"] = at(0.99);
  state.counters["request_bytes"] = static_cast<double>(requests[0].view().size());
}

// The figure filter_names5000_p99 is the slower of the first two.
void BM_FilterForeign5000(benchmark::State& state) {
  Fixture fixture;
  Measure(state, fixture, fixture.Requests(kForeign, "{}", kNodes));
}
void BM_FilterForeign5000Reserved(benchmark::State& state) {
  Fixture fixture;
  fixture.ReserveSome();
  Measure(state, fixture, fixture.Requests(kForeign, "{}", kNodes));
}
void BM_FilterPlanned5000(benchmark::State& state) {
  Fixture fixture;
  Measure(state, fixture, fixture.Requests(kPlanned, R"({"gang":"g"})", kNodes));
}
void BM_FilterForeign500Reserved(benchmark::State& state) {
  Fixture fixture;
  fixture.ReserveSome();
  Measure(state, fixture, fixture.Requests(kForeign, "{}", 500));
}
// The figure filter_planned_p99: a pinned pod is offered with one name.
void BM_FilterPlanned1(benchmark::State& state) {
  Fixture fixture;
  Measure(state, fixture, fixture.Requests(kPlanned, R"({"gang":"g"})", 1));
}

// The decision log hears of every answer, and of a batch of events after each. The figure
// decision_log_overhead is the larger ratio of the two to the same case without it.
class Logged {
 public:
  explicit Logged(Fixture& fixture) : core_({}, fixture.world.texts) {
    record::DecisionLogOptions options;
    options.folder = folder_.path();
    log_ = record::DecisionLog::Open(options, {}, fixture.world.texts, fixture.world.resources,
                                     clock_, [](const absl::Status&) {})
               .value();
    fixture.world.core.on_filter = [this](const auto& answer) { log_->OnFilter(answer); };
  }
  void Batch() {
    if (log_->WantsCheckpoint()) log_->OnCheckpoint(core_.Save());
    planner::RecordedBatch batch;
    batch.now = clock_.Now();
    model::PodDeleted gone{{1, ++count_}};
    batch.steps.push_back({gone, core_.Apply(batch.now, gone)});
    batch.steps.push_back({model::TimePassed{}, core_.Apply(batch.now, model::TimePassed{})});
    log_->OnBatch(std::move(batch));
  }

 private:
  testing::TempFolder folder_;
  base::SystemClock clock_;
  planner::Core core_;
  uint64_t count_ = 0;
  std::unique_ptr<record::DecisionLog> log_;
};

void BM_FilterForeign5000Logged(benchmark::State& state) {
  Fixture fixture;
  Logged logged(fixture);
  Measure(state, fixture, fixture.Requests(kForeign, "{}", kNodes), [&] { logged.Batch(); });
}
void BM_FilterPlanned1Logged(benchmark::State& state) {
  Fixture fixture;
  Logged logged(fixture);
  Measure(state, fixture, fixture.Requests(kPlanned, R"({"gang":"g"})", 1),
          [&] { logged.Batch(); });
}

BENCHMARK(BM_FilterForeign5000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterForeign5000Reserved)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterPlanned5000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterForeign500Reserved)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterPlanned1)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterForeign5000Logged)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_FilterPlanned1Logged)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tutti
