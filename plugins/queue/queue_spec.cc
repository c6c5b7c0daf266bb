#include "queue_spec.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

void Add(Amounts& amounts, ResourceId resource, int64_t more) {
  const PodClassView::Request entry[] = {{resource, more}};
  AddTo(amounts, entry);
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
      const int64_t before = AmountOf(of_flavors, resource);
      Add(of_flavors, resource, SaturatingSum(before, amount) - before);
    }
  }
  for (const auto& [resource, amount] : of_flavors) {
    const int64_t own = AmountOf(promised, resource);
    if (amount > own) Add(promised, resource, amount - own);
  }
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
