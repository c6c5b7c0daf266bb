#include "tests/support/core_world.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/pod_filter.h"

namespace tutti::testing {
namespace {

using base::Timestamp;
using model::PodInfo;
using model::WriteOutcome;

constexpr base::Duration kSchedulerBackoff = std::chrono::seconds(1);

std::string Describe(const model::Effect& effect) {
  struct Visitor {
    std::string operator()(const model::ReleasePod& e) const {
      return absl::StrFormat("release %s %s", e.pod.name, absl::StrJoin(e.nodes, ","));
    }
    std::string operator()(const model::NominatePod& e) const {
      return absl::StrFormat("nominate %s %s", e.pod.name, e.node_name);
    }
    std::string operator()(const model::BindPod& e) const {
      return absl::StrFormat("bind %s %s", e.pod.name, e.node_name);
    }
    std::string operator()(const model::EvictPod& e) const {
      return absl::StrFormat("evict %s", e.pod.name);
    }
    std::string operator()(const model::AnswerAdmission& e) const {
      return absl::StrFormat("admit gate=%d pins=%s", e.gate, absl::StrJoin(e.pins, ","));
    }
    std::string operator()(const model::AnswerBind& e) const {
      return absl::StrFormat("answer bind: %s", e.error);
    }
    std::string operator()(const model::ReportGang& e) const {
      return absl::StrFormat("gang %s %s need %d have %d", e.display_name,
                             model::CodeName(e.reason.code), e.reason.need, e.reason.have);
    }
  };
  return std::visit(Visitor(), effect);
}

}  // namespace

CoreWorld::CoreWorld(WorldOptions options) : options_(std::move(options)), random_(options_.seed) {
  core_ = std::make_unique<planner::Core>(options_.core, labels_);
  Apply(model::CachesSynced{});
  Apply(model::LeadershipChanged{true});
}

bool CoreWorld::Chance(double probability) {
  return probability > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

CoreWorld::ApiPod* CoreWorld::ByUid(base::Uid uid) {
  for (auto& [name, pod] : pods_) {
    if (pod.info.uid == uid) return &pod;
  }
  return nullptr;
}

void CoreWorld::AddNode(const std::string& name, int64_t cpu_milli) {
  nodes_[name] = cpu_milli;
  model::NodeInfo node;
  node.name = name;
  node.allocatable = {{model::kCpu, cpu_milli}, {model::kPods, 100}};
  watch_.push_back(model::NodeUpserted{node});
  WakeAll();
}

void CoreWorld::RemoveNode(const std::string& name) {
  nodes_.erase(name);
  watch_.push_back(model::NodeDeleted{name});
}

base::Uid CoreWorld::CreatePod(const std::string& name, const std::string& gang, int min_member,
                               int64_t cpu_milli, int32_t priority) {
  const std::string shape_key = absl::StrFormat("%d/%d", cpu_milli, priority);
  if (!shapes_.contains(shape_key)) {
    model::PodShape shape;
    shape.requests = {{model::kCpu, cpu_milli}, {model::kPods, 1}};
    shape.priority = priority;
    shape.needs_referee = shape.spreads = options_.apart;
    shapes_[shape_key] = std::make_shared<const model::PodShape>(shape);
  }
  ApiPod pod;
  PodInfo& info = pod.info;
  info.namespace_name = "default";
  info.name = name;
  info.shape = shapes_[shape_key];
  info.charge = std::make_shared<const model::ResourceList>(info.shape->requests);
  info.created_seconds = now_.nanos / 1'000'000'000;
  if (!gang.empty()) {
    model::GangMember& member = info.gang.emplace();
    member.key = {"default", "test", gang};
    member.display_name = gang;
    member.spec.emplace().min_member = min_member;
  }
  if (options_.webhook && !gang.empty()) {
    const uint64_t ticket = next_ticket_++;
    Apply(model::PodAdmitted{info, false, ticket});
    const model::AnswerAdmission answer = admissions_[ticket];
    info.gated_by_tutti = answer.gate;
    info.pins = answer.pins;
    info.plan_token = answer.plan_token;
  }
  info.uid = {7, next_uid_++};
  if (pods_.contains(name)) broken_.push_back("the test made pod " + name + " twice");
  const base::Uid uid = info.uid;
  Changed(pods_[name] = std::move(pod));
  return uid;
}

void CoreWorld::CreateGang(const std::string& gang, int members, int min_member,
                           int64_t cpu_milli) {
  for (int i = 0; i < members; ++i)
    CreatePod(absl::StrFormat("%s-%d", gang, i), gang, min_member, cpu_milli);
}

void CoreWorld::DeletePod(const std::string& name) {
  const auto it = pods_.find(name);
  if (it == pods_.end()) return;
  watch_.push_back(model::PodDeleted{it->second.info.uid});
  pods_.erase(it);
  WakeAll();
}

void CoreWorld::DeleteGang(const std::string& gang) {
  std::vector<std::string> names;
  for (const auto& [name, pod] : pods_) {
    if (pod.info.gang && pod.info.gang->key.identity == gang) names.push_back(name);
  }
  for (const std::string& name : names) DeletePod(name);
}

void CoreWorld::FinishPod(const std::string& name) {
  ApiPod& pod = pods_.at(name);
  pod.info.phase = model::PodPhase::kSucceeded;
  Changed(pod);
  WakeAll();
}

void CoreWorld::WakeAll() {
  for (auto& [name, pod] : pods_) pod.active = true;
}

void CoreWorld::Apply(model::ClusterEvent event) {
  Handle(core_->Apply(now_, std::move(event)));
  if (++events_ % options_.check_every != 0) return;
  for (const std::string& line : core_->CheckInvariants()) broken_.push_back("core: " + line);
}

void CoreWorld::Handle(model::Effects effects) {
  for (model::Effect& effect : effects) {
    log_ += Describe(effect) + "\n";
    if (const auto* answer = std::get_if<model::AnswerBind>(&effect)) {
      Answer(*answer);
    } else if (const auto* admission = std::get_if<model::AnswerAdmission>(&effect)) {
      admissions_[admission->ticket] = *admission;
    } else if (const auto* report = std::get_if<model::ReportGang>(&effect)) {
      reasons_[report->key.identity] = report->reason;
    } else {
      writes_.push_back(std::move(effect));
    }
  }
}

void CoreWorld::Finish(uint64_t write, WriteOutcome outcome) {
  Apply(model::WriteFinished{write, outcome, "test"});
}

void CoreWorld::Carry(const model::ReleasePod& release) {
  ApiPod* pod = ByUid(release.pod.uid);
  if (pod == nullptr) return Finish(release.write, WriteOutcome::kGone);
  if (Chance(options_.write_failure)) return Finish(release.write, WriteOutcome::kFailed);
  pod->info.gated_by_tutti = false;
  pod->info.pins = release.nodes;
  pod->active = true;
  Changed(*pod);
  Finish(release.write, WriteOutcome::kDone);
}

void CoreWorld::Carry(const model::NominatePod& nominate) {
  ApiPod* pod = ByUid(nominate.pod.uid);
  if (pod == nullptr) return Finish(nominate.write, WriteOutcome::kGone);
  if (Chance(options_.write_failure)) return Finish(nominate.write, WriteOutcome::kFailed);
  pod->info.nominated_node = nominate.node_name;
  pod->active = true;
  pod->retry_at = now_;
  Changed(*pod);
  Finish(nominate.write, WriteOutcome::kDone);
}

void CoreWorld::Carry(const model::BindPod& bind) {
  ApiPod* pod = ByUid(bind.pod.uid);
  if (pod == nullptr) return Finish(bind.write, WriteOutcome::kGone);
  const bool fails = ++binds_tried_ <= options_.failing_binds || Chance(options_.write_failure);
  if (fails) return Finish(bind.write, WriteOutcome::kFailed);
  const auto [it, first] = bound_once_.try_emplace(bind.pod.uid, bind.node_name);
  if (!first && it->second != bind.node_name) {
    broken_.push_back(
        absl::StrFormat("pod %s bound to %s and to %s", bind.pod.name, it->second, bind.node_name));
  }
  pod->info.node_name = bind.node_name;
  pod->info.nominated_node.clear();
  Changed(*pod);
  CheckTruth();
  Finish(bind.write,
         Chance(options_.lost_bind_reply) ? WriteOutcome::kFailed : WriteOutcome::kDone);
}

void CoreWorld::Carry(const model::EvictPod& evict) {
  if (ApiPod* pod = ByUid(evict.pod.uid)) DeletePod(pod->info.name);
  Finish(evict.write, WriteOutcome::kDone);
}

void CoreWorld::Answer(const model::AnswerBind& answer) {
  const auto it = binds_.find(answer.ticket);
  if (it == binds_.end()) return;
  ApiPod* pod = ByUid(it->second);
  binds_.erase(it);
  if (pod == nullptr) return;
  pod->in_bind = false;
  pod->assumed_node.clear();
  if (pod->info.bound()) return;
  pod->retry_at = now_ + kSchedulerBackoff;
  pod->active = true;
  // kube-scheduler writes the error into the pod's condition (reason SchedulerError).
  pod->info.verdict = {true, answer.error.find("tutti/") != std::string::npos,
                       std::hash<std::string>{}(answer.error) | 1};
  Changed(*pod);
}

int64_t CoreWorld::FreeOn(const std::string& node) const {
  int64_t free = nodes_.at(node);
  for (const auto& [name, pod] : pods_) {
    const bool there = pod.info.node_name == node || (pod.in_bind && pod.assumed_node == node);
    if (there && !pod.info.terminal()) free -= pod.info.shape->requests.Get(model::kCpu);
  }
  return free;
}

std::vector<std::string> CoreWorld::Feasible(const ApiPod& pod) {
  const int64_t cpu = pod.info.shape->requests.Get(model::kCpu);
  std::vector<std::string> nodes;
  for (const auto& [name, capacity] : nodes_) {
    const bool pinned =
        pod.info.pins.empty() ||
        std::find(pod.info.pins.begin(), pod.info.pins.end(), name) != pod.info.pins.end();
    if (options_.apart && MeetsPeer(pod, name)) continue;
    if (pinned && FreeOn(name) >= cpu) nodes.push_back(name);
  }
  // The nominated node is tried alone first.
  if (std::find(nodes.begin(), nodes.end(), pod.info.nominated_node) != nodes.end())
    nodes = {pod.info.nominated_node};
  if (Chance(options_.referee_refusal)) nodes.clear();
  return nodes;
}

bool CoreWorld::MeetsPeer(const ApiPod& pod, const std::string& node) const {
  return std::any_of(pods_.begin(), pods_.end(), [&](const auto& entry) {
    const ApiPod& other = entry.second;
    const bool peer = other.info.gang && pod.info.gang && other.info.uid != pod.info.uid &&
                      other.info.gang->key == pod.info.gang->key;
    return peer && (other.info.node_name == node || other.info.nominated_node == node ||
                    (other.in_bind && other.assumed_node == node));
  });
}

void CoreWorld::Reject(ApiPod& pod, bool ours, const std::string& message) {
  pod.active = false;
  pod.retry_at = now_ + kSchedulerBackoff;
  const uint64_t fingerprint = std::hash<std::string>{}(message) | 1;
  pod.info.nominated_node.clear();
  const bool same = pod.info.verdict.refused && pod.info.verdict.fingerprint == fingerprint;
  pod.info.verdict = {true, ours, fingerprint};
  if (!same) Changed(pod);
}

void CoreWorld::TryPod(ApiPod& pod) {
  ++pod.attempts;
  const std::vector<std::string> offered = Feasible(pod);
  if (offered.empty())
    return Reject(pod, false, absl::StrFormat("attempt %d: no node fits", pod.attempts));
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_->Publish();
  framework::FilterPod question;
  question.uid = pod.info.uid;
  question.plan_token = pod.info.plan_token;
  question.in_gang = pod.info.gang.has_value();
  question.priority = pod.info.shape->priority;
  question.requests = &pod.info.shape->requests;
  std::vector<model::NodeIndex> candidates;
  bool planned_offered = false;
  const model::PodVerdict* known = snapshot->verdicts.Find(pod.info.uid);
  for (const std::string& name : offered) {
    const model::NodeIndex* index = snapshot->directory.Find(name);
    candidates.push_back(index == nullptr ? model::NodeIndex() : *index);
    if (known != nullptr && known->node.valid() && known->node == candidates.back())
      planned_offered = true;
  }
  const framework::FilterVerdict verdict =
      framework::Filter(question, candidates, planned_offered, *snapshot);
  std::string chosen;
  if (verdict.kind == framework::FilterVerdict::Kind::kOne)
    chosen = snapshot->Info(verdict.node)->name;
  if (verdict.kind == framework::FilterVerdict::Kind::kAll) {
    chosen = offered[std::uniform_int_distribution<size_t>(0, offered.size() - 1)(random_)];
  }
  for (uint32_t i = 0;
       verdict.kind == framework::FilterVerdict::Kind::kSubset && i < offered.size(); ++i) {
    const bool refused =
        std::find(verdict.refused.begin(), verdict.refused.end(), i) != verdict.refused.end();
    if (!refused && chosen.empty()) chosen = offered[i];
  }
  if (chosen.empty()) {
    if (verdict.report_not_offered) {
      Apply(model::PlacementNotOffered{pod.info.uid, snapshot->Info(verdict.node)->name});
    }
    return Reject(pod, true, model::StableMessage(verdict.reason));
  }
  pod.in_bind = true;
  pod.assumed_node = chosen;
  const uint64_t ticket = next_ticket_++;
  binds_[ticket] = pod.info.uid;
  Apply(model::BindRequested{pod.info.uid, pod.info.namespace_name, pod.info.name, chosen, ticket});
}

void CoreWorld::Schedule() {
  std::vector<ApiPod*> ready;
  for (auto& [name, pod] : pods_) {
    const bool waits =
        !pod.info.bound() && !pod.info.terminal() && !pod.info.gated_by_tutti && !pod.in_bind;
    if (waits && pod.active && pod.retry_at <= now_) ready.push_back(&pod);
  }
  if (ready.empty()) return;
  TryPod(*ready[std::uniform_int_distribution<size_t>(0, ready.size() - 1)(random_)]);
}

void CoreWorld::Step() {
  if (!watch_.empty() && !Chance(options_.watch_lag)) {
    model::ClusterEvent event = std::move(watch_.front());
    watch_.pop_front();
    Apply(std::move(event));
  }
  if (!writes_.empty()) {
    const model::Effect effect = std::move(writes_.front());
    writes_.pop_front();
    std::visit(
        [this](const auto& e) {
          if constexpr (requires { Carry(e); }) Carry(e);
        },
        effect);
  }
  Schedule();
  Apply(model::TimePassed{});
}

void CoreWorld::Run(int limit, base::Duration tick) {
  for (int i = 0, idle = 0; i < limit && idle < 150; ++i) {
    const size_t before = log_.size();
    const bool busy = !watch_.empty() || !writes_.empty() || !binds_.empty();
    Step();
    now_ = now_ + tick;
    idle = busy || log_.size() != before ? 0 : idle + 1;
  }
}

void CoreWorld::Pass(base::Duration time) {
  const Timestamp until = now_ + time;
  while (now_ < until) {
    Step();
    now_ = now_ + std::chrono::milliseconds(100);
  }
}

void CoreWorld::RestartCore() {
  planner::CoreOptions core = options_.core;
  core.instance = absl::StrFormat("process%d", ++processes_);
  core_ = std::make_unique<planner::Core>(core, labels_);
  writes_.clear();  // whatever was on its way is lost
  watch_.clear();
  const std::map<uint64_t, base::Uid> asked = std::exchange(binds_, {});
  for (const auto& [ticket, uid] : asked) {
    if (ApiPod* pod = ByUid(uid)) {
      pod->in_bind = false;
      pod->assumed_node.clear();
      pod->retry_at = now_ + kSchedulerBackoff;
    }
  }
  for (const auto& [name, cpu] : nodes_) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 100}};
    Apply(model::NodeUpserted{node});
  }
  for (const auto& [name, pod] : pods_) Apply(model::PodUpserted{pod.info});
  Apply(model::CachesSynced{});
  Apply(model::LeadershipChanged{true});
  Apply(model::TimePassed{});
}

