#include "planner/member_choice.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "planner/start_order.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;

bool Contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

std::string TextOf(const RoleQuota::Shortage& shortage) {
  if (!shortage.groups) return absl::StrFormat("of role %s", shortage.role);
  return shortage.role.empty() ? "groups that are whole"
                               : absl::StrFormat("groups of %s that are whole", shortage.role);
}

// What is left of `members` without those picked; `quota` has counted these.
std::vector<MemberChoice::Unit> Without(std::span<const size_t> picked,
                                        const MemberChoice::Members& members,
                                        std::span<const std::string_view> roles, RoleQuota& quota) {
  MemberChoice::Members left;
  std::vector<std::string_view> roles_left;
  for (size_t i = 0; i < members.size(); ++i) {
    if (std::binary_search(picked.begin(), picked.end(), i)) continue;
    left.push_back(members[i]);
    if (!roles.empty()) roles_left.push_back(roles[i]);
  }
  std::vector<MemberChoice::Unit> units;
  if (roles.empty()) {
    for (Member* member : left) units.push_back({{member}, {}, false});
    return units;
  }
  for (RoleQuota::Unit& unit : quota.Units(roles_left)) {
    MemberChoice::Unit& to = units.emplace_back();
    for (const size_t i : unit.members) to.members.push_back(left[i]);
    to.group = std::move(unit.group);
    to.fills = unit.fills;
  }
  return units;
}

}  // namespace

MemberChoice::MemberChoice(const Gang& gang, Members waiting, size_t required)
    : gang_(gang),
      waiting_(std::move(waiting)),
      required_(std::min(required, waiting_.size())),
      quota_(std::vector<RoleMinimum>()) {
  if (gang_.has_roles()) {
    for (const Member* member : waiting_) role_texts_.push_back(gang_.RoleOf(*member->pod));
    roles_.assign(role_texts_.begin(), role_texts_.end());
  }
  Choose();
}

void MemberChoice::Choose() {
  shortage_.reset();
  picked_.clear();
  first_.clear();
  if (!gang_.has_roles()) {
    for (size_t i = 0; i < required_; ++i) picked_.push_back(i);
  } else {
    quota_ = gang_.RolesSecured();
    picked_ = quota_.Pick(roles_, required_, avoid_);
    // One that has started goes on with what is left of it.
    if (!gang_.satisfied) shortage_ = ShortageOf(quota_.FirstShort());
  }
  for (const size_t i : picked_) first_.push_back(waiting_[i]);
  if (!shortage_ && gang_.has_order() && !gang_.satisfied) PickPredecessors();
}

void MemberChoice::PickPredecessors() {
  while (true) {
    std::string missing;
    std::string wrong = WrongOrder(gang_, first_, missing);
    if (missing.empty()) {
      if (!wrong.empty()) shortage_ = {{ReasonCode::kMisconfigured, 0, 0, {}}, std::move(wrong)};
      return;
    }
    size_t next = 0;
    while (next < waiting_.size() && (std::binary_search(picked_.begin(), picked_.end(), next) ||
                                      !IsOfRole(gang_.RoleOf(*waiting_[next]->pod), missing)))
      ++next;
    if (next == waiting_.size()) {
      shortage_ = {{ReasonCode::kWaitingForMembers, 1, 0, {}},
                   absl::StrFormat("of role %s, which others start after", missing)};
      return;
    }
    picked_.insert(std::lower_bound(picked_.begin(), picked_.end(), next), next);
    if (!roles_.empty()) quota_.Count(roles_[next]);
    first_.clear();
    for (const size_t i : picked_) first_.push_back(waiting_[i]);
  }
}

