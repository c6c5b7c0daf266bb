#include "planner/reservation_ledger.h"

#include <algorithm>
#include <utility>

namespace tutti::planner {

using Reserved = model::NodeTable::Reserved;

void ReservationLedger::Enter(const Reservation& reservation) {
  nodes_.Reserve(reservation.node, reservation.shape->requests, reservation.shape->host_ports,
                 reservation.what);
  if (!reservation.devices.empty())
    nodes_.Reserve(reservation.node, DeviceAmount(*reservation.shape, reservation.devices), {},
                   reservation.what);
}

void ReservationLedger::TakeOut(const Reservation& reservation) {
  nodes_.Unreserve(reservation.node, reservation.shape->requests, reservation.shape->host_ports,
                   reservation.what);
  if (!reservation.devices.empty())
    nodes_.Unreserve(reservation.node, DeviceAmount(*reservation.shape, reservation.devices), {},
                     reservation.what);
}

model::ResourceList ReservationLedger::DeviceAmount(const model::PodShape& shape,
                                                    const model::DeviceSet& devices) const {
  return devices_.AmountOf(devices_.RequestOf(shape.requests), devices);
}

model::ResourceList ReservationLedger::AmountOf(const model::PodShape& shape,
                                                const model::DeviceSet& devices) const {
  model::ResourceList amount = shape.requests;
  if (!devices.empty()) amount.Add(DeviceAmount(shape, devices));
  return amount;
}

ReservationId ReservationLedger::Add(Reservation reservation) {
  const ReservationId id(next_id_++);
  Enter(reservation);
  by_node_[reservation.node].push_back(id);
  if (reservation.what == Reserved::kForHead) {
    ++for_head_;
    ++head_priorities_[reservation.shape->priority];
  }
  reservations_.emplace(id, std::move(reservation));
  return id;
}

void ReservationLedger::Restore(const std::map<ReservationId, Reservation>& reservations,
                                std::vector<Reservation> given_back, uint64_t next_id) {
  for (const auto& [id, reservation] : reservations) {
    next_id_ = id.value;
    Add(reservation);
  }
  given_back_ = std::move(given_back);
  next_id_ = next_id;
}

void ReservationLedger::Release(ReservationId id) {
  const auto it = reservations_.find(id);
  if (it == reservations_.end()) return;
  const Reservation& reservation = it->second;
  // A removed node took its columns with it; its index may already stand for another node, so
  // whoever removes a node releases what is reserved on it first.
  TakeOut(reservation);
  std::vector<ReservationId>& ids = by_node_[reservation.node];
  ids.erase(std::find(ids.begin(), ids.end(), id));
  if (ids.empty()) by_node_.erase(reservation.node);
  if (reservation.what == Reserved::kForHead) {
    --for_head_;
    const auto priority = head_priorities_.find(reservation.shape->priority);
    if (--priority->second == 0) head_priorities_.erase(priority);
  }
  if (reservation.announced) given_back_.push_back(std::move(it->second));
  reservations_.erase(it);
}

bool ReservationLedger::Fulfil(ReservationId id) {
  const auto it = reservations_.find(id);
  if (it == reservations_.end()) return false;
  const bool announced = std::exchange(it->second.announced, false);
  Release(id);
  return announced;
}

void ReservationLedger::SetPod(ReservationId id, base::Uid pod) {
  const auto it = reservations_.find(id);
  if (it != reservations_.end()) it->second.pod = pod;
}

ReservationLedger::Lifted::Lifted(ReservationLedger& ledger, const std::vector<ReservationId>& ids)
    : ledger_(ledger) {
  for (const ReservationId id : ids) {
    const Reservation* r = ledger.Find(id);
    if (r == nullptr) continue;
    ledger.TakeOut(*r);
    reservations_.push_back(r);
  }
}

ReservationLedger::Lifted::~Lifted() {
  for (const Reservation* reservation : reservations_) ledger_.Enter(*reservation);
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