void CoreWorld::SetLeading(bool leading) { Apply(model::LeadershipChanged{leading}); }

void CoreWorld::CheckTruth() {
  for (const auto& [name, capacity] : nodes_) {
    int64_t used = 0;
    for (const auto& [pod_name, pod] : pods_) {
      if (pod.info.node_name == name && !pod.info.terminal())
        used += pod.info.shape->requests.Get(model::kCpu);
    }
    if (used > capacity)
      broken_.push_back(absl::StrFormat("node %s: %d of %d cpu", name, used, capacity));
  }
}

const PodInfo* CoreWorld::Pod(const std::string& name) const {
  const auto it = pods_.find(name);
  return it == pods_.end() ? nullptr : &it->second.info;
}

int CoreWorld::BoundOf(const std::string& gang) const {
  return static_cast<int>(std::count_if(pods_.begin(), pods_.end(), [&](const auto& entry) {
    const PodInfo& pod = entry.second.info;
    return pod.gang && pod.gang->key.identity == gang && pod.bound();
  }));
}

int CoreWorld::ExistingOf(const std::string& gang) const {
  return static_cast<int>(std::count_if(pods_.begin(), pods_.end(), [&](const auto& entry) {
    return entry.second.info.gang && entry.second.info.gang->key.identity == gang;
  }));
}

std::vector<std::string> CoreWorld::gangs() const {
  std::set<std::string> names;
  for (const auto& [name, pod] : pods_) {
    if (pod.info.gang) names.insert(pod.info.gang->key.identity);
  }
  return {names.begin(), names.end()};
}

model::ReasonCode CoreWorld::ReasonOf(const std::string& gang) const {
  const auto it = reasons_.find(gang);
  return it == reasons_.end() ? model::ReasonCode::kNone : it->second.code;
}

size_t CoreWorld::CountLogged(const std::string& text) const {
  size_t count = 0;
  for (size_t at = log_.find(text); at != std::string::npos; at = log_.find(text, at + 1)) ++count;
  return count;
}

}  // namespace tutti::testing
