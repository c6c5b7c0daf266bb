// EffectWriter: carries out the core's write effects against the API server and reports how each
// ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "framework/write_backlog.h"
#include "kube/api.h"
#include "kube/client.h"
#include "kube/write_queue.h"
#include "model/cluster_event.h"
#include "planner/core_loop.h"

namespace tutti::kube {

// Called on the core loop's thread and on the client's I/O thread; never blocks. Every effect with
// a write number ends in exactly one WriteFinished through `finished`.
//
// Writes wait their turn in order (WriteQueue). A Binding that has waited until kube-scheduler is
// about to give its bind up is not sent any more: it comes again.
//
// A Binding whose reply got lost, or that the server refused with 409, is looked up before its end
// is reported: the pod's node name decides.
class EffectWriter final : public planner::EffectSink {
 public:
  using Finished = std::function<void(model::WriteFinished)>;
  // A gang's reason has changed: for events, status and logs.
  using GangReported = std::function<void(const model::ReportGang&)>;
  // A gang has ended.
  using RunReported = std::function<void(const model::ReportRun&)>;
  // Its markers contradict each other.
  using MarkersReported = std::function<void(const model::ReportMarkers&)>;
  // The API server has taken the eviction. Any thread.
  using PodEvicted = std::function<void(const model::EvictPod&)>;

  // `most_under_way`: writes at once; fewer than the client allows, so that leases and events get
  // through.
  EffectWriter(Client& client, const base::Clock& clock, size_t most_under_way, Finished finished,
               GangReported gang_reported, RunReported run_reported,
               MarkersReported markers_reported, PodEvicted pod_evicted);

  void Execute(model::Effect effect) override;
  // Before the client ends: what waits is not sent any more, nor reported.
  void Close() { queue_.Close(); }
  framework::WriteBacklog& backlog() { return queue_; }

  // The merge patch that removes our gate and pins the pod: to one term per node, or, where it has
  // required terms of its own, by narrowing each of them to the first node.
  static Request ReleaseRequest(const model::ReleasePod& release);
  static Request NominateRequest(const model::NominatePod& nominate);

 private:
  void Bind(const model::BindPod& bind, const WriteQueue::Done& done);
  void LookUpBinding(const model::BindPod& bind, std::string error, int attempt,
                     const WriteQueue::Done& done);
  void Evict(const model::EvictPod& evict, const WriteQueue::Done& done);
  void EvictUnbound(const model::EvictPod& evict, const WriteQueue::Done& done);
  void SendEviction(const model::EvictPod& evict, Request request, const WriteQueue::Done& done);
  void Write(uint64_t write, const std::string& what, Request request);
  void Enqueue(uint64_t write, std::function<void(WriteQueue::Done)> run,
               base::Duration longest_wait = base::Duration::max());
  void Finish(uint64_t write, const absl::Status& status);

  Client& client_;
  const Finished finished_;
  const GangReported gang_reported_;
  const RunReported run_reported_;
  const MarkersReported markers_reported_;
  const PodEvicted pod_evicted_;
  WriteQueue queue_;
};

}  // namespace tutti::kube
