// GangKey: the identity of a gang, and a pod's membership in one.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/gang_marker.h"
#include "tutti/gang_grouping.h"

namespace tutti::model {

struct GangKey {
  std::string namespace_name;
  std::string dialect;
  std::string identity;

  auto operator<=>(const GangKey&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const GangKey& key) {
    return H::combine(std::move(h), key.namespace_name, key.dialect, key.identity);
  }
};

// What becomes of a gang that has started when a member is lost and fewer than minMember are left.
enum class MemberLost : uint8_t {
  kReplace,  // the others run on; whoever takes its place is given a node by itself
  kRelease,  // the others are evicted: the gang starts again as a whole
};

struct GangMember {
  GangKey key;
  std::string display_name;
  std::optional<GangSpec> spec;  // where the pod itself carries it
  std::string problem;           // not empty: the pod's markers are wrong
  std::string role = {};         // as in GangMembership
  std::string queue = {};        // as in GangMembership
  MemberLost on_member_lost = MemberLost::kReplace;
  SharedGangMarkers markers = {};  // what the pod carries: for people, decides nothing
  std::vector<std::pair<std::string, std::string>> labels = {};  // as in GangMembership
  // Roles of the gang that are ready before the pod starts.
  std::vector<std::string> start_after = {};
  // Where the gang is one above the group that the pod names: that group's identity. The role is
  // the path to it then.
  std::string group = {};
};

}  // namespace tutti::model
