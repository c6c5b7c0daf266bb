#include "planner/start_search.h"

#include <utility>

namespace tutti::planner {
namespace {

void AddWhatItHolds(const Gang& gang, const CoreState& state, GangPlacer::Released& released) {
  const model::DeviceTable& devices = state.options.devices;
  for (const auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kWaiting) continue;
    const model::PodInfo& pod = *member.pod;
    if (member.runs()) {
      const model::NodeIndex node = state.nodes.Find(pod.node_name);
      if (!node.valid()) continue;
      released[node].Add(*pod.charge);
      if (const model::DeviceSet taken = state.devices.Of(pod); !taken.empty())
        released[node].Add(devices.AmountOf(devices.RequestOf(*pod.charge), taken));
    } else if (const auto* reservation = state.ledger.Find(member.reservation)) {
      released[member.node].Add(state.ledger.AmountOf(*pod.shape, reservation->devices));
    }
  }
}

}  // namespace

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
  for (size_t i = 0; i < count; ++i) AddWhatItHolds(*given_[i].gang, s_, released_);
}

}  // namespace tutti::planner
