#include "sim/engine/simulator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace tutti::sim {
namespace {

using base::Timestamp;

constexpr int64_t kMostMs = int64_t{100} * 365 * 24 * 3600 * 1000;
constexpr int64_t kMostMembers = int64_t{1} << 20;
constexpr int64_t kNanosPerMs = 1'000'000;
constexpr int kMostRounds = 100'000;         // of one moment
constexpr int64_t kMostIdleMoments = 1'000;  // while nothing but retries happens
constexpr int64_t kMomentsPerProgress = 256;
constexpr int64_t kBindAgainAfterMs = 1'000;  // as kube-scheduler's first back-off

bool NeverFits(const model::Reason& reason) {
  using model::ReasonCode;
  return reason.code == ReasonCode::kExceedsCluster || reason.code == ReasonCode::kNoEligibleNode ||
         reason.code == ReasonCode::kMisconfigured;
}

}  // namespace

size_t Simulator::Live::RoleOf(size_t member) const {
  size_t role = first.size() - 1;
  while (first[role] > member) --role;
  return role;
}

Simulator::Simulator(JobSource& source, const SimulationOptions& options,
                     const SimulationTables& tables)
    : source_(source), options_(options), tables_(tables), maker_(tables) {}

Timestamp Simulator::Now() const { return Timestamp{(now_ms_ + 1000) * kNanosPerMs}; }

absl::StatusOr<SimulationResult> Simulator::Run() {
  TUTTI_RETURN_IF_ERROR(AddNodes());
  TUTTI_RETURN_IF_ERROR(ReadNext());
  while (const std::optional<int64_t> moment = NextMoment()) {
    now_ms_ = std::max(now_ms_, *moment);
    if (options_.clock != nullptr) options_.clock->Set(Now());
    TUTTI_RETURN_IF_ERROR(Moment());
  }
  return Finish();
}

absl::Status Simulator::AddNodes() {
  if (options_.nodes.empty())
    return absl::InvalidArgumentError("the simulated cluster has no nodes: expected at least one");
  for (const SimNode& node : options_.nodes) {
    const auto number = static_cast<uint32_t>(nodes_.size());
    if (!node_by_name_.emplace(node.name, number).second) {
      return absl::InvalidArgumentError(
          absl::StrFormat("two nodes are called %s: rename one", node.name));
    }
    nodes_.push_back(maker_.Node(node));
  }
  planner::CoreOptions core = options_.core;
  core.name_holders = false;  // nobody reads them here, and finding them is slow
  core_.emplace(std::move(core), tables_.labels, options_.plugins);
  collector_.emplace(options_, nodes_, tables_.resources);
  for (const model::NodeInfo& node : nodes_) Apply(model::NodeUpserted{node});
  Apply(model::CachesSynced{});
  Apply(model::LeadershipChanged{true});
  return absl::OkStatus();
}

absl::Status Simulator::ReadNext() {
  TUTTI_ASSIGN_OR_RETURN(next_, source_.Next());
  if (!next_) return absl::OkStatus();
  if (!first_ms_) first_ms_ = next_->submit_ms;
  const auto too_far = [](int64_t ms) { return ms > kMostMs; };
  if (too_far(next_->submit_ms - *first_ms_) || too_far(next_->run_ms)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: job %s is submitted, or runs, more than 100 years after the first: "
                        "correct the log",
                        source_.errors().file(), next_->name));
  }
  return absl::OkStatus();
}

std::optional<int64_t> Simulator::NextMoment() const {
  std::optional<int64_t> moment;
  if (next_) moment = next_->submit_ms - *first_ms_;
  if (!due_.empty() && (!moment || due_.top().time_ms < *moment)) moment = due_.top().time_ms;
  if (waiting_jobs_ == 0 || idle_moments_ >= kMostIdleMoments) return moment;
  const Timestamp deadline = core_->NextDeadline();
  if (deadline == Timestamp::Infinite()) return moment;
  const int64_t deadline_ms = (deadline.nanos + kNanosPerMs - 1) / kNanosPerMs - 1000;
  return moment ? std::min(*moment, deadline_ms) : deadline_ms;
}

