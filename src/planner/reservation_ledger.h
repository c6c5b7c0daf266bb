// ReservationLedger: who has been promised room on which node.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/node_table.h"
#include "model/pod_info.h"

namespace tutti::planner {

using ReservationId = StrongId<struct ReservationTag, uint64_t>;

// What the node table has as reserved changes through the ledger only. Every reservation has an
// owner: a gang, or a single pod whose Binding is under way.
class ReservationLedger {
 public:
  struct Reservation {
    model::NodeIndex node;
    std::shared_ptr<const model::PodShape> shape;
    uint64_t gang = 0;  // Gang::arrival; 0: a pod of no gang
    base::Uid pod;      // invalid: a slot for a member not created yet, or a head's reservation
    model::NodeTable::Reserved what = model::NodeTable::Reserved::kPlaced;
  };

  explicit ReservationLedger(model::NodeTable& nodes) : nodes_(nodes) {}

  ReservationId Add(Reservation reservation);
  void Release(ReservationId id);  // an id that is not there any more is no error
  // Into an empty ledger, in the order of their ids.
  void Restore(const std::map<ReservationId, Reservation>& reservations, uint64_t next_id);
  // The member that a slot was planned for has come.
  void SetPod(ReservationId id, base::Uid pod);

  const Reservation* Find(ReservationId id) const;
  std::vector<ReservationId> On(model::NodeIndex node) const;
  size_t size() const { return reservations_.size(); }
  uint64_t next_id() const { return next_id_; }
  bool any_placed() const { return reservations_.size() > for_head_; }
  // Of the head's members; nullopt where nothing is kept for it.
  std::optional<int32_t> head_priority() const;

  template <class Function>
  void ForEach(Function&& function) const {
    for (const auto& [id, reservation] : reservations_) function(id, reservation);
  }

 private:
  model::NodeTable& nodes_;
  std::map<ReservationId, Reservation> reservations_;
  absl::flat_hash_map<model::NodeIndex, std::vector<ReservationId>> by_node_;
  size_t for_head_ = 0;
  std::map<int32_t, int> head_priorities_;
  uint64_t next_id_ = 1;
};

}  // namespace tutti::planner
