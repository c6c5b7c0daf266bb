// CoreOptions: the times and policies of the core, as the configuration sets them.
#pragma once

#include <string>

#include "base/clock.h"
#include "model/backfill.h"
#include "model/device_table.h"
#include "model/run_time_source.h"

namespace tutti::planner {

enum class PartialGangPolicy { kEvict, kKeep };
// Which of the nodes that plugins score alike.
enum class TieBreak {
  kBestFit,   // the one with the least room left, then the one known first
  kNodeName,  // the first by name
};
enum class BindBarrier { kAuto, kAlways };
using model::Backfill;
using model::RunTimeSource;

struct CoreOptions {
  base::Duration wait_timeout =
      std::chrono::seconds(60);  // a placed gang with members missing gives up after this
  base::Duration backoff_initial = std::chrono::seconds(10);
  base::Duration backoff_max = std::chrono::seconds(300);
  base::Duration refused_node_initial =
      std::chrono::seconds(5);  // doubles with each refusal, up to the expiry
  base::Duration refused_node_expiry = std::chrono::seconds(300);
  base::Duration admission_slot_timeout = std::chrono::seconds(10);
  base::Duration repair_timeout = std::chrono::seconds(60);
  base::Duration start_timeout = std::chrono::minutes(10);  // likewise, for a role to be ready
  base::Duration bind_timeout = std::chrono::seconds(25);   // below the extender's httpTimeout
  base::Duration unseen_pod_timeout = std::chrono::seconds(3);
  // Members are created one by one: that some are missing is reported only when it lasts.
  base::Duration missing_members_report = std::chrono::seconds(2);
  base::Duration write_retry_initial = std::chrono::milliseconds(200);
  base::Duration write_retry_max = std::chrono::seconds(10);
  PartialGangPolicy partial_gang_policy = PartialGangPolicy::kEvict;
  BindBarrier bind_barrier = BindBarrier::kAuto;
  Backfill backfill = Backfill::kEasy;
  RunTimeSource run_times = RunTimeSource::kDeclared;
  // Nanoseconds since 1970 at Timestamp zero. 0: not known; a pod that was bound before this
  // process then counts from when it was first seen.
  base::Duration timestamp_zero{0};
  // Where not every pod is shown to the extender: what is kept for the head of the queue is made
  // visible to kube-scheduler itself.
  bool nominate_head = false;
  bool name_holders = true;    // reports say who holds what a gang waits for
  bool report_scores = false;  // ReportScores tells what plugins gave the nodes of each plan
  TieBreak tie_break = TieBreak::kBestFit;
  model::DeviceTable devices;            // off unless it was made
  int failed_placements_per_pass = 512;  // bounds the work of one pass over the queue
  // Part of every plan id, so that a token of an earlier process is never taken for one of ours.
  std::string instance = "0";
};

}  // namespace tutti::planner
