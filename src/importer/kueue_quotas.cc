#include "importer/kueue_quotas.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/shown.h"
#include "importer/amount.h"

namespace tutti::importer {
namespace {

void ReadResource(ObjectFields resource, const std::string& flavor, KueueQuotas& quotas) {
  const std::string name = resource.Text("name");
  if (name.empty()) {
    if (!resource.Has("name")) resource.Conflict("name", "expected the name of a resource");
    return;
  }
  KueueQuota& quota = quotas[name];
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

KueueQuotas ReadKueueQuotas(ObjectFields& spec) {
  KueueQuotas quotas;
  spec.Each("resourceGroups", [&quotas](ObjectFields group) {
    group.Drop("coveredResources");  // each flavor lists them again
    group.Each("flavors", [&quotas](ObjectFields flavor) {
      const std::string name = flavor.Text("name");
      flavor.Each("resources",
                  [&](ObjectFields resource) { ReadResource(std::move(resource), name, quotas); });
      flavor.IgnoreRest();
    });
    group.IgnoreRest();
  });
  for (const auto& [resource, quota] : quotas) {
    if (quota.nominal == std::numeric_limits<int64_t>::max())
      spec.Conflict("resourceGroups", base::Shown(resource) + " does not fit 64 bits in all");
    if (quota.flavors.size() < 2) continue;
    spec.Changed("resourceGroups",
                 absl::StrFormat("the flavors %s are one here: %s %s in all, of whichever nodes",
                                 base::Shown(absl::StrJoin(quota.flavors, ", ")),
                                 AmountText(resource, quota.nominal), base::Shown(resource)),
                 "give the pods the flavor's nodeLabels as nodeSelector");
  }
  return quotas;
}

}  // namespace tutti::importer
