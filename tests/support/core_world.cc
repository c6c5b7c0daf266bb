#include "tests/support/core_world.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "planner/core_checkpoint.h"

namespace tutti::testing {
namespace {

using base::Timestamp;
using model::PodInfo;
using model::WriteOutcome;

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
    std::string operator()(const model::ReportScores& e) const {
      return absl::StrFormat("scores of %d nodes", e.nodes.size());
    }
    std::string operator()(const model::ReportRun& e) const {
      return absl::StrFormat("gang %s ran %d ms", e.key.identity,
                             std::chrono::duration_cast<std::chrono::milliseconds>(e.ran).count());
    }
    std::string operator()(const model::ReportMarkers& e) const {
      return absl::StrFormat("markers of gang %s: %s", e.display_name,
                             absl::StrJoin(e.conflicts, "; "));
    }
  };
  return std::visit(Visitor(), effect);
}

}  // namespace

CoreWorld::CoreWorld(WorldOptions options) : options_(std::move(options)), random_(options_.seed) {
  core_ = NewCore(options_.core);
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
  model::NodeInfo node;
  node.name = name;
  node.allocatable = {{model::kCpu, cpu_milli}, {model::kPods, 100}};
  AddNode(std::move(node));
}

void CoreWorld::AddNode(model::NodeInfo node) {
  std::sort(node.labels.begin(), node.labels.end());
  if (const auto known = nodes_.find(node.name); known != nodes_.end()) {
    for (const auto& [resource, amount] : known->second.allocatable.entries())
      if (node.allocatable.Get(resource) < amount) shrunk_.insert(node.name);
  }
  nodes_[node.name] = node;
  watch_.push_back(model::NodeUpserted{std::move(node)});
  WakeAll();
}

void CoreWorld::RemoveNode(const std::string& name) {
  if (nodes_.erase(name) > 0) watch_.push_back(model::NodeDeleted{name});
}

void CoreWorld::AddVolume(model::VolumeInfo volume) {
  volumes_[volume.name] = volume;
  watch_.push_back(model::VolumeUpserted{std::move(volume)});
  WakeAll();
}

void CoreWorld::AddClaim(const std::string& claim, const std::string& volume) {
  claims_[claim] = volume;
  watch_.push_back(model::VolumeClaimUpserted{{"default", claim, volume}});
  WakeAll();
}

void CoreWorld::SetGangObject(const std::string& gang, int min_member) {
  gang_objects_[gang] = min_member;
  watch_.push_back(model::GangObjectUpserted{KeyOf(gang), gang, {min_member, {}}, ""});
}

void CoreWorld::DeleteGangObject(const std::string& gang) {
  if (gang_objects_.erase(gang) > 0) watch_.push_back(model::GangObjectDeleted{KeyOf(gang)});
}

void CoreWorld::SetObject(model::WatchedObjectUpserted object) {
  objects_[object.key] = object.spec;
  watch_.push_back(std::move(object));
}

void CoreWorld::DeleteObject(const model::ObjectKey& key) {
  if (objects_.erase(key) > 0) watch_.push_back(model::WatchedObjectDeleted{key});
}

std::shared_ptr<const model::PodShape> CoreWorld::Intern(model::PodShape shape) {
  for (const auto& known : shapes_) {
    if (*known == shape) return known;
  }
  return shapes_.emplace_back(std::make_shared<const model::PodShape>(std::move(shape)));
}

base::Uid CoreWorld::CreatePod(const std::string& name, const std::string& gang, int min_member,
                               int64_t cpu_milli, int32_t priority) {
  PodSpec spec{name, gang, min_member, {}, false};
  spec.shape.requests = {{model::kCpu, cpu_milli}};
  spec.shape.priority = priority;
  spec.shape.needs_referee = options_.apart;
  if (options_.apart) spec.shape.spread_keys = {"kubernetes.io/hostname"};
  return CreatePod(std::move(spec));
}

