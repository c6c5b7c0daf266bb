#include "planner/role_quota.h"

#include <algorithm>

namespace tutti::planner {
namespace {

bool IsBelow(std::string_view role, std::string_view group) {
  return role.size() > group.size() && role[group.size()] == '/' && role.starts_with(group);
}

int64_t Depth(std::string_view role) { return std::count(role.begin(), role.end(), '/'); }

}  // namespace

int64_t Sum(std::span<const RoleMinimum> roles) {
  // Of each role: its own minimum, or what the roles right below it add up to, if that is more.
  std::vector<const RoleMinimum*> deepest_first;
  for (const RoleMinimum& role : roles) deepest_first.push_back(&role);
  std::stable_sort(deepest_first.begin(), deepest_first.end(),
                   [](const auto* a, const auto* b) { return Depth(a->role) > Depth(b->role); });
  std::vector<int64_t> below(deepest_first.size(), 0);
  int64_t sum = 0;
  for (size_t i = 0; i < deepest_first.size(); ++i) {
    const int64_t needed = std::max<int64_t>(deepest_first[i]->min_member, below[i]);
    size_t parent = i + 1;
    while (parent < deepest_first.size() &&
           !IsBelow(deepest_first[i]->role, deepest_first[parent]->role))
      ++parent;
    (parent < deepest_first.size() ? below[parent] : sum) += needed;
  }
  return sum;
}

RoleQuota::RoleQuota(std::span<const RoleMinimum> roles) {
  for (const RoleMinimum& role : roles) needs_.push_back({role.role, role.min_member, 0});
  std::stable_sort(needs_.begin(), needs_.end(),
                   [](const Need& a, const Need& b) { return Depth(a.role) > Depth(b.role); });
}

bool RoleQuota::Need::Counts(std::string_view other) const {
  return other == role || IsBelow(other, role);
}

void RoleQuota::Count(std::string_view role) {
  for (Need& need : needs_) need.have += need.Counts(role) ? 1 : 0;
}

bool RoleQuota::met() const { return !FirstShort(); }

std::optional<RoleQuota::Shortage> RoleQuota::FirstShort() const {
  for (const Need& need : needs_) {
    if (need.have < need.least) return Shortage{need.role, need.least, need.have};
  }
  return std::nullopt;
}

std::vector<size_t> RoleQuota::Pick(std::span<const std::string_view> waiting, size_t count) {
  std::vector<bool> taken(waiting.size(), false);
  std::vector<size_t> picked;
  const auto take = [&](size_t i) {
    taken[i] = true;
    picked.push_back(i);
    Count(waiting[i]);
  };
  for (size_t n = 0; n < needs_.size(); ++n) {
    for (size_t i = 0; i < waiting.size() && needs_[n].have < needs_[n].least; ++i) {
      if (!taken[i] && needs_[n].Counts(waiting[i])) take(i);
    }
  }
  for (size_t i = 0; i < waiting.size() && picked.size() < count; ++i) {
    if (!taken[i]) take(i);
  }
  std::sort(picked.begin(), picked.end());
  return picked;
}

}  // namespace tutti::planner
