#include "kube/effect_writer.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "kube/escape.h"
#include "nlohmann/json.hpp"

namespace tutti::kube {
namespace {

using model::WriteOutcome;
using nlohmann::json;

constexpr int kLookUps = 3;
// Together with a request's own deadline below what kube-scheduler waits for a bind (httpTimeout).
constexpr base::Duration kLongestBindWait = std::chrono::seconds(15);

Resource Pods() { return {"", "v1", "pods"}; }

ObjectName NameOf(const model::PodRef& pod) { return {pod.namespace_name, pod.name}; }

WriteOutcome OutcomeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return WriteOutcome::kDone;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:  // the precondition on the uid failed
      return WriteOutcome::kGone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
      return WriteOutcome::kRefused;
    default:
      return WriteOutcome::kFailed;
  }
}

json PinRequirement(const std::string& node) {
  return {{"key", "metadata.name"}, {"operator", "In"}, {"values", {node}}};
}

const char* OperatorName(model::NodeSelectorRequirement::Operator op) {
  using Operator = model::NodeSelectorRequirement::Operator;
  switch (op) {
    case Operator::kIn:
      return "In";
    case Operator::kNotIn:
      return "NotIn";
    case Operator::kExists:
      return "Exists";
    case Operator::kDoesNotExist:
      return "DoesNotExist";
    case Operator::kGt:
      return "Gt";
    case Operator::kLt:
      return "Lt";
    case Operator::kUnknown:
      break;
  }
  return "";
}

json Requirements(const std::vector<model::NodeSelectorRequirement>& requirements) {
  json list = json::array();
  for (const model::NodeSelectorRequirement& requirement : requirements) {
    json item = {{"key", requirement.key}, {"operator", OperatorName(requirement.op)}};
    if (!requirement.values.empty()) item["values"] = requirement.values;
    list.push_back(std::move(item));
  }
  return list;
}

// Every term of the pod with the pin at the end of its fields: all that the API server lets a gated
// pod change. An empty term matches nothing and must stay empty.
json NarrowedTerms(const model::NodeSelector& terms, const std::string& node) {
  json narrowed = json::array();
  for (const model::NodeSelectorTerm& term : terms) {
    json& item = narrowed.emplace_back(json::object());
    if (term.match_expressions.empty() && term.match_fields.empty()) continue;
    if (!term.match_expressions.empty())
      item["matchExpressions"] = Requirements(term.match_expressions);
    item["matchFields"] = Requirements(term.match_fields);
    item["matchFields"].push_back(PinRequirement(node));
  }
  return narrowed;
}

json PinTerms(const std::vector<std::string>& nodes) {
  json terms = json::array();
  for (const std::string& node : nodes) {
    terms.push_back({{"matchFields", json::array({PinRequirement(node)})}});
  }
  return terms;
}

// The pod in this GET reply; NotFound where it is another one or none.
absl::StatusOr<json> FoundPod(const absl::StatusOr<Response>& reply, const base::Uid& uid,
                              const std::string& what) {
  if (absl::Status status = ReplyStatus(reply, what); !status.ok()) return status;
  json pod = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  if (!pod.is_object())
    return absl::UnavailableError("the API server sent a pod that is no JSON object");
  if (pod.value("/metadata/uid"_json_pointer, "") != uid.ToString()) {
    return absl::NotFoundError("the pod is another one of the same name by now");
  }
  return pod;
}

std::string NodeOf(const json& pod) { return pod.value("/spec/nodeName"_json_pointer, ""); }

// What a Binding that ended unclearly has come to, by the node that the pod was found on.
absl::Status OutcomeOfBinding(const model::BindPod& bind, const absl::StatusOr<json>& pod,
                              const std::string& error) {
  if (!pod.ok()) return pod.status();
  const std::string node = NodeOf(*pod);
  if (node == bind.node_name) return absl::OkStatus();
  if (node.empty()) return absl::UnavailableError(error);
  return absl::InvalidArgumentError("the pod is already bound to node " + node);
}

}  // namespace

