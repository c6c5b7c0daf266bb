#include "planner/start_search.h"

#include <utility>

#include "planner/gang_room.h"

namespace tutti::planner {

std::optional<StartSearch::Start> StartSearch::Find(uint64_t self, VisitEnds visit_ends) {
  given_.clear();
  size_t unfit = 0;
  size_t fits = 0;
  visit_ends([&](const End& end) {
    const bool look = given_.size() > 2 * unfit && given_.back().time < end.time;
    if (look && FitsAfter(given_.size())) {
      fits = given_.size();
      return false;
    }
    if (look) unfit = given_.size();
    if (end.gang->arrival != self) given_.push_back(end);
    return true;
  });
  if (fits == 0) {
    if (given_.size() == unfit || !FitsAfter(given_.size())) return std::nullopt;
    fits = given_.size();
  }
  fits = FirstThatFits(unfit, fits);
  Release(fits);
  return Start{given_[fits - 1].time, std::move(released_)};
}

// The least number of ends after which they fit, between one that is too small and one that is not.
// Gangs that end at the same time count together.
size_t StartSearch::FirstThatFits(size_t unfit, size_t fits) {
  while (true) {
    size_t middle = unfit + (fits - unfit) / 2;
    while (middle > unfit && given_[middle - 1].time == given_[middle].time) --middle;
    if (middle == unfit) {
      middle = unfit + 1;
      while (middle < fits && given_[middle - 1].time == given_[middle].time) ++middle;
    }
    if (middle == fits) return fits;
    (FitsAfter(middle) ? fits : unfit) = middle;
  }
}

bool StartSearch::FitsAfter(size_t count) {
  Release(count);
  return s_.placer.PlaceAfter(classes_, released_, view_).fits;
}

void StartSearch::Release(size_t count) {
  released_.clear();
  for (size_t i = 0; i < count; ++i) AddRoomOf(*given_[i].gang, s_, released_);
}

}  // namespace tutti::planner
