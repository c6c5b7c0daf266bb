#include "queue_spec.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

// At least so much of it. What is there stays, also where it is zero: that means something.
void RaiseTo(Amounts& amounts, ResourceId resource, int64_t amount) {
  const auto it =
      std::lower_bound(amounts.begin(), amounts.end(), resource,
                       [](const auto& entry, ResourceId wanted) { return entry.first < wanted; });
  if (it != amounts.end() && it->first == resource) {
    it->second = std::max(it->second, amount);
  } else if (amount > 0) {
    amounts.emplace(it, resource, amount);
  }
}

}  // namespace

int64_t SaturatingSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t LimitOf(const QueueSpec& spec, ResourceId resource) {
  const int64_t limit = AmountOf(spec.limit, resource, INT64_MAX);
  const int64_t borrow = AmountOf(spec.borrow_limit, resource, INT64_MAX);
  return std::min(limit, SaturatingSum(AmountOf(spec.guaranteed, resource), borrow));
}

Amounts PromisedBy(const QueueSpec& spec) {
  Amounts promised = spec.guaranteed;
  Amounts of_flavors;
  for (const FlavorSpec& flavor : spec.flavors) {
    for (const auto& [resource, amount] : flavor.guaranteed) {
      RaiseTo(of_flavors, resource, SaturatingSum(AmountOf(of_flavors, resource), amount));
    }
  }
  for (const auto& [resource, amount] : of_flavors) RaiseTo(promised, resource, amount);
  return promised;
}

std::vector<QueueSpec> OfFlavor(std::span<const QueueSpec> specs, std::string_view flavor) {
  std::vector<QueueSpec> of_flavor(specs.size());
  for (size_t i = 0; i < specs.size(); ++i) {
    QueueSpec& spec = of_flavor[i];
    spec.name = specs[i].name;
    spec.parent = specs[i].parent;
    spec.weight = specs[i].weight;
    spec.reclaimable = specs[i].reclaimable;
    const std::vector<FlavorSpec>& listed = specs[i].flavors;
    const auto quota = std::find_if(listed.begin(), listed.end(),
                                    [&](const FlavorSpec& of) { return of.name == flavor; });
    if (quota == listed.end()) continue;
    spec.guaranteed = quota->guaranteed;
    spec.limit = quota->limit;
    spec.borrow_limit = quota->borrow_limit;
    spec.lend_limit = quota->lend_limit;
  }
  return of_flavor;
}

}  // namespace tutti::plugins
