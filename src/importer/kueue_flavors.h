// KueueFlavors: which ResourceFlavors are flavors here, and for which ClusterQueues and Cohorts.
//
// A gang has one flavor here for all its resources, and a flavor has labels: so flavors are kept
// where each ClusterQueue of a cohort has them for one of its resource groups, and all of that
// group have labels. In any other cohort they are taken together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importer/source_object.h"

namespace tutti::importer {

class KueueFlavors {
 public:
  explicit KueueFlavors(const std::vector<SourceObject>& objects);

  // Whether those of this ClusterQueue, or of this Cohort, are kept.
  bool KeptBy(const std::string& queue) const { return keepers_.contains(queue); }
  bool CohortKeeps(const std::string& cohort) const;
  // Whether it is one of those that are kept by somebody.
  bool IsKept(const std::string& flavor) const { return kept_.contains(flavor); }
  // Whether it has labels.
  bool HasLabels(const std::string& flavor) const { return labels_.contains(flavor); }
  // What goes under args of HierarchicalQueues; empty: nothing. Those with more labels first, as a
  // node is of the first whose labels it has.
  std::string Args() const;

 private:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  // What one object has, or all those below one cohort.
  struct Use {
    bool plain = true;  // as a flavor here can be
    bool any = false;   // has some
    std::set<std::string> flavors;
    std::set<std::string> by_flavor;  // resources
    std::set<std::string> of_all;     // likewise, of flavors without labels

    void Add(const Use& other);
    bool Keeps() const;
  };

  Use UseOf(const SourceObject& source) const;
  // Its topmost cohort.
  const std::string& RootOf(const std::string& cohort) const;

  std::map<std::string, Labels> labels_;        // by flavor
  std::map<std::string, std::string> parents_;  // by cohort
  std::map<std::string, Use> trees_;            // by topmost cohort
  std::set<std::string> keepers_;               // ClusterQueues
  std::set<std::string> kept_;
};

}  // namespace tutti::importer
