// TableWriter: what numbers in a file's entries stand for, handed out as they are first used.
// Internal to src/record.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "base/interner.h"
#include "model/pod_info.h"
#include "model/reason_table.h"
#include "model/resource_table.h"
#include "tutti/v1/decision_log.pb.h"

namespace tutti::record {

namespace pb = ::tutti::v1::record;

// Of one file. Texts and resources keep the numbers that they have in the process; shapes, lists
// and markers are told apart by where they stand in memory, and live as long as this. One thread.
class TableWriter {
 public:
  TableWriter(const base::Interner& texts, const model::ResourceTable& resources)
      : texts_(texts), resources_(resources) {}

  uint32_t NumberOf(const std::shared_ptr<const model::PodShape>& shape);
  uint32_t NumberOf(const std::shared_ptr<const model::ResourceList>& list);
  uint32_t NumberOf(const model::PluginReason& reason);
  // Plus one; 0 for null.
  uint32_t NumberOf(const model::SharedGangMarkers& markers);

  // The texts that are new since the last call, at most kMostTexts at once. False: there are none.
  static constexpr size_t kMostTexts = 8192;
  bool TakeTexts(pb::Tables& tables);
  // Everything else that is new.
  void TakeRest(pb::Tables& tables);

 private:
  const base::Interner& texts_;
  const model::ResourceTable& resources_;
  size_t texts_taken_ = 0;
  size_t resources_taken_ = 0;
  absl::flat_hash_map<std::shared_ptr<const model::PodShape>, uint32_t> shapes_;
  absl::flat_hash_map<std::shared_ptr<const model::ResourceList>, uint32_t> lists_;
  absl::flat_hash_map<const model::PluginReason*, uint32_t> reasons_;
  absl::flat_hash_map<model::SharedGangMarkers, uint32_t> markers_;
  pb::Tables fresh_;
};

}  // namespace tutti::record
