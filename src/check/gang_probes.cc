// The points that judge gangs: PreEnqueue, QueueSort, PlacementGenerate and PlacementScore.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 4096;
constexpr int kGangs = 8;

std::vector<std::unique_ptr<ProbeGang>> SomeGangs(int count, int most_classes,
                                                  const ProbeWorld& world,
                                                  const std::vector<std::string>& some_texts,
                                                  Random& random) {
  std::vector<std::unique_ptr<ProbeGang>> gangs;
  for (int i = 0; i < count; ++i) {
    const int classes = most_classes == 0 ? 0 : i % (most_classes + 1);
    gangs.push_back(std::make_unique<ProbeGang>(i, classes, world, some_texts, random));
  }
  return gangs;
}

// Asks one plugin about gangs in one cluster.
class GangProbe {
 public:
  GangProbe(const ProbeWorld& world, const ProbeCluster& cluster, ClusterKind kind,
            Findings& findings)
      : world_(world), cluster_(cluster), kind_(kind), findings_(findings) {}

  void Ask(const GangView& gang) {
    PreEnqueue(gang);
    Place(gang);
  }

 private:
  void Fail(const std::string& what) {
    findings_.Fail(absl::StrFormat("%s (asked about %s)", what, Describe(kind_)));
  }
  bool Declared(const Status& status) const {
    return world_.services().reasons.Find(status.reason()) != nullptr;
  }

  void PreEnqueue(const GangView& gang) {
    if (world_.points().pre_enqueue == nullptr) return;
    const auto ask = [&] {
      return Contained(
          [&] { return world_.points().pre_enqueue->PreEnqueue(gang, cluster_.view()); });
    };
    const Status status = ask();
    const bool held = status.code() == Code::kPending || status.code() == Code::kUnschedulable ||
                      status.code() == Code::kUnschedulableAndUnresolvable;
    if (status.code() == Code::kError) {
      Fail("PreEnqueue answered " + Show(status, world_));
    } else if (!status.ok() && !held) {
      Fail(
          absl::StrFormat("PreEnqueue answered %s: expected Success, Pending, Unschedulable, "
                          "UnschedulableAndUnresolvable or Error",
                          Show(status, world_)));
    } else if (held && !Declared(status)) {
      Fail(absl::StrFormat("PreEnqueue answered %s: give a reason that host.Reason has made",
                           Show(status, world_)));
    }
    if (const Status again = ask(); again != status)
      Fail(absl::StrFormat("PreEnqueue answered %s, then %s", Show(status, world_),
                           Show(again, world_)));
  }

  // Domains, and a made-up placement in each of them and in the whole cluster.
  void Place(const GangView& gang) {
    CycleState state(kSeed);
    std::vector<Domain> domains;
    if (!Generate(gang, state, domains)) return;
    if (domains.size() > 8) domains.resize(8);
    for (const Domain& domain : domains) Score(gang, state, &domain);
    Score(gang, state, nullptr);
  }

  // False: nothing is to be scored.
  bool Generate(const GangView& gang, CycleState& state, std::vector<Domain>& domains) {
    const PlacementGeneratePlugin* point = world_.points().placement_generate;
    if (point == nullptr) return true;
    const Status status =
        Contained([&] { return point->PlacementGenerate(state, gang, cluster_.view(), domains); });
    CycleState other_state(kSeed);
    std::vector<Domain> again;
    const Status second = Contained(
        [&] { return point->PlacementGenerate(other_state, gang, cluster_.view(), again); });
    if (status.code() == Code::kError) {
      Fail("PlacementGenerate answered " + Show(status, world_));
    } else if (status.code() == Code::kWait || status.code() == Code::kPending) {
      Fail(
          absl::StrFormat("PlacementGenerate answered %s: expected Success, Skip, Unschedulable, "
                          "UnschedulableAndUnresolvable or Error",
                          Show(status, world_)));
    } else if (!status.ok() && status.code() != Code::kSkip && !Declared(status)) {
      Fail(absl::StrFormat("PlacementGenerate answered %s: give a reason that host.Reason has made",
                           Show(status, world_)));
    }
    const bool same = std::equal(
        domains.begin(), domains.end(), again.begin(), again.end(),
        [](const Domain& a, const Domain& b) { return a.name == b.name && a.nodes == b.nodes; });
    if (second != status || !same)
      Fail(
          "PlacementGenerate answered the same question twice, and "
          "not alike");
    if (domains.size() > PlacementGeneratePlugin::kMostDomains)
      Fail(absl::StrFormat("PlacementGenerate gave %d domains: expected at most %d", domains.size(),
                           PlacementGeneratePlugin::kMostDomains));
    for (const Domain& domain : domains) CheckDomain(domain);
    return status.ok() || status.code() == Code::kSkip;
  }

