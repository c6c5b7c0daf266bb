#include "amounts.h"

#include <algorithm>
#include <limits>

namespace tutti::plugins {
namespace {

int64_t& Entry(Amounts& amounts, ResourceId resource) {
  auto it = std::lower_bound(amounts.begin(), amounts.end(), resource,
                             [](const auto& entry, ResourceId r) { return entry.first < r; });
  if (it == amounts.end() || it->first != resource) it = amounts.emplace(it, resource, 0);
  return it->second;
}

}  // namespace

int64_t AmountOf(const Amounts& amounts, ResourceId resource, int64_t otherwise) {
  for (const auto& [of, amount] : amounts) {
    if (of == resource) return amount;
  }
  return otherwise;
}

void AddTo(Amounts& sum, std::span<const PodClassView::Request> amounts, int64_t sign) {
  for (const auto& [resource, amount] : amounts) Entry(sum, resource) += sign * amount;
  std::erase_if(sum, [](const auto& entry) { return entry.second == 0; });
}

Amounts Asked(const GangView& gang) {
  Amounts asked;
  for (const PodClassView& pods : gang.classes) {
    for (const auto& [resource, amount] : pods.requests) {
      int64_t& sum = Entry(asked, resource);
      int64_t all = 0;
      if (__builtin_mul_overflow(amount, pods.count, &all) ||
          __builtin_add_overflow(sum, all, &sum))
        sum = std::numeric_limits<int64_t>::max();
    }
  }
  return asked;
}

}  // namespace tutti::plugins
