// CoreWorld: a Core in a small world of its own, with virtual time: an API server, a watch that may
// lag, a kube-scheduler with filters and accounting of its own, and writes that may fail. The same
// seed gives the same run.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/interner.h"
#include "framework/pod_filter.h"
#include "model/cluster_event.h"
#include "planner/core.h"
#include "planner/decision_recorder.h"

namespace tutti::testing {

struct WorldOptions {
  uint64_t seed = 1;
  bool webhook = false;        // pods pass admission
  double write_failure = 0;    // share of writes that fail once
  double lost_reply = 0;       // share of writes that are done but reported as failed
  double watch_lag = 0;        // chance, per step, that the watch shows nothing
  int failing_binds = 0;       // the first so many bindings fail
  double referee_refusal = 0;  // chance that kube-scheduler refuses a node for a reason of its own
  bool apart = false;          // kube-scheduler lets no two members of a gang onto one node
  uint64_t check_every = 1;    // events between two looks at the core's invariants
  planner::CoreOptions core;
  // Of each process anew: what plugins remember ends with it. What they point to must outlive it.
  std::function<framework::Plugins()> plugins = nullptr;
  // Hears what a CoreLoop would tell it of the first process; null: nobody does.
  planner::DecisionRecorder* recorder = nullptr;
};

struct PodSpec {
  std::string name;             // new, or its predecessor deleted
  std::string gang;             // empty: of none
  int min_member = 0;           // 0: the gang's object says it
  model::PodShape shape;        // kPods = 1 is added
  bool has_controller = false;  // that makes the pod anew when it is evicted
  base::Duration expected_duration{0};
  std::string queue = {};
  std::string submitter = {};
};

class CoreWorld {
 public:
  explicit CoreWorld(WorldOptions options = {});

  void AddNode(const std::string& name, int64_t cpu_milli);
  void AddNode(model::NodeInfo node);  // or changes it
  void RemoveNode(const std::string& name);
  bool HasNode(const std::string& name) const { return nodes_.contains(name); }
  void AddVolume(model::VolumeInfo volume);
  void AddClaim(const std::string& claim, const std::string& volume);
  void SetGangObject(const std::string& gang, int min_member);
  void DeleteGangObject(const std::string& gang);
  // That a plugin watches.
  void SetObject(model::WatchedObjectUpserted object);
  void DeleteObject(const model::ObjectKey& key);
  base::Uid CreatePod(PodSpec spec);
  // A pod of `gang` (empty: of none). Its name must be new or its predecessor deleted.
  base::Uid CreatePod(const std::string& name, const std::string& gang, int min_member,
                      int64_t cpu_milli, int32_t priority = 0);
  void CreateGang(const std::string& gang, int members, int min_member, int64_t cpu_milli);
  void DeletePod(const std::string& name);
  void DeleteGang(const std::string& gang);
  // Its process ends: the node is free again.
  void FinishPod(const std::string& name);
  // Admission denies the Bindings of these pods, however often they are tried.
  void DenyBinds(const std::string& gang) { denied_.insert(gang); }
  void AllowBinds() { denied_.clear(); }
  // kube-scheduler finds no pod fit for this node, for a reason that only it knows.
  void RefuseNode(const std::string& name) { refused_nodes_.insert(name); }
  // The API server hangs: writes wait until it answers again.
  void StallWrites(bool stalled) { stalled_ = stalled; }

  // One moment: the watch shows something, kube-scheduler tries a pod, a write ends.
  void Step();
  // From now on the API, the watch and kube-scheduler are reliable.
  void Calm();
  // Compares the core with one built from the API now, where the watch has shown everything.
  void CompareWithRebuilt();
  // Until nothing changes any more, or `limit` steps. Time passes by `tick` per step.
  void Run(int limit = 4000, base::Duration tick = std::chrono::milliseconds(10));
  void Pass(base::Duration time);  // time goes by, in ticks, with steps
  // The process dies and starts again: everything is rebuilt from the API. What it had sent is
  // lost, or arrives when the next process is at work already.
  enum class Sent { kLost, kArrivesLate };
  void RestartCore(Sent sent = Sent::kLost);
  void SetLeading(bool leading);
  void Apply(model::ClusterEvent event);

  planner::Core& core() { return *core_; }
  std::shared_ptr<const model::ClusterSnapshot> snapshot() { return core_->Publish(); }
  const model::PodInfo* Pod(const std::string& name) const;
  int BoundOf(const std::string& gang) const;
  // minMember were bound at some time: what is left keeps running when members go away later.
  bool WasWhole(const std::string& gang) const { return whole_.contains(gang); }
  int ExistingOf(const std::string& gang) const;
  int MinMemberOf(const std::string& gang) const;  // as its object or its pods say
  model::ReasonCode ReasonOf(const std::string& gang) const;
  base::Timestamp now() const { return now_; }
  base::Interner& labels() { return labels_; }
  // Every rule of the world that was broken: over capacity, bound twice, invariants of the core.
  const std::vector<std::string>& broken() const { return broken_; }
  // One line per effect: the decision log.
  const std::string& log() const { return log_; }
  size_t CountLogged(const std::string& text) const;
  std::vector<std::string> gangs() const;