base::Uid CoreWorld::CreatePod(PodSpec spec) {
  ApiPod pod;
  pod.spec = spec;
  PodInfo& info = pod.info;
  info.namespace_name = "default";
  info.name = spec.name;
  info.has_controller = spec.has_controller;
  info.expected_duration = spec.expected_duration;
  info.submitter = spec.submitter;
  spec.shape.requests.Set(model::kPods, 1);
  info.shape = Intern(std::move(spec.shape));
  info.charge = std::make_shared<const model::ResourceList>(info.shape->requests);
  info.created_seconds = now_.nanos / 1'000'000'000;
  if (!spec.gang.empty()) {
    model::GangMember& member = info.gang.emplace();
    member.key = KeyOf(spec.gang);
    member.display_name = spec.gang;
    member.queue = spec.queue;
    if (spec.min_member > 0) member.spec.emplace().min_member = spec.min_member;
  }
  if (options_.webhook && info.gang) {
    const uint64_t ticket = next_ticket_++;
    Apply(model::PodAdmitted{info, false, ticket});
    const model::AnswerAdmission answer = admissions_[ticket];
    info.gated_by_tutti = answer.gate;
    info.pins = answer.pins;
    info.plan_token = answer.plan_token;
  }
  info.uid = {7, next_uid_++};
  if (pods_.contains(spec.name)) broken_.push_back("the test made pod " + spec.name + " twice");
  const base::Uid uid = info.uid;
  Changed(pods_[spec.name] = std::move(pod));
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
  Handle(options_.recorder != nullptr && processes_ == 1 ? ApplyRecorded(std::move(event))
                                                         : core_->Apply(now_, std::move(event)));
  if (++events_ % options_.check_every != 0) return;
  for (const std::string& line : core_->CheckInvariants()) broken_.push_back("core: " + line);
}

model::Effects CoreWorld::ApplyRecorded(model::ClusterEvent event) {
  // A batch has one time.
  if (!batch_.steps.empty() && batch_.now != now_) EndBatch();
  if (batch_.steps.empty() && options_.recorder->WantsCheckpoint())
    options_.recorder->OnCheckpoint(core_->Save());
  batch_.now = now_;
  batch_.steps.push_back({event, {}});
  const bool ends = std::holds_alternative<model::TimePassed>(event);
  batch_.steps.back().effects = core_->Apply(now_, std::move(event));
  model::Effects effects = batch_.steps.back().effects;
  if (ends) EndBatch();
  return effects;
}

void CoreWorld::EndBatch() {
  batch_.generation = core_->Publish()->generation;
  options_.recorder->OnBatch(std::exchange(batch_, {}));
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
      writes_.push_back({std::move(effect), processes_});
    }
  }
}

void CoreWorld::Finish(uint64_t write, WriteOutcome outcome) {
  // A process that is dead hears nothing, and its successor counts from 1 again.
  if (carrying_ == processes_) Apply(model::WriteFinished{write, outcome, "test"});
}

template <class Function>
void CoreWorld::CarryOut(uint64_t write, base::Uid uid, const Function& function) {
  ApiPod* pod = ByUid(uid);
  if (pod == nullptr) return Finish(write, WriteOutcome::kGone);
  if (Chance(options_.write_failure)) return Finish(write, WriteOutcome::kFailed);
  if (!function(*pod)) return Finish(write, WriteOutcome::kRefused);
  Finish(write, Chance(options_.lost_reply) ? WriteOutcome::kFailed : WriteOutcome::kDone);
}

void CoreWorld::Carry(const model::ReleasePod& release) {
  CarryOut(release.write, release.pod.uid, [&](ApiPod& pod) {
    // A pod that is not gated any more cannot be pinned any more, unless to the same node.
    if (!pod.info.gated_by_tutti) return pod.info.pins == release.nodes;
    pod.info.gated_by_tutti = false;
    pod.info.pins = release.nodes;
    pod.active = true;
    Changed(pod);
    return true;
  });
}

void CoreWorld::Carry(const model::NominatePod& nominate) {
  CarryOut(nominate.write, nominate.pod.uid, [&](ApiPod& pod) {
    pod.info.nominated_node = nominate.node_name;
    pod.active = true;
    pod.retry_at = now_;
    Changed(pod);
    return true;
  });
}

