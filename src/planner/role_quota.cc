#include "planner/role_quota.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace tutti::planner {
namespace {

using Label = std::pair<std::string, std::string>;

const std::string* ValueOf(std::span<const Label> labels, std::string_view key) {
  const auto it =
      std::lower_bound(labels.begin(), labels.end(), key,
                       [](const Label& label, std::string_view k) { return label.first < k; });
  return it == labels.end() || it->first != key ? nullptr : &it->second;
}

std::string_view LastName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::optional<std::string> RoleByRules(std::span<const RoleRule> rules,
                                       std::span<const Label> labels) {
  for (const RoleRule& rule : rules) {
    const bool fits = std::all_of(rule.labels.begin(), rule.labels.end(), [&](const Label& label) {
      const std::string* value = ValueOf(labels, label.first);
      return value != nullptr && *value == label.second;
    });
    const bool named = std::all_of(rule.by.begin(), rule.by.end(), [&](const std::string& key) {
      return ValueOf(labels, key) != nullptr;
    });
    if (!fits || !named) continue;
    std::string role = rule.role;
    for (const std::string& key : rule.by)
      role.append(&key == &rule.by.front() ? "/" : ",").append(*ValueOf(labels, key));
    return role;
  }
  return std::nullopt;
}

int64_t Sum(std::span<const RoleMinimum> roles) { return RoleQuota(roles).LeastOf(0); }

RoleQuota::RoleQuota(std::span<const RoleMinimum> roles) : nodes_(1) {
  std::vector<const RoleMinimum*> by_role;
  for (const RoleMinimum& role : roles) by_role.push_back(&role);
  std::sort(by_role.begin(), by_role.end(),
            [](const RoleMinimum* a, const RoleMinimum* b) { return a->role < b->role; });
  for (const RoleMinimum* role : by_role) {
    Node& node = nodes_[role->role.empty() ? 0 : Add(role->role)];
    if (!role->role.empty()) node.least = role->min_member;
    node.min_groups = role->min_groups;
    node.group_size = role->group_size;
  }
  for (size_t n = 1; n < nodes_.size(); ++n) {
    const Node& parent = nodes_[nodes_[n].parent];
    nodes_[n].unit = parent.min_groups != 0 || parent.group_size > 0;
    const auto [it, alone] = by_last_name_.try_emplace(std::string(LastName(nodes_[n].path)), n);
    if (!alone) it->second = 0;
  }
}

size_t RoleQuota::Add(const std::string& path) {
  if (const auto it = by_path_.find(path); it != by_path_.end()) return it->second;
  const size_t slash = path.rfind('/');
  const size_t parent = slash == std::string::npos ? 0 : Add(path.substr(0, slash));
  const size_t node = nodes_.size();
  nodes_.emplace_back();
  nodes_[node].path = path;
  nodes_[node].parent = parent;
  nodes_[node].named = true;
  nodes_[parent].children.push_back(node);
  by_path_.emplace(path, node);
  return node;
}

size_t RoleQuota::NodeOf(std::string_view role) {
  if (const auto it = by_path_.find(role); it != by_path_.end()) return it->second;
  if (const auto it = by_last_name_.find(role); it != by_last_name_.end() && it->second != 0)
    return by_path_.emplace(role, it->second).first->second;
  // The deepest one above it that there is.
  size_t node = 0;
  std::string_view rest = role;
  for (size_t slash = role.rfind('/'); slash != std::string_view::npos && node == 0;
       slash = slash == 0 ? std::string_view::npos : role.rfind('/', slash - 1)) {
    if (const auto it = by_path_.find(role.substr(0, slash)); it != by_path_.end()) {
      node = it->second;
      rest = role.substr(slash + 1);
    }
  }
  if (nodes_[node].group_size > 0 && !role.empty()) {
    const std::string path =
        std::string(role.substr(0, role.size() - rest.size())).append(rest, 0, rest.find('/'));
    const int64_t size = nodes_[node].group_size;
    const auto known = by_path_.find(path);
    const size_t group = known != by_path_.end() ? known->second : Add(path);
    if (known == by_path_.end()) {
      nodes_[group].least = size;
      nodes_[group].unit = true;
      nodes_[group].named = false;
    }
    node = group;
  }
  return by_path_.emplace(role, node).first->second;
}

void RoleQuota::Put(size_t node, int64_t members) {
  for (; node != 0; node = nodes_[node].parent) nodes_[node].have += members;
  nodes_[0].have += members;
}

void RoleQuota::Count(std::string_view role) { Put(NodeOf(role), 1); }

bool RoleQuota::IsWhole(size_t n) const {
  const Node& node = nodes_[n];
  if (node.have < node.least) return false;
  if (node.min_groups != 0) return WholeGroups(n) >= node.min_groups;
  return std::all_of(node.children.begin(), node.children.end(),
                     [&](size_t child) { return !nodes_[child].named || IsWhole(child); });
}

int64_t RoleQuota::WholeGroups(size_t node) const {
  return std::count_if(nodes_[node].children.begin(), nodes_[node].children.end(),
                       [&](size_t child) { return IsWhole(child); });
}

size_t RoleQuota::Unfilled(size_t node, size_t below) const {
  size_t unfilled = 0;
  for (; node != below && node != 0; node = nodes_[node].parent) {
    if (nodes_[node].unit && !IsWhole(node)) unfilled = node;
  }
  return unfilled;
}

size_t RoleQuota::OutermostGroup(size_t node) const {
  size_t group = 0;
  for (; node != 0; node = nodes_[node].parent) {
    if (nodes_[node].unit) group = node;
  }
  return group;
}

int64_t RoleQuota::LeastOf(size_t n) const {
  const Node& node = nodes_[n];
  std::vector<int64_t> below;
  for (const size_t child : node.children) {
    if (nodes_[child].named) below.push_back(LeastOf(child));
  }
  if (node.min_groups != 0) {
    const auto count = static_cast<size_t>(std::max<int64_t>(node.min_groups, 0));
    if (node.group_size > 0) below.insert(below.end(), count, node.group_size);
    std::sort(below.begin(), below.end());
    below.resize(std::min(below.size(), count));
  }
  int64_t sum = 0;
  for (const int64_t least : below) sum += least;
  return std::max(node.least, sum);
}

// Takes members that wait, group by group, and back where a group comes to nothing.
class RoleQuota::Filling {
 public:
  Filling(RoleQuota& quota, std::span<const std::string_view> waiting,
          std::span<const std::string> avoid)
      : q_(quota), taken_(waiting.size(), false) {
    for (const std::string_view role : waiting) nodes_.push_back(q_.NodeOf(role));
    for (const std::string& role : avoid) avoid_.insert(q_.NodeOf(role));
    below_.resize(q_.nodes_.size());
    for (size_t i = 0; i < nodes_.size(); ++i) {
      for (size_t n = nodes_[i]; n != 0; n = q_.nodes_[n].parent) below_[n].push_back(i);
      below_[0].push_back(i);
    }
  }

