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
  if (!fresh()) Refresh();
  const Shares& shares = SharesOf(resource);
  std::vector<Holder> named;
  int64_t own_namespace = 0;
  if (const auto it = shares.by_namespace.find(waiting.key.namespace_name);
      it != shares.by_namespace.end()) {
    own_namespace = it->second.total;
    std::vector<Share> first;
    int64_t rest = own_namespace;
    const bool holds_some = waiting.holds_room();
    for (const Share& share : it->second.gangs) {
      if (first.size() == kMostNamed && !holds_some) break;
      if (share.held->arrival == waiting.arrival) {
        rest -= share.amount;
      } else if (first.size() < kMostNamed) {
        first.push_back(share);
      }
    }
    for (const Share& share : first) {
      // The last line stands for all others where there are more.
      const bool more = named.size() == kMostNamed - 1 && rest > share.amount;
      named.push_back(more ? Holder{"other gangs", rest}
                           : Holder{"gang " + share.held->display_name, share.amount});
      rest -= share.amount;
    }
  }
  if (shares.total > own_namespace)
    named.push_back({"gangs of other namespaces", shares.total - own_namespace});
  Holder single{"pods of no gang", -last_->bound_of_gangs.Get(resource)};
  for (const auto& block : s_.nodes.blocks()) {
    for (uint32_t i = 0; i < NodeBlock::kNodes; ++i)
      single.amount += NodeBlock::At(block->requested, resource, i);
  }
  if (single.amount > 0) named.push_back(single);
  return named;
}

const HolderSurvey::Shares& HolderSurvey::SharesOf(model::ResourceId resource) {
  const auto [it, added] = shares_.try_emplace(resource);
  Shares& shares = it->second;
  if (!added) return shares;
  for (const Held& held : last_->gangs) {
    const int64_t amount = held.amounts.Get(resource);
    if (amount == 0) continue;
    Shares::InNamespace& in_namespace = shares.by_namespace[held.namespace_name];
    in_namespace.gangs.push_back({amount, &held});
    in_namespace.total += amount;
    shares.total += amount;
  }
  for (auto& [name, in_namespace] : shares.by_namespace) {
    std::stable_sort(in_namespace.gangs.begin(), in_namespace.gangs.end(),
                     [](const Share& a, const Share& b) { return a.amount > b.amount; });
  }
  return shares;
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

void HolderSurvey::Restore(const CoreCheckpoint& checkpoint) {
  shares_.clear();
  last_ = checkpoint.survey;
}

void HolderSurvey::Refresh() {
  shares_.clear();
  Survey& survey = last_.emplace();
  survey.taken_at = s_.now;
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (!gang->holds_room()) continue;
    Held& held = survey.gangs.emplace_back(
        Held{gang->key.namespace_name, gang->display_name, arrival, model::ResourceList()});
    model::ResourceList bound;
    for (const auto& [uid, member] : gang->members) {
      if (member.state == Member::State::kWaiting) continue;
      if (member.runs()) {
        bound.Add(*member.pod->charge);
      } else {
        held.amounts.Add(member.pod->shape->requests);
      }
    }
    survey.bound_of_gangs.Add(bound);
    held.amounts.Add(bound);
  }
}

}  // namespace tutti::planner
