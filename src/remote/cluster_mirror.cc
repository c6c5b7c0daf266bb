#include "remote/cluster_mirror.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

namespace tutti::remote {
namespace {

static_assert(std::endian::native == std::endian::little, "columns cross as they lie in memory");

template <class Value>
std::string Bytes(std::span<const Value> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

// Whether the column is another one than was shown; then it is the one that is.
template <class Value>
bool Changed(const Value* now, std::vector<Value>& shown) {
  if (now == nullptr) {
    const bool had = !shown.empty();
    shown.clear();
    return had;
  }
  if (!shown.empty() && std::memcmp(shown.data(), now, kNodesPerBlock * sizeof(Value)) == 0)
    return false;
  shown.assign(now, now + kNodesPerBlock);
  return true;
}

template <class Add>
void ShowAmounts(std::span<const NodeBlockView::Column> now, const std::vector<ResourceId>& wanted,
                 std::vector<std::vector<int64_t>>& shown, Add&& add) {
  shown.resize(wanted.size());
  for (uint32_t i = 0; i < wanted.size(); ++i) {
    const uint16_t id = wanted[i].value;
    if (!Changed(id < now.size() ? now[id] : nullptr, shown[i])) continue;
    wire::Column& column = *add();
    column.set_number(i);
    column.set_values(Bytes<int64_t>(shown[i]));
  }
}

}  // namespace

void ClusterMirror::ShowAll(const ClusterView& cluster, wire::ClusterUpdate& update) {
  if (cluster.blocks.size() < blocks_.size()) blocks_.resize(cluster.blocks.size());
  for (const NodeBlockView& block : cluster.blocks) Show(block, update);
  update.set_block_count(static_cast<uint32_t>(cluster.blocks.size()));
}

void ClusterMirror::Show(const NodeBlockView& block, wire::ClusterUpdate& update) {
  const uint32_t number = block.first / kNodesPerBlock;
  if (number >= blocks_.size()) blocks_.resize(number + size_t{1});
  Block& shown = blocks_[number];
  wire::BlockUpdate& changes = *update.add_blocks();
  const bool first = !shown.shown;
  if (first || shown.present != block.present) {
    shown.present = block.present;
    changes.set_present(Bytes<uint64_t>(shown.present.words));
  }
  ShowNames(block, shown, changes);
  ShowAmounts(block.allocatable, numbers_.resources, shown.allocatable,
              [&] { return changes.add_allocatable(); });
  ShowAmounts(block.free, numbers_.resources, shown.free, [&] { return changes.add_free(); });
  ShowFields(block, shown, update, changes);
  shown.shown = true;
  const bool any = changes.has_present() || !changes.names().empty() ||
                   !changes.allocatable().empty() || !changes.free().empty() ||
                   !changes.fields().empty();
  if (any) {
    changes.set_number(number);
  } else {
    update.mutable_blocks()->RemoveLast();
  }
}

void ClusterMirror::ShowNames(const NodeBlockView& block, Block& shown,
                              wire::BlockUpdate& changes) {
  const std::span<const std::string_view> now(block.names, kNodesPerBlock);
  if (std::equal(now.begin(), now.end(), shown.names.begin(), shown.names.end())) return;
  shown.names.assign(now.begin(), now.end());
  for (const std::string& name : shown.names) changes.add_names(name);
}

void ClusterMirror::ShowFields(const NodeBlockView& block, Block& shown,
                               wire::ClusterUpdate& update, wire::BlockUpdate& changes) {
  shown.fields.resize(numbers_.node_fields.size());
  for (uint32_t i = 0; i < numbers_.node_fields.size(); ++i) {
    const uint16_t id = numbers_.node_fields[i].value;
    if (!Changed(id < block.fields.size() ? block.fields[id] : nullptr, shown.fields[i])) continue;
    wire::Column& column = *changes.add_fields();
    column.set_number(i);
    std::vector<uint32_t> numbers;
    for (const TextId text : shown.fields[i])
      numbers.push_back(NumberOf(text, *block.texts, update));
    column.set_values(Bytes<uint32_t>(numbers));
  }
}

uint32_t ClusterMirror::NumberOf(TextId id, const TextTable& texts, wire::ClusterUpdate& update) {
  if (!id.valid()) return TextId::kNone;
  const auto [at, fresh] = text_numbers_.emplace(id, static_cast<uint32_t>(text_numbers_.size()));
  if (fresh) update.add_texts(std::string(texts.Text(id)));
  return at->second;
}

}  // namespace tutti::remote
