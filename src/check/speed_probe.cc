// What a node costs in Filter and Score, beside a plugin that compares one number.
#include <algorithm>
#include <limits>

#include "absl/strings/str_format.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/cycle.h"

namespace tutti::check {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr uint32_t kBlocks = 40;  // 10,240 nodes, nine of ten there
constexpr int kRounds = 10;
constexpr uint64_t kSeed = 7;
// A call for 5,000 nodes then takes a millisecond of this plugin alone.
constexpr double kSlow = 200;

class Baseline final : public FilterPlugin, public ScorePlugin {
 public:
  Status Filter(const CycleState&, const PodClassView& pod, const NodeView& node) const override {
    return node.Free(kCpu) >= pod.Requests(kCpu) ? Status::Success()
                                                 : Status::Unschedulable(ReasonId(0));
  }
  int64_t Score(const CycleState&, const PodClassView&, const NodeView& node) const override {
    return node.Free(kCpu) > 0 ? 1 : 0;
  }
};

Subject BaselineSubject() {
  Subject subject;
  subject.name = "Baseline";
  // A name and a factory: there is nothing that could be wrong with them.
  (void)subject.registry.Add("Baseline",
                             {"1", "built in", [](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
                                return std::make_unique<Baseline>();
                              }});
  return subject;
}

struct Cost {
  double filter = std::numeric_limits<double>::infinity();  // ns per node
  double score = std::numeric_limits<double>::infinity();
};

// The best of several rounds: whatever else the machine does only ever makes it slower.
Cost Measure(const Subject& subject) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  Cost cost;
  if (!world.error().empty()) return cost;
  Random random(kSeed);
  const std::vector<std::string> some_texts = SomeTexts(subject);
  const ProbeCluster cluster(ClusterKind::kMixed, world, some_texts, texts, random, kBlocks);
  const ProbePod pod(2, world, some_texts, random);
  double nodes = 0;
  for (const NodeBlockView& block : cluster.view().blocks) nodes += block.present.Count();
  const auto ns_per_node = [&](SteadyClock::time_point since) {
    return std::chrono::duration<double, std::nano>(SteadyClock::now() - since).count() / nodes;
  };
  for (int round = 0; round < kRounds; ++round) {
    framework::Cycle cycle(world.profile(), pod.view(), kSeed);
    const auto before_filter = SteadyClock::now();
    (void)cycle.PreFilter(cluster.view());
    std::vector<NodeMask> all;
    for (const NodeBlockView& block : cluster.view().blocks) {
      NodeMask candidates = block.present;
      (void)cycle.Filter(block, candidates, nullptr);
      all.push_back(block.present);
    }
    cost.filter = std::min(cost.filter, ns_per_node(before_filter));
    const auto before_score = SteadyClock::now();
    std::vector<int64_t> totals;
    if (cycle.PreScore(cluster.view())) cycle.Score(cluster.view(), all, totals);
    cost.score = std::min(cost.score, ns_per_node(before_score));
  }
  return cost;
}

}  // namespace

void ProbeSpeed(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty()) return;
  const framework::Points& points = world.points();
  if (points.filter == nullptr && points.score == nullptr) return;
  const Cost baseline = Measure(BaselineSubject());
  const Cost cost = Measure(subject);
  const auto tell = [&](const char* point, double ns, double trivial) {
    findings.Add(Speed{point, ns, trivial});
    if (ns > kSlow)
      findings.Warn(
          absl::StrFormat("%s takes %.0f ns per node: a call for 5,000 nodes waits %.1f ms "
                          "for it; override its block-wise form",
                          point, ns, ns * 5000 / 1e6));
  };
  if (points.filter != nullptr) tell("Filter", cost.filter, baseline.filter);
  if (points.score != nullptr) tell("Score", cost.score, baseline.score);
}

}  // namespace tutti::check