void CoreWorld::Carry(const model::BindPod& bind) {
  if (++binds_tried_ <= options_.failing_binds) return Finish(bind.write, WriteOutcome::kFailed);
  CarryOut(bind.write, bind.pod.uid, [&](ApiPod& pod) {
    if (pod.info.gang && denied_.contains(pod.info.gang->key.identity)) return false;
    if (pod.info.bound()) return pod.info.node_name == bind.node_name;
    pod.info.node_name = bind.node_name;
    pod.info.bound_seconds = now_.nanos / 1'000'000'000;
    pod.info.nominated_node.clear();
    for (const auto& [key, value] : bind.annotations)
      if (key == model::kDeviceIndexAnnotation) pod.info.devices = model::ParseDeviceIndex(value);
    Changed(pod);
    CheckTruth(bind.node_name);
    if (!pod.info.gang) return true;
    const std::string& gang = pod.info.gang->key.identity;
    if (BoundOf(gang) >= MinMemberOf(gang)) whole_.insert(gang);
    return true;
  });
}

void CoreWorld::Carry(const model::EvictPod& evict) {
  CarryOut(evict.write, evict.pod.uid, [&](ApiPod& pod) {
    if (evict.only_unbound && pod.info.bound()) return false;
    const PodSpec spec = pod.spec;
    DeletePod(spec.name);
    if (spec.has_controller) CreatePod(spec);
    return true;
  });
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

void CoreWorld::Step() {
  if (!watch_.empty() && !Chance(options_.watch_lag)) {
    model::ClusterEvent event = std::move(watch_.front());
    watch_.pop_front();
    Apply(std::move(event));
  }
  if (!writes_.empty() && !stalled_) {
    const Write write = std::move(writes_.front());
    writes_.pop_front();
    carrying_ = write.process;
    std::visit(
        [this](const auto& e) {
          if constexpr (requires { Carry(e); }) Carry(e);
        },
        write.effect);
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

template <class Function>
void CoreWorld::List(const Function& apply) const {
  for (const auto& [name, node] : nodes_) apply(model::NodeUpserted{node});
  for (const auto& [name, volume] : volumes_) apply(model::VolumeUpserted{volume});
  for (const auto& [claim, volume] : claims_)
    apply(model::VolumeClaimUpserted{{"default", claim, volume}});
  for (const auto& [key, spec] : objects_) apply(model::WatchedObjectUpserted{key, spec});
  for (const auto& [gang, min_member] : gang_objects_)
    apply(model::GangObjectUpserted{KeyOf(gang), gang, {min_member, {}}, ""});
  for (const auto& [name, pod] : pods_) apply(model::PodUpserted{pod.info});
}

void CoreWorld::Calm() {
  options_.write_failure = options_.lost_reply = options_.watch_lag = options_.referee_refusal = 0;
}

void CoreWorld::CompareWithRebuilt() {
  if (!watch_.empty()) return;
  planner::Core rebuilt(options_.core, labels_);
  List([&](model::ClusterEvent event) { rebuilt.Apply(now_, std::move(event)); });
  if (rebuilt.DurableState() == core_->DurableState()) return;
  broken_.push_back("live:\n" + core_->DurableState() + "rebuilt:\n" + rebuilt.DurableState());
}

void CoreWorld::RestartCore(Sent sent) {
  planner::CoreOptions core = options_.core;
  core.instance = absl::StrFormat("process%d", ++processes_);
  core_ = NewCore(std::move(core));
  if (sent == Sent::kLost) writes_.clear();
  watch_.clear();
  const std::map<uint64_t, base::Uid> asked = std::exchange(binds_, {});
  for (const auto& [ticket, uid] : asked) {
    if (ApiPod* pod = ByUid(uid)) {
      pod->in_bind = false;
      pod->assumed_node.clear();
      pod->retry_at = now_ + kSchedulerBackoff;
    }
  }
  List([this](model::ClusterEvent event) { Apply(std::move(event)); });
  Apply(model::CachesSynced{});
  Apply(model::LeadershipChanged{true});
  Apply(model::TimePassed{});
}

void CoreWorld::SetLeading(bool leading) { Apply(model::LeadershipChanged{leading}); }

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

int CoreWorld::MinMemberOf(const std::string& gang) const {
  if (const auto object = gang_objects_.find(gang); object != gang_objects_.end())
    return object->second;
  int most = 0;
  for (const auto& [name, pod] : pods_) {
    const bool says = pod.info.gang && pod.info.gang->key.identity == gang && pod.info.gang->spec;
    if (says) most = std::max(most, pod.info.gang->spec->min_member);
  }
  return most;
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
