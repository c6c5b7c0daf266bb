// PreFilter, Filter, PreScore, Score and NormalizeScore under every kind of question.
#include <array>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/cycle.h"

namespace tutti::check {
namespace {

constexpr int kClasses = 8;
constexpr uint64_t kSeed = 2026;

// The plugin, made, with clusters and pods to ask it about.
struct Scene {
  explicit Scene(const Subject& subject)
      : world(subject, texts), some_texts(SomeTexts(subject)), random(kSeed) {
    if (!world.error().empty()) return;
    for (int i = 0; i < kClasses; ++i)
      pods.push_back(std::make_unique<ProbePod>(i, world, some_texts, random));
  }
  bool MakesNothing() const { return !world.error().empty(); }
  bool JudgesPods() const {
    const framework::Points& points = world.points();
    return points.pre_filter != nullptr || points.filter != nullptr ||
           points.pre_score != nullptr || points.score != nullptr;
  }
  std::unique_ptr<ProbeCluster> Cluster(ClusterKind kind) {
    return std::make_unique<ProbeCluster>(kind, world, some_texts, texts, random);
  }

  base::Interner texts;
  ProbeWorld world;
  std::vector<std::string> some_texts;
  Random random;
  std::vector<std::unique_ptr<ProbePod>> pods;
};

// One cycle in the runtime, which holds it to its contract.
void RunCycle(const framework::Profile& profile, const PodClassView& pod,
              const ClusterView& cluster, const framework::OnPluginFailure& on_failure) {
  framework::Cycle cycle(profile, pod, kSeed, &on_failure);
  if (!cycle.PreFilter(cluster).ok()) return;
  std::vector<NodeMask> candidates;
  framework::Diagnosis diagnosis;
  for (const NodeBlockView& block : cluster.blocks) {
    candidates.push_back(block.present);
    if (!cycle.Filter(block, candidates.back(), &diagnosis).ok()) return;
  }
  if (!cycle.PreScore(cluster)) return;
  std::vector<int64_t> totals;
  cycle.Score(cluster, candidates, totals);
  if (cycle.normalizes()) return;
  for (size_t b = 0; b < candidates.size(); ++b) {
    candidates[b].ForEach([&](uint32_t i) { cycle.ScoreOne(cluster.blocks[b], i); });
  }
}

// Every second node or so.
NodeMask SomeOf(const NodeMask& nodes, Random& random) {
  NodeMask some = nodes;
  nodes.ForEach([&](uint32_t i) {
    if (random.OneIn(2)) some.Remove(i);
  });
  return some;
}

// One pod's Filter on one block, from every side.
class VerdictProbe {
 public:
  VerdictProbe(const ProbeWorld& world, const PodClassView& pod, Findings& findings)
      : world_(world), filter_(*world.points().filter), pod_(pod), findings_(findings) {}

  void Judge(const CycleState& state, const NodeBlockView& block, const NodeMask& candidates) {
    BlockVerdict verdict(candidates);
    if (!Contained([&] { return filter_.FilterBlock(state, pod_, block, verdict); }).ok()) return;
    uint32_t refused = 0;
    std::set<ReasonId> reasons;
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      if (!candidates.Has(i)) {
        NoCandidate(verdict, block, i);
      } else if (!verdict.passing().Has(i)) {
        ++refused;
        reasons.insert(verdict.reason(i));
        Refused(verdict.reason(i), block, i);
      } else if (verdict.unresolvable().Has(i)) {
        findings_.Fail(
            absl::StrFormat("Filter passed node %s and calls it unresolvable", block.names[i]));
      }
    }
    CheckDiagnoses(verdict, refused, reasons);
    CheckAlone(state, block, candidates, verdict);
  }

