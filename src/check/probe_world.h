// ProbeWorld: the plugin made once, with tables of its own; and made-up clusters, pods and gangs
// that hold what it has asked for. Same seed, same questions.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/interner.h"
#include "check/probes.h"
#include "framework/guard.h"
#include "framework/host.h"
#include "framework/points.h"
#include "framework/profile.h"
#include "tutti/gang_view.h"

namespace tutti::check {

// A clock that somebody else moves.
class SetClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return {wall}; }
  int64_t WallNanos() const override { return wall; }

  int64_t wall = 1'700'000'000'000'000'000;
};

class ProbeWorld {
 public:
  // `texts`: of the clusters that the plugin will be asked about.
  ProbeWorld(const Subject& subject, const base::Interner& texts);
  ProbeWorld(const ProbeWorld&) = delete;
  ProbeWorld& operator=(const ProbeWorld&) = delete;

  // Not empty: the plugin was not made, and why.
  const std::string& error() const { return error_; }
  const framework::Profile& profile() const { return *profile_; }
  const framework::Points& points() const { return points_; }
  const framework::HostServices& services() const { return services_; }
  SetClock& clock() { return clock_; }
  // "TooFull", or what is wrong with it.
  std::string ReasonName(ReasonId id) const;

 private:
  SetClock clock_;
  model::ResourceTable resources_;
  model::Fields fields_;
  model::ReasonTable reasons_;
  framework::HostServices services_;
  std::unique_ptr<framework::Profile> profile_;
  framework::Points points_;
  std::string error_;
};

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(bound));
  }
  bool OneIn(int64_t times) { return Below(times) == 0; }

 private:
  std::mt19937_64 random_;
};

// Texts for labels and annotations: those of the plugin's args, ordinary and unpleasant ones.
std::vector<std::string> SomeTexts(const Subject& subject);

enum class ClusterKind {
  kNoBlocks,  // no node at all
  kNoNodes,   // blocks without a node
  kOneNode,
  kBare,      // nodes without a column or a field
  kMixed,     // three blocks with gaps, some columns and fields missing
  kHuge,      // amounts near the end of what there is
  kOverfull,  // less than nothing is free
};
inline constexpr ClusterKind kClusterKinds[] = {
    ClusterKind::kNoBlocks, ClusterKind::kNoNodes, ClusterKind::kOneNode, ClusterKind::kBare,
    ClusterKind::kMixed,    ClusterKind::kHuge,    ClusterKind::kOverfull};
const char* Describe(ClusterKind kind);  // "a cluster without nodes"

class ProbeCluster {
 public:
  ProbeCluster(ClusterKind kind, const ProbeWorld& world,
               const std::vector<std::string>& some_texts, base::Interner& texts, Random& random,
               uint32_t blocks = 3);
  ProbeCluster(const ProbeCluster&) = delete;
  ProbeCluster& operator=(const ProbeCluster&) = delete;

  ClusterView view() const { return {views_}; }
  uint32_t rows() const { return static_cast<uint32_t>(views_.size()) * kNodesPerBlock; }
  // Rows that hold no node as well.
  std::string_view Name(uint32_t node) const { return names_[node]; }

 private:
  struct Block {
    std::vector<std::vector<int64_t>> amounts;
    std::vector<std::vector<TextId>> texts;
    std::vector<NodeBlockView::Column> allocatable;
    std::vector<NodeBlockView::Column> free;
    std::vector<const TextId*> fields;
  };
  void FillColumns(ClusterKind kind, size_t resources, Random& random, Block& block);

  std::vector<std::string> names_;
  std::vector<std::string_view> name_views_;
  std::vector<Block> blocks_;
  std::vector<NodeBlockView> views_;
};

// A class of pods. Each number is another one: the first few are the extremes.
class ProbePod {
 public:
  ProbePod(int number, const ProbeWorld& world, const std::vector<std::string>& some_texts,
           Random& random);
  ProbePod(const ProbePod&) = delete;
  ProbePod& operator=(const ProbePod&) = delete;
  const PodClassView& view() const { return view_; }

 private:
  std::vector<PodClassView::Request> requests_;
  std::vector<std::string> values_;
  std::vector<std::string_view> fields_;
  PodClassView view_;
};

class ProbeGang {
 public:
  // Number 0 has no members. `classes`: of pods; 0: none, as in QueueSort.
  ProbeGang(int number, int classes, const ProbeWorld& world,
            const std::vector<std::string>& some_texts, Random& random);
  ProbeGang(const ProbeGang&) = delete;
  ProbeGang& operator=(const ProbeGang&) = delete;
  const GangView& view() const { return view_; }

 private:
  std::vector<std::unique_ptr<ProbePod>> pods_;
  std::vector<PodClassView> classes_;
  std::string name_;
  GangView view_;
};

// A node for each member of a gang, of those that a cluster has.
class ProbePlacement {
 public:
  ProbePlacement(const GangView& gang, const ClusterView& cluster, Random& random);
  ProbePlacement(const ProbePlacement&) = delete;
  ProbePlacement& operator=(const ProbePlacement&) = delete;
  // There are nodes.
  bool possible() const { return possible_; }
  PlacementView view() const { return {nullptr, spans_}; }

 private:
  bool possible_ = false;
  std::vector<std::vector<NodeIndex>> nodes_;  // by class
  std::vector<std::span<const NodeIndex>> spans_;
};

// Pods on the nodes of a cluster: of several gangs and of none, evictable and not.
class ProbePods final : public BoundPods {
 public:
  ProbePods(const ProbeWorld& world, const ProbeCluster& cluster,
            const std::vector<std::string>& some_texts, Random& random);
  std::span<const PlacedPodView> On(NodeIndex node) const override;
  // Null: there is none with this uid.
  const PlacedPodView* Find(const PodUid& uid) const;

 private:
  std::vector<std::unique_ptr<ProbePod>> pods_;
  std::vector<std::string> names_;
  std::vector<std::vector<PlacedPodView>> on_;   // by NodeIndex
  std::vector<const PlacedPodView*> by_number_;  // of PodUid::low
};

// One pod of a class, on a node or on one that is not known.
PlacedPodView PlacedOf(const PodClassView& pod, std::string_view name, uint64_t number,
                       NodeIndex node, std::string_view node_name);

// What the runtime says of a plugin that breaks its contract, of a cluster of this kind, as a
// failure.
framework::OnPluginFailure TellTo(Findings& findings, ClusterKind kind);

}  // namespace tutti::check
