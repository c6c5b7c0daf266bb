#include "planner/gang.h"

#include <limits>

namespace tutti::planner {

std::string_view PhaseName(GangPhase phase) {
  constexpr std::string_view kNames[] = {"Waiting", "Placed", "Binding", "Scheduled"};
  return kNames[static_cast<size_t>(phase)];
}

void Gang::Count(const model::PodInfo& pod, int sign) {
  priorities_.Add(pod.shape->priority, sign);
  created_.Add(pod.created_seconds, sign);
  durations_.Add(pod.expected_duration, sign);
  if (pod.shape->needs_referee) referees_ += sign;
  if (!pod.gang->problem.empty()) problems_.Add(pod.gang->problem, sign);
  if (!pod.gang->spec) return;
  min_members_.Add(pod.gang->spec->min_member, sign);
  if (pod.gang->spec->wait_timeout.count() > 0)
    wait_timeouts_.Add(pod.gang->spec->wait_timeout, sign);
}

void Gang::Recount() {
  waiting = placed = binding = bound = parked = referees_ = 0;
  min_members_.Clear();
  wait_timeouts_.Clear();
  priorities_.Clear();
  created_.Clear();
  durations_.Clear();
  problems_.Clear();
  for (const auto& [uid, member] : members) {
    CountIn(*member.pod);
    parked += member.bind_ticket != 0 ? 1 : 0;
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
    }
  }
}

int Gang::min_member() const {
  if (object_spec) return object_spec->min_member;
  if (!min_members_.empty()) return min_members_.greatest();
  return admitted_spec ? admitted_spec->min_member : 0;
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
  const bool holds_room = placed + binding + bound > 0;
  return holds_room && duration.count() > 0 ? started + duration : base::Timestamp::Infinite();
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