 private:
  void NoCandidate(const BlockVerdict& verdict, const NodeBlockView& block, uint32_t i) {
    if (verdict.passing().Has(i) || verdict.unresolvable().Has(i))
      findings_.Fail(
          absl::StrFormat("Filter judged node %s, which was no candidate: it may only "
                          "refuse those that pass so far",
                          block.names[i]));
  }
  void Refused(ReasonId reason, const NodeBlockView& block, uint32_t i) {
    if (world_.services().reasons.Find(reason) == nullptr)
      findings_.Fail(
          absl::StrFormat("Filter refused node %s for %s: give a reason that "
                          "host.Reason has made",
                          block.names[i], world_.ReasonName(reason)));
  }
  void CheckDiagnoses(const BlockVerdict& verdict, uint32_t refused,
                      const std::set<ReasonId>& reasons) {
    uint32_t told = 0;
    for (const BlockVerdict::Diagnosis& diagnosis : verdict.diagnoses()) told += diagnosis.nodes;
    const bool all_fit = reasons.size() <= verdict.diagnoses().size();
    if (told > refused || (all_fit && told != refused))
      findings_.Fail(
          absl::StrFormat("Filter refused %d nodes of a block and diagnosed %d: refuse "
                          "with BlockVerdict::Refuse or tutti_refuse, each node once",
                          refused, told));
  }
  void CheckAlone(const CycleState& state, const NodeBlockView& block, const NodeMask& candidates,
                  const BlockVerdict& verdict) {
    candidates.ForEach([&](uint32_t i) {
      if (i % 8 != 0) return;
      NodeMask alone;
      alone.Add(i);
      BlockVerdict single(alone);
      if (!Contained([&] { return filter_.FilterBlock(state, pod_, block, single); }).ok()) return;
      if (single.passing().Has(i) != verdict.passing().Has(i) ||
          single.reason(i) != verdict.reason(i) ||
          single.unresolvable().Has(i) != verdict.unresolvable().Has(i)) {
        findings_.Fail(
            absl::StrFormat("Filter judges node %s alone otherwise than among the others "
                            "of its block",
                            block.names[i]));
      }
    });
  }

  const ProbeWorld& world_;
  const FilterPlugin& filter_;
  const PodClassView& pod_;
  Findings& findings_;
};

// The scores of one block: who is written to, and whether each node's is its own.
void ProbeBlockScores(const ScorePlugin& score, const CycleState& state, const PodClassView& pod,
                      const NodeBlockView& block, const NodeMask& candidates, Findings& findings) {
  constexpr int64_t kUntouched[] = {-777'777, 999'999};
  std::array<int64_t, kNodesPerBlock> scores[2];
  for (int round = 0; round < 2; ++round) {
    scores[round].fill(kUntouched[round]);
    if (!Contained([&] { score.ScoreBlock(state, pod, block, candidates, scores[round]); }).ok())
      return;
  }
  for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
    const bool untouched = scores[0][i] == kUntouched[0] && scores[1][i] == kUntouched[1];
    if (candidates.Has(i) && untouched) {
      findings.Fail(absl::StrFormat("Score gave the candidate %s no score", block.names[i]));
    } else if (!candidates.Has(i) && !untouched) {
      findings.Fail(
          absl::StrFormat("Score wrote a score for %s, which is no candidate", block.names[i]));
    }
  }
  candidates.ForEach([&](uint32_t i) {
    if (i % 8 != 0) return;
    int64_t alone = 0;
    if (!Contained([&] { alone = score.Score(state, pod, block.Node(i)); }).ok()) return;
    if (alone != scores[0][i])
      findings.Fail(absl::StrFormat("Score gave %s %d alone and %d among the others of its block",
                                    block.names[i], alone, scores[0][i]));
  });
}

// Of a score that says that it looks at the pod class and the node alone: whether another cycle of
// another gang changes it.
void ProbeNodeLocal(const ScorePlugin& score, const PodClassView& pod, const NodeBlockView& block,
                    Findings& findings) {
  PodClassView other = pod;
  other.count += 7;
  other.gang = "another";
  other.namespace_name = "elsewhere";
  std::array<int64_t, kNodesPerBlock> here{};
  std::array<int64_t, kNodesPerBlock> there{};
  const Status status = Contained([&] {
    score.ScoreBlock(CycleState(kSeed), pod, block, block.present, here);
    score.ScoreBlock(CycleState(kSeed + 1), other, block, block.present, there);
  });
  if (!status.ok()) return;  // told elsewhere
  block.present.ForEach([&](uint32_t i) {
    if (here[i] == there[i]) return;
    findings.Fail(
        absl::StrFormat("Score calls itself node-local and gave %s %d in one cycle and %d in one "
                        "of another gang: expected the same",
                        block.names[i], here[i], there[i]));
  });
}