absl::Status Simulator::Moment() {
  const int64_t placed = members_placed_;
  const int64_t ended = finished_;
  const int64_t submitted = submitted_;
  EndAndRetry();
  TUTTI_RETURN_IF_ERROR(Arrive());
  TUTTI_RETURN_IF_ERROR(Settle());
  const bool idle = placed == members_placed_ && ended == finished_ && submitted == submitted_;
  idle_moments_ = idle ? idle_moments_ + 1 : 0;
  if (!idle) {
    end_ms_ = now_ms_;
    collector_->Sample(now_ms_, waiting_jobs_, waiting_members_);
  }
  return ++moments_ % kMomentsPerProgress == 0 ? Progress() : absl::OkStatus();
}

void Simulator::EndAndRetry() {
  while (!due_.empty() && due_.top().time_ms <= now_ms_) {
    const Due due = due_.top();
    due_.pop();
    Live* live = Find(due.number);
    if (live == nullptr) continue;
    if (due.what == Due::What::kEnd) {
      Succeed(due.number);
      Leave(due.number);
      ++finished_;
    } else if (live->nodes[due.member] == kNowhere) {
      const model::PodInfo pod = PodOf(due.number, *live, due.member);
      AskToBind({pod.uid, pod.namespace_name, pod.name}, nodes_[live->asked[due.member]].name);
    }
  }
}

absl::Status Simulator::Arrive() {
  while (next_ && next_->submit_ms - *first_ms_ <= now_ms_) {
    const int64_t submit_ms = next_->submit_ms - *first_ms_;
    ++submitted_;
    Submit(*std::move(next_), submit_ms, false);
    TUTTI_RETURN_IF_ERROR(ReadNext());
  }
  return absl::OkStatus();
}

void Simulator::Submit(Job job, int64_t submit_ms, bool counted) {
  int64_t members = 0;
  for (const Role& role : job.roles) members += role.count;
  if (members > kMostMembers) {
    collector_->Dropped();
    ++finished_;
    return;
  }
  const uint64_t number = next_number_++;
  const int64_t estimate_ms = options_.exact_estimates ? job.run_ms : job.estimate_ms;
  Live& live = live_[number];
  live.submit_ms = submit_ms;
  live.counted = counted;
  live.roles = maker_.Roles(job, number, now_ms_, std::min(estimate_ms, kMostMs));
  live.nodes.assign(static_cast<size_t>(members), kNowhere);
  live.asked = live.nodes;
  size_t member = 0;
  for (const Role& role : job.roles) {
    live.first.push_back(member);
    member += static_cast<size_t>(role.count);
  }
  live.job = std::move(job);
  ++waiting_jobs_;
  waiting_members_ += members;
  for (size_t i = 0; i < live.nodes.size(); ++i) Later(model::PodUpserted{PodOf(number, live, i)});
}

model::PodInfo Simulator::PodOf(uint64_t number, const Live& live, size_t member) const {
  model::PodInfo pod = live.roles[live.RoleOf(member)];
  pod.uid = PodMaker::UidOf(number, member);
  pod.name = absl::StrCat(member);
  if (live.nodes[member] != kNowhere) pod.node_name = nodes_[live.nodes[member]].name;
  return pod;
}

absl::Status Simulator::Settle() {
  for (int round = 0; round < kMostRounds; ++round) {
    TellAll();
    Apply(model::TimePassed{});
    DropAndRestart();
    if (told_ == events_.size() && core_->NextDeadline() > Now()) return Check();
  }
  return absl::InternalError(
      absl::StrFormat("the core does not come to rest at %d ms of virtual time", now_ms_));
}

void Simulator::TellAll() {
  while (told_ < events_.size()) Apply(std::move(events_[told_++]));
  events_.clear();
  told_ = 0;
}

