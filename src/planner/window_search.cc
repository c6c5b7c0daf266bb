#include "planner/window_search.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tutti::planner {

using base::Timestamp;
using model::NodeIndex;
using model::ResourceList;

namespace {

constexpr size_t kOneByOne = 16;

ResourceList NeedOf(const WindowSearch::Job& job) {
  ResourceList need;
  for (const MemberClass& one : job.classes) {
    for (const auto& [resource, amount] : one.shape->requests.entries())
      need.Add(resource, model::SaturatingProduct(amount, one.count));
  }
  return need;
}

ResourceList HaveOf(const ResourceList& need, const model::NodeTable& nodes) {
  ResourceList have;
  for (const auto& [resource, amount] : need.entries()) {
    for (uint32_t i = 0; i < nodes.capacity(); ++i)
      have.Add(resource, std::max<int64_t>(nodes.Free(resource, NodeIndex(i)), 0));
  }
  return have;
}

}  // namespace

std::vector<Timestamp> WindowSearch::Times(const Job& job, RoomProfile::Stays stays,
                                           const Limits& limits) const {
  const ResourceList need = NeedOf(job);
  std::vector<Timestamp> times = profile_.Times(s_.now, need, HaveOf(need, s_.nodes), stays);
  std::erase_if(times, [&](Timestamp at) { return at <= limits.from || at >= limits.before; });
  if (limits.from > s_.now && limits.from < limits.before) times.insert(times.begin(), limits.from);
  return times;
}

bool WindowSearch::FitsAt(Timestamp start) {
  --*looks_;
  const RoomProfile::Room least = profile_.Least(start, job_->EndAfter(start), stays_);
  Placement placement = s_.placer.PlaceAfter(job_->classes, least, job_->view);
  if (!placement.fits) return false;
  found_ = {start, std::move(placement)};
  return true;
}

std::optional<WindowSearch::Window> WindowSearch::Find(const Job& job, RoomProfile::Stays stays,
                                                       Limits& limits) {
  job_ = &job;
  stays_ = stays;
  looks_ = &limits.looks;
  const std::vector<Timestamp> times = Times(job, stays, limits);
  size_t unfit = 0;  // one more than the last that was too early
  size_t stride = 1;
  for (size_t i = 0; i < times.size() && limits.looks > 0;) {
    if (FitsAt(times[i])) break;
    unfit = i + 1;
    if (unfit >= kOneByOne) stride *= 2;
    if (unfit == times.size()) return std::nullopt;
    i = std::min(i + stride, times.size() - 1);
  }
  if (!found_.placement.fits) return std::nullopt;
  auto fits = static_cast<size_t>(std::lower_bound(times.begin(), times.end(), found_.start) -
                                  times.begin());
  while (unfit < fits && limits.looks > 0) {
    const size_t middle = unfit + (fits - unfit) / 2;
    if (FitsAt(times[middle])) {
      fits = middle;
    } else {
      unfit = middle + 1;
    }
  }
  return std::exchange(found_, {});
}

}  // namespace tutti::planner
