#include "model/node_table.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace tutti::model {
namespace {

void RemovePorts(std::vector<HostPort>& from, const std::vector<HostPort>& ports) {
  for (const HostPort& port : ports) {
    const auto it = std::find(from.begin(), from.end(), port);
    if (it != from.end()) from.erase(it);
  }
}

}  // namespace

bool PortsConflict(const HostPort& a, const HostPort& b) {
  constexpr std::string_view kAny = "0.0.0.0";
  return a.port == b.port && a.protocol == b.protocol &&
         (a.ip == b.ip || a.ip == kAny || b.ip == kAny);
}

bool AnyPortsConflict(const std::vector<HostPort>& used, const std::vector<HostPort>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const HostPort& w) {
    return std::any_of(used.begin(), used.end(),
                       [&](const HostPort& u) { return PortsConflict(u, w); });
  });
}

namespace {

std::vector<NodeBlock::Column> NodeBlock::*ColumnsOf(NodeTable::Reserved what) {
  return what == NodeTable::Reserved::kPlaced ? &NodeBlock::placed : &NodeBlock::for_head;
}

}  // namespace

NodeIndex NodeTable::NewIndex() {
  if (!free_indices_.empty()) {
    const NodeIndex index = free_indices_.back();
    free_indices_.pop_back();
    return index;
  }
  return Append();
}

NodeIndex NodeTable::Append() {
  const NodeIndex index(next_index_++);
  if (BlockOf(index) >= blocks_.size()) {
    auto block = std::make_shared<NodeBlock>();
    block->epoch = epoch_;
    statics_.push_back(std::make_shared<NodeBlock::Statics>());
    statics_.back()->epoch = epoch_;
    block->statics = statics_.back();
    blocks_.push_back(std::move(block));
  }
  return index;
}

NodeIndex NodeTable::Upsert(NodeInfo node) {
  const NodeIndex* known = directory_.Find(node.name);
  NodeIndex index;
  if (known != nullptr) {
    index = *known;
    if (*Info(index) == node) return index;
  } else {
    index = NewIndex();
    directory_.Set(node.name, index);
    const auto load = loads_.find(node.name);
    if (load != loads_.end()) {
      Take(index, &NodeBlock::requested, load->second.charged, +1);
    }
  }
  SetStatics(index, std::make_shared<const NodeInfo>(std::move(node)));
  ++statics_generation_;
  return index;
}

void NodeTable::Remove(std::string_view name) {
  const std::string key(name);
  const NodeIndex* known = directory_.Find(key);
  if (known == nullptr) return;
  const NodeIndex index = *known;
  directory_.Erase(key);
  NodeBlock::Statics& statics = MutableStatics(index);
  statics.infos[OffsetOf(index)] = nullptr;
  statics.names[OffsetOf(index)] = {};
  statics.present.Remove(OffsetOf(index));
  statics.closed.Remove(OffsetOf(index));
  ClearAt(statics.allocatable, OffsetOf(index));
  for (auto& column : statics.fields) column[OffsetOf(index)] = {};
  NodeBlock& block = MutableBlock(index);
  NoteChange(index);
  ClearAt(block.requested, OffsetOf(index));
  ClearAt(block.placed, OffsetOf(index));
  ClearAt(block.for_head, OffsetOf(index));
  ClearAt(block.free, OffsetOf(index));
  reserved_ports_.erase(index);
  free_indices_.push_back(index);
  virtual_nodes_.erase(index);
  ++statics_generation_;
}

void NodeTable::SetStatics(NodeIndex node, std::shared_ptr<const NodeInfo> info) {
  const uint32_t offset = OffsetOf(node);
  NodeBlock::Statics& statics = MutableStatics(node);
  NodeBlock& block = MutableBlock(node);
  NoteChange(node);
  if (statics.infos[offset] != nullptr)
    AddTo(block.free, offset, statics.infos[offset]->allocatable, -1);
  ClearAt(statics.allocatable, offset);
  AddTo(statics.allocatable, offset, info->allocatable, +1);
  AddTo(block.free, offset, info->allocatable, +1);
  if (statics.fields.size() < info->fields.size()) statics.fields.resize(info->fields.size());
  for (size_t i = 0; i < statics.fields.size(); ++i)
    statics.fields[i][offset] = i < info->fields.size() ? info->fields[i] : base::StringId();
  if (info->is_virtual) {
    virtual_nodes_.insert(node);
  } else {
    virtual_nodes_.erase(node);
  }
  statics.infos[offset] = std::move(info);
  statics.names[offset] = statics.infos[offset]->name;
  statics.present.Add(offset);
  if (closed_.contains(statics.infos[offset]->name)) statics.closed.Add(offset);
}