void Simulator::DropAndRestart() {
  for (const uint64_t number : std::exchange(doomed_, {})) {
    if (Find(number) == nullptr) continue;
    Leave(number);
    collector_->Dropped();
    ++finished_;
  }
  for (const uint64_t number : std::exchange(evicted_, {})) {
    if (Find(number) == nullptr) continue;
    Live live = Leave(number);
    ++restarted_;
    Submit(std::move(live.job), live.submit_ms, live.start_ms >= 0 || live.counted);
  }
}

absl::Status Simulator::Check() {
  if (!options_.check_invariants) return absl::OkStatus();
  const std::vector<std::string> broken = core_->CheckInvariants();
  if (broken.empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("at %d ms: %s", now_ms_, absl::StrJoin(broken, "; ")));
}

Simulator::Live* Simulator::Find(uint64_t number) {
  const auto it = live_.find(number);
  return it == live_.end() ? nullptr : &it->second;
}

void Simulator::Start(uint64_t number, Live& live) {
  live.start_ms = now_ms_;
  --waiting_jobs_;
  if (!live.counted)
    collector_->Started(live.members(), live.job.queue, now_ms_ - live.submit_ms, live.job.run_ms);
  if (live.job.run_ms >= 0)
    due_.push({now_ms_ + live.job.run_ms, number, Due::What::kEnd, 0, next_order_++});
  if (options_.on_start) options_.on_start({live.job, now_ms_, live.submit_ms});
}

// Only who learns from ends asks whether they were good ones.
void Simulator::Succeed(uint64_t number) {
  if (options_.core.run_times == planner::RunTimeSource::kDeclared) return;
  const Live& live = live_.at(number);
  for (size_t i = 0; i < live.nodes.size(); ++i) {
    if (live.nodes[i] == kNowhere) continue;
    model::PodInfo pod = PodOf(number, live, i);
    pod.phase = model::PodPhase::kSucceeded;
    Later(model::PodUpserted{std::move(pod)});
  }
}

Simulator::Live Simulator::Leave(uint64_t number) {
  const auto it = live_.find(number);
  Live live = std::move(it->second);
  live_.erase(it);
  if (live.start_ms >= 0) {
    AddIntervals(live);
  } else {
    --waiting_jobs_;
  }
  waiting_members_ -= live.members() - live.bound;
  for (size_t i = 0; i < live.nodes.size(); ++i) {
    Later(model::PodDeleted{PodMaker::UidOf(number, i)});
    if (live.nodes[i] != kNowhere)
      collector_->use().GiveBack(live.nodes[i], *live.roles[live.RoleOf(i)].charge, now_ms_);
  }
  return live;
}

void Simulator::AddIntervals(const Live& live) {
  struct Part {
    int64_t members = 0;
    int64_t milli_gpus = 0;
  };
  std::map<size_t, Part> lanes;
  for (size_t i = 0; i < live.nodes.size(); ++i) {
    if (live.nodes[i] == kNowhere) continue;
    Part& part = lanes[collector_->lanes().LaneOf(live.nodes[i])];
    const Role& role = live.job.roles[live.RoleOf(i)];
    ++part.members;
    part.milli_gpus += role.gpus * role.gpu_milli;
  }
  for (const auto& [lane, part] : lanes) {
    collector_->lanes().Add(now_ms_ - live.start_ms, part.members, [&] {
      std::string note = absl::StrCat(part.members, part.members == 1 ? " member" : " members");
      if (part.milli_gpus > 0)
        absl::StrAppendFormat(&note, ", %g GPUs", double(part.milli_gpus) / 1e3);
      return Interval{live.job.name, lane, live.start_ms, now_ms_, std::move(note)};
    });
  }
}

void Simulator::Apply(model::ClusterEvent&& event) {
  for (const model::Effect& effect : core_->Apply(Now(), std::move(event)))
    std::visit([this](const auto& e) { Play(e); }, effect);
}

