// GangPlacer: finds nodes for all members of a gang at once, or for none.
//
// Assumptions: members come in classes of identical pods; nodes are many, classes few.
// Rule (best fit): classes in order of scarcity (pinned ones first, then fewest places per member,
// then fewest places, then the caller's order); within a class the node that would be left with the
// least room goes first and is filled before the next. Plugins that score go before that: the node
// with the highest weighted sum gets the next member, and is scored anew when it got one. Room left
// is summed over the requested resources in thousandths of the node's allocatable. Ties: the lower
// NodeIndex. Cost: O(nodes) per class, plus O(log nodes) per node used. A class whose rules push
// its members apart goes evenly into the domains of its coarsest topology key, and within one
// evenly onto the nodes: what kube-scheduler will say then is not known, but this is what it most
// likely accepts.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/node_table.h"
#include "model/reason.h"
#include "planner/class_pipeline.h"
#include "planner/domain_chooser.h"
#include "planner/eligibility_cache.h"
#include "planner/member_class.h"

namespace tutti::planner {

struct Placement {
  bool fits = false;
  std::vector<std::vector<model::NodeIndex>>
      nodes;             // per class, `count` entries, members of one node side by side
  model::Reason reason;  // why it does not fit
};

class GangPlacer {
 public:
  GangPlacer(model::NodeTable& nodes, EligibilityCache& eligibility,
             const framework::Plugins& plugins)
      : nodes_(nodes),
        eligibility_(eligibility),
        pipeline_(plugins, nodes, eligibility.labels()),
        domains_(plugins, nodes, eligibility.labels()) {}

  // Against what is free now. Leaves the node table as it was. `gang`: for the PlacementGenerate
  // and PlacementScore plugins; null: the whole cluster, as without them.
  Placement Place(std::span<const MemberClass> classes, const GangView* gang = nullptr);
  // Against what would be free if every pod that can end had ended: where a gang that must wait
  // will go. Prefers the nodes that have least to drain.
  Placement PlaceWhenDrained(std::span<const MemberClass> classes, const GangView* gang = nullptr);
  // Against what would be free with `released` besides. Prefers the nodes that have least room now,
  // which is left to others until then.
  using Released = absl::flat_hash_map<model::NodeIndex, model::ResourceList>;
  Placement PlaceAfter(std::span<const MemberClass> classes, const Released& released,
                       const GangView* gang = nullptr);

 private:
  enum class View { kNow, kDrained, kReleased };
  struct Candidate {
    int64_t plugins;  // their weighted scores: more is better
    int64_t score;    // then: less is better
    model::NodeIndex node;
    int64_t capacity;

    bool GoesAfter(const Candidate& other) const {
      if (plugins != other.plugins) return plugins < other.plugins;
      return score != other.score ? score > other.score : node > other.node;
    }
  };
  struct Taken {
    model::ResourceList amount;
    std::vector<model::HostPort> ports;
  };

  Placement InDomains(std::span<const MemberClass> classes, View view, const GangView* gang);
  Placement Run(std::span<const MemberClass> classes, View view);
  std::vector<size_t> Order(std::span<const MemberClass> classes, View view);
  std::vector<Candidate> Candidates(const MemberClass& wanted, View view);
  void ScanBlock(const MemberClass& wanted, const EligibilityCache::Bits& bits, uint32_t block,
                 View view, std::vector<Candidate>& out);
  void ScanNode(const MemberClass& wanted, model::NodeIndex node, View view,
                std::vector<Candidate>& out);
  bool PortsFree(const MemberClass& wanted, model::NodeIndex node, View view) const;
  int64_t Room(model::ResourceId resource, model::NodeIndex node, View view) const;
  int64_t Score(const MemberClass& wanted, model::NodeIndex node, View view) const;
  model::Reason Shortage(const MemberClass& wanted, View view);
  // Leaves each candidate the capacity that an even spread gives it; false where there is none.
  bool SpreadOut(const MemberClass& wanted, std::vector<Candidate>& candidates) const;
  // By the coarsest of the keys that tells the candidates apart; invalid: each node for itself.
  base::StringId CoarsestKey(const MemberClass& wanted,
                             const std::vector<Candidate>& candidates) const;
  // What the plugins leave of the candidates, with their scores.
  void AskPlugins(const MemberClass& wanted, View view, std::vector<Candidate>& candidates);
  void ShowLater(const MemberClass& wanted, View view);
  bool Take(const MemberClass& wanted, std::vector<Candidate> candidates, View view,
            std::vector<model::NodeIndex>& taken);
  void TakeOne(const MemberClass& wanted, model::NodeIndex node, View view);
  // After a member was placed there: false where the next one cannot go there as well.
  bool Renew(const MemberClass& wanted, View view, Candidate& candidate);
  void ScoreAll(std::vector<Candidate>& candidates);

  model::NodeTable& nodes_;
  EligibilityCache& eligibility_;
  ClassPipeline pipeline_;
  DomainChooser domains_;
  uint64_t seed_ = 0;               // of the placement under way
  const Domain* domain_ = nullptr;  // that it is restricted to; null: none
  std::vector<NodeMask> masks_;
  std::vector<std::vector<model::NodeBlock::Column>> drained_;  // by block and resource
  std::optional<model::Reason> refusal_;  // of the last class, where plugins left no candidate
  const Released* released_ = nullptr;    // of View::kReleased
  // What the classes placed so far take of a cluster as it will be; of the real one it is entered
  // into the node table.
  absl::flat_hash_map<model::NodeIndex, Taken> drained_taken_;
};

}  // namespace tutti::planner
