// PlacedPodView: one pod and its node; and BoundPods: the pods of a node. Lifetime and units as in
// views.h.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

#include "tutti/ids.h"
#include "tutti/views.h"

namespace tutti {

// A pod's uid as two numbers: its first and its last 16 hexadecimal digits.
struct PodUid {
  uint64_t high = 0;
  uint64_t low = 0;

  constexpr auto operator<=>(const PodUid&) const = default;
};

// A pod that is bound to its node, or about to be.
struct PlacedPodView {
  PodUid uid;
  std::string_view namespace_name;
  std::string_view name;
  std::string_view gang;      // display name; empty: of none
  uint64_t gang_arrival = 0;  // GangView::arrival; 0: of none
  int32_t priority = 0;
  bool leaving = false;    // being deleted or evicted: its room is about to be free
  bool evictable = false;  // may be proposed as a victim now: not leaving, no static or DaemonSet
                           // pod, and no eviction of it has just failed
  NodeIndex node;          // invalid: a node that is not known (any more)
  std::string_view node_name;
  std::chrono::seconds bound_since{0};              // since 1970; 0: not bound, or not known
  std::span<const PodClassView::Request> requests;  // what it counts for on its node
  std::span<const std::string_view> fields;         // by PodField; see Field

  // "" where the pod has no such label or annotation.
  std::string_view Field(PodField field) const {
    return field.value < fields.size() ? fields[field.value] : std::string_view();
  }
};

// The pods that are bound and have not ended, looked up where they are asked for.
class BoundPods {
 public:
  virtual ~BoundPods() = default;
  // By uid. Good until the next call.
  virtual std::span<const PlacedPodView> On(NodeIndex node) const = 0;
};

}  // namespace tutti