void Simulator::AskToBind(const model::PodRef& pod, const std::string& node) {
  const uint64_t member = PodMaker::IndexOf(pod.uid);
  Live* live = Find(PodMaker::NumberOf(pod.uid));
  const auto known = node_by_name_.find(node);
  if (live == nullptr || known == node_by_name_.end()) return;
  live->asked[member] = known->second;
  const uint64_t ticket = PodMaker::NumberOf(pod.uid) << kMemberBits | member;
  Later(model::BindRequested{pod.uid, pod.namespace_name, pod.name, node, ticket});
}

void Simulator::Play(const model::NominatePod& nominate) {
  Later(model::WriteFinished{nominate.write, model::WriteOutcome::kDone, {}});
  if (!nominate.node_name.empty()) AskToBind(nominate.pod, nominate.node_name);
}

void Simulator::Play(const model::ReleasePod& release) {
  Later(model::WriteFinished{release.write, model::WriteOutcome::kDone, {}});
  AskToBind(release.pod, release.nodes.front());
}

void Simulator::Play(const model::BindPod& bind) {
  const uint64_t number = PodMaker::NumberOf(bind.pod.uid);
  Live* live = Find(number);
  const auto node = node_by_name_.find(bind.node_name);
  const bool gone = live == nullptr || node == node_by_name_.end();
  if (!gone) {
    const size_t member = PodMaker::IndexOf(bind.pod.uid);
    live->nodes[member] = node->second;
    ++live->bound;
    ++members_placed_;
    --waiting_members_;
    collector_->use().Take(node->second, *live->roles[live->RoleOf(member)].charge, now_ms_);
    Later(model::PodUpserted{PodOf(number, *live, member)});
    if (live->start_ms < 0 && live->bound >= live->min_member()) Start(number, *live);
  }
  Later(model::WriteFinished{
      bind.write, gone ? model::WriteOutcome::kGone : model::WriteOutcome::kDone, {}});
}

void Simulator::Play(const model::EvictPod& evict) {
  Later(model::WriteFinished{evict.write, model::WriteOutcome::kDone, {}});
  const uint64_t number = PodMaker::NumberOf(evict.pod.uid);
  Live* live = Find(number);
  if (live == nullptr || std::exchange(live->doomed, true)) return;
  evicted_.push_back(number);
}

void Simulator::Play(const model::AnswerBind& answer) {
  if (answer.error.empty()) return;
  const uint64_t number = answer.ticket >> kMemberBits;
  const size_t member = answer.ticket & ((uint64_t{1} << kMemberBits) - 1);
  if (Find(number) == nullptr) return;
  due_.push({now_ms_ + kBindAgainAfterMs, number, Due::What::kBindAgain, member, next_order_++});
}

void Simulator::Play(const model::ReportGang& report) {
  uint64_t number = 0;
  if (!NeverFits(report.reason) || !absl::SimpleAtoi(report.key.identity, &number)) return;
  Live* live = Find(number);
  if (live == nullptr || live->start_ms >= 0 || std::exchange(live->doomed, true)) return;
  doomed_.push_back(number);
}

absl::Status Simulator::Progress() {
  if (!options_.on_progress) return absl::OkStatus();
  if (options_.on_progress({submitted_, finished_, members_placed_, now_ms_}))
    return absl::OkStatus();
  return absl::CancelledError("the simulation was stopped");
}

SimulationResult Simulator::Finish() {
  std::vector<uint64_t> left;
  for (const auto& [number, live] : live_) left.push_back(number);
  std::sort(left.begin(), left.end());
  now_ms_ = end_ms_;
  for (const uint64_t number : left) {
    const Live& live = live_.at(number);
    if (live.start_ms >= 0) {
      AddIntervals(live);
    } else {
      collector_->Dropped();
    }
  }
  SimulationResult result;
  result.report = collector_->Take(source_.errors(), submitted_, end_ms_);
  result.members_placed = members_placed_;
  result.evicted = restarted_;
  return result;
}

}  // namespace tutti::sim
