// KueueQuotas: the resourceGroups of a ClusterQueue or Cohort, by flavor where those are kept, else
// flavors taken together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "importer/imported_queue.h"
#include "importer/kueue_flavors.h"
#include "importer/object_fields.h"

namespace tutti::importer {

// A flavor, which is empty for all nodes, and a resource.
using QuotaKey = std::pair<std::string, std::string>;
using QuotaAmounts = std::map<QuotaKey, int64_t>;

struct KueueQuota {
  int64_t nominal = 0;
  int64_t borrowing = 0;  // of the flavors that have a limit
  int64_t lending = 0;
  bool borrows_freely = false;  // some flavor has no limit
  bool lends_freely = false;
  std::set<std::string> flavors;
};
struct KueueQuotas {
  std::map<QuotaKey, KueueQuota> of;
  std::vector<std::string> flavors;  // that are kept, the first choice first
};

// Says in the report which flavors have become one. `keep`: they stay what they are.
KueueQuotas ReadKueueQuotas(ObjectFields& spec, const KueueFlavors& flavors, bool keep);

// Of the queue, or of its flavor, which it gets where it has none of that name.
ImportedFlavor& FlavorOf(ImportedQueue& queue, const std::string& flavor);
Amounts& GuaranteedOf(ImportedQueue& queue, const std::string& flavor);
Amounts& LimitOf(ImportedQueue& queue, const std::string& flavor);
Amounts& BorrowLimitOf(ImportedQueue& queue, const std::string& flavor);
Amounts& LendLimitOf(ImportedQueue& queue, const std::string& flavor);

}  // namespace tutti::importer
