#include "planner/holder_survey.h"

#include <algorithm>

#include "planner/core_state.h"

namespace tutti::planner {
namespace {

using model::Holder;
using model::NodeBlock;

constexpr base::Duration kTakenAnewAfter = std::chrono::milliseconds(100);
constexpr size_t kMostNamed = 3;

}  // namespace

std::vector<Holder> HolderSurvey::For(const Gang& waiting, const model::Reason& reason) {
  if (!reason.resource.valid()) return {};
  switch (reason.code) {
    case model::ReasonCode::kBehindHead:
      return Head(waiting, reason.resource);
    case model::ReasonCode::kWaitingForCapacity:
    case model::ReasonCode::kPinnedNodeLost:
      return Of(waiting, reason.resource);
    default:
      return {};
  }
}

std::vector<Holder> HolderSurvey::Of(const Gang& waiting, model::ResourceId resource) {
  if (!taken_ || taken_at_ + kTakenAnewAfter <= s_.now) Refresh();
  std::vector<Holder> named;
  Holder others{"gangs of other namespaces", 0};
  for (const Held& held : gangs_) {
    const int64_t amount = held.amounts.Get(resource);
    if (amount == 0 || held.arrival == waiting.arrival) continue;
    if (held.namespace_name == waiting.key.namespace_name) {
      named.push_back({"gang " + held.display_name, amount});
    } else {
      others.amount += amount;
    }
  }
  std::stable_sort(named.begin(), named.end(),
                   [](const Holder& a, const Holder& b) { return a.amount > b.amount; });
  if (named.size() > kMostNamed) {
    Holder rest{"other gangs", 0};
    for (size_t i = kMostNamed - 1; i < named.size(); ++i) rest.amount += named[i].amount;
    named.resize(kMostNamed - 1);
    named.push_back(rest);
  }
  if (others.amount > 0) named.push_back(others);
  Holder single{"pods of no gang", -bound_of_gangs_.Get(resource)};
  for (const auto& block : s_.nodes.blocks()) {
    for (uint32_t i = 0; i < NodeBlock::kNodes; ++i)
      single.amount += NodeBlock::At(block->requested, resource, i);
  }
  if (single.amount > 0) named.push_back(single);
  return named;
}

std::vector<Holder> HolderSurvey::Head(const Gang& waiting, model::ResourceId resource) const {
  const auto head = s_.by_arrival.find(s_.head);
  if (head == s_.by_arrival.end()) return {};
  const Gang& gang = *head->second;
  const bool visible = gang.key.namespace_name == waiting.key.namespace_name;
  Holder holder{(visible ? "gang " + gang.display_name : "a gang of another namespace") +
                    " at the head of the queue",
                0};
  s_.ledger.ForEach([&](ReservationId, const ReservationLedger::Reservation& reservation) {
    if (reservation.gang == s_.head && !reservation.pod.valid())
      holder.amount += reservation.shape->requests.Get(resource);
  });
  return {holder};
}

void HolderSurvey::Refresh() {
  taken_ = true;
  taken_at_ = s_.now;
  gangs_.clear();
  bound_of_gangs_ = {};
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (gang->bound + gang->binding + gang->placed == 0) continue;
    Held& held = gangs_.emplace_back(
        Held{gang->key.namespace_name, gang->display_name, arrival, model::ResourceList()});
    for (const auto& [uid, member] : gang->members) {
      if (member.state == Member::State::kWaiting) continue;
      const bool bound = member.state == Member::State::kBound;
      const model::ResourceList& amounts =
          bound ? *member.pod->charge : member.pod->shape->requests;
      held.amounts.Add(amounts);
      if (bound) bound_of_gangs_.Add(amounts);
    }
  }
}

}  // namespace tutti::planner