std::optional<MemberChoice::Shortage> MemberChoice::ShortageOf(
    const std::optional<RoleQuota::Shortage>& missing) const {
  if (missing) {
    return Shortage{{ReasonCode::kWaitingForMembers, missing->need, missing->have, {}},
                    TextOf(*missing)};
  }
  if (picked_.size() >= required_) return std::nullopt;
  // The others are in groups that are not whole.
  const int64_t have = gang_.min_member() - static_cast<int64_t>(required_ - picked_.size());
  return Shortage{{ReasonCode::kWaitingForMembers, gang_.min_member(), have, {}},
                  "in groups that are whole"};
}

bool MemberChoice::Vary(absl::FunctionRef<bool(std::span<Member* const>)> fits) {
  const std::vector<size_t> before = picked_;
  const std::vector<RoleQuota::Unit> groups = quota_.chosen();
  const size_t avoided = avoid_.size();
  const RoleQuota::Unit* largest = nullptr;
  for (const RoleQuota::Unit& group : groups) {
    if (Contains(avoid_, group.group)) continue;
    // Of one that holds another that does not fit, the latter is left out first.
    const bool holds_one =
        std::any_of(avoid_.begin() + static_cast<std::ptrdiff_t>(avoided), avoid_.end(),
                    [&](const std::string& inner) { return inner.starts_with(group.group + "/"); });
    if (holds_one) continue;
    Members members;
    for (const size_t i : group.members) members.push_back(waiting_[i]);
    if (!fits(members)) avoid_.push_back(group.group);
    if (largest == nullptr || group.members.size() >= largest->members.size()) largest = &group;
  }
  if (avoid_.size() == avoided && largest != nullptr) avoid_.push_back(largest->group);
  if (avoid_.size() == avoided) return false;
  Choose();
  return !shortage_ && picked_ != before;
}

std::vector<MemberChoice::Unit> MemberChoice::Surplus() {
  std::vector<Unit> units = Without(picked_, waiting_, roles_, quota_);
  if (const auto& missing = quota_.left_out())
    left_out_ = Shortage{{ReasonCode::kWaitingForMembers, missing->need, missing->have, {}},
                         absl::StrFormat("of group %s", missing->role)};
  return UpToMax(std::move(units));
}

std::vector<MemberChoice::Unit> MemberChoice::UpToMax(std::vector<Unit> units) {
  const auto most = static_cast<size_t>(gang_.max_member());
  if (most == 0) return units;
  // A slot is somebody's whose CREATE is under way.
  size_t have = static_cast<size_t>(gang_.placed + gang_.binding + gang_.bound) +
                gang_.slots.size() + first_.size();
  std::vector<Unit> within;
  std::set<std::string> left_out;
  for (Unit& unit : units) {
    if (have + unit.members.size() <= most && !left_out.contains(unit.group)) {
      have += unit.members.size();
      within.push_back(std::move(unit));
      continue;
    }
    if (unit.fills) left_out.insert(unit.group);
    left_out_ = Shortage{{ReasonCode::kGangAtMax, gang_.max_member(), 0, {}}, {}};
  }
  if (left_out_ && left_out_->reason.code == ReasonCode::kGangAtMax)
    left_out_->reason.have = static_cast<int64_t>(have);
  return within;
}

std::vector<MemberChoice::Unit> SurplusOf(Gang& gang) {
  const MemberChoice::Members running = gang.RunningByRank();
  const auto required = static_cast<size_t>(std::max(gang.min_member() - gang.finished, 0));
  if (gang.min_member() <= 0 || running.size() <= required) return {};
  std::vector<std::string> texts;
  std::vector<std::string_view> roles;
  std::vector<size_t> core;
  RoleQuota quota(gang.roles());
  if (gang.has_roles()) {
    gang.CountRolesOfFinished(quota);
    for (const Member* member : running) texts.push_back(gang.RoleOf(*member->pod));
    roles.assign(texts.begin(), texts.end());
    core = quota.Pick(roles, required);
    if (!quota.met() || core.size() < required) return {};
  } else {
    for (size_t i = 0; i < required; ++i) core.push_back(i);
  }
  return Without(core, running, roles, quota);
}

}  // namespace tutti::planner
