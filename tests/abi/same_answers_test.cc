// A plugin cannot tell whether it is linked in, came out of a shared object or runs beside the
// server: all three give the same verdicts, scores, diagnoses, reasons, errors and counts in random
// clusters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "framework/cycle.h"
#include "tests/abi/plugin_world.h"
#include "tutti/abi/convert.h"

namespace tutti::testing {
namespace {

using framework::PluginSpec;

constexpr uint64_t kFirstSeed = 1;
constexpr uint64_t kLastSeed = 60;
// A question to another process takes its time.
constexpr uint64_t kLastRemoteSeed = 16;

ConfigEntry Text(std::string pointer, std::string text) {
  return {std::move(pointer), ConfigKind::kString, std::move(text), "test"};
}
ConfigEntry Number(std::string pointer, int64_t number) {
  return {std::move(pointer), ConfigKind::kInteger, std::to_string(number), "test"};
}

PluginSpec Spec(std::string name, int64_t weight, std::vector<ConfigEntry> args) {
  return {std::move(name), weight, framework::OnError::kDefault, std::move(args), "test"};
}

std::vector<PluginSpec> BuiltIns(Random& random) {
  std::vector<ConfigEntry> headroom = {Number("/percent", random.Below(60))};
  if (random.Maybe()) headroom.push_back(Text("/resources/0", "nvidia.com/gpu"));
  std::vector<ConfigEntry> fit = {
      Text("/scoringStrategy/type", random.Maybe() ? "MostAllocated" : "LeastAllocated")};
  if (random.Maybe()) {
    fit.push_back(Text("/scoringStrategy/resources/0/name", "memory"));
    fit.push_back(Number("/scoringStrategy/resources/0/weight", 1 + random.Below(9)));
    fit.push_back(Text("/scoringStrategy/resources/1/name", "nvidia.com/gpu"));
  }
  std::vector<ConfigEntry> topology = {
      Text("/levels/0", "rack"),
      Text("/levels/1", "zone"),
      {"/required", ConfigKind::kBoolean, random.Maybe() ? "true" : "false", "test"}};
  std::vector<PluginSpec> specs = {
      Spec("NodeHeadroom", 1, std::move(headroom)),
      Spec("NodeResourcesFit", 1 + random.Below(5), std::move(fit)),
      Spec("GangLimits", 1, {Number("/maxMembers", 1 + random.Below(40))}),
      Spec("GangPreemption", 1, {Number("/minPriorityGap", 1 + random.Below(1000))}),
      Spec("NamespaceLimits", 1,
           {Text("/limits/0/namespace", "team"), Text("/limits/0/resource", "cpu"),
            Number("/limits/0/amount", random.Below(100'000))}),
      Spec("SmallestFirst", 1, {}),
      Spec("StartAfter", 1, {}),
      Spec("TopologyDomains", 1, std::move(topology))};
  if (random.Maybe()) specs.push_back(Spec("RandomNode", 2, {}));  // it normalizes, others do not
  return specs;
}

std::vector<PluginSpec> ProbeAndFit(Random& random) {
  std::vector<ConfigEntry> args = {Number("/salt", random.Below(1000))};
  if (random.Maybe()) args.push_back({"/odd", ConfigKind::kBoolean, "true", "test"});
  return {Spec("Probe", 3, std::move(args)), Spec("NodeResourcesFit", 2, {})};
}

// The devices of the first nodes, as numbers with one bit for each device.
std::string DeviceStory(framework::Cycle& cycle, const NodeBlockView& block, uint64_t seed) {
  std::string story = "devices";
  Random random(seed);
  for (uint32_t offset = 0; offset < 8; ++offset) {
    const DeviceRequest request = DeviceRequest::OfTotal(1 + random.Below(4000));
    DeviceSet fitting;
    while (fitting.Count() < request.count || random.Maybe())
      fitting.Add(static_cast<uint32_t>(random.Below(kMostDevices)));
    absl::StrAppendFormat(&story, " %x",
                          abi::ToC(cycle.SelectDevices(block, offset, request, fitting)));
  }
  return story + "\n";
}

// Everything that a cycle says, as one text.
std::string CycleStory(const framework::Profile& profile, const PodClassView& pod,
                       const ClusterView& cluster, uint64_t seed) {
  std::string story;
  const auto tell = [&](const char* what, const Status& status) {
    absl::StrAppendFormat(&story, "%s %s %d %d/%d %s\n", what, CodeName(status.code()),
                          status.reason().value, status.have(), status.need(), status.message());
  };
  const framework::OnPluginFailure on_failure = [&](const framework::PluginFailure& failure) {
    absl::StrAppendFormat(&story, "failure %s %s: %s\n", failure.plugin, failure.point,
                          failure.message);
  };
  framework::Cycle cycle(profile, pod, seed, &on_failure);
  const Status prefilter = cycle.PreFilter(cluster);
  tell("PreFilter", prefilter);
  if (!prefilter.ok()) return story;
  std::vector<NodeMask> candidates;
  framework::Diagnosis diagnosis;
  for (const NodeBlockView& block : cluster.blocks) candidates.push_back(block.present);
  tell("Filter", cycle.Filter(cluster, candidates, &diagnosis));
  for (const NodeMask& mask : candidates) {
    for (const uint64_t word : mask.words) absl::StrAppendFormat(&story, "%x ", word);
  }
  for (const auto& [plugin, of] : diagnosis.lines) {
    absl::StrAppendFormat(&story, "plugin %d reason %d: %d nodes, %d of %d\n", plugin,
                          of.reason.value, of.nodes, of.have, of.need);
  }
  if (!cycle.PreScore(cluster)) return story + "nobody scores";
  absl::StrAppendFormat(&story, "normalizes %d\n", cycle.normalizes());
  std::vector<int64_t> totals;
  cycle.Score(cluster, candidates, totals);
  for (const int64_t total : totals) absl::StrAppendFormat(&story, "%d ", total);
  if (!cycle.normalizes()) {
    candidates[0].ForEach([&](uint32_t offset) {
      absl::StrAppendFormat(&story, "%d ", cycle.ScoreOne(cluster.blocks[0], offset));
    });
  }
  tell("Score", cycle.score_failure());
  return story + DeviceStory(cycle, cluster.blocks[0], seed);
}

// The points beside a cycle, and each Filter node by node, with the reason of every single node.
class Twins {
 public:
  // `single_nodes`: of the first block, how many are asked about one by one.
  Twins(const Side& linked, const Side& other, uint32_t single_nodes)
      : linked_(linked), other_(other), single_nodes_(single_nodes) {}

  void AskAboutNodes(const PodClassView& pod, const ClusterView& cluster, uint64_t seed) const {
    ForEach(&framework::Profile::filters, [&](const auto& a, const auto& b) {
      const CycleState state(seed);
      for (const NodeBlockView& block : cluster.blocks) {
        BlockVerdict in_a(block.present);
        BlockVerdict in_b(block.present);
        ASSERT_EQ(a.FilterBlock(state, pod, block, in_a), b.FilterBlock(state, pod, block, in_b));
        ASSERT_EQ(in_a.passing(), in_b.passing());
        ASSERT_EQ(in_a.unresolvable(), in_b.unresolvable());
        for (uint32_t i = 0; i < kNodesPerBlock; ++i) ASSERT_EQ(in_a.reason(i), in_b.reason(i));
      }
      const NodeBlockView& block = cluster.blocks.front();
      block.present.ForEach([&](uint32_t i) {
        if (i >= single_nodes_) return;
        ASSERT_EQ(a.Filter(state, pod, block.Node(i)), b.Filter(state, pod, block.Node(i)));
      });
    });
  }

  void AskAboutNodeLocality() const {
    ForEach(&framework::Profile::scores,
            [](const auto& a, const auto& b) { ASSERT_EQ(a.IsNodeLocal(), b.IsNodeLocal()); });
  }

  void AskAfterFilter(const GangView& gang, const ClusterView& cluster, Random& random) const {
    const GangDiagnosis diagnosis = RandomDiagnosis(random);
    ForEach(&framework::Profile::post_filters, [&](const auto& a, const auto& b) {
      Nomination in_a;
      Nomination in_b;
      const auto said_a = Try([&] { return a.PostFilter(gang, diagnosis, cluster, in_a); });
      ASSERT_EQ(said_a, Try([&] { return b.PostFilter(gang, diagnosis, cluster, in_b); }));
      if (said_a && said_a->ok()) {
        ASSERT_EQ(in_a.nodes, in_b.nodes);
      }
    });
  }

  // What these points change in a plugin shows in its later answers: the order is part of it.
  void KeepAccounts(const GangView& gang, const ClusterView& cluster, const BoundPods& pods,
                    Random& random) const {
    const GangDiagnosis diagnosis = RandomDiagnosis(random);
    std::vector<NodeIndex> nodes(static_cast<size_t>(random.Below(5)), NodeIndex(3));
    const std::vector<std::span<const NodeIndex>> by_class = {nodes, {}};
    const PlacementView placement{nullptr, by_class};
    ForEach(&framework::Profile::select_victims, [&](const auto& a, const auto& b) {
      std::vector<PodUid> in_a;
      std::vector<PodUid> in_b;
      const auto said_a =
          Try([&] { return a.SelectVictims(gang, diagnosis, cluster, pods, in_a); });
      ASSERT_EQ(said_a, Try([&] { return b.SelectVictims(gang, diagnosis, cluster, pods, in_b); }));
      if (said_a) {
        ASSERT_EQ(in_a, in_b);
      }
    });
    ForEach(&framework::Profile::reserves, [&](auto& a, auto& b) {
      ASSERT_EQ(Try([&] { return a.Reserve(gang, placement, cluster); }),
                Try([&] { return b.Reserve(gang, placement, cluster); }));
      a.Unreserve(gang, placement);
      b.Unreserve(gang, placement);
    });
    ForEach(&framework::Profile::cluster_events, [&](auto& a, auto& b) {
      ASSERT_EQ(a.EventsToRegister(), b.EventsToRegister());
      const NodeView node = cluster.blocks[0].Node(7);
      ClusterEventView event;
      event.kind = ClusterEventKind::kNodeUpdated;
      event.node = &node;
      if ((a.EventsToRegister() & KindBit(event.kind)) != 0) {
        ASSERT_EQ(a.OnClusterEvent(event), b.OnClusterEvent(event));
      }
      for (const PlacedPodView& pod : pods.On(NodeIndex(2))) {
        ClusterEventView bound;
        bound.kind = random.Maybe() ? ClusterEventKind::kPodBound : ClusterEventKind::kPodRemoved;
        bound.pod = &pod;
        bound.was_reserved = random.Maybe();
        ASSERT_EQ(a.OnClusterEvent(bound), b.OnClusterEvent(bound));
      }
      ClusterEventView gone;
      gone.kind = ClusterEventKind::kGangGone;
      gone.gang = &gang;
      if ((a.EventsToRegister() & KindBit(gone.kind)) != 0) {
        ASSERT_EQ(a.OnClusterEvent(gone), b.OnClusterEvent(gone));
      }
    });
  }

  void AskAboutBinding(const PlacedPodView& pod) const {
    ForEach(&framework::Profile::permits, [&](auto& a, auto& b) {
      std::chrono::nanoseconds in_a{5};
      std::chrono::nanoseconds in_b{5};
      const auto said_a = Try([&] { return a.Permit(pod, in_a); });
      ASSERT_EQ(said_a, Try([&] { return b.Permit(pod, in_b); }));
      if (said_a && said_a->code() == Code::kWait) {
        ASSERT_EQ(in_a, in_b);
      }
    });
    ForEach(&framework::Profile::pre_binds, [&](auto& a, auto& b) {
      BindAnnotations in_a;
      BindAnnotations in_b;
      const auto said_a = Try([&] { return a.PreBind(pod, in_a); });
      ASSERT_EQ(said_a, Try([&] { return b.PreBind(pod, in_b); }));
      if (said_a && said_a->ok()) {
        ASSERT_EQ(in_a.entries(), in_b.entries());
      }
    });
    ForEach(&framework::Profile::post_binds, [&](auto& a, auto& b) {
      a.PostBind(pod);
      b.PostBind(pod);
    });
  }

  void AskAboutGangs(const GangView& gang, const GangView& other, const ClusterView& cluster,
                     uint64_t seed) const {
    ForEach(&framework::Profile::pre_enqueues, [&](const auto& a, const auto& b) {
      ASSERT_EQ(Try([&] { return a.PreEnqueue(gang, cluster); }),
                Try([&] { return b.PreEnqueue(gang, cluster); }));
    });
    ForEach(&framework::Profile::queue_sorts, [&](const auto& a, const auto& b) {
      ASSERT_EQ(a.Less(gang, other), b.Less(gang, other));
      ASSERT_EQ(a.Less(other, gang), b.Less(other, gang));
    });
    CycleState state_a(seed);
    CycleState state_b(seed);
    std::vector<Domain> domains_a;
    std::vector<Domain> domains_b;
    ForEach(&framework::Profile::placement_generates, [&](const auto& a, const auto& b) {
      ASSERT_EQ(Try([&] { return a.PlacementGenerate(state_a, gang, cluster, domains_a); }),
                Try([&] { return b.PlacementGenerate(state_b, gang, cluster, domains_b); }));
    });
    // What was found before a plugin threw is nobody's business: the call has failed.
    if (domains_b.empty()) domains_a.clear();
    ASSERT_EQ(domains_a.size(), domains_b.size());
    domains_a.push_back({"last", {NodeMask::All()}});
    domains_b.push_back({"last", {NodeMask::All()}});
    const std::vector<NodeIndex> nodes = {NodeIndex(1), NodeIndex(2), NodeIndex(300)};
    const std::vector<std::span<const NodeIndex>> by_class = {nodes, {}};
    for (size_t d = 0; d <= domains_a.size(); ++d) {
      const bool whole = d == domains_a.size();
      if (!whole) {
        ASSERT_EQ(domains_a[d].name, domains_b[d].name);
        ASSERT_EQ(domains_a[d].nodes, domains_b[d].nodes);
      }
      ForEach(&framework::Profile::placement_scores, [&](const auto& a, const auto& b) {
        ASSERT_EQ(
            a.PlacementScore(state_a, gang, {whole ? nullptr : &domains_a[d], by_class}, cluster),
            b.PlacementScore(state_b, gang, {whole ? nullptr : &domains_b[d], by_class}, cluster));
      });
    }
  }

 private:
  template <class Points, class Ask>
  void ForEach(Points points, Ask&& ask) const {
    const auto& in_a = std::invoke(points, *linked_.profile);
    const auto& in_b = std::invoke(points, *other_.profile);
    ASSERT_EQ(in_a.size(), in_b.size());
    for (size_t i = 0; i < in_a.size(); ++i) {
      ASSERT_EQ(in_a[i].plugin, in_b[i].plugin);
      ask(*in_a[i].point, *in_b[i].point);
    }
  }
  static GangDiagnosis RandomDiagnosis(Random& random) {
    return {"WaitingForCapacity", random.Below(99), random.Below(99),
            random.Maybe() ? kCpu : ResourceId()};
  }
  // nullopt: it threw. What the class throws is no exception; ours is, which hosts treat alike.
  static std::optional<Status> Try(const std::function<Status()>& call) {
    try {
      return call();
    } catch (...) {
      return std::nullopt;
    }
  }

  const Side& linked_;
  const Side& other_;
  const uint32_t single_nodes_;
};

// A number that was thrown is told in other words: all that differs.
std::string SameWords(std::string story) {
  constexpr std::string_view kOurs = " threw: something that is no std::exception";
  for (size_t at; (at = story.find(kOurs)) != std::string::npos;)
    story.replace(at, kOurs.size(), " threw something that is no exception");
  return story;
}

class SameAnswersTest : public ::testing::TestWithParam<std::vector<PluginSpec> (*)(Random&)> {
 protected:
  struct Extent {
    uint32_t single_nodes;  // of a block that are asked about one by one
    bool accounts;          // SelectVictims, Reserve, Unreserve and cluster events
  };
  static constexpr Extent kWholeAbi = {kNodesPerBlock, true};
  // A remote plugin keeps no accounts, and is not shown the bound pods.
  static constexpr Extent kRemote = {8, false};

  // Asks both sides the same, of this seed; how many cycles came to their end.
  static void Compare(Random& random, base::Interner& texts, const Side& linked, const Side& other,
                      Extent extent, size_t& stories) {
    ASSERT_EQ(linked.error, "");
    ASSERT_EQ(other.error, "");
    const RandomCluster cluster(random, texts, 1 + static_cast<uint32_t>(random.Below(3)));
    for (int i = 0; i < 6; ++i) {
      const RandomPod pod(random);
      const auto cycle_seed = static_cast<uint64_t>(random.Below(1 << 30));
      const std::string story = CycleStory(*linked.profile, pod.view(), cluster.view(), cycle_seed);
      ASSERT_EQ(story,
                SameWords(CycleStory(*other.profile, pod.view(), cluster.view(), cycle_seed)));
      stories += story.find("Score Success") != std::string::npos ? 1 : 0;
      const Twins twins(linked, other, extent.single_nodes);
      ASSERT_NO_FATAL_FAILURE(twins.AskAboutNodes(pod.view(), cluster.view(), cycle_seed));
      ASSERT_NO_FATAL_FAILURE(twins.AskAboutNodeLocality());
      const RandomGang gang(random);
      const RandomGang rival(random);
      ASSERT_NO_FATAL_FAILURE(
          twins.AskAboutGangs(gang.view(), rival.view(), cluster.view(), cycle_seed));
      ASSERT_NO_FATAL_FAILURE(twins.AskAfterFilter(gang.view(), cluster.view(), random));
      const RandomBoundPods pods(random);
      if (extent.accounts) {
        ASSERT_NO_FATAL_FAILURE(twins.KeepAccounts(gang.view(), cluster.view(), pods, random));
      }
      for (const PlacedPodView& bound : pods.On(NodeIndex(1)))
        ASSERT_NO_FATAL_FAILURE(twins.AskAboutBinding(bound));
    }
    ASSERT_EQ(linked.reasons.reasons().size(), other.reasons.reasons().size());
  }
};

TEST_P(SameAnswersTest, LinkedInAndOutOfASharedObject) {
  const framework::PluginRegistry linked_plugins = LinkedPlugins();
  const framework::PluginRegistry loaded_plugins = LoadedPlugins();
  size_t stories = 0;
  for (uint64_t seed = kFirstSeed; seed <= kLastSeed; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    Random random(seed);
    base::Interner texts;
    const std::vector<PluginSpec> specs = GetParam()(random);
    Side linked(linked_plugins, specs, texts);
    Side loaded(loaded_plugins, specs, texts);
    ASSERT_NO_FATAL_FAILURE(Compare(random, texts, linked, loaded, kWholeAbi, stories));
    ASSERT_EQ(linked.counts, loaded.counts);  // no state of a cycle is lost or ended twice
  }
  EXPECT_GT(stories, 100u) << "hardly any cycle came to its end: the test says nothing";
}

TEST_P(SameAnswersTest, LinkedInAndBesideTheServer) {
  const framework::PluginRegistry linked_plugins = LinkedPlugins();
  size_t stories = 0;
  for (uint64_t seed = kFirstSeed; seed <= kLastRemoteSeed; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    Random random(seed);
    base::Interner texts;
    const StillClock clock;
    const PluginServers servers;
    std::vector<PluginSpec> specs = GetParam()(random);
    std::erase_if(specs, [](const PluginSpec& spec) {  // that need points remote plugins lack
      return spec.name == "GangPreemption" || spec.name == "NamespaceLimits" ||
             spec.name == "StartAfter";
    });
    Side linked(linked_plugins, specs, texts);
    Side beside(servers.Connect(specs, clock), specs, texts);
    ASSERT_NO_FATAL_FAILURE(Compare(random, texts, linked, beside, kRemote, stories));
    // The last state on each stream ends with the stream, and nobody is left to be told.
    beside.profile.reset();
    for (size_t i = 0; i < linked.counts.size(); ++i) {
      const auto& counter = linked.services.counters[i];
      const std::map<std::string, double> untold = servers.At(counter.plugin).UntoldCounts();
      const auto late = untold.find(counter.name);
      const double told = i < beside.counts.size() ? beside.counts[i] : 0;
      ASSERT_EQ(linked.counts[i], told + (late == untold.end() ? 0 : late->second));
    }
  }
  EXPECT_GT(stories, 25u) << "hardly any cycle came to its end: the test says nothing";
}

INSTANTIATE_TEST_SUITE_P(Plugins, SameAnswersTest, ::testing::Values(&BuiltIns, &ProbeAndFit),
                         [](const auto& param) { return param.index == 0 ? "BuiltIns" : "Probe"; });

}  // namespace
}  // namespace tutti::testing