EffectWriter::EffectWriter(Client& client, const base::Clock& clock, size_t most_under_way,
                           Finished finished, GangReported gang_reported, RunReported run_reported,
                           MarkersReported markers_reported, PodEvicted pod_evicted)
    : client_(client),
      finished_(std::move(finished)),
      gang_reported_(std::move(gang_reported)),
      run_reported_(std::move(run_reported)),
      markers_reported_(std::move(markers_reported)),
      pod_evicted_(std::move(pod_evicted)),
      queue_(clock, most_under_way) {}

Request EffectWriter::ReleaseRequest(const model::ReleasePod& release) {
  const std::optional<model::NodeSelector>& own = release.shape->required_affinity;
  // A pod with terms of its own keeps their number: it can be pinned to one node only.
  const std::vector<std::string> nodes =
      own ? std::vector<std::string>{release.nodes.front()} : release.nodes;
  const json terms = own ? NarrowedTerms(*own, nodes.front()) : PinTerms(nodes);
  const json required = {
      {"requiredDuringSchedulingIgnoredDuringExecution", {{"nodeSelectorTerms", terms}}}};
  const json patch = {
      {"metadata",
       {{"uid", release.pod.uid.ToString()},
        {"annotations", {{"tutti.dev/pinned-nodes", absl::StrJoin(nodes, ",")}}}}},
      {"spec", {{"schedulingGates", nullptr}, {"affinity", {{"nodeAffinity", required}}}}}};
  return MergePatchRequest(Pods(), NameOf(release.pod), "", patch.dump());
}

Request EffectWriter::NominateRequest(const model::NominatePod& nominate) {
  // The annotation changes each time, so that the patch wakes the pod even where the node name
  // stays the same.
  std::string patch = absl::StrFormat(
      R"({"metadata":{"uid":"%s","annotations":{"tutti.dev/wake":"%d"}},"status":{"nominatedNodeName":)",
      nominate.pod.uid.ToString(), nominate.write);
  if (nominate.node_name.empty()) {
    patch += "null";
  } else {
    AppendJsonString(patch, nominate.node_name);
  }
  patch += "}}";
  return MergePatchRequest(Pods(), NameOf(nominate.pod), "status", std::move(patch));
}

void EffectWriter::Execute(model::Effect effect) {
  if (const auto* release = std::get_if<model::ReleasePod>(&effect)) {
    Write(release->write, "releasing pod " + release->pod.name, ReleaseRequest(*release));
  } else if (const auto* nominate = std::get_if<model::NominatePod>(&effect)) {
    Write(nominate->write, "nominating a node for pod " + nominate->pod.name,
          NominateRequest(*nominate));
  } else if (const auto* bind = std::get_if<model::BindPod>(&effect)) {
    Enqueue(
        bind->write, [this, bind = *bind](const WriteQueue::Done& done) { Bind(bind, done); },
        kLongestBindWait);
  } else if (const auto* evict = std::get_if<model::EvictPod>(&effect)) {
    Enqueue(evict->write,
            [this, evict = *evict](const WriteQueue::Done& done) { Evict(evict, done); });
  } else if (const auto* report = std::get_if<model::ReportGang>(&effect)) {
    gang_reported_(*report);
  } else if (const auto* run = std::get_if<model::ReportRun>(&effect)) {
    run_reported_(*run);
  } else if (const auto* markers = std::get_if<model::ReportMarkers>(&effect)) {
    markers_reported_(*markers);
  }
}

void EffectWriter::Enqueue(uint64_t write, std::function<void(WriteQueue::Done)> run,
                           base::Duration longest_wait) {
  queue_.Push({std::move(run), [this, write](const absl::Status& why) { Finish(write, why); },
               longest_wait});
}

