#include "importer/kueue_cohorts.h"

#include <utility>
#include <vector>

#include "base/shown.h"
#include "importer/amount.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

void AddTo(Amounts& sum, const Amounts& amounts) {
  for (const auto& [resource, amount] : amounts)
    sum[resource] = SaturatingSum(sum[resource], amount);
}

}  // namespace

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

void KueueCohorts::AddMember(const std::string& cohort, const Amounts& nominal) {
  if (!cohort.empty()) AddTo(cohorts_[cohort].members, nominal);
}

std::map<std::string, Amounts> KueueCohorts::InAll() const {
  std::map<std::string, Amounts> sums;
  std::map<std::string, size_t> waits = below_;
  std::vector<std::string> ready;
  for (const auto& [name, cohort] : cohorts_) {
    if (waits[name] == 0) ready.push_back(name);
    sums[name] = cohort.members;
    for (const auto& [resource, quota] : cohort.own) AddTo(sums[name], {{resource, quota.nominal}});
  }
  while (!ready.empty()) {
    const std::string name = std::move(ready.back());
    ready.pop_back();
    const std::string& parent = cohorts_.at(name).parent;
    if (parent.empty()) continue;
    AddTo(sums[parent], sums[name]);
    if (--waits[parent] == 0) ready.push_back(parent);
  }
  return sums;
}

void KueueCohorts::Finish(Imported& imported) const {
  const std::map<std::string, Amounts> sums = InAll();
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
    queue.guaranteed = sums.at(name);
    if (cohort.parent.empty()) {
      queue.limit = queue.guaranteed;
      continue;
    }
    for (const auto& [resource, quota] : cohort.own) {
      if (!quota.borrows_freely) queue.borrow_limit[resource] = quota.borrowing;
      if (!quota.lends_freely) queue.lend_limit[resource] = quota.lending;
    }
  }
}

}  // namespace tutti::importer
