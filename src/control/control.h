// Control: what the control API can ask and do, without its transport.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "control/manifest.h"
#include "model/node_block.h"
#include "planner/core_loop.h"
#include "planner/core_reader.h"

namespace tutti::control {

// A gang as people call it; `dialect` empty: any.
struct GangName {
  std::string namespace_name;
  std::string name;
  std::string dialect;
};

// `limit` 0: kPage. `token`: where the page before ended; empty: the first one.
struct PageRequest {
  static constexpr int kPage = 500;
  static constexpr int kMost = 5000;
  int limit = 0;
  std::string token;
};

template <class Value>
struct Answer {
  uint64_t generation = 0;  // of the snapshot that was current
  Value value;
  std::string next_token;  // of lists; empty: that was all
};

struct NodeReport {
  const model::NodeInfo* info = nullptr;  // lives as long as `block`
  std::shared_ptr<const model::NodeBlock> block;
  uint32_t offset = 0;
};

struct Explained {
  planner::Explanation explanation;
  std::vector<std::string> text;
};

struct Simulated {
  struct Job {
    planner::SimulatedOutcome outcome;
    std::vector<std::string> text;
  };
  std::vector<Job> jobs;
};

// Any thread. Functions that take a timeout wait for the core up to it, at most kMostTimeout.
// Errors: InvalidArgument, NotFound, Unavailable (not synced, not leading, overloaded: ask again)
// and DeadlineExceeded.
class Control {
 public:
  static constexpr base::Duration kMostTimeout = std::chrono::seconds(30);
  static constexpr size_t kMostMembers = 20'000;

  // All must outlive it.
  Control(planner::CoreLoop& core, const model::ResourceTable& resources)
      : core_(core), resources_(resources) {}

  using Timeout = base::Duration;
  absl::StatusOr<Answer<std::vector<planner::GangReport>>> ListGangs(
      const std::string& namespace_name, bool queued, const PageRequest& page, Timeout timeout);
  absl::StatusOr<Answer<planner::GangReport>> GetGang(const GangName& gang, Timeout timeout);
  absl::StatusOr<Answer<std::vector<planner::QueueReport>>> ListQueues(Timeout timeout);
  // By name. `names` empty: all; NotFound where one does not exist.
  absl::StatusOr<Answer<std::vector<NodeReport>>> ListNodes(const std::vector<std::string>& names,
                                                            const PageRequest& page) const;
  absl::StatusOr<Answer<std::vector<planner::ReservationReport>>> ListReservations(
      const std::string& node, const PageRequest& page, Timeout timeout);

  absl::StatusOr<Answer<Explained>> ExplainGang(const GangName& gang, Timeout timeout);
  absl::StatusOr<Answer<Explained>> ExplainPod(const std::string& namespace_name,
                                               const std::string& name, Timeout timeout);
  // What `manifest` has read; the answer's ids are those of its resource table.
  absl::StatusOr<Answer<Simulated>> Simulate(Manifest& manifest, Timeout timeout);

  // Each answers whether anything has changed, and once it has.
  absl::StatusOr<bool> HoldGang(const GangName& gang, bool held, Timeout timeout);
  absl::StatusOr<bool> SetQueue(const std::string& queue, model::QueueGate gate, Timeout timeout);
  absl::StatusOr<bool> CloseNode(const std::string& node, bool closed, Timeout timeout);

  const model::ResourceTable& resources() const { return resources_; }

 private:
  template <class Question>
  auto Ask(Timeout timeout, Question question) -> absl::StatusOr<
      Answer<typename std::invoke_result_t<Question, planner::CoreReader&>::value_type>>;
  // Posts what `question` finds to be changed, if anything.
  template <class Question>
  absl::StatusOr<bool> Change(Timeout timeout, Question question);

  planner::CoreLoop& core_;
  const model::ResourceTable& resources_;
};

}  // namespace tutti::control
