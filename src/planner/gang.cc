#include "planner/gang.h"

#include <algorithm>
#include <climits>
#include <limits>
#include <utility>

namespace tutti::planner {
namespace {

bool RankBefore(const Member* a, const Member* b) {
  const model::PodInfo& x = *a->pod;
  const model::PodInfo& y = *b->pod;
  if (x.shape->priority != y.shape->priority) return x.shape->priority > y.shape->priority;
  if (x.created_seconds != y.created_seconds) return x.created_seconds < y.created_seconds;
  // Shorter names first, so that train-9 comes before train-10.
  if (x.name.size() != y.name.size()) return x.name.size() < y.name.size();
  if (x.name != y.name) return x.name < y.name;
  return x.uid < y.uid;
}

}  // namespace

const std::vector<Member*>& WaitingOrder::Of(std::map<base::Uid, Member>& members) {
  if (std::exchange(known_, true)) return order_;
  order_.clear();
  for (auto& [uid, member] : members) {
    if (member.state == Member::State::kWaiting) order_.push_back(&member);
  }
  std::sort(order_.begin(), order_.end(), RankBefore);
  return order_;
}

std::string_view PhaseName(GangPhase phase) {
  constexpr std::string_view kNames[] = {"Waiting", "Placed", "Binding", "Scheduled"};
  return kNames[static_cast<size_t>(phase)];
}

void Gang::Count(const model::PodInfo& pod, int sign) {
  StateChanged();
  priorities_.Add(pod.shape->priority, sign);
  created_.Add(pod.created_seconds, sign);
  durations_.Add(pod.expected_duration, sign);
  if (pod.shape->needs_referee) referees_ += sign;
  if (!pod.gang->start_after.empty()) ordered_ += sign;
  if (pod.gang->on_member_lost == model::MemberLost::kRelease) released_together_ += sign;
  if (!pod.gang->problem.empty()) problems_.Add(pod.gang->problem, sign);
  if (!pod.submitter.empty()) submitters_.Add(pod.submitter, sign);
  if (!pod.gang->queue.empty()) queues_.Add(pod.gang->queue, sign);
  CountMarkers(pod.gang->markers, sign);
  if (!pod.gang->spec) return;
  min_members_.Add(pod.gang->spec->min_member, sign);
  max_members_.Add(pod.gang->spec->max_member, sign);
  for (const RoleMinimum& role : pod.gang->spec->roles)
    roles_.Add({role.role, role.min_member, role.min_groups, role.group_size}, sign);
  if (pod.gang->spec->wait_timeout.count() > 0)
    wait_timeouts_.Add(pod.gang->spec->wait_timeout, sign);
}

void Gang::CountMarkers(const model::SharedGangMarkers& markers, int sign) {
  if (markers != nullptr && markers_.Add({markers}, sign)) markers_changed = true;
}

void Gang::AddFinished(const model::PodInfo& pod) {
  finished += finished_pods_.emplace(pod.uid, &pod).second ? 1 : 0;
  StateChanged();
}

void Gang::RemoveFinished(const model::PodInfo& pod) {
  finished -= static_cast<int>(finished_pods_.erase(pod.uid));
  StateChanged();
}

void Gang::ClearFinished() {
  finished = 0;
  finished_pods_.clear();
  StateChanged();
}

void Gang::VisitPods(absl::FunctionRef<void(base::Uid)> visit) const {
  for (const auto& [uid, member] : members) visit(uid);
  for (const auto& [uid, pod] : finished_pods_) visit(uid);
}

void Gang::VisitFinished(absl::FunctionRef<void(const model::PodInfo&)> visit) const {
  for (const auto& [uid, pod] : finished_pods_) visit(*pod);
}

void Gang::CountRolesOfFinished(RoleQuota& quota) const {
  for (const auto& [uid, pod] : finished_pods_) quota.Count(RoleOf(*pod));
}

void Gang::Recount() {
  const bool had_changed = markers_changed;
  waiting = placed = binding = bound = leaving = parked = held_back = referees_ = ordered_ =
      released_together_ = 0;
  min_members_.Clear();
  max_members_.Clear();
  wait_timeouts_.Clear();
  priorities_.Clear();
  created_.Clear();
  durations_.Clear();
  problems_.Clear();
  queues_.Clear();
  submitters_.Clear();
  roles_.Clear();
  markers_.Clear();
  for (const auto& [uid, member] : members) {
    CountIn(*member.pod);
    parked += member.bind_ticket != 0 ? 1 : 0;
    held_back += member.held_back ? 1 : 0;
    switch (member.state) {
      case Member::State::kWaiting:
        ++waiting;
        break;
      case Member::State::kPlaced:
        ++placed;
        break;
      case Member::State::kBinding:
        ++binding;
        break;
      case Member::State::kBound:
        ++bound;
        break;
      case Member::State::kLeaving:
        ++leaving;
        break;
    }
  }
  markers_changed = had_changed;
}

int Gang::min_member() const {
  int least = 0;
  if (object_spec) {
    least = object_spec->min_member;
  } else if (!min_members_.empty()) {
    least = min_members_.greatest();
  } else if (admitted_spec) {
    least = admitted_spec->min_member;
  }
  if (!has_roles()) return least;
  if (!roles_sum_) roles_sum_ = Sum(roles());
  return static_cast<int>(std::max<int64_t>(least, std::min<int64_t>(*roles_sum_, INT_MAX)));
}

int Gang::max_member() const {
  int most = 0;
  if (object_spec) {
    most = object_spec->max_member;
  } else if (!max_members_.empty()) {
    // One that sets no bound asks for the most of all.
    most = max_members_.least() == 0 ? 0 : max_members_.greatest();
  } else if (admitted_spec) {
    most = admitted_spec->max_member;
  }
  return most == 0 ? 0 : std::max(most, min_member());
}

std::vector<Member*> Gang::RunningByRank() {
  std::vector<Member*> running;
  for (auto& [uid, member] : members) {
    if (member.state == Member::State::kBound || member.state == Member::State::kBinding)
      running.push_back(&member);
  }
  std::sort(running.begin(), running.end(), RankBefore);
  return running;
}

bool Gang::has_roles() const {
  if (object_spec) return !object_spec->roles.empty();
  return !roles_.empty() || (admitted_spec && !admitted_spec->roles.empty());
}

std::vector<RoleMinimum> Gang::roles() const {
  if (object_spec) return object_spec->roles;
  if (roles_.empty()) return admitted_spec ? admitted_spec->roles : std::vector<RoleMinimum>();
  std::vector<RoleMinimum> roles;
  roles_.ForEach([&](const auto& said) {
    const auto& [role, min_member, min_groups, group_size] = said;
    if (roles.empty() || roles.back().role != role) roles.emplace_back().role = role;
    RoleMinimum& least = roles.back();
    least.min_member = std::max(least.min_member, min_member);
    least.min_groups = std::max(least.min_groups, min_groups);
    least.group_size = std::max(least.group_size, group_size);
  });
  return roles;
}

std::string Gang::RoleOf(const model::PodInfo& pod) const {
  if (object_spec && !object_spec->rules.empty()) {
    if (std::optional<std::string> role = RoleByRules(object_spec->rules, pod.gang->labels))
      return *std::move(role);
  }
  return pod.gang->role;
}

RoleQuota Gang::RolesSecured() const {
  RoleQuota quota(roles());
  for (const auto& [uid, member] : members) {
    if (member.state != Member::State::kWaiting && member.state != Member::State::kLeaving)
      quota.Count(RoleOf(*member.pod));
  }
  CountRolesOfFinished(quota);
  return quota;
}

bool Gang::WholeAmong(absl::FunctionRef<bool(const Member&)> counts) const {
  RoleQuota quota(roles());
  int count = finished;
  for (const auto& [uid, member] : members) {
    if (!counts(member)) continue;
    ++count;
    if (has_roles()) quota.Count(RoleOf(*member.pod));
  }
  if (min_member() <= 0 || count < min_member()) return false;
  CountRolesOfFinished(quota);
  return quota.met();
}

bool Gang::RolesMet() const {
  if (!roles_met_) roles_met_ = RolesSecured().met();
  return *roles_met_;
}

std::vector<model::SharedGangMarkers> Gang::markers(size_t most) const {
  std::vector<model::SharedGangMarkers> all;
  markers_.ForEach([&](const CarriedMarkers& carried) {
    if (all.size() < most) all.push_back(carried.list);
  });
  return all;
}

std::string_view Gang::queue() const {
  if (!object_queue.empty()) return object_queue;
  return queues_.empty() ? std::string_view(admitted_queue) : queues_.least();
}

base::Duration Gang::wait_timeout(base::Duration fallback) const {
  if (object_spec && object_spec->wait_timeout.count() > 0) return object_spec->wait_timeout;
  return wait_timeouts_.empty() ? fallback : wait_timeouts_.greatest();
}

std::string Gang::problem() const {
  if (!object_problem.empty()) return object_problem;
  return problems_.empty() ? std::string() : problems_.least();
}

model::Reason Gang::waiting_reason() const {
  using model::ReasonCode;
  const bool known = reason.code != ReasonCode::kNone && reason.code != ReasonCode::kPlaced &&
                     reason.code != ReasonCode::kScheduled;
  return known ? reason : model::Reason{ReasonCode::kWaitingForCapacity, 0, 0, {}};
}

base::Duration Gang::expected_duration() const {
  if (durations_.empty() || durations_.least().count() == 0) return base::Duration(0);
  return durations_.greatest();
}

base::Timestamp Gang::expected_end() const {
  const base::Duration duration = expected_duration();
  return holds_room() && duration.count() > 0 ? started + duration : base::Timestamp::Infinite();
}

std::string_view Gang::submitter() const {
  return submitters_.empty() ? std::string_view() : submitters_.least();
}

std::string_view Gang::user() const {
  std::string_view name = members.empty() ? std::string_view(admitted_submitter) : submitter();
  if (!name.starts_with(model::kUserSubmitter)) return {};
  name.remove_prefix(model::kUserSubmitter.size());
  return name;
}

model::MemberLost Gang::on_member_lost() const {
  return released_together_ > 0 ? model::MemberLost::kRelease : model::MemberLost::kReplace;
}

GangPhase Gang::phase() const {
  const bool all_done = members.empty() && slots.empty();
  if (satisfied || all_done) return GangPhase::kScheduled;
  if (bound + binding > 0) return GangPhase::kBinding;
  return placed + static_cast<int>(slots.size()) > 0 ? GangPhase::kPlaced : GangPhase::kWaiting;
}

int32_t Gang::priority() const {
  if (!priorities_.empty()) return priorities_.greatest();
  return slots.empty() ? std::numeric_limits<int32_t>::min() : slots.front().shape->priority;
}

}  // namespace tutti::planner