void EffectWriter::Write(uint64_t write, const std::string& what, Request request) {
  Enqueue(write, [this, write, what, request = std::move(request)](const WriteQueue::Done& done) {
    client_.Send(request, [this, write, what, done](absl::StatusOr<Response> reply) {
      Finish(write, ReplyStatus(reply, what));
      done();
    });
  });
}

void EffectWriter::Finish(uint64_t write, const absl::Status& status) {
  finished_({write, OutcomeOf(status), std::string(status.message())});
}

void EffectWriter::Evict(const model::EvictPod& evict, const WriteQueue::Done& done) {
  if (evict.only_unbound) return EvictUnbound(evict, done);
  SendEviction(evict, EvictRequest(NameOf(evict.pod), evict.pod.uid.ToString()), done);
}

// What is found unbound is evicted as it was found: a Binding of which we do not know may come in
// between.
void EffectWriter::EvictUnbound(const model::EvictPod& evict, const WriteQueue::Done& done) {
  Request get;
  get.path = ResourcePath(Pods(), NameOf(evict.pod));
  client_.Send(std::move(get), [this, evict, done](absl::StatusOr<Response> reply) {
    const absl::StatusOr<json> pod =
        FoundPod(reply, evict.pod.uid, "looking up pod " + evict.pod.name);
    absl::Status status = pod.status();
    if (pod.ok() && !NodeOf(*pod).empty())
      status = absl::InvalidArgumentError("the pod is bound to node " + NodeOf(*pod));
    if (status.ok()) {
      const std::string version = pod->value("/metadata/resourceVersion"_json_pointer, "");
      return SendEviction(evict, EvictRequest(NameOf(evict.pod), evict.pod.uid.ToString(), version),
                          done);
    }
    Finish(evict.write, status);
    done();
  });
}

void EffectWriter::SendEviction(const model::EvictPod& evict, Request request,
                                const WriteQueue::Done& done) {
  client_.Send(std::move(request), [this, evict, done](absl::StatusOr<Response> reply) {
    absl::Status status = ReplyStatus(reply, "evicting pod " + evict.pod.name);
    // It has changed since it was found: to be tried again.
    if (evict.only_unbound && absl::IsAborted(status))
      status = absl::UnavailableError(status.message());
    if (status.ok()) pod_evicted_(evict);
    Finish(evict.write, status);
    done();
  });
}

void EffectWriter::Bind(const model::BindPod& bind, const WriteQueue::Done& done) {
  Request request = kube::BindRequest(NameOf(bind.pod), bind.pod.uid.ToString(), bind.node_name,
                                      bind.annotations);
  client_.Send(std::move(request), [this, bind, done](absl::StatusOr<Response> reply) {
    const absl::Status status = ReplyStatus(reply, "binding pod " + bind.pod.name);
    const bool clear = status.ok() || absl::IsNotFound(status) ||
                       absl::IsPermissionDenied(status) || absl::IsInvalidArgument(status) ||
                       absl::IsCancelled(status);
    if (!clear) return LookUpBinding(bind, std::string(status.message()), 1, done);
    Finish(bind.write, status);
    done();
  });
}

void EffectWriter::LookUpBinding(const model::BindPod& bind, std::string error, int attempt,
                                 const WriteQueue::Done& done) {
  Request get;
  get.path = ResourcePath(Pods(), NameOf(bind.pod));
  client_.Send(std::move(get), [this, bind, error = std::move(error), attempt,
                                done](absl::StatusOr<Response> reply) {
    const absl::StatusOr<json> pod = FoundPod(reply, bind.pod.uid, "looking up a binding");
    const bool ends = pod.ok() || absl::IsNotFound(pod.status()) ||
                      absl::IsCancelled(pod.status()) || attempt >= kLookUps;
    if (!ends) return LookUpBinding(bind, error, attempt + 1, done);
    Finish(bind.write, OutcomeOfBinding(bind, pod, error));
    done();
  });
}

}  // namespace tutti::kube
