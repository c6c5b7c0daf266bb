// GangKey: the identity of a gang, and a pod's membership in one.
#pragma once

#include <compare>
#include <string>
#include <utility>

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

struct GangMember {
  GangKey key;
  std::string display_name;
  std::optional<GangSpec> spec;  // where the pod itself carries it
  std::string problem;           // not empty: the pod's markers are wrong
  std::string role = {};         // as in GangMembership
  std::string queue = {};        // as in GangMembership
};

}  // namespace tutti::model
