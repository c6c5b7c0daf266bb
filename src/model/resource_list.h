// ResourceList: amounts by resource, in base units, sorted by id; zero amounts are not stored.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "model/resource_table.h"

namespace tutti::model {

class ResourceList {
 public:
  using Entry = std::pair<ResourceId, int64_t>;

  ResourceList() = default;
  ResourceList(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries) Set(entry.first, entry.second);
  }

  int64_t Get(ResourceId id) const;
  void Set(ResourceId id, int64_t amount);
  // Saturates at int64's ends: an absurd request stays absurd instead of wrapping round.
  void Add(ResourceId id, int64_t amount);
  void Add(const ResourceList& other);
  // Per resource, the larger of the two.
  void RaiseTo(const ResourceList& other);

  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  bool operator==(const ResourceList&) const = default;

  template <class H>
  friend H AbslHashValue(H h, const ResourceList& list) {
    return H::combine(std::move(h), list.entries_);
  }

 private:
  std::vector<Entry> entries_;
};

// Of many pods; saturates likewise.
int64_t SaturatingProduct(int64_t amount, int64_t times);

}  // namespace tutti::model
