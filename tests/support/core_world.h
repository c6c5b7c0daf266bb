// CoreWorld: a Core in a small world of its own, with virtual time: an API server, a watch that may
// lag, a kube-scheduler with filters and accounting of its own, and writes that may fail. The same
// seed gives the same run.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/interner.h"
#include "model/cluster_event.h"
#include "planner/core.h"

namespace tutti::testing {

struct WorldOptions {
  uint64_t seed = 1;
  bool webhook = false;        // pods pass admission
  double write_failure = 0;    // share of releases, nominations and bindings that fail once
  double lost_bind_reply = 0;  // share of bindings that are done but reported as failed
  double watch_lag = 0;        // chance, per step, that the watch shows nothing
  int failing_binds = 0;       // the first so many bindings fail
  double referee_refusal = 0;  // chance that kube-scheduler refuses a node for a reason of its own
  bool apart = false;          // kube-scheduler lets no two members of a gang onto one node
  uint64_t check_every = 1;    // events between two looks at the core's invariants
  planner::CoreOptions core;
};

class CoreWorld {
 public:
  explicit CoreWorld(WorldOptions options = {});

  void AddNode(const std::string& name, int64_t cpu_milli);
  void RemoveNode(const std::string& name);
  // A pod of `gang` (empty: of none). Its name must be new or its predecessor deleted.
  base::Uid CreatePod(const std::string& name, const std::string& gang, int min_member,
                      int64_t cpu_milli, int32_t priority = 0);
  void CreateGang(const std::string& gang, int members, int min_member, int64_t cpu_milli);
  void DeletePod(const std::string& name);
  void DeleteGang(const std::string& gang);
  // Its process ends: the node is free again.
  void FinishPod(const std::string& name);

  // One moment: the watch shows something, kube-scheduler tries a pod, a write ends.
  void Step();
  // Until nothing changes any more, or `limit` steps. Time passes by `tick` per step.
  void Run(int limit = 4000, base::Duration tick = std::chrono::milliseconds(10));
  void Pass(base::Duration time);  // time goes by, in ticks, with steps
  // The process dies and starts again: everything is rebuilt from the API.
  void RestartCore();
  void SetLeading(bool leading);
  void Apply(model::ClusterEvent event);

  planner::Core& core() { return *core_; }
  std::shared_ptr<const model::ClusterSnapshot> snapshot() { return core_->Publish(); }
  const model::PodInfo* Pod(const std::string& name) const;
  int BoundOf(const std::string& gang) const;
  int ExistingOf(const std::string& gang) const;
  model::ReasonCode ReasonOf(const std::string& gang) const;
  base::Timestamp now() const { return now_; }
  // Every rule of the world that was broken: over capacity, bound twice, invariants of the core.
  const std::vector<std::string>& broken() const { return broken_; }
  // One line per effect: the decision log.
  const std::string& log() const { return log_; }
  size_t CountLogged(const std::string& text) const;
  std::vector<std::string> gangs() const;

 private:
  struct ApiPod {
    model::PodInfo info;
    bool in_bind = false;  // kube-scheduler has assumed it
    std::string assumed_node;
    base::Timestamp retry_at;  // not tried before
    bool active = true;        // in the queue; otherwise unschedulable until something wakes it
    int attempts = 0;
  };
  struct Write {
    model::Effect effect;
  };

  void Changed(const ApiPod& pod) { watch_.push_back(model::PodUpserted{pod.info}); }
  void Handle(model::Effects effects);
  void Carry(const model::ReleasePod& release);
  void Carry(const model::NominatePod& nominate);
  void Carry(const model::BindPod& bind);
  void Carry(const model::EvictPod& evict);
  void Finish(uint64_t write, model::WriteOutcome outcome);
  void Answer(const model::AnswerBind& answer);
  void Schedule();
  void TryPod(ApiPod& pod);
  void Reject(ApiPod& pod, bool ours, const std::string& message);
  void WakeAll();
  std::vector<std::string> Feasible(const ApiPod& pod);
  bool MeetsPeer(const ApiPod& pod, const std::string& node) const;
  int64_t FreeOn(const std::string& node) const;
  void CheckTruth();
  bool Chance(double probability);
  ApiPod* ByUid(base::Uid uid);

  const WorldOptions options_;
  std::mt19937_64 random_;
  base::Interner labels_;
  std::unique_ptr<planner::Core> core_;
  base::Timestamp now_{1'000'000'000};
  uint64_t next_uid_ = 1;
  uint64_t next_ticket_ = 1;
  uint64_t processes_ = 1;
  uint64_t events_ = 0;
  int binds_tried_ = 0;

  std::map<std::string, int64_t> nodes_;  // cpu milli
  std::map<std::string, ApiPod> pods_;    // by name
  std::map<std::string, std::shared_ptr<const model::PodShape>> shapes_;
  std::deque<model::ClusterEvent> watch_;
  std::deque<model::Effect> writes_;
  std::map<uint64_t, base::Uid> binds_;  // tickets of binds that wait
  std::map<uint64_t, model::AnswerAdmission> admissions_;
  std::map<std::string, model::Reason> reasons_;  // by gang
  std::map<base::Uid, std::string> bound_once_;
  std::vector<std::string> broken_;
  std::string log_;
};

}  // namespace tutti::testing
