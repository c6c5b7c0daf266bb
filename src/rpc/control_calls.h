// ControlCalls: the calls of the control API with their messages, whichever transport brings them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "control/control.h"
#include "control/decision_feed.h"
#include "control/plugin_catalog.h"
#include "model/field_table.h"
#include "objects/pod_decoder.h"

namespace tutti::control::v1 {
class DrainRequest;
class DrainResponse;
class ExplainRequest;
class Explanation;
class Gang;
class GetGangRequest;
class HoldRequest;
class HoldResponse;
class ListGangsRequest;
class ListGangsResponse;
class ListNodesRequest;
class ListNodesResponse;
class ListPluginsRequest;
class ListPluginsResponse;
class ListQueuesRequest;
class ListQueuesResponse;
class ListReservationsRequest;
class ListReservationsResponse;
class ResumeRequest;
class ResumeResponse;
class SimulateRequest;
class SimulateResponse;
class WatchRequest;
}  // namespace tutti::control::v1

namespace tutti::rpc {

namespace pb = ::tutti::control::v1;

// Any thread; each call blocks for `timeout` at most. Codes as the proto says. Responses are handed
// in empty.
class ControlCalls {
 public:
  using Timeout = base::Duration;
  // Of a caller that names none.
  static constexpr Timeout kDefaultTimeout = std::chrono::seconds(5);

  struct Known {
    objects::GangGroupings groupings;
    const model::FieldTable* pod_fields = nullptr;
    std::vector<control::PluginInfo> plugins;
  };
  // `control`, and what `known` points at, must outlive it.
  ControlCalls(control::Control& control, Known known)
      : control_(control), known_(std::move(known)) {}

  absl::Status ListGangs(const pb::ListGangsRequest& request, pb::ListGangsResponse& response,
                         Timeout timeout);
  absl::Status GetGang(const pb::GetGangRequest& request, pb::Gang& response, Timeout timeout);
  absl::Status ListQueues(const pb::ListQueuesRequest& request, pb::ListQueuesResponse& response,
                          Timeout timeout);
  absl::Status ListNodes(const pb::ListNodesRequest& request, pb::ListNodesResponse& response,
                         Timeout timeout);
  absl::Status ListReservations(const pb::ListReservationsRequest& request,
                                pb::ListReservationsResponse& response, Timeout timeout);
  absl::Status ListPlugins(const pb::ListPluginsRequest& request, pb::ListPluginsResponse& response,
                           Timeout timeout);
  absl::Status Explain(const pb::ExplainRequest& request, pb::Explanation& response,
                       Timeout timeout);
  absl::Status Simulate(const pb::SimulateRequest& request, pb::SimulateResponse& response,
                        Timeout timeout);
  absl::Status Hold(const pb::HoldRequest& request, pb::HoldResponse& response, Timeout timeout);
  absl::Status Drain(const pb::DrainRequest& request, pb::DrainResponse& response, Timeout timeout);
  absl::Status Resume(const pb::ResumeRequest& request, pb::ResumeResponse& response,
                      Timeout timeout);

  static control::DecisionFilter FilterOf(const pb::WatchRequest& request);
  const model::ResourceTable& resources() const { return control_.resources(); }

 private:
  control::Control& control_;
  const Known known_;
};

}  // namespace tutti::rpc
