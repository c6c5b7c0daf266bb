// ReservationLedger: who has been promised room on which node, and until when.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"
#include "model/node_table.h"
#include "model/pod_info.h"

namespace tutti::planner {

using ReservationId = base::StrongId<struct ReservationTag, uint64_t>;

// The columns `reserved` of the node table change through the ledger only. Every reservation has an
// owner: a gang, or a single pod whose Binding is under way.
class ReservationLedger {
 public:
  struct Reservation {
    model::NodeIndex node;
    std::shared_ptr<const model::PodShape> shape;
    uint64_t gang = 0;  // Gang::arrival; 0: a pod of no gang
    base::Uid pod;      // invalid: a slot for a member not created yet, or a head's reservation
    base::Timestamp deadline = base::Timestamp::Infinite();  // infinite: as long as its owner lives
  };

  explicit ReservationLedger(model::NodeTable& nodes) : nodes_(nodes) {}

  ReservationId Add(Reservation reservation);
  void Release(ReservationId id);  // an id that is not there any more is no error
  // The member that a slot was planned for has come.
  void SetPod(ReservationId id, base::Uid pod);

  const Reservation* Find(ReservationId id) const;
  std::vector<ReservationId> On(model::NodeIndex node) const;
  size_t size() const { return reservations_.size(); }
  // Of the gangs with reservations; INT32_MIN without any.
  int32_t highest_priority() const;

  template <class Function>
  void ForEach(Function&& function) const {
    for (const auto& [id, reservation] : reservations_) function(id, reservation);
  }

 private:
  model::NodeTable& nodes_;
  std::map<ReservationId, Reservation> reservations_;
  absl::flat_hash_map<model::NodeIndex, std::vector<ReservationId>> by_node_;
  std::map<int32_t, int> priorities_;
  uint64_t next_id_ = 1;
};

}  // namespace tutti::planner
