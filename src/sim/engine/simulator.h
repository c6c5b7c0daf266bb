// Simulator: the loop of RunSimulation and the cluster that it plays. Internal to src/sim/engine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "planner/core.h"
#include "sim/engine/pod_maker.h"
#include "sim/engine/report_collector.h"
#include "sim/engine/simulation.h"

namespace tutti::sim {

class Simulator {
 public:
  Simulator(JobSource& source, const SimulationOptions& options, const SimulationTables& tables);

  absl::StatusOr<SimulationResult> Run();

 private:
  static constexpr int kMemberBits = 20;  // of a bind ticket; the rest is the gang
  static constexpr uint32_t kNowhere = UINT32_MAX;
  // A job between its submission and its end.
  struct Live {
    Job job;
    int64_t submit_ms = 0;
    int64_t start_ms = -1;  // -1: waits
    bool doomed = false;    // about to be dropped, or to start again
    bool counted = false;   // its wait has been, before it was evicted
    std::vector<model::PodInfo> roles;
    std::vector<size_t> first;    // of each role, the index of its first member
    std::vector<uint32_t> nodes;  // by member: where it is bound, as its place in `options.nodes`
    std::vector<uint32_t> asked;  // by member: where the core last wanted it
    int64_t bound = 0;

    int64_t members() const { return static_cast<int64_t>(nodes.size()); }
    int64_t min_member() const { return job.min_member > 0 ? job.min_member : members(); }
    size_t RoleOf(size_t member) const;
  };
  struct Due {  // something that was set for a moment
    int64_t time_ms;
    uint64_t number;  // of the gang
    enum class What : uint8_t { kEnd, kBindAgain } what;
    size_t member;  // of kBindAgain
    uint64_t order;

    bool operator>(const Due& other) const {
      return time_ms != other.time_ms ? time_ms > other.time_ms : order > other.order;
    }
  };

  absl::Status AddNodes();
  absl::Status ReadNext();  // into next_
  // The next moment at which anything happens; nullopt: never.
  std::optional<int64_t> NextMoment() const;
  // Everything that happens now.
  absl::Status Moment();
  void EndAndRetry();
  absl::Status Arrive();
  // Tells the core that time has passed, and plays what it wants, until it wants no more.
  absl::Status Settle();
  void TellAll();
  void DropAndRestart();
  void Submit(Job job, int64_t submit_ms, bool counted);
  void Start(uint64_t number, Live& live);
  void Succeed(uint64_t number);
  Live Leave(uint64_t number);  // the job is gone, whether it ran or not
  void Apply(model::ClusterEvent&& event);
  void Play(const model::NominatePod& nominate);
  void Play(const model::ReleasePod& release);
  void Play(const model::BindPod& bind);
  void Play(const model::EvictPod& evict);
  void Play(const model::AnswerBind& answer);
  void Play(const model::ReportGang& report);
  void Play(const model::AnswerAdmission&) {}
  void Play(const model::ReportScores&) {}
  void Play(const model::ReportRun&) {}
  void Play(const model::ReportMarkers&) {}
  void AskToBind(const model::PodRef& pod, const std::string& node);
  template <class Event>
  void Later(Event event) {
    events_.emplace_back(std::move(event));
  }
  Live* Find(uint64_t number);
  model::PodInfo PodOf(uint64_t number, const Live& live, size_t member) const;
  void AddIntervals(const Live& live);

  absl::Status Check();  // what only tests ask for
  absl::Status Progress();
  SimulationResult Finish();
  base::Timestamp Now() const;

  JobSource& source_;
  const SimulationOptions& options_;
  const SimulationTables& tables_;
  PodMaker maker_;
  std::vector<model::NodeInfo> nodes_;
  absl::flat_hash_map<std::string, uint32_t> node_by_name_;
  std::optional<planner::Core> core_;
  std::optional<ReportCollector> collector_;

  std::optional<Job> next_;          // the next arrival
  std::optional<int64_t> first_ms_;  // when the first job was submitted, by the workload's axis
  absl::flat_hash_map<uint64_t, Live> live_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::vector<model::ClusterEvent> events_;  // the core is told of
  size_t told_ = 0;                          // of them
  std::vector<uint64_t> doomed_;             // to be dropped
  std::vector<uint64_t> evicted_;            // to start again

  int64_t now_ms_ = 0;
  int64_t end_ms_ = 0;
  uint64_t next_number_ = 1;
  uint64_t next_order_ = 0;
  int64_t submitted_ = 0;
  int64_t finished_ = 0;
  int64_t waiting_jobs_ = 0;
  int64_t waiting_members_ = 0;
  int64_t members_placed_ = 0;
  int64_t restarted_ = 0;
  int64_t moments_ = 0;
  int64_t idle_moments_ = 0;  // in a row, in which only the core's own timers fired
};

}  // namespace tutti::sim
