// ClusterMirror: what one stream has been shown of the nodes. Internal to src/remote.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "remote/manifest.h"
#include "tutti/views.h"

namespace tutti::remote {

// Compares each column with what was sent before and sends those that differ. An update that was
// made but not delivered makes it useless, as it does the stream. One thread.
class ClusterMirror {
 public:
  // `numbers` must outlive it.
  explicit ClusterMirror(const Numbering& numbers) : numbers_(numbers) {}

  void Show(const NodeBlockView& block, wire::ClusterUpdate& update);
  void ShowAll(const ClusterView& cluster, wire::ClusterUpdate& update);

  // Grows with every text that a node ever had.
  size_t texts() const { return text_numbers_.size(); }

 private:
  struct Block {
    bool shown = false;
    NodeMask present;
    std::vector<std::string> names;
    // By the plugin's numbers; empty: nobody has any.
    std::vector<std::vector<int64_t>> allocatable;
    std::vector<std::vector<int64_t>> free;
    std::vector<std::vector<TextId>> fields;
  };

  void ShowNames(const NodeBlockView& block, Block& shown, wire::BlockUpdate& update);
  void ShowFields(const NodeBlockView& block, Block& shown, wire::ClusterUpdate& update,
                  wire::BlockUpdate& changes);
  uint32_t NumberOf(TextId id, const TextTable& texts, wire::ClusterUpdate& update);

  const Numbering& numbers_;
  std::vector<Block> blocks_;
  absl::flat_hash_map<TextId, uint32_t> text_numbers_;
};

}  // namespace tutti::remote