// Candidates may be none, one, or all of the same score.
void ProbeNormalize(const ScorePlugin& score, const CycleState& state, const PodClassView& pod,
                    const NodeBlockView& block, Findings& findings) {
  std::array<int64_t, kNodesPerBlock> scores{};
  if (!Contained([&] { score.ScoreBlock(state, pod, block, block.present, scores); }).ok()) return;
  std::vector<int64_t> own;
  block.present.ForEach([&](uint32_t i) { own.push_back(scores[i]); });
  std::vector<std::vector<int64_t>> rounds = {{}, own};
  if (!own.empty()) {
    rounds.push_back({own.front()});
    rounds.emplace_back(10, own.back());
  }
  for (std::vector<int64_t>& round : rounds) {
    const Status status = Contained([&] { score.NormalizeScore(state, pod, round); });
    if (!status.ok())
      findings.Fail(
          absl::StrFormat("NormalizeScore of %d scores: %s", round.size(), status.message()));
    for (const int64_t value : round) {
      if (status.ok() && (value < kMinNodeScore || value > kMaxNodeScore))
        findings.Fail(absl::StrFormat("NormalizeScore of %d scores gave %d: expected %d to %d",
                                      round.size(), value, kMinNodeScore, kMaxNodeScore));
    }
  }
}

using Answers = std::vector<PodAnswer>;

// Each pod in each cluster.
template <class Use>
void ForEachQuestion(const std::vector<std::unique_ptr<ProbePod>>& pods,
                     const std::vector<std::unique_ptr<ProbeCluster>>& clusters, Use&& use) {
  for (const auto& cluster : clusters) {
    for (const auto& pod : pods) use(pod->view(), *cluster);
  }
}

Answers AskAll(const ProbeWorld& world, const std::vector<std::unique_ptr<ProbePod>>& pods,
               const std::vector<std::unique_ptr<ProbeCluster>>& clusters) {
  Answers answers;
  ForEachQuestion(pods, clusters, [&](const PodClassView& pod, const ProbeCluster& cluster) {
    answers.push_back(Asked(world.points(), pod, cluster.view(), kSeed).Ask());
  });
  return answers;
}

// The first difference; empty: none.
std::string Compare(const ProbeWorld& world, const Answers& before, const Answers& after,
                    const std::vector<std::unique_ptr<ProbeCluster>>& clusters) {
  for (size_t i = 0; i < before.size(); ++i) {
    const ProbeCluster& cluster = *clusters[i / (before.size() / clusters.size())];
    std::string different = Difference(before[i], after[i], world, cluster);
    if (!different.empty()) return different;
  }
  return "";
}

// One cycle whose blocks are judged by several threads at once.
PodAnswer AskTogether(const framework::Points& points, const PodClassView& pod,
                      const ClusterView& cluster) {
  Asked asked(points, pod, cluster, kSeed);
  const auto for_each_block = [&](void (Asked::*judge)(size_t)) {
    std::vector<std::thread> threads;
    for (size_t b = 0; b < cluster.blocks.size(); ++b)
      threads.emplace_back([&asked, judge, b] { (asked.*judge)(b); });
    for (std::thread& thread : threads) thread.join();
  };
  asked.PreFilter();
  for_each_block(&Asked::FilterBlock);
  asked.PreScore();
  for_each_block(&Asked::ScoreBlock);
  return asked.Answer();
}

}  // namespace

void ProbeContract(const Subject& subject, Findings& findings) {
  Scene scene(subject);
  if (scene.MakesNothing()) return;
  for (const ClusterKind kind : kClusterKinds) {
    const auto cluster = scene.Cluster(kind);
    const framework::OnPluginFailure on_failure = [&](const framework::PluginFailure& failure) {
      findings.Fail(absl::StrFormat("%s (asked about %s)", failure.message, Describe(kind)));
    };
    for (const auto& pod : scene.pods)
      RunCycle(scene.world.profile(), pod->view(), cluster->view(), on_failure);
  }
}

