// FreeColumns: what a pod asks for, beside the columns of one block that say how much of it is free
// now: looked up once for all nodes of the block.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "model/node_block.h"
#include "model/resource_list.h"

namespace tutti::planner {

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// How many pods that ask for `amount` each go into `room`; `others` where another resource is
// scarcer.
inline int64_t PlacesIn(int64_t room, int64_t amount, int64_t others) {
  if (room < amount) return 0;
  // A division costs more than everything else here.
  int64_t enough = 0;
  const bool scarcer = __builtin_mul_overflow(others, amount, &enough) || room < enough;
  return scarcer ? room / amount : others;
}

// The unit in which room left over is summed up: a thousandth of what the node has.
inline int64_t UnitOf(int64_t allocatable) { return std::max<int64_t>(allocatable / 1000, 1); }

// Good as long as the block does not change.
class FreeColumns {
 public:
  FreeColumns(const model::ResourceList& requests, const model::NodeBlock& block) {
    for (const auto& [resource, amount] : requests.entries()) {
      asked_.push_back(
          {amount, ColumnOf(block.free, resource), ColumnOf(block.statics->allocatable, resource)});
    }
  }

  bool HasRoom(uint32_t offset) const {
    for (const Asked& asked : asked_) {
      if ((*asked.free)[offset] < asked.amount) return false;
    }
    return true;
  }
  // How many such pods the node has room for; kNoLimit where they ask for nothing.
  int64_t Places(uint32_t offset) const {
    int64_t places = kNoLimit;
    for (const Asked& asked : asked_)
      places = PlacesIn((*asked.free)[offset], asked.amount, places);
    return places;
  }
  // What one such pod would leave, summed over the resources it asks for.
  int64_t LeftOver(uint32_t offset) const {
    int64_t left = 0;
    for (const Asked& asked : asked_)
      left += ((*asked.free)[offset] - asked.amount) / UnitOf((*asked.allocatable)[offset]);
    return left;
  }

 private:
  using Column = model::NodeBlock::Column;
  struct Asked {
    int64_t amount;
    const Column* free;
    const Column* allocatable;
  };

  static const Column* ColumnOf(const std::vector<Column>& columns, model::ResourceId resource) {
    static constexpr Column kZero{};
    return resource.value < columns.size() ? &columns[resource.value] : &kZero;
  }

  absl::InlinedVector<Asked, 6> asked_;
};

}  // namespace tutti::planner