  const std::vector<size_t>& picked() const { return picked_; }
  bool taken(size_t i) const { return taken_[i]; }
  size_t node(size_t i) const { return nodes_[i]; }
  int64_t WaitingIn(size_t n) const {
    return std::count_if(below_[n].begin(), below_[n].end(), [&](size_t i) { return !taken_[i]; });
  }

  void Take(size_t i) {
    taken_[i] = true;
    picked_.push_back(i);
    q_.Put(nodes_[i], 1);
  }
  // Makes the node whole, as far as that goes.
  bool Fill(size_t n) {
    bool whole = true;
    if (q_.nodes_[n].min_groups != 0) {
      whole = FillGroups(n);
    } else {
      for (const size_t child : q_.nodes_[n].children) {
        if (q_.nodes_[child].named) whole = Fill(child) && whole;
      }
    }
    Extend(n, [&] { return q_.nodes_[n].have >= q_.nodes_[n].least; });
    return whole && q_.nodes_[n].have >= q_.nodes_[n].least;
  }
  // Likewise of a group, but then wholly or not at all.
  bool FillGroup(size_t group) {
    const size_t before = picked_.size();
    const size_t chosen_before = q_.chosen_.size();
    if (Fill(group)) {
      Unit& unit = q_.chosen_.emplace_back();
      unit.group = q_.nodes_[group].path;
      unit.fills = true;
      unit.members.assign(picked_.begin() + static_cast<std::ptrdiff_t>(before), picked_.end());
      std::sort(unit.members.begin(), unit.members.end());
      return true;
    }
    while (picked_.size() > before) {
      taken_[picked_.back()] = false;
      q_.Put(nodes_[picked_.back()], -1);
      picked_.pop_back();
    }
    q_.chosen_.resize(chosen_before);
    return false;
  }
  // More members of the node: of those that are in no group that waits, then of more groups.
  template <class Enough>
  void Extend(size_t n, const Enough& enough) {
    for (const size_t i : below_[n]) {
      if (enough()) return;
      if (!taken_[i] && q_.Unfilled(nodes_[i], n) == 0) Take(i);
    }
    std::set<size_t> in_vain;
    for (const size_t i : below_[n]) {
      if (enough()) return;
      if (taken_[i]) continue;
      const size_t group = q_.Unfilled(nodes_[i], n);
      if (group != 0 && !in_vain.contains(group) && !FillGroup(group)) in_vain.insert(group);
      if (!taken_[i] && !enough() && q_.Unfilled(nodes_[i], n) == 0) Take(i);
    }
  }

