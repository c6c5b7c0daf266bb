#include "tests/support/shown_cluster.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace tutti::testing {

namespace wire = v1::plugin;

namespace {

template <class Value>
std::vector<Value> Values(const std::string& bytes) {
  std::vector<Value> values(bytes.size() / sizeof(Value));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <class Columns>
auto& At(Columns& columns, uint32_t number) {
  if (columns.size() <= number) columns.resize(number + size_t{1});
  return columns[number];
}

template <class Columns, class Pointers>
void PointInto(const Columns& columns, Pointers& pointers) {
  pointers.clear();
  for (const auto& column : columns) pointers.push_back(column.empty() ? nullptr : column.data());
}

}  // namespace

NodeMask MaskAt(const std::string& bytes, size_t i) {
  NodeMask mask;
  std::memcpy(mask.words.data(), bytes.data() + i * sizeof mask.words, sizeof mask.words);
  return mask;
}

void AppendMask(const NodeMask& mask, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(mask.words.data()), sizeof mask.words);
}

void ShownCluster::Update(const wire::ClusterUpdate& update) {
  for (const std::string& text : update.texts()) numbers_.push_back(texts_.Intern(text));
  if (update.has_block_count()) {
    blocks_.resize(update.block_count());
    views_.resize(update.block_count());
  }
  for (const wire::BlockUpdate& block : update.blocks()) Update(block);
}

void ShownCluster::Update(const wire::BlockUpdate& update) {
  if (blocks_.size() <= update.number()) {
    blocks_.resize(update.number() + size_t{1});
    views_.resize(blocks_.size());
  }
  std::unique_ptr<Block>& block = blocks_[update.number()];
  if (block == nullptr) block = std::make_unique<Block>();
  if (update.has_present()) block->present = MaskAt(update.present(), 0);
  if (!update.names().empty()) block->names.assign(update.names().begin(), update.names().end());
  for (const wire::Column& column : update.allocatable())
    At(block->allocatable, column.number()) = Values<int64_t>(column.values());
  for (const wire::Column& column : update.free())
    At(block->free, column.number()) = Values<int64_t>(column.values());
  for (const wire::Column& column : update.fields()) {
    std::vector<TextId>& to = At(block->fields, column.number());
    to.clear();
    for (const uint32_t number : Values<uint32_t>(column.values()))
      to.push_back(number == TextId::kNone ? TextId() : numbers_.at(number));
  }
  Point(update.number());
}

void ShownCluster::Point(uint32_t number) {
  Block& block = *blocks_[number];
  PointInto(block.allocatable, block.allocatable_columns);
  PointInto(block.free, block.free_columns);
  PointInto(block.fields, block.field_columns);
  block.name_views.assign(block.names.begin(), block.names.end());
  NodeBlockView& view = views_[number];
  view.first = number * kNodesPerBlock;
  view.present = block.present;
  view.allocatable = block.allocatable_columns;
  view.free = block.free_columns;
  view.fields = block.field_columns;
  view.names = block.name_views.data();
  view.texts = &texts_;
}

ShownPod::ShownPod(const wire::PodClass& pod) : fields_(pod.fields().begin(), pod.fields().end()) {
  for (int i = 0; i < pod.resources_size(); ++i)
    requests_.emplace_back(static_cast<uint16_t>(pod.resources(i)), pod.amounts(i));
  view_.namespace_name = pod.namespace_();
  view_.gang = pod.gang();
  view_.count = pod.count();
  view_.priority = pod.priority();
  view_.requests = requests_;
  view_.fields = fields_;
}

ShownPlacedPod::ShownPlacedPod(const wire::PlacedPod& pod)
    : fields_(pod.fields().begin(), pod.fields().end()) {
  for (int i = 0; i < pod.resources_size(); ++i)
    requests_.emplace_back(static_cast<uint16_t>(pod.resources(i)), pod.amounts(i));
  view_.uid = {pod.uid_high(), pod.uid_low()};
  view_.namespace_name = pod.namespace_();
  view_.name = pod.name();
  view_.gang = pod.gang();
  view_.gang_arrival = pod.gang_arrival();
  view_.priority = pod.priority();
  view_.leaving = pod.leaving();
  view_.evictable = pod.evictable();
  if (pod.has_node()) view_.node = NodeIndex(pod.node());
  view_.node_name = pod.node_name();
  view_.bound_since = std::chrono::seconds(pod.bound_since_s());
  view_.requests = requests_;
  view_.fields = fields_;
}

ShownGang::ShownGang(const wire::Gang& gang) {
  for (const wire::PodClass& pod : gang.classes()) {
    pods_.push_back(std::make_unique<ShownPod>(pod));
    classes_.push_back(pods_.back()->view());
  }
  view_.namespace_name = gang.namespace_();
  view_.name = gang.name();
  view_.dialect = gang.dialect();
  view_.priority = gang.priority();
  view_.arrival = gang.arrival();
  view_.created = std::chrono::nanoseconds(gang.created_ns());
  view_.min_member = gang.min_member();
  view_.members = gang.members();
  view_.bound = gang.bound();
  view_.queue = gang.queue();
  view_.classes = classes_;
  for (const uint32_t node : gang.placed_on()) placed_on_.push_back(NodeIndex(node));
  view_.placed_on = placed_on_;
}

}  // namespace tutti::testing
