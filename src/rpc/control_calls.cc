#include "rpc/control_calls.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "rpc/control_messages.h"
#include "tutti/v1/control.pb.h"

namespace tutti::rpc {
namespace {

control::GangName NameOf(const pb::GangRef& ref) {
  return {ref.namespace_(), ref.name(), ref.dialect()};
}

template <class Request>
control::PageRequest PageOf(const Request& request) {
  return {request.limit(), request.continue_()};
}

absl::Status NoSubject(const char* expected) {
  return absl::InvalidArgumentError(std::string("subject: expected ") + expected);
}

}  // namespace

absl::Status ControlCalls::ListGangs(const pb::ListGangsRequest& request,
                                     pb::ListGangsResponse& response, Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(
      const auto answer,
      control_.ListGangs(request.namespace_(), request.queued(), PageOf(request), timeout));
  response.set_generation(answer.generation);
  for (const planner::GangReport& gang : answer.value)
    Fill(gang, resources(), *response.add_gangs());
  response.set_continue_(answer.next_token);
  return absl::OkStatus();
}

absl::Status ControlCalls::GetGang(const pb::GetGangRequest& request, pb::Gang& response,
                                   Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(const auto answer, control_.GetGang(NameOf(request.gang()), timeout));
  Fill(answer.value, resources(), response);
  return absl::OkStatus();
}

absl::Status ControlCalls::ListQueues(const pb::ListQueuesRequest&,
                                      pb::ListQueuesResponse& response, Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(const auto answer, control_.ListQueues(timeout));
  const auto sorter = std::find_if(
      known_.plugins.begin(), known_.plugins.end(), [](const control::PluginInfo& plugin) {
        return std::find(plugin.points.begin(), plugin.points.end(), "QueueSort") !=
               plugin.points.end();
      });
  response.set_generation(answer.generation);
  const std::string order =
      sorter == known_.plugins.end() ? "priority, then arrival" : "plugin " + sorter->name;
  for (const planner::QueueReport& queue : answer.value)
    Fill(queue, order, resources(), *response.add_queues());
  return absl::OkStatus();
}

absl::Status ControlCalls::ListNodes(const pb::ListNodesRequest& request,
                                     pb::ListNodesResponse& response, Timeout) {
  TUTTI_ASSIGN_OR_RETURN(
      const auto answer,
      control_.ListNodes({request.names().begin(), request.names().end()}, PageOf(request)));
  response.set_generation(answer.generation);
  for (const control::NodeReport& node : answer.value)
    Fill(node, resources(), *response.add_nodes());
  response.set_continue_(answer.next_token);
  return absl::OkStatus();
}

absl::Status ControlCalls::ListReservations(const pb::ListReservationsRequest& request,
                                            pb::ListReservationsResponse& response,
                                            Timeout timeout) {
  TUTTI_ASSIGN_OR_RETURN(const auto answer,
                         control_.ListReservations(request.node(), PageOf(request), timeout));
  response.set_generation(answer.generation);
  for (const planner::ReservationReport& reservation : answer.value)
    Fill(reservation, resources(), *response.add_reservations());
  response.set_continue_(answer.next_token);
  return absl::OkStatus();
}

absl::Status ControlCalls::ListPlugins(const pb::ListPluginsRequest&,
                                       pb::ListPluginsResponse& response, Timeout) {
  for (const control::PluginInfo& plugin : known_.plugins) Fill(plugin, *response.add_plugins());
  for (const GangGrouping* grouping : known_.groupings)
    response.add_groupings(std::string(grouping->name()));
  return absl::OkStatus();
}

absl::Status ControlCalls::Explain(const pb::ExplainRequest& request, pb::Explanation& response,
                                   Timeout timeout) {
  if (request.subject_case() == pb::ExplainRequest::SUBJECT_NOT_SET)
    return NoSubject("a gang or a pod");
  absl::StatusOr<control::Answer<control::Explained>> answer =
      request.has_gang()
          ? control_.ExplainGang(NameOf(request.gang()), timeout)
          : control_.ExplainPod(request.pod().namespace_(), request.pod().name(), timeout);
  if (!answer.ok()) return answer.status();
  response.set_generation(answer->generation);
  Fill(answer->value, resources(), response);
  return absl::OkStatus();
}

absl::Status ControlCalls::Simulate(const pb::SimulateRequest& request,
                                    pb::SimulateResponse& response, Timeout timeout) {
  control::Manifest manifest(resources(), known_.groupings, known_.pod_fields,
                             request.namespace_());
  switch (request.job_case()) {
    case pb::SimulateRequest::kManifest:
      TUTTI_RETURN_IF_ERROR(manifest.Read(request.manifest()));
      break;
    case pb::SimulateRequest::kGang: {
      control::GangSpecText gang;
      gang.name = request.gang().name();
      gang.min_member = request.gang().min_member();
      gang.priority = request.gang().priority();
      for (const pb::GangSpec::Pods& pods : request.gang().pods()) {
        gang.pods.push_back({pods.count(),
                             {pods.requests().begin(), pods.requests().end()},
                             {pods.node_selector().begin(), pods.node_selector().end()}});
      }
      TUTTI_RETURN_IF_ERROR(manifest.Add(gang));
      break;
    }
    case pb::SimulateRequest::JOB_NOT_SET:
      return absl::InvalidArgumentError("job: expected a manifest or a gang");
  }
  TUTTI_ASSIGN_OR_RETURN(const auto answer, control_.Simulate(manifest, timeout));
  response.set_generation(answer.generation);
  for (const control::Simulated::Job& job : answer.value.jobs)
    Fill(job, manifest.resources(), *response.add_gangs());
  return absl::OkStatus();
}

absl::Status ControlCalls::Hold(const pb::HoldRequest& request, pb::HoldResponse& response,
                                Timeout timeout) {
  if (request.subject_case() == pb::HoldRequest::SUBJECT_NOT_SET)
    return NoSubject("a gang or a queue");
  TUTTI_ASSIGN_OR_RETURN(
      const bool changed,
      request.has_gang() ? control_.HoldGang(NameOf(request.gang()), true, timeout)
                         : control_.SetQueue(request.queue(), model::QueueGate::kHeld, timeout));
  response.set_changed(changed);
  return absl::OkStatus();
}

absl::Status ControlCalls::Drain(const pb::DrainRequest& request, pb::DrainResponse& response,
                                 Timeout timeout) {
  if (request.subject_case() == pb::DrainRequest::SUBJECT_NOT_SET)
    return NoSubject("a node or a queue");
  TUTTI_ASSIGN_OR_RETURN(
      const bool changed,
      request.subject_case() == pb::DrainRequest::kNode
          ? control_.CloseNode(request.node(), true, timeout)
          : control_.SetQueue(request.queue(), model::QueueGate::kDraining, timeout));
  response.set_changed(changed);
  return absl::OkStatus();
}

absl::Status ControlCalls::Resume(const pb::ResumeRequest& request, pb::ResumeResponse& response,
                                  Timeout timeout) {
  absl::StatusOr<bool> changed = NoSubject("a gang, a queue or a node");
  if (request.has_gang()) changed = control_.HoldGang(NameOf(request.gang()), false, timeout);
  if (request.subject_case() == pb::ResumeRequest::kQueue)
    changed = control_.SetQueue(request.queue(), model::QueueGate::kOpen, timeout);
  if (request.subject_case() == pb::ResumeRequest::kNode)
    changed = control_.CloseNode(request.node(), false, timeout);
  if (!changed.ok()) return changed.status();
  response.set_changed(*changed);
  return absl::OkStatus();
}

control::DecisionFilter ControlCalls::FilterOf(const pb::WatchRequest& request) {
  const std::string& of_gang = request.gang().namespace_();
  return {of_gang.empty() ? request.namespace_() : of_gang, request.gang().name(),
          request.gang().dialect()};
}

}  // namespace tutti::rpc
