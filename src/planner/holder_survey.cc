#include "planner/holder_survey.h"

#include <algorithm>

#include "planner/core_checkpoint.h"
#include "planner/core_state.h"

namespace tutti::planner {
namespace {

using model::Holder;
using model::NodeBlock;

constexpr base::Duration kTakenAnewAfter = std::chrono::milliseconds(100);
constexpr size_t kMostNamed = 3;

}  // namespace

std::vector<Holder> HolderSurvey::Of(const Gang& waiting, model::ResourceId resource) {
  if (!fresh()) Refresh();
  std::vector<Holder> named;
  Holder others{"gangs of other namespaces", 0};
  for (const Held& held : last_->gangs) {
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
  Holder single{"pods of no gang", -last_->bound_of_gangs.Get(resource)};
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

bool HolderSurvey::fresh() const {
  return last_.has_value() && last_->taken_at + kTakenAnewAfter > s_.now;
}

void HolderSurvey::Save(CoreCheckpoint& checkpoint) const {
  if (fresh()) checkpoint.survey = last_;
}

void HolderSurvey::Restore(const CoreCheckpoint& checkpoint) { last_ = checkpoint.survey; }

void HolderSurvey::Refresh() {
  Survey& survey = last_.emplace();
  survey.taken_at = s_.now;
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (gang->bound + gang->binding + gang->placed == 0) continue;
    Held& held = survey.gangs.emplace_back(
        Held{gang->key.namespace_name, gang->display_name, arrival, model::ResourceList()});
    for (const auto& [uid, member] : gang->members) {
      if (member.state == Member::State::kWaiting) continue;
      const bool bound = member.state == Member::State::kBound;
      const model::ResourceList& amounts =
          bound ? *member.pod->charge : member.pod->shape->requests;
      held.amounts.Add(amounts);
      if (bound) survey.bound_of_gangs.Add(amounts);
    }
  }
}

}  // namespace tutti::planner