NodeBlock& NodeTable::MutableBlock(NodeIndex node) {
  std::shared_ptr<NodeBlock>& block = blocks_[BlockOf(node)];
  if (block->epoch != epoch_) {
    block = std::make_shared<NodeBlock>(*block);
    block->epoch = epoch_;
  }
  return *block;
}

NodeBlock::Statics& NodeTable::MutableStatics(NodeIndex node) {
  std::shared_ptr<NodeBlock::Statics>& statics = statics_[BlockOf(node)];
  if (statics->epoch != epoch_) {
    statics = std::make_shared<NodeBlock::Statics>(*statics);
    statics->epoch = epoch_;
    MutableBlock(node).statics = statics;
  }
  return *statics;
}

void NodeTable::Take(NodeIndex node, std::vector<NodeBlock::Column> NodeBlock::*columns,
                     const ResourceList& amount, int sign) {
  NodeBlock& block = MutableBlock(node);
  NoteChange(node);
  AddTo(block.*columns, OffsetOf(node), amount, sign);
  AddTo(block.free, OffsetOf(node), amount, -sign);
}

void NodeTable::NoteChange(NodeIndex node) {
  if (!change_seen_ && changes_.back() == node) return;
  change_seen_ = false;
  if (changes_.size() >= kMostChanges) {
    changes_.erase(changes_.begin(), changes_.begin() + kMostChanges / 2);
    first_change_ += kMostChanges / 2;
  }
  changes_.push_back(node);
}

std::optional<std::span<const NodeIndex>> NodeTable::ChangesSince(uint64_t change) const {
  if (change < first_change_) return std::nullopt;
  return std::span(changes_).subspan(change - first_change_);
}

void NodeTable::AddTo(std::vector<NodeBlock::Column>& columns, uint32_t offset,
                      const ResourceList& amount, int sign) {
  for (const auto& [resource, value] : amount.entries()) {
    if (resource.value >= columns.size()) columns.resize(resource.value + 1u);
    columns[resource.value][offset] += sign * value;
  }
}

void NodeTable::ClearAt(std::vector<NodeBlock::Column>& columns, uint32_t offset) {
  for (NodeBlock::Column& column : columns) column[offset] = 0;
}

void NodeTable::SetClosed(const std::string& name, bool closed) {
  const bool changed = closed ? closed_.insert(name).second : closed_.erase(name) > 0;
  const NodeIndex node = Find(name);
  if (!changed || !node.valid()) return;
  NodeMask& mask = MutableStatics(node).closed;
  closed ? mask.Add(OffsetOf(node)) : mask.Remove(OffsetOf(node));
  ++statics_generation_;
}

bool NodeTable::Closed(NodeIndex node) const {
  return blocks_[BlockOf(node)]->statics->closed.Has(OffsetOf(node));
}

void NodeTable::Charge(const std::string& node_name, const ResourceList& amount,
                       const std::vector<HostPort>& ports) {
  Load& load = loads_[node_name];
  load.charged.Add(amount);
  load.ports.insert(load.ports.end(), ports.begin(), ports.end());
  if (const NodeIndex node = Find(node_name); node.valid()) {
    Take(node, &NodeBlock::requested, amount, +1);
  }
}

void NodeTable::Discharge(const std::string& node_name, const ResourceList& amount,
                          const std::vector<HostPort>& ports) {
  const auto it = loads_.find(node_name);
  if (it == loads_.end()) return;
  for (const auto& [resource, value] : amount.entries()) it->second.charged.Add(resource, -value);
  RemovePorts(it->second.ports, ports);
  if (const NodeIndex node = Find(node_name); node.valid()) {
    Take(node, &NodeBlock::requested, amount, -1);
  }
  DropIfEmpty(it);
}

void NodeTable::ChargePermanent(const std::string& node_name, const ResourceList& amount,
                                const std::vector<HostPort>& ports) {
  Load& load = loads_[node_name];
  if (load.permanent.empty() && !amount.empty()) ++nodes_with_permanent_;
  load.permanent.Add(amount);
  load.permanent_ports.insert(load.permanent_ports.end(), ports.begin(), ports.end());
}

void NodeTable::DischargePermanent(const std::string& node_name, const ResourceList& amount,
                                   const std::vector<HostPort>& ports) {
  const auto it = loads_.find(node_name);
  if (it == loads_.end()) return;
  const bool had = !it->second.permanent.empty();
  for (const auto& [resource, value] : amount.entries()) it->second.permanent.Add(resource, -value);
  if (had && it->second.permanent.empty()) --nodes_with_permanent_;
  RemovePorts(it->second.permanent_ports, ports);
  DropIfEmpty(it);
}

