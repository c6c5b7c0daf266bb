// HolderSurvey: who holds what others wait for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/reason.h"
#include "model/resource_list.h"
#include "planner/gang.h"

namespace tutti::planner {

struct CoreState;

// One look over all members serves every question of the next moment, so that a thousand gangs
// that begin to wait together cost one.
class HolderSurvey {
 public:
  explicit HolderSurvey(const CoreState& state) : s_(state) {}

  // Those who hold most of `resource`, at most four lines. Names of gangs of other namespaces are
  // not for everybody's eyes: they are summed up.
  std::vector<model::Holder> Of(const Gang& waiting, model::ResourceId resource);

  // The gang at the head of the queue, with what is kept for it.
  std::vector<model::Holder> Head(const Gang& waiting, model::ResourceId resource) const;

 private:
  struct Held {
    std::string namespace_name;
    std::string display_name;
    uint64_t arrival = 0;
    model::ResourceList amounts;  // bound and reserved
  };
  // Of one resource: the gangs that hold any of it, by namespace, those that hold most first.
  struct Share {
    int64_t amount;
    const Held* held;
  };
  struct Shares {
    struct InNamespace {
      std::vector<Share> gangs;
      int64_t total = 0;
    };
    std::map<std::string_view, InNamespace> by_namespace;
    int64_t total = 0;
  };

  void Refresh();
  const Shares& SharesOf(model::ResourceId resource);

  const CoreState& s_;
  base::Timestamp taken_at_;
  bool taken_ = false;
  std::vector<Held> gangs_;                     // by arrival
  model::ResourceList bound_of_gangs_;          // of all of them
  std::map<model::ResourceId, Shares> shares_;  // that were asked for
};

}  // namespace tutti::planner
