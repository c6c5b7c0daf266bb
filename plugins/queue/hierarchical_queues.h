// HierarchicalQueues: a tree of queues with guarantees, limits and weighted fair shares.
//
// Assumptions: what is shared is what gangs hold; pods of no gang count for the cluster's capacity
// by being there, but belong to no queue. Capacity is what all nodes can allocate.
// Rule: QueueTree says what a queue may hold (PreEnqueue, Reserve) and which is served first
// (QueueSelect); a gang of a queue that holds less than it is guaranteed may take it back, in whole
// gangs, from queues that hold more than they are guaranteed (SelectVictims).
// All of that holds once more for the nodes of each flavor (FlavorTrees), and with it FlavorQuota
// says which nodes a gang may be placed on (PlacementGenerate, only where flavors are configured).
// PartLimits bounds what the gangs of one user, or group, hold in a queue. Accounts: bound pods by
// cluster events, promised places by Reserve and Unreserve.
//
// A gang waits in the queue that it names (its namespace's LocalQueue of that name goes before a
// queue of that name); else in the one that lists its namespace under `namespaces`, the first by
// number; else in the one of its namespace's LocalQueue "default"; else in `defaultQueue`.
//
// Queues are those of the configuration and the API objects Queue and LocalQueue of tutti.dev. An
// object that is wrong keeps its own gangs, and those below it, from starting, and nobody else's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "flavor_quota.h"
#include "flavor_trees.h"
#include "node_flavors.h"
#include "part_accounts.h"
#include "part_limits.h"
#include "queue_accounts.h"
#include "queue_catalog.h"
#include "queue_naps.h"
#include "queue_reasons.h"
#include "queue_specs.h"
#include "queue_tree.h"
#include "queue_turns.h"
#include "reclaim.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/reserve.h"
#include "tutti/plugin/state.h"

namespace tutti::plugins {

class HierarchicalQueues : public QueueSelectPlugin,
                           public PreEnqueuePlugin,
                           public ReservePlugin,
                           public SelectVictimsPlugin,
                           public ClusterEventPlugin,
                           public ObjectWatchPlugin,
                           public StatePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  HierarchicalQueues(Config& config, PluginHost& host);

  std::size_t queues() const override;
  QueueId QueueOf(const GangView& gang) const override;
  void BeginRound(std::span<const QueueId> waiting) override;
  std::optional<QueueId> NextQueue() override;
  bool Skips(QueueId queue, uint64_t arrival) const override;
  std::chrono::nanoseconds RunTimeLimit(QueueId queue, const GangView& gang) const override;
  bool Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) override;
  QueueDescription Describe(QueueId queue) const override;
  std::vector<QueueHandle> Handles() const override;
  std::string HandleOf(const GangView& gang) const override;

  Status PreEnqueue(const GangView& gang, const ClusterView& cluster) const override;
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) override;
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView& cluster) override;
  void Unreserve(const GangView& gang, const PlacementView& placement) override;
  Status SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                       const ClusterView& cluster, const BoundPods& pods,
                       std::vector<PodUid>& victims) const override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;
  std::vector<ObjectKind> Watches() const override;
  void OnObject(const WatchedObject& object, Config& spec) override;
  void OnObjectGone(const WatchedObject& object) override;
  void CheckObject(const WatchedObject& object, Config& spec) const override;
  std::string Save() const override;
  Status Restore(std::string_view bytes) override;

 protected:
  // As PlacementGenerate: the nodes of each flavor that the gang may go to.
  Status FlavorDomains(const GangView& gang, std::vector<Domain>& domains) const;

 private:
  // By whom a gang is found in a queue.
  struct Home {
    std::string namespace_name;
    std::string queue;
    std::string user;  // its account
  };

  // Makes the tree what the catalog says. Objects come by the thousand when a process starts: that
  // is left until somebody asks.
  void Settle() const;
  QueueSpec ReadObject(const WatchedObject& object, Config& spec, ResourceNames& names) const;
  // kNowhere: there is no such queue.
  QueueId Named(std::string_view namespace_name, std::string_view queue) const;
  QueueId Named(const GangView& gang) const { return Named(gang.namespace_name, gang.queue); }
  bool Allows(QueueId queue, std::string_view namespace_name) const;
  Status MayWait(const GangView& gang, QueueId queue) const;
  // For gangs of the namespace, which mean it by that name.
  Status IsOpen(QueueId queue, std::string_view namespace_name, std::string_view name) const;
  std::string ProblemOfHandle(const Status& open) const;
  std::vector<QueuePart> DescribeFlavors(QueueId queue) const;
  std::vector<QueuePart> DescribeParts(PartKind kind, QueueId queue) const;
  Status RunsTooLong(const GangView& gang, const QueueSpec& spec) const;
  Status MayHold(const GangView& gang, QueueId queue, bool runs) const;
  // Of its classes; empty: it is in none, or they are not told.
  std::string_view GroupOf(const GangView& gang) const;
  QueueAccounts::Owner OwnerOf(const GangView& gang) const;
  std::optional<QueueRefusal> PartRefuses(PartKind kind, const GangView& gang, QueueId queue,
                                          bool runs, const Amounts& asked) const;
  std::optional<QueueRefusal> FlavorRefuses(const GangView& gang, QueueId queue,
                                            const Amounts& asked) const;
  Status MayUse(const GangView& gang, QueueId queue, std::string_view flavor) const;
  // Of which of its queue's guarantees it may take back what it asks for.
  std::vector<Reclaim::Claim> ClaimsOf(const GangView& gang, QueueId queue) const;
  void PlaceBound(const PlacedPodView& pod);
  void FlavorOfNodeChanged(const NodeView& node, bool there);
  std::string Called(const QueueTree::Refusal& refusal) const;
  void NodeChanged(const NodeView& node, bool there);
  void AddCapacity(NodeIndex node, const Amounts& amounts, int64_t sign);
  QueueingHint PodChanged(const ClusterEventView& event);
  // The gang holds less. Whether anybody may go now.
  QueueingHint Freed(uint64_t gang);

  ResourceNames resource_names_;
  const std::string default_queue_;
  const bool watches_objects_;
  NodeFlavors node_flavors_;
  QueueCatalog catalog_;
  // What Settle makes of it.
  mutable bool stale_ = true;
  mutable QueueTree tree_;
  mutable PartAccounts users_{tree_, BoundsUsers};
  mutable FlavorTrees flavors_{node_flavors_.Names()};
  mutable PartAccounts groups_{tree_, BoundsGroups};
  mutable QueueAccounts accounts_{tree_, users_, groups_, flavors_};
  mutable QueueNaps naps_{tree_};
  QueueTurns turns_{tree_};
  // Of the last refusal that ends when queues hold less: whose, which queue is full, and whether
  // for this gang's user or group only.
  mutable uint64_t refused_ = 0;
  mutable QueueId full_;
  mutable bool for_part_ = false;
  bool nowhere_waits_ = false;  // in this round
  // Gangs that came before their queue, by arrival: they may hold something.
  mutable std::map<uint64_t, Home> homeless_;
  std::map<NodeIndex, Amounts> nodes_;  // what each can allocate
  // Pods that are bound to nodes that have not come yet: the node's name, and their gang.
  std::set<std::pair<std::string, uint64_t>> early_;
  PluginHost& host_;
  const PodField group_label_;
  const QueueReasons reasons_;
};

}  // namespace tutti::plugins
