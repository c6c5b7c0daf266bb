// NodeTable: the writer's side of the node blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/cow_map.h"
#include "model/node_block.h"
#include "model/pod_info.h"

namespace tutti::model {

// Owned by one thread. Pods are charged by node name, so a pod may be known before its node is: its
// charge waits until the node appears.
class NodeTable {
 public:
  using Directory = CowMap<std::string, NodeIndex>;

  NodeTable() = default;
  NodeTable(const NodeTable&) = delete;
  NodeTable& operator=(const NodeTable&) = delete;

  // The node's index; stable until the node is removed, then free for another.
  NodeIndex Upsert(NodeInfo node);
  // Charges of its pods are kept by name for the case that it comes back.
  void Remove(std::string_view name);

  // By name, so that it holds for a node that comes back or is yet to come.
  void SetClosed(const std::string& name, bool closed);
  const std::set<std::string>& closed() const { return closed_; }
  bool Closed(NodeIndex node) const;

  void Charge(const std::string& node_name, const ResourceList& amount,
              const std::vector<HostPort>& ports);
  void Discharge(const std::string& node_name, const ResourceList& amount,
                 const std::vector<HostPort>& ports);
  enum class Reserved : uint8_t { kPlaced, kForHead };  // the block's columns of these names
  void Reserve(NodeIndex node, const ResourceList& amount, const std::vector<HostPort>& ports,
               Reserved what = Reserved::kPlaced);
  void Unreserve(NodeIndex node, const ResourceList& amount, const std::vector<HostPort>& ports,
                 Reserved what = Reserved::kPlaced);
  // What pods that never end (DaemonSet, static) ask for, out of what is charged.
  void ChargePermanent(const std::string& node_name, const ResourceList& amount,
                       const std::vector<HostPort>& ports);
  void DischargePermanent(const std::string& node_name, const ResourceList& amount,
                          const std::vector<HostPort>& ports);

  NodeIndex Find(std::string_view name) const;
  const NodeInfo* Info(NodeIndex node) const;  // null where there is no such node
  const std::set<NodeIndex>& virtual_nodes() const { return virtual_nodes_; }
  int64_t Free(ResourceId resource, NodeIndex node) const;
  // What would be free if every pod that can end had ended and nothing were reserved.
  int64_t FreeWhenDrained(ResourceId resource, NodeIndex node) const;
  bool PortsFree(NodeIndex node, const std::vector<HostPort>& ports) const;
  bool PortsFreeWhenDrained(NodeIndex node, const std::vector<HostPort>& ports) const;
  // True where more is charged and promised to members than the node has. What is kept for the head
  // may well be more than is free.
  bool Overcommitted(NodeIndex node) const;

  const std::vector<std::shared_ptr<NodeBlock>>& blocks() const { return blocks_; }
  uint32_t capacity() const { return static_cast<uint32_t>(blocks_.size()) * NodeBlock::kNodes; }
  size_t size() const { return directory_.size(); }
  // Changes whenever a Node object changes: eligibility computed before is void.
  uint64_t statics_generation() const { return statics_generation_; }
  // Changes of nodes' numbers are counted, those of one node in a row as one; this is the number of
  // the next.
  uint64_t next_change() const {
    change_seen_ = true;
    return first_change_ + changes_.size();
  }
  // The nodes that have changed since, in order, some several times; nullopt: too long ago to tell.
  std::optional<std::span<const NodeIndex>> ChangesSince(uint64_t change) const;

  struct Published {
    std::vector<std::shared_ptr<const NodeBlock>> blocks;
    Directory directory;
  };
  // After this, the first change to each block copies it.
  Published Publish();

  // Which node stands where. Indices break ties, so a table that is to decide alike needs the same.
  struct Layout {
    std::vector<std::pair<NodeIndex, std::shared_ptr<const NodeInfo>>> nodes;  // by index
    std::vector<NodeIndex> free;  // the last one is given away first
  };
  Layout layout() const;
  // Of an empty table. `layout` names each index below its size once.
  void Restore(Layout layout);

 private:
  static constexpr size_t kMostChanges = size_t{1} << 16;

  struct Load {  // of one node name
    ResourceList charged;
    ResourceList permanent;
    std::vector<HostPort> ports;
    std::vector<HostPort> permanent_ports;
  };
  using Loads = absl::flat_hash_map<std::string, Load>;

  NodeBlock& MutableBlock(NodeIndex node);
  NodeBlock::Statics& MutableStatics(NodeIndex node);
  // Enters an amount into a column of the block and out of what is free.
  void Take(NodeIndex node, std::vector<NodeBlock::Column> NodeBlock::*columns,
            const ResourceList& amount, int sign);
  void SetStatics(NodeIndex node, std::shared_ptr<const NodeInfo> info);
  void NoteChange(NodeIndex node);
  static void AddTo(std::vector<NodeBlock::Column>& columns, uint32_t offset,
                    const ResourceList& amount, int sign);
  static void ClearAt(std::vector<NodeBlock::Column>& columns, uint32_t offset);
  NodeIndex NewIndex();
  NodeIndex Append();
  void DropIfEmpty(Loads::iterator load);

  std::vector<std::shared_ptr<NodeBlock>> blocks_;
  std::vector<std::shared_ptr<NodeBlock::Statics>>
      statics_;  // the blocks' own, where they may change
  Directory directory_;
  Loads loads_;
  absl::flat_hash_map<NodeIndex, std::vector<HostPort>> reserved_ports_;
  std::vector<NodeIndex> free_indices_;
  std::set<std::string> closed_;
  std::set<NodeIndex> virtual_nodes_;
  uint32_t next_index_ = 0;
  uint64_t epoch_ = 1;
  uint64_t statics_generation_ = 0;
  size_t nodes_with_permanent_ = 0;
  std::vector<NodeIndex> changes_;
  uint64_t first_change_ = 0;
  mutable bool change_seen_ = true;  // the last one, by somebody who will ask for later ones
};

bool PortsConflict(const HostPort& a, const HostPort& b);
bool AnyPortsConflict(const std::vector<HostPort>& used, const std::vector<HostPort>& wanted);

}  // namespace tutti::model
