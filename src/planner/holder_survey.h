// HolderSurvey: who holds what others wait for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/reason.h"
#include "model/resource_list.h"
#include "planner/gang.h"

namespace tutti::planner {

struct CoreCheckpoint;
struct CoreState;

// One look over all members serves every question of the next moment, so that a thousand gangs
// that begin to wait together cost one.
class HolderSurvey {
 public:
  struct Held {
    std::string namespace_name;
    std::string display_name;
    uint64_t arrival = 0;
    model::ResourceList amounts;  // bound and reserved
  };
  struct Survey {
    base::Timestamp taken_at;
    std::vector<Held> gangs;             // by arrival
    model::ResourceList bound_of_gangs;  // of all of them
  };

  explicit HolderSurvey(const CoreState& state) : s_(state) {}

  // Of what this reason says is short; nobody where it names no resource.
  std::vector<model::Holder> For(const Gang& waiting, const model::Reason& reason);

  // Those who hold most of `resource`, at most four lines. Names of gangs of other namespaces are
  // not for everybody's eyes: they are summed up.
  std::vector<model::Holder> Of(const Gang& waiting, model::ResourceId resource);

  // The gang at the head of the queue, with what is kept for it.
  std::vector<model::Holder> Head(const Gang& waiting, model::ResourceId resource) const;

  // The last look, while it still serves.
  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
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

  bool fresh() const;
  void Refresh();
  const Shares& SharesOf(model::ResourceId resource);

  const CoreState& s_;
  std::optional<Survey> last_;
  std::map<model::ResourceId, Shares> shares_;  // of that look, as far as they were asked for
};

}  // namespace tutti::planner