void ProbeVerdicts(const Subject& subject, Findings& findings) {
  Scene scene(subject);
  if (scene.MakesNothing() || !scene.JudgesPods()) return;
  const framework::Points& points = scene.world.points();
  const auto cluster = scene.Cluster(ClusterKind::kMixed);
  for (const auto& pod : scene.pods) {
    CycleState state(kSeed);
    if (points.pre_filter != nullptr) {
      const Status status = Contained(
          [&] { return points.pre_filter->PreFilter(state, pod->view(), cluster->view()); });
      const bool refused = status.code() == Code::kUnschedulable ||
                           status.code() == Code::kUnschedulableAndUnresolvable;
      if (refused && scene.world.services().reasons.Find(status.reason()) == nullptr)
        findings.Fail(
            absl::StrFormat("PreFilter answered %s: give a reason that host.Reason has "
                            "made",
                            Show(status, scene.world)));
      if (!status.ok()) continue;
    }
    if (points.filter == nullptr) continue;
    VerdictProbe probe(scene.world, pod->view(), findings);
    for (const NodeBlockView& block : cluster->view().blocks) {
      probe.Judge(state, block, block.present);
      probe.Judge(state, block, SomeOf(block.present, scene.random));
    }
  }
}

void ProbeScores(const Subject& subject, Findings& findings) {
  Scene scene(subject);
  if (scene.MakesNothing() || scene.world.points().score == nullptr) return;
  const framework::Points& points = scene.world.points();
  const auto cluster = scene.Cluster(ClusterKind::kMixed);
  for (const auto& pod : scene.pods) {
    CycleState state(kSeed);
    Status ready;
    if (points.pre_filter != nullptr)
      ready = Contained(
          [&] { return points.pre_filter->PreFilter(state, pod->view(), cluster->view()); });
    if (!ready.ok() && ready.code() != Code::kSkip) continue;
    if (points.pre_score != nullptr)
      ready = Contained(
          [&] { return points.pre_score->PreScore(state, pod->view(), cluster->view()); });
    if (points.pre_score != nullptr && !ready.ok()) continue;
    for (const NodeBlockView& block : cluster->view().blocks) {
      ProbeBlockScores(*points.score, state, pod->view(), block,
                       SomeOf(block.present, scene.random), findings);
      if (points.score->HasNormalizeScore())
        ProbeNormalize(*points.score, state, pod->view(), block, findings);
      if (points.score->IsNodeLocal()) ProbeNodeLocal(*points.score, pod->view(), block, findings);
    }
  }
}

void ProbeRepeatable(const Subject& subject, Findings& findings) {
  Scene scene(subject);
  if (scene.MakesNothing() || !scene.JudgesPods()) return;
  std::vector<std::unique_ptr<ProbeCluster>> clusters;
  for (int i = 0; i < 2; ++i) clusters.push_back(scene.Cluster(ClusterKind::kMixed));
  const Answers first = AskAll(scene.world, scene.pods, clusters);
  const auto tell = [&](const char* when, const std::string& different) {
    if (!different.empty()) findings.Fail(different + ", " + when);
  };
  tell("asked the same again",
       Compare(scene.world, first, AskAll(scene.world, scene.pods, clusters), clusters));
  scene.world.clock().wall += int64_t{86'400} * 1'000'000'000 + 1'234'567;
  tell("asked the same a day later",
       Compare(scene.world, first, AskAll(scene.world, scene.pods, clusters), clusters));
  const ProbeWorld other(subject, scene.texts);
  if (!other.error().empty()) return;
  tell("asked of a second instance",
       Compare(scene.world, first, AskAll(other, scene.pods, clusters), clusters));
}

void ProbeThreads(const Subject& subject, Findings& findings) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 4;
  Scene scene(subject);
  if (scene.MakesNothing() || !scene.JudgesPods()) return;
  std::vector<std::unique_ptr<ProbeCluster>> clusters;
  clusters.push_back(scene.Cluster(ClusterKind::kMixed));
  const Answers alone = AskAll(scene.world, scene.pods, clusters);
  std::mutex mutex;
  std::string different;
  const auto keep = [&](std::string found) {
    const std::lock_guard lock(mutex);
    if (different.empty()) different = std::move(found);
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round)
        keep(Compare(scene.world, alone, AskAll(scene.world, scene.pods, clusters), clusters));
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (!different.empty())
    findings.Fail(absl::StrFormat("%s, where %d cycles ran at once", different, kThreads));
  for (size_t i = 0; i < scene.pods.size(); ++i) {
    const PodAnswer together =
        AskTogether(scene.world.points(), scene.pods[i]->view(), clusters[0]->view());
    const std::string found = Difference(alone[i], together, scene.world, *clusters[0]);
    if (!found.empty())
      findings.Fail(absl::StrFormat("%s, where several threads shared a cycle", found));
  }
}

}  // namespace tutti::check
