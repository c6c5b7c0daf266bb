// KueueCohorts: what the members of a cohort have in all.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "importer/imported_queue.h"
#include "importer/kueue_quotas.h"

namespace tutti::importer {

class KueueCohorts {
 public:
  // A Cohort that is an object, whose queue has that number in Imported::queues.
  void Add(const std::string& name, const std::string& parent, KueueQuotas own, size_t queue);
  // A ClusterQueue of a cohort, which need not be an object. `cohort` empty: it is in none.
  void AddMember(const std::string& cohort, const KueueQuotas& quotas);

  // Adds a queue for each cohort that is no object, and gives each what it has.
  void Finish(Imported& imported) const;

 private:
  struct Cohort {
    std::string parent;
    KueueQuotas own;
    QuotaAmounts members;              // the nominal quotas of its ClusterQueues
    std::vector<std::string> flavors;  // of its ClusterQueues
    std::optional<size_t> queue;       // none: it is no object
  };
  // Of each, with all below it. Where cohorts go round in a circle, less: the checks report that.
  struct Sums {
    QuotaAmounts nominal;
    std::vector<std::string> flavors;  // in the order in which they were read

    void Add(const QuotaAmounts& amounts, const std::vector<std::string>& more);
  };
  std::map<std::string, Sums> InAll() const;

  std::map<std::string, Cohort> cohorts_;
  std::map<std::string, size_t> below_;  // cohorts right below it
};

}  // namespace tutti::importer
