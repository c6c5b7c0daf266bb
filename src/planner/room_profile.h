// RoomProfile: how much more, or less, is free on each node at a later time than now.
//
// What runs gives its room back at its end; what is planned (a stay) takes room from its start to
// its end. Two that meet do not overlap: what comes back at a moment can be taken at that moment.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.h"
#include "planner/gang_placer.h"

namespace tutti::planner {

class RoomProfile {
 public:
  using Room = GangPlacer::Released;  // by node

  class Stay {
   public:
    Stay() = default;
    Stay(base::Timestamp from, base::Timestamp to, Room room);

    base::Timestamp from() const { return from_; }
    base::Timestamp to() const { return to_; }  // Infinite: nobody knows
    const Room& room() const { return room_; }
    const model::ResourceList& total() const { return total_; }

   private:
    base::Timestamp from_;
    base::Timestamp to_ = base::Timestamp::Infinite();
    Room room_;
    model::ResourceList total_;
  };
  using Stays = std::span<const Stay* const>;

  void Clear() { gives_.clear(); }
  // This much comes back then; all of that is later than any time that is asked about as "now".
  void Give(base::Timestamp at, Room room);

  // The least that there is at any time in [from, to), beside these stays, compared with now.
  Room Least(base::Timestamp from, base::Timestamp to, Stays stays) const;
  // The times after `now` at which something comes back and so much is free in all, where it is
  // `have` now: what needs it may fit then, and cannot at other times.
  std::vector<base::Timestamp> Times(base::Timestamp now, const model::ResourceList& need,
                                     const model::ResourceList& have, Stays stays) const;
  // Whether there is room for it beside the others.
  bool HasRoomFor(const Stay& stay, Stays others, const model::NodeTable& nodes) const;
  // How many Gives until then are on one of these nodes.
  int64_t GiftsOn(const Room& nodes, base::Timestamp until) const;

 private:
  struct Gift {
    base::Timestamp at;
    Room room;
    model::ResourceList total;
  };

  std::vector<Gift> gives_;  // by time
};

}  // namespace tutti::planner
