#include "importer/kueue_quotas.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/shown.h"
#include "importer/amount.h"

namespace tutti::importer {
namespace {

void ReadResource(ObjectFields resource, const std::string& flavor, bool keep,
                  KueueQuotas& quotas) {
  const std::string name = resource.Text("name");
  if (name.empty()) {
    if (!resource.Has("name")) resource.Conflict("name", "expected the name of a resource");
    return;
  }
  KueueQuota& quota = quotas.of[{keep ? flavor : "", name}];
  quota.flavors.insert(flavor);
  const int64_t nominal = resource.Quantity("nominalQuota", name).value_or(0);
  const std::optional<int64_t> borrowing = resource.Quantity("borrowingLimit", name);
  const std::optional<int64_t> lending = resource.Quantity("lendingLimit", name);
  quota.nominal = SaturatingSum(quota.nominal, nominal);
  quota.borrowing = SaturatingSum(quota.borrowing, borrowing.value_or(0));
  quota.lending = SaturatingSum(quota.lending, lending.value_or(nominal));
  quota.borrows_freely = quota.borrows_freely || !borrowing;
  quota.lends_freely = quota.lends_freely || !lending;
  resource.IgnoreRest();
}

}  // namespace

KueueQuotas ReadKueueQuotas(ObjectFields& spec, const KueueFlavors& flavors, bool keep) {
  KueueQuotas quotas;
  spec.Each("resourceGroups", [&](ObjectFields group) {
    group.Drop("coveredResources");  // each flavor lists them again
    group.Each("flavors", [&](ObjectFields flavor) {
      const std::string name = flavor.Text("name");
      const bool kept = keep && flavors.HasLabels(name);
      if (kept) quotas.flavors.push_back(name);
      flavor.Each("resources", [&](ObjectFields resource) {
        ReadResource(std::move(resource), name, kept, quotas);
      });
      flavor.IgnoreRest();
    });
    group.IgnoreRest();
  });
  for (const auto& [key, quota] : quotas.of) {
    const std::string& resource = key.second;
    if (quota.nominal == std::numeric_limits<int64_t>::max())
      spec.Conflict("resourceGroups", base::Shown(resource) + " does not fit 64 bits in all");
    if (quota.flavors.size() < 2) continue;
    spec.Changed("resourceGroups",
                 absl::StrFormat("the flavors %s are one here: %s %s in all, of whichever nodes",
                                 base::Shown(absl::StrJoin(quota.flavors, ", ")),
                                 AmountText(resource, quota.nominal), base::Shown(resource)),
                 "import their ResourceFlavors, with nodeLabels, or give the pods the flavor's "
                 "nodeLabels as nodeSelector");
  }
  return quotas;
}

ImportedFlavor& FlavorOf(ImportedQueue& queue, const std::string& flavor) {
  const auto known =
      std::find_if(queue.flavors.begin(), queue.flavors.end(),
                   [&](const ImportedFlavor& listed) { return listed.name == flavor; });
  if (known != queue.flavors.end()) return *known;
  queue.flavors.push_back({flavor});
  return queue.flavors.back();
}

Amounts& GuaranteedOf(ImportedQueue& queue, const std::string& flavor) {
  return flavor.empty() ? queue.guaranteed : FlavorOf(queue, flavor).guaranteed;
}

Amounts& LimitOf(ImportedQueue& queue, const std::string& flavor) {
  return flavor.empty() ? queue.limit : FlavorOf(queue, flavor).limit;
}

Amounts& BorrowLimitOf(ImportedQueue& queue, const std::string& flavor) {
  return flavor.empty() ? queue.borrow_limit : FlavorOf(queue, flavor).borrow_limit;
}

Amounts& LendLimitOf(ImportedQueue& queue, const std::string& flavor) {
  return flavor.empty() ? queue.lend_limit : FlavorOf(queue, flavor).lend_limit;
}

}  // namespace tutti::importer
