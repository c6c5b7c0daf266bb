#include "planner/reserve_desk.h"

#include <map>
#include <span>
#include <utility>

namespace tutti::planner {

using Reservation = ReservationLedger::Reservation;

Status ReserveDesk::Reserve(const GangCard& card,
                            const std::vector<std::vector<model::NodeIndex>>& nodes) {
  TellGivenBack();
  views_.Reset(s_.nodes.blocks());
  const std::vector<std::span<const NodeIndex>> spans(nodes.begin(), nodes.end());
  return points_.Reserve(card.view(), {nullptr, spans}, views_.view());
}

template <class Tell>
void ReserveDesk::WithCard(const Gang& gang, const Announced& reservations, Tell&& tell) const {
  std::vector<MemberClass> classes;
  std::vector<std::vector<NodeIndex>> nodes;
  std::map<const model::PodShape*, size_t> index;  // never walked: its order is that of addresses
  for (const Reservation* reservation : reservations) {
    const auto [it, added] = index.try_emplace(reservation->shape.get(), classes.size());
    if (added) {
      classes.push_back(
          {reservation->shape, gang.key.namespace_name, 0, {}, {}, {}, gang.display_name});
      nodes.emplace_back();
    }
    ++classes[it->second].count;
    nodes[it->second].push_back(reservation->node);
  }
  const GangCard card(gang, std::move(classes));
  const std::vector<std::span<const NodeIndex>> spans(nodes.begin(), nodes.end());
  tell(card.view(), PlacementView{nullptr, spans});
}

void ReserveDesk::TellGivenBack() {
  if (!s_.ledger.any_given_back()) return;
  const std::vector<Reservation> all = s_.ledger.TakeGivenBack();
  std::map<uint64_t, Announced> by_gang;
  for (const Reservation& reservation : all) by_gang[reservation.gang].push_back(&reservation);
  for (const auto& [arrival, reservations] : by_gang) {
    const auto gang = s_.by_arrival.find(arrival);
    if (gang == s_.by_arrival.end()) continue;
    WithCard(*gang->second, reservations, [&](const GangView& view, const PlacementView& nodes) {
      points_.Unreserve(view, nodes);
    });
  }
}

void ReserveDesk::TellAgain() {
  if (!active()) return;
  std::map<uint64_t, Announced> by_gang;
  s_.ledger.ForEach([&](ReservationId, const Reservation& reservation) {
    if (reservation.announced) by_gang[reservation.gang].push_back(&reservation);
  });
  for (const Reservation& reservation : s_.ledger.given_back())
    by_gang[reservation.gang].push_back(&reservation);
  views_.Reset(s_.nodes.blocks());
  for (const auto& [arrival, reservations] : by_gang) {
    const auto gang = s_.by_arrival.find(arrival);
    if (gang == s_.by_arrival.end()) continue;
    WithCard(*gang->second, reservations, [&](const GangView& view, const PlacementView& nodes) {
      points_.ReserveAgain(view, nodes, views_.view());
    });
  }
}

}  // namespace tutti::planner