void NodeTable::DropIfEmpty(Loads::iterator it) {
  const Load& load = it->second;
  const bool empty = load.charged.empty() && load.permanent.empty() && load.ports.empty() &&
                     load.permanent_ports.empty();
  if (empty) loads_.erase(it);
}

void NodeTable::Reserve(NodeIndex node, const ResourceList& amount,
                        const std::vector<HostPort>& ports, Reserved what) {
  Take(node, ColumnsOf(what), amount, +1);
  if (ports.empty()) return;
  std::vector<HostPort>& reserved = reserved_ports_[node];
  reserved.insert(reserved.end(), ports.begin(), ports.end());
}

void NodeTable::Unreserve(NodeIndex node, const ResourceList& amount,
                          const std::vector<HostPort>& ports, Reserved what) {
  Take(node, ColumnsOf(what), amount, -1);
  if (ports.empty()) return;
  const auto it = reserved_ports_.find(node);
  if (it == reserved_ports_.end()) return;
  RemovePorts(it->second, ports);
  if (it->second.empty()) reserved_ports_.erase(it);
}

NodeIndex NodeTable::Find(std::string_view name) const {
  const NodeIndex* index = directory_.Find(absl::string_view(name.data(), name.size()));
  return index == nullptr ? NodeIndex() : *index;
}

const NodeInfo* NodeTable::Info(NodeIndex node) const {
  if (!node.valid() || BlockOf(node) >= blocks_.size()) return nullptr;
  return blocks_[BlockOf(node)]->statics->infos[OffsetOf(node)].get();
}

int64_t NodeTable::Free(ResourceId resource, NodeIndex node) const {
  return blocks_[BlockOf(node)]->Free(resource, OffsetOf(node));
}

int64_t NodeTable::FreeWhenDrained(ResourceId resource, NodeIndex node) const {
  const int64_t allocatable = blocks_[BlockOf(node)]->Allocatable(resource, OffsetOf(node));
  if (nodes_with_permanent_ == 0) return allocatable;
  const auto it = loads_.find(Info(node)->name);
  return it == loads_.end() ? allocatable : allocatable - it->second.permanent.Get(resource);
}

bool NodeTable::PortsFree(NodeIndex node, const std::vector<HostPort>& ports) const {
  if (ports.empty()) return true;
  const auto load = loads_.find(Info(node)->name);
  if (load != loads_.end() && AnyPortsConflict(load->second.ports, ports)) return false;
  const auto reserved = reserved_ports_.find(node);
  return reserved == reserved_ports_.end() || !AnyPortsConflict(reserved->second, ports);
}

bool NodeTable::PortsFreeWhenDrained(NodeIndex node, const std::vector<HostPort>& ports) const {
  if (ports.empty()) return true;
  const auto load = loads_.find(Info(node)->name);
  return load == loads_.end() || !AnyPortsConflict(load->second.permanent_ports, ports);
}

bool NodeTable::Overcommitted(NodeIndex node) const {
  const NodeBlock& block = *blocks_[BlockOf(node)];
  const uint32_t offset = OffsetOf(node);
  for (size_t r = 0; r < block.placed.size(); ++r) {
    const ResourceId resource(static_cast<uint16_t>(r));
    const int64_t left =
        block.Free(resource, offset) + NodeBlock::At(block.for_head, resource, offset);
    if (block.placed[r][offset] > 0 && left < 0) return true;
  }
  return false;
}

NodeTable::Published NodeTable::Publish() {
  Published published{{blocks_.begin(), blocks_.end()}, directory_.Publish()};
  ++epoch_;
  return published;
}

NodeTable::Layout NodeTable::layout() const {
  Layout layout;
  layout.free = free_indices_;
  for (const std::shared_ptr<NodeBlock>& block : blocks_) {
    for (const std::shared_ptr<const NodeInfo>& info : block->statics->infos)
      if (info != nullptr) layout.nodes.emplace_back(Find(info->name), info);
  }
  return layout;
}

void NodeTable::Restore(Layout layout) {
  while (next_index_ < layout.nodes.size() + layout.free.size()) Append();
  free_indices_ = std::move(layout.free);
  for (auto& [index, info] : layout.nodes) {
    directory_.Set(info->name, index);
    SetStatics(index, std::move(info));
  }
  ++statics_generation_;
}

}  // namespace tutti::model