  void CheckDomain(const Domain& domain) {
    const auto blocks = cluster_.view().blocks;
    for (size_t b = 0; b < domain.nodes.size(); ++b) {
      NodeMask there = domain.nodes[b];
      if (b < blocks.size()) {
        there &= blocks[b].present;
      } else {
        there = NodeMask();
      }
      if (there == domain.nodes[b]) continue;
      Fail(
          absl::StrFormat("PlacementGenerate put rows into domain \"%s\" that hold no node: take "
                          "them from `present`",
                          domain.name));
      return;
    }
  }

  void Score(const GangView& gang, const CycleState& state, const Domain* domain) {
    const PlacementScorePlugin* point = world_.points().placement_score;
    if (point == nullptr) return;
    std::vector<NodeIndex> nodes;
    for (size_t b = 0; b < cluster_.view().blocks.size(); ++b) {
      const NodeBlockView& block = cluster_.view().blocks[b];
      NodeMask inside = block.present;
      if (domain != nullptr) inside &= b < domain->nodes.size() ? domain->nodes[b] : NodeMask();
      inside.ForEach([&](uint32_t i) { nodes.push_back(block.Index(i)); });
    }
    if (nodes.empty()) return;  // nobody is placed there
    std::vector<std::vector<NodeIndex>> by_class;
    for (const PodClassView& pods : gang.classes) {
      by_class.emplace_back();
      for (int64_t i = 0; i < std::min<int64_t>(pods.count, 64); ++i)
        by_class.back().push_back(nodes[static_cast<size_t>(i) % nodes.size()]);
    }
    const std::vector<std::span<const NodeIndex>> spans(by_class.begin(), by_class.end());
    std::optional<int64_t> before;
    for (int round = 0; round < 2; ++round) {
      int64_t score = 0;
      const Status status = Contained([&] {
        score = point->PlacementScore(state, gang, {domain, spans}, cluster_.view());
      });
      if (!status.ok()) return Fail("PlacementScore answered " + Show(status, world_));
      if (score < kMinNodeScore || score > kMaxNodeScore)
        Fail(absl::StrFormat("PlacementScore gave %d: expected %d to %d", score, kMinNodeScore,
                             kMaxNodeScore));
      if (before && *before != score)
        Fail(absl::StrFormat("PlacementScore gave %d, then %d, for the same placement", *before,
                             score));
      before = score;
    }
  }

  const ProbeWorld& world_;
  const ProbeCluster& cluster_;
  const ClusterKind kind_;
  Findings& findings_;
};

}  // namespace

void ProbeGangs(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty()) return;
  const std::vector<std::string> some_texts = SomeTexts(subject);
  Random random(kSeed);
  const auto gangs = SomeGangs(kGangs, 3, world, some_texts, random);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    GangProbe probe(world, cluster, kind, findings);
    for (const auto& gang : gangs) probe.Ask(gang->view());
  }
}

void ProbeQueueOrder(const Subject& subject, Findings& findings) {
  constexpr int kMany = 24;
  const base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().queue_sort == nullptr) return;
  Random random(kSeed);
  const auto gangs = SomeGangs(kMany, 0, world, SomeTexts(subject), random);
  std::array<std::array<bool, kMany>, kMany> less{};
  for (int round = 0; round < 2; ++round) {
    for (int a = 0; a < kMany; ++a) {
      for (int b = 0; b < kMany; ++b) {
        bool answer = false;
        const Status status = Contained(
            [&] { answer = world.points().queue_sort->Less(gangs[a]->view(), gangs[b]->view()); });
        if (!status.ok()) return findings.Fail("Less: " + Show(status, world));
        if (round == 1 && answer != less[a][b])
          return findings.Fail("Less answered the same question twice, and not alike");
        less[a][b] = answer;
      }
    }
  }
  const auto equal = [&](int a, int b) { return !less[a][b] && !less[b][a]; };
  for (int a = 0; a < kMany; ++a) {
    if (less[a][a]) return findings.Fail("Less puts a gang before itself: expected a strict order");
    for (int b = 0; b < kMany; ++b) {
      if (less[a][b] && less[b][a])
        return findings.Fail("Less puts each of two gangs before the other");
      for (int c = 0; c < kMany; ++c) {
        if (less[a][b] && less[b][c] && !less[a][c])
          return findings.Fail("Less puts a before b and b before c, but not a before c");
        if (equal(a, b) && equal(b, c) && !equal(a, c))
          return findings.Fail(
              "Less takes a for equal to b and b to c, but not a to c: expected a "
              "strict weak order");
      }
    }
  }
}

}  // namespace tutti::check