 private:
  bool FillGroups(size_t n) {
    using Rank = std::tuple<bool, int64_t, size_t, size_t>;
    std::vector<Rank> candidates;
    for (const size_t child : q_.nodes_[n].children) {
      if (q_.IsWhole(child)) continue;
      const auto first = std::find_if(below_[child].begin(), below_[child].end(),
                                      [&](size_t i) { return !taken_[i]; });
      candidates.emplace_back(avoid_.contains(child), -q_.nodes_[child].have,
                              first == below_[child].end() ? nodes_.size() : *first, child);
    }
    std::sort(candidates.begin(), candidates.end());
    for (const auto& [avoided, have, first, child] : candidates) {
      if (q_.WholeGroups(n) >= q_.nodes_[n].min_groups) break;
      FillGroup(child);
    }
    return q_.WholeGroups(n) >= q_.nodes_[n].min_groups;
  }

  RoleQuota& q_;
  std::vector<size_t> nodes_;               // of each that waits
  std::vector<std::vector<size_t>> below_;  // by node: those that wait in it
  std::vector<bool> taken_;
  std::vector<size_t> picked_;
  std::set<size_t> avoid_;
};

std::vector<size_t> RoleQuota::Pick(std::span<const std::string_view> waiting, size_t count,
                                    std::span<const std::string> avoid) {
  chosen_.clear();
  Filling filling(*this, waiting, avoid);
  filling.Fill(0);
  filling.Extend(0, [&] { return filling.picked().size() >= count; });
  std::vector<size_t> picked = filling.picked();
  std::sort(picked.begin(), picked.end());
  return picked;
}

std::vector<RoleQuota::Unit> RoleQuota::Units(std::span<const std::string_view> waiting) {
  chosen_.clear();
  left_out_.reset();
  Filling filling(*this, waiting, {});
  std::vector<Unit> units;
  std::set<size_t> in_vain;
  for (size_t i = 0; i < waiting.size(); ++i) {
    const size_t node = filling.node(i);
    const size_t group = Unfilled(node, 0);
    if (group != 0 && !in_vain.contains(group)) {
      if (filling.FillGroup(group)) {
        units.push_back(chosen_.back());
        units.back().group = nodes_[OutermostGroup(node)].path;
      } else {
        in_vain.insert(group);
        const Node& short_one = nodes_[group];
        if (!left_out_) {
          left_out_ = {short_one.path, LeastOf(group), short_one.have + filling.WaitingIn(group),
                       false};
        }
      }
    }
    if (filling.taken(i) || Unfilled(node, 0) != 0) continue;
    filling.Take(i);
    units.push_back({{i}, nodes_[OutermostGroup(node)].path, false});
  }
  return units;
}

std::optional<RoleQuota::Shortage> RoleQuota::ShortBelow(size_t n) const {
  const Node& node = nodes_[n];
  if (node.min_groups != 0) {
    const int64_t whole = WholeGroups(n);
    if (whole < node.min_groups) return Shortage{node.path, node.min_groups, whole, true};
  } else {
    for (const size_t child : node.children) {
      if (!nodes_[child].named) continue;
      if (std::optional<Shortage> shortage = ShortBelow(child)) return shortage;
    }
  }
  if (node.have >= node.least) return std::nullopt;
  return Shortage{node.path, node.least, node.have, false};
}

std::optional<RoleQuota::Shortage> RoleQuota::FirstShort() const { return ShortBelow(0); }

}  // namespace tutti::planner
