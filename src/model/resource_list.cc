#include "model/resource_list.h"

#include <algorithm>
#include <limits>

namespace tutti::model {
namespace {

int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

bool Before(const ResourceList::Entry& entry, ResourceId id) { return entry.first < id; }

}  // namespace

int64_t ResourceList::Get(ResourceId id) const {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), id, Before);
  return it != entries_.end() && it->first == id ? it->second : 0;
}

void ResourceList::Set(ResourceId id, int64_t amount) {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), id, Before);
  const bool present = it != entries_.end() && it->first == id;
  if (amount == 0) {
    if (present) entries_.erase(it);
  } else if (present) {
    it->second = amount;
  } else {
    entries_.insert(it, {id, amount});
  }
}

void ResourceList::Add(ResourceId id, int64_t amount) {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), id, Before);
  if (it == entries_.end() || it->first != id) {
    if (amount != 0) entries_.insert(it, {id, amount});
    return;
  }
  it->second = SaturatingAdd(it->second, amount);
  if (it->second == 0) entries_.erase(it);
}

void ResourceList::Add(const ResourceList& other) {
  for (const Entry& entry : other.entries_) Add(entry.first, entry.second);
}

void ResourceList::RaiseTo(const ResourceList& other) {
  for (const Entry& entry : other.entries_)
    Set(entry.first, std::max(Get(entry.first), entry.second));
}

int64_t SaturatingProduct(int64_t amount, int64_t times) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(amount, times, &product)) return product;
  return (amount > 0) == (times > 0) ? std::numeric_limits<int64_t>::max()
                                     : std::numeric_limits<int64_t>::min();
}

}  // namespace tutti::model
