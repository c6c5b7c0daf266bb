#include "planner/reservation_ledger.h"

#include <algorithm>

namespace tutti::planner {

using Reserved = model::NodeTable::Reserved;

ReservationId ReservationLedger::Add(Reservation reservation) {
  const ReservationId id(next_id_++);
  nodes_.Reserve(reservation.node, reservation.shape->requests, reservation.shape->host_ports,
                 reservation.what);
  by_node_[reservation.node].push_back(id);
  if (reservation.what == Reserved::kForHead) {
    ++for_head_;
    ++head_priorities_[reservation.shape->priority];
  }
  reservations_.emplace(id, std::move(reservation));
  return id;
}

void ReservationLedger::Restore(const std::map<ReservationId, Reservation>& reservations,
                                uint64_t next_id) {
  for (const auto& [id, reservation] : reservations) {
    next_id_ = id.value;
    Add(reservation);
  }
  next_id_ = next_id;
}

void ReservationLedger::Release(ReservationId id) {
  const auto it = reservations_.find(id);
  if (it == reservations_.end()) return;
  const Reservation& reservation = it->second;
  // A removed node took its columns with it; its index may already stand for another node, so
  // whoever removes a node releases what is reserved on it first.
  nodes_.Unreserve(reservation.node, reservation.shape->requests, reservation.shape->host_ports,
                   reservation.what);
  std::vector<ReservationId>& ids = by_node_[reservation.node];
  ids.erase(std::find(ids.begin(), ids.end(), id));
  if (ids.empty()) by_node_.erase(reservation.node);
  if (reservation.what == Reserved::kForHead) {
    --for_head_;
    const auto priority = head_priorities_.find(reservation.shape->priority);
    if (--priority->second == 0) head_priorities_.erase(priority);
  }
  reservations_.erase(it);
}

void ReservationLedger::SetPod(ReservationId id, base::Uid pod) {
  const auto it = reservations_.find(id);
  if (it != reservations_.end()) it->second.pod = pod;
}

const ReservationLedger::Reservation* ReservationLedger::Find(ReservationId id) const {
  const auto it = reservations_.find(id);
  return it == reservations_.end() ? nullptr : &it->second;
}

std::vector<ReservationId> ReservationLedger::On(model::NodeIndex node) const {
  const auto it = by_node_.find(node);
  return it == by_node_.end() ? std::vector<ReservationId>() : it->second;
}

std::optional<int32_t> ReservationLedger::head_priority() const {
  if (head_priorities_.empty()) return std::nullopt;
  return head_priorities_.rbegin()->first;
}

}  // namespace tutti::planner
