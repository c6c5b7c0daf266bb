#include "own_schedulers.h"

#include <algorithm>
#include <utility>

namespace tutti::gang {

OwnSchedulers::OwnSchedulers(std::unique_ptr<GangGrouping> grouping, std::vector<std::string> names)
    : grouping_(std::move(grouping)), names_(std::move(names)) {}

std::optional<GangMembership> OwnSchedulers::GroupOf(const PodView& pod) const {
  const bool ours = names_.empty() ||
                    std::find(names_.begin(), names_.end(), pod.SchedulerName()) != names_.end();
  return ours ? grouping_->GroupOf(pod) : std::nullopt;
}

}  // namespace tutti::gang
