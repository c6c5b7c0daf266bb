// FitMemo: what a pass has found out about members of one shape, so that it is not searched again.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "model/effect.h"
#include "model/pod_info.h"
#include "planner/head_room.h"

namespace tutti::planner {

// Only of gangs that find a place, or do not, by shape and count alone. Good as long as nothing
// becomes free.
class FitMemo {
 public:
  // The shape, and what the room that is open to the gang hangs on.
  struct Kind {
    const model::PodShape* shape;
    HeadRoom::For whom;
    base::Duration run{0};  // how long it would run, where others have planned starts

    bool operator==(const Kind&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const Kind& kind) {
      return H::combine(std::move(h), kind.shape, kind.whom, kind.run.count());
    }
  };

  void Clear() { known_.clear(); }

  void DidNotFit(Kind kind, int64_t count, const model::Reason& reason);
  void FitsDrained(Kind kind, int64_t count);
  void Exceeds(Kind kind, int64_t count, const model::Reason& reason);

  // Fewer of them, or as many, did not fit.
  bool TooMany(Kind kind, int64_t count) const;
  // Why so many do not fit, as a new search would find. Nullopt: they might fit, or more would have
  // to be asked.
  std::optional<model::Reason> Why(Kind kind, int64_t count) const;
  // Of DidNotFit, for another count; there is one.
  model::Reason Shortage(Kind kind, int64_t count) const;
  // Whether so many would not fit into a drained cluster either, and why; nullopt: not known.
  struct Drained {
    bool fits = false;
    model::Reason reason;
  };
  std::optional<Drained> WhenDrained(Kind kind, int64_t count) const;

 private:
  struct Known {
    int64_t too_many = INT64_MAX;  // the smallest count that did not fit; no larger one does
    model::Reason reason;          // of that count
    int64_t fits_drained = 0;      // the largest count that would fit into a drained cluster
    int64_t exceeds = INT64_MAX;   // the smallest that would not
    model::Reason exceeds_reason;
  };

  const Known* Find(Kind kind) const {
    const auto it = known_.find(kind);
    return it == known_.end() ? nullptr : &it->second;
  }

  absl::flat_hash_map<Kind, Known> known_;
};

}  // namespace tutti::planner