 private:
  struct ApiPod {
    model::PodInfo info;
    PodSpec spec;          // as it was created
    bool in_bind = false;  // kube-scheduler has assumed it
    std::string assumed_node;
    base::Timestamp retry_at;  // not tried before
    bool active = true;        // in the queue; otherwise unschedulable until something wakes it
    base::Timestamp flush_at;  // or this long has passed
    int attempts = 0;
  };
  struct Write {
    model::Effect effect;
    uint64_t process;  // that sent it
  };

  std::unique_ptr<planner::Core> NewCore(planner::CoreOptions core) {
    return std::make_unique<planner::Core>(
        std::move(core), labels_, options_.plugins ? options_.plugins() : framework::Plugins());
  }

  static constexpr base::Duration kSchedulerBackoff = std::chrono::seconds(1);
  static constexpr base::Duration kUnschedulableFlush = std::chrono::minutes(5);

  model::Effects ApplyRecorded(model::ClusterEvent event);
  void EndBatch();
  void Changed(const ApiPod& pod) { watch_.push_back(model::PodUpserted{pod.info}); }
  static model::GangKey KeyOf(const std::string& gang) { return {"default", "test", gang}; }
  std::shared_ptr<const model::PodShape> Intern(model::PodShape shape);
  void Handle(model::Effects effects);
  void Carry(const model::ReleasePod& release);
  void Carry(const model::NominatePod& nominate);
  void Carry(const model::BindPod& bind);
  void Carry(const model::EvictPod& evict);
  // Does `write` to the pod, unless it is gone or the API fails; tells the core how it ended.
  template <class Function>
  void CarryOut(uint64_t write, base::Uid uid, const Function& function);
  void Finish(uint64_t write, model::WriteOutcome outcome);
  void Answer(const model::AnswerBind& answer);
  void Schedule();
  void TryPod(ApiPod& pod);
  framework::FilterVerdict AskFilter(const ApiPod& pod, const std::vector<std::string>& offered,
                                     const model::ClusterSnapshot& snapshot);
  void Reject(ApiPod& pod, bool ours, const std::string& message);
  void WakeAll();
  std::vector<std::string> Feasible(const ApiPod& pod);
  // By kube-scheduler's own books: room, ports, taints, selectors, volumes.
  bool MeetsPeer(const ApiPod& pod, const std::string& node) const;
  bool PassesInTreeFilters(const ApiPod& pod, const model::NodeInfo& node) const;
  bool FitsBeside(const ApiPod& pod, const model::NodeInfo& node, bool count_assumed) const;
  void CheckTruth(const std::string& node);
  bool Chance(double probability);
  ApiPod* ByUid(base::Uid uid);

  // Everything that the API holds, as a new process lists it.
  template <class Function>
  void List(const Function& apply) const;

  WorldOptions options_;
  std::mt19937_64 random_;
  base::Interner labels_;
  std::unique_ptr<planner::Core> core_;
  planner::RecordedBatch batch_;  // for the recorder, until TimePassed ends it
  base::Timestamp now_{1'000'000'000};
  uint64_t next_uid_ = 1;
  uint64_t next_ticket_ = 1;
  uint64_t processes_ = 1;
  uint64_t carrying_ = 1;  // the process whose write is being carried out
  uint64_t events_ = 0;
  bool stalled_ = false;
  int binds_tried_ = 0;

  std::map<std::string, model::NodeInfo> nodes_;
  std::set<std::string> shrunk_;        // have less than they had: may be overfull
  std::map<std::string, ApiPod> pods_;  // by name
  std::map<std::string, model::VolumeInfo> volumes_;
  std::map<std::string, std::string> claims_;  // the volume of each
  std::map<std::string, int> gang_objects_;    // minMember
  std::map<model::ObjectKey, model::ObjectSpec> objects_;
  std::set<std::string> refused_nodes_;
  std::set<std::string> whole_;   // gangs
  std::set<std::string> denied_;  // gangs
  std::vector<std::shared_ptr<const model::PodShape>> shapes_;
  std::deque<model::ClusterEvent> watch_;
  std::deque<Write> writes_;
  std::map<uint64_t, base::Uid> binds_;  // tickets of binds that wait
  std::map<uint64_t, model::AnswerAdmission> admissions_;
  std::map<std::string, model::Reason> reasons_;  // by gang
  std::vector<std::string> broken_;
  std::string log_;
};

}  // namespace tutti::testing
