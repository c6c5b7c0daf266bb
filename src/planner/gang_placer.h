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
//
// Nodes of a virtual-kubelet are for what fits nowhere else: a gang is placed without them first,
// and where it does not fit so, on real nodes as far as they go. What room they show is made when
// it is asked for, so nothing is planned on what will be free there later (PlaceAfter).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/device_table.h"
#include "model/node_table.h"
#include "model/reason.h"
#include "planner/class_pipeline.h"
#include "planner/core_options.h"
#include "planner/domain_chooser.h"
#include "planner/eligibility_cache.h"
#include "planner/free_columns.h"
#include "planner/member_class.h"
#include "planner/name_order.h"
#include "planner/place_index.h"

namespace tutti::planner {

struct Placement {
  bool fits = false;
  std::vector<std::vector<model::NodeIndex>>
      nodes;  // per class, `count` entries, members of one node side by side
  // As `nodes`: which devices of the node; empty where the class asks for none.
  std::vector<std::vector<model::DeviceSet>> devices;
  // As `nodes`: what the Score plugins gave the node before the member was there; empty where none
  // scores.
  std::vector<std::vector<int64_t>> scores;
  model::Reason reason;  // why it does not fit

  model::DeviceSet DevicesOf(size_t member_class, size_t member) const {
    const std::vector<model::DeviceSet>& of_class = devices[member_class];
    return of_class.empty() ? model::DeviceSet() : of_class[member];
  }
};

class GangPlacer {
 public:
  GangPlacer(model::NodeTable& nodes, EligibilityCache& eligibility,
             const framework::Plugins& plugins, const model::DeviceTable& devices = {},
             TieBreak tie_break = TieBreak::kBestFit)
      : nodes_(nodes),
        eligibility_(eligibility),
        devices_(devices),
        tie_break_(tie_break),
        names_(nodes),
        index_(nodes),
        drained_index_(nodes),
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
    bool is_virtual = false;  // before all that: real ones first

    bool GoesAfter(const Candidate& other) const {
      if (is_virtual != other.is_virtual) return is_virtual;
      if (plugins != other.plugins) return plugins < other.plugins;
      return score != other.score ? score > other.score : node > other.node;
    }
  };
  struct Taken {
    model::ResourceList amount;
    std::vector<model::HostPort> ports;
  };

  // Whether any of them could go to a virtual node.
  bool ReachesVirtual(std::span<const MemberClass> classes);
  bool IsVirtual(model::NodeIndex node) const { return nodes_.virtual_nodes().contains(node); }
  Placement RealFirst(std::span<const MemberClass> classes, View view, const GangView* gang);
  Placement InDomains(std::span<const MemberClass> classes, View view, const GangView* gang);
  Placement Run(std::span<const MemberClass> classes, View view);
  // Whether what is known of the shape from before says all about the class.
  bool IndexServes(std::span<const MemberClass> classes, View view) const;
  // One member by the index. nullopt: the index cannot say.
  std::optional<Placement> PlaceByIndex(const MemberClass& wanted, View view);
  PlaceIndex::Key KeyOf(const MemberClass& wanted, model::NodeIndex node, View view);
  // As CapacityOf > 0, for less.
  bool HasRoomFor(const MemberClass& wanted, const FreeColumns& columns, model::NodeIndex node,
                  View view) const;
  std::vector<size_t> Order(std::span<const MemberClass> classes, View view);
  std::vector<Candidate> Candidates(const MemberClass& wanted, View view);
  // How many members the node has room for; kNoLimit where they ask for nothing.
  int64_t CapacityOf(const MemberClass& wanted, const FreeColumns& columns, model::NodeIndex node,
                     View view) const;
  void ScanBlock(const MemberClass& wanted, const EligibilityCache::Bits& bits, uint32_t block,
                 View view, std::vector<Candidate>& out);
  void ScanNode(const MemberClass& wanted, const FreeColumns& columns, model::NodeIndex node,
                View view, std::vector<Candidate>& out);
  bool PortsFree(const MemberClass& wanted, model::NodeIndex node, View view) const;
  int64_t Room(model::ResourceId resource, model::NodeIndex node, View view) const;
  int64_t Score(const MemberClass& wanted, const FreeColumns& columns, model::NodeIndex node,
                View view);
  model::Reason Shortage(const MemberClass& wanted, View view);
  // Leaves each candidate the capacity that an even spread gives it; false where there is none.
  bool SpreadOut(const MemberClass& wanted, std::vector<Candidate>& candidates) const;
  // By the coarsest of the keys that tells the candidates apart; invalid: each node for itself.
  base::StringId CoarsestKey(const MemberClass& wanted,
                             const std::vector<Candidate>& candidates) const;
  // What the plugins leave of the candidates, with their scores.
  void AskPlugins(const MemberClass& wanted, View view, std::vector<Candidate>& candidates);
  void ShowLater(const MemberClass& wanted, View view);
  // The class is number `which` of the placement.
  bool Take(const MemberClass& wanted, std::vector<Candidate> candidates, View view, size_t which,
            Placement& placement);
  // Which devices of the node the next member gets.
  model::DeviceSet SelectDevices(const model::DeviceRequest& request, model::NodeIndex node,
                                 View view);
  void TakeOne(const MemberClass& wanted, model::NodeIndex node, const model::DeviceSet& devices,
               View view);
  void GiveBack(const MemberClass& wanted, model::NodeIndex node, const model::DeviceSet& devices);
  // What a member takes away from what the plugins see of a cluster as it will be.
  void TakeFromDrained(const model::ResourceList& amount, model::NodeIndex node);
  model::ResourceList DeviceAmount(const MemberClass& wanted,
                                   const model::DeviceSet& devices) const {
    return devices_.AmountOf(devices_.RequestOf(wanted.shape->requests), devices);
  }
  model::FreeDevices FreeDevicesOf(model::NodeIndex node, View view) const;
  // After a member was placed there: false where the next one cannot go there as well.
  bool Renew(const MemberClass& wanted, View view, Candidate& candidate);
  void ScoreAll(std::vector<Candidate>& candidates);

  model::NodeTable& nodes_;
  EligibilityCache& eligibility_;
  const model::DeviceTable devices_;
  const TieBreak tie_break_;
  NameOrder names_;
  PlaceIndex index_;          // of View::kNow
  PlaceIndex drained_index_;  // of View::kDrained
  ClassPipeline pipeline_;
  DomainChooser domains_;
  uint64_t seed_ = 0;               // of the placement under way
  const Domain* domain_ = nullptr;  // that it is restricted to; null: none
  bool asks_plugins_ = false;       // about the class that is being placed
  bool real_only_ = false;          // virtual nodes are left out
  std::vector<NodeMask> masks_;
  std::vector<std::vector<model::NodeBlock::Column>> drained_;  // by block and resource
  std::optional<model::Reason> refusal_;  // of the last class, where plugins left no candidate
  const Released* released_ = nullptr;    // of View::kReleased
  // What the classes placed so far take of a cluster as it will be; of the real one it is entered
  // into the node table.
  absl::flat_hash_map<model::NodeIndex, Taken> drained_taken_;
};

}  // namespace tutti::planner
