#include "importer/kueue_cohorts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/shown.h"
#include "importer/amount.h"
#include "importer/object_report.h"

namespace tutti::importer {
void KueueCohorts::Sums::Add(const QuotaAmounts& amounts, const std::vector<std::string>& more) {
  for (const auto& [key, amount] : amounts) nominal[key] = SaturatingSum(nominal[key], amount);
  for (const std::string& flavor : more) {
    if (std::find(flavors.begin(), flavors.end(), flavor) == flavors.end())
      flavors.push_back(flavor);
  }
}

void KueueCohorts::Add(const std::string& name, const std::string& parent, KueueQuotas own,
                       size_t queue) {
  Cohort& cohort = cohorts_[name];
  if (cohort.queue) return;  // a second one of that name: the checks report it
  cohort.queue = queue;
  cohort.own = std::move(own);
  cohort.parent = parent;
  if (parent.empty()) return;
  ++below_[parent];
  cohorts_[parent];
}

void KueueCohorts::AddMember(const std::string& cohort, const KueueQuotas& quotas) {
  if (cohort.empty()) return;
  Cohort& above = cohorts_[cohort];
  for (const auto& [key, quota] : quotas.of)
    above.members[key] = SaturatingSum(above.members[key], quota.nominal);
  above.flavors.insert(above.flavors.end(), quotas.flavors.begin(), quotas.flavors.end());
}

std::map<std::string, KueueCohorts::Sums> KueueCohorts::InAll() const {
  std::map<std::string, Sums> sums;
  std::map<std::string, size_t> waits = below_;
  std::vector<std::string> ready;
  for (const auto& [name, cohort] : cohorts_) {
    if (waits[name] == 0) ready.push_back(name);
    sums[name].Add(cohort.members, cohort.own.flavors);
    sums[name].Add({}, cohort.flavors);
    for (const auto& [key, quota] : cohort.own.of) sums[name].Add({{key, quota.nominal}}, {});
  }
  while (!ready.empty()) {
    const std::string name = std::move(ready.back());
    ready.pop_back();
    const std::string& parent = cohorts_.at(name).parent;
    if (parent.empty()) continue;
    sums[parent].Add(sums[name].nominal, sums[name].flavors);
    if (--waits[parent] == 0) ready.push_back(parent);
  }
  return sums;
}

void KueueCohorts::Finish(Imported& imported) const {
  const std::map<std::string, Sums> sums = InAll();
  for (const auto& [name, cohort] : cohorts_) {
    size_t number = imported.queues.size();
    if (cohort.queue) {
      number = *cohort.queue;
    } else {
      ImportedQueue queue;
      queue.name = name;
      AddQueue(std::move(queue),
               {"Cohort " + base::Shown(name) + ", of which there is no object", "", ""}, imported);
    }
    ImportedQueue& queue = imported.queues[number];
    for (const std::string& flavor : sums.at(name).flavors) FlavorOf(queue, flavor);
    for (const auto& [key, amount] : sums.at(name).nominal) {
      const auto& [flavor, resource] = key;
      GuaranteedOf(queue, flavor)[resource] = amount;
      if (cohort.parent.empty()) LimitOf(queue, flavor)[resource] = amount;
    }
    if (cohort.parent.empty()) continue;
    for (const auto& [key, quota] : cohort.own.of) {
      const auto& [flavor, resource] = key;
      if (!quota.borrows_freely) BorrowLimitOf(queue, flavor)[resource] = quota.borrowing;
      if (!quota.lends_freely) LendLimitOf(queue, flavor)[resource] = quota.lending;
    }
  }
}

}  // namespace tutti::importer
