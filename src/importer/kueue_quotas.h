// KueueQuotas: the resourceGroups of a ClusterQueue or Cohort, flavors taken together.
#pragma once

#include <map>
#include <set>
#include <string>

#include "importer/imported_queue.h"
#include "importer/object_fields.h"

namespace tutti::importer {

struct KueueQuota {
  int64_t nominal = 0;
  int64_t borrowing = 0;  // of the flavors that have a limit
  int64_t lending = 0;
  bool borrows_freely = false;  // some flavor has no limit
  bool lends_freely = false;
  std::set<std::string> flavors;
};
using KueueQuotas = std::map<std::string, KueueQuota>;  // by resource

// Says in the report which flavors have become one.
KueueQuotas ReadKueueQuotas(ObjectFields& spec);

}  // namespace tutti::importer
