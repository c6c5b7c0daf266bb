// StartOrder: which roles of a gang have started, for those that start after them
// (tutti.dev/start-after).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "planner/gang.h"

namespace tutti::planner {

// Whether a member of the role `path` is of the role that start-after names: any part of the path.
bool IsOfRole(const std::string& path, const std::string& role);

class StartOrder {
 public:
  explicit StartOrder(const Gang& gang) : gang_(gang) {}

  struct Waits {
    std::string role;
    int64_t need = 0;  // members of it that are ready, or have succeeded
    int64_t have = 0;
  };
  // The first role that the member starts after and that has not started. Nullopt: it may start.
  std::optional<Waits> For(const Member& member);

 private:
  // As many as the role needs, or all that have a node, are ready or have succeeded.
  Waits Look(const std::string& role) const;

  const Gang& gang_;
  std::map<std::string, Waits> known_;
};

// Why these members, with those that have a node, can never start in the order that they ask for;
// empty: they can. `missing`: a role that nobody has, where there is one.
std::string WrongOrder(const Gang& gang, std::span<Member* const> first, std::string& missing);

}  // namespace tutti::planner
