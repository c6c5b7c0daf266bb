// ReservationLedger: who has been promised room on which node.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/device_table.h"
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
    model::DeviceSet devices = {};  // of the node; where the shape asks for any
    bool announced = false;         // Reserve plugins have entered it
  };

  explicit ReservationLedger(model::NodeTable& nodes, const model::DeviceTable& devices = {})
      : nodes_(nodes), devices_(devices) {}

  ReservationId Add(Reservation reservation);
  void Release(ReservationId id);  // an id that is not there any more is no error
  // Into an empty ledger.
  void Restore(const std::map<ReservationId, Reservation>& reservations,
               std::vector<Reservation> given_back, uint64_t next_id);
  // Its pod is bound there: the room is charged instead. Whether it was an announced one.
  bool Fulfil(ReservationId id);
  // The announced ones that were given back since this was last asked.
  std::vector<Reservation> TakeGivenBack() { return std::exchange(given_back_, {}); }
  bool any_given_back() const { return !given_back_.empty(); }
  const std::vector<Reservation>& given_back() const { return given_back_; }
  // All that such a pod takes with these devices.
  model::ResourceList AmountOf(const model::PodShape& shape, const model::DeviceSet& devices) const;
  // The member that a slot was planned for has come.
  void SetPod(ReservationId id, base::Uid pod);

  const Reservation* Find(ReservationId id) const;
  std::vector<ReservationId> On(model::NodeIndex node) const;
  size_t size() const { return reservations_.size(); }
  uint64_t next_id() const { return next_id_; }
  bool any_placed() const { return reservations_.size() > for_head_; }
  // Of the head's members; nullopt where nothing is kept for it.
  std::optional<int32_t> head_priority() const;

  // Takes these out of the node table's columns, though not out of the ledger, as long as it lives:
  // for the question what would fit without them.
  class Lifted {
   public:
    Lifted(ReservationLedger& ledger, const std::vector<ReservationId>& ids);
    ~Lifted();
    Lifted(const Lifted&) = delete;
    Lifted& operator=(const Lifted&) = delete;

   private:
    ReservationLedger& ledger_;
    std::vector<const Reservation*> reservations_;
  };

  template <class Function>
  void ForEach(Function&& function) const {
    for (const auto& [id, reservation] : reservations_) function(id, reservation);
  }

 private:
  void Enter(const Reservation& reservation);
  void TakeOut(const Reservation& reservation);
  model::ResourceList DeviceAmount(const model::PodShape& shape,
                                   const model::DeviceSet& devices) const;

  model::NodeTable& nodes_;
  const model::DeviceTable devices_;
  std::map<ReservationId, Reservation> reservations_;
  absl::flat_hash_map<model::NodeIndex, std::vector<ReservationId>> by_node_;
  size_t for_head_ = 0;
  std::map<int32_t, int> head_priorities_;
  std::vector<Reservation> given_back_;
  uint64_t next_id_ = 1;
};

}  // namespace tutti::planner
