#include "rpc/extender_service.h"

#include <grpcpp/grpcpp.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "base/status_macros.h"
#include "extender/answer.h"
#include "extender/binding_args.h"
#include "extender/filter_decision.h"
#include "extender/filter_handler.h"
#include "objects/json_cursor.h"
#include "tutti/v1/extender.grpc.pb.h"

namespace tutti::rpc {
namespace {

using extender::FilterDecision;
using extender::FilterMode;
using extender::PodSummary;
using extender::Workspace;
using extender::WorkspacePool;
using model::ClusterSnapshot;

// HTTP's codes, which the metrics know.
int HttpStatus(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
    case grpc::StatusCode::FAILED_PRECONDITION:
      return 200;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return 400;
    case grpc::StatusCode::UNAVAILABLE:
      return 503;
    default:
      return 500;
  }
}

grpc::Status Malformed(std::string_view message, const absl::Status& status) {
  return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                      absl::StrFormat("malformed %s: %s", message, status.message()));
}

// One call under way, told to the observer when it ends.
class Call {
 public:
  Call(std::string_view verb, std::string peer, const base::Clock& clock,
       extender::ExtenderObserver& observer)
      : verb_(verb), peer_(std::move(peer)), clock_(clock), observer_(observer) {
    observer_.Began();
  }
  void End(const grpc::Status& status, model::ReasonCode reason) {
    if (!status.ok()) observer_.Refused(verb_, peer_, status.error_message());
    observer_.Answered(verb_, HttpStatus(status.error_code()), clock_.Now() - begin_, reason);
  }

 private:
  const std::string_view verb_;
  const std::string peer_;
  const base::Clock& clock_;
  extender::ExtenderObserver& observer_;
  const base::Timestamp begin_ = clock_.Now();
};

// The Pod of a message, with the padding that its decoder needs.
class PodText {
 public:
  explicit PodText(const std::string& json) : size_(json.size()), bytes_(json) {
    bytes_.append(objects::kJsonPadding, '\0');
  }
  absl::StatusOr<PodSummary> Read(objects::JsonIndex& index) const {
    TUTTI_RETURN_IF_ERROR(index.Build(std::string_view(bytes_).substr(0, size_)));
    objects::JsonCursor cursor(index);
    PodSummary pod;
    ReadPodSummary(cursor, pod);
    cursor.Finish();
    TUTTI_RETURN_IF_ERROR(cursor.status());
    return pod;
  }

 private:
  const size_t size_;
  std::string bytes_;
};

absl::Status CheckNames(const std::vector<std::string_view>& names) {
  if (names.size() > extender::kMostNodes)
    return absl::InvalidArgumentError(absl::StrFormat("more than %d nodes", extender::kMostNodes));
  for (const std::string_view name : names) {
    if (name.empty() || name.size() > extender::kLongestName) {
      return absl::InvalidArgumentError(absl::StrFormat("a node name of %d bytes: expected 1 to %d",
                                                        name.size(), extender::kLongestName));
    }
  }
  return absl::OkStatus();
}

// The decision on a message's Pod over `names`.
absl::StatusOr<FilterDecision> Decide(const std::string& pod_json,
                                      const std::vector<std::string_view>& names, FilterMode mode,
                                      const ClusterSnapshot& snapshot, Workspace& workspace,
                                      base::Uid& uid) {
  TUTTI_RETURN_IF_ERROR(CheckNames(names));
  const PodText text(pod_json);
  TUTTI_ASSIGN_OR_RETURN(const PodSummary pod, text.Read(workspace.index));
  uid = pod.uid;
  return DecideFilter(pod, names, mode, snapshot, workspace);
}

// A bind that waits for the core. Ends when the core has answered and gRPC is done with it,
// whichever comes last.
class BindCall final : public grpc::ServerUnaryReactor {
 public:
  // `core` is asked to give up what its client cancels.
  BindCall(framework::CorePort& core, Call call)
      : link_(std::make_shared<Link>()), core_(core), call_(std::move(call)) {
    absl::MutexLock lock(&link_->mutex);
    link_->call = this;
  }

  void Run(framework::CorePort::BindRequest request) {
    const std::shared_ptr<Link> link = link_;
    framework::CorePort& core = core_;
    const uint64_t ticket = core.Bind(std::move(request), [link](const std::string& error) {
      absl::MutexLock lock(&link->mutex);
      link->answered = true;
      if (BindCall* const call = std::exchange(link->call, nullptr)) call->Answer(error);
    });
    // The call may be over by now; the link is not.
    bool cancelled = false;
    {
      absl::MutexLock lock(&link->mutex);
      link->ticket = ticket;
      cancelled = link->cancelled && !link->answered;
    }
    if (cancelled) core.AbandonBind(ticket);
  }
  void Refuse(const grpc::Status& status) {
    {
      absl::MutexLock lock(&link_->mutex);
      link_->call = nullptr;
      link_->answered = true;
    }
    call_.End(status, model::ReasonCode::kNone);
    Finish(status);
  }

  void OnCancel() override {
    uint64_t ticket = 0;
    {
      absl::MutexLock lock(&link_->mutex);
      link_->cancelled = true;
      if (!link_->answered) ticket = link_->ticket;
    }
    if (ticket != 0) core_.AbandonBind(ticket);
  }
  void OnDone() override { delete this; }

 private:
  // What the core's callback, the cancellation and the caller of Run share.
  struct Link {
    absl::Mutex mutex;
    BindCall* call ABSL_GUARDED_BY(mutex) = nullptr;  // until it is answered
    uint64_t ticket ABSL_GUARDED_BY(mutex) = 0;
    bool answered ABSL_GUARDED_BY(mutex) = false;
    bool cancelled ABSL_GUARDED_BY(mutex) = false;
  };

  void Answer(const std::string& error) {
    const grpc::Status status = error.empty()
                                    ? grpc::Status::OK
                                    : grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, error);
    call_.End(status, model::ReasonCode::kNone);
    Finish(status);
  }

  const std::shared_ptr<Link> link_;
  framework::CorePort& core_;
  Call call_;
};

class Service final : public v1::ExtenderService::CallbackService {
 public:
  Service(framework::CorePort& core, WorkspacePool& workspaces, const base::Clock& clock,
          extender::ExtenderObserver& observer)
      : core_(core), workspaces_(workspaces), clock_(clock), observer_(observer) {}

  grpc::ServerUnaryReactor* Filter(grpc::CallbackServerContext* context,
                                   const v1::FilterRequest* request,
                                   v1::FilterResponse* response) override {
    return AtOnce(context, request->dry_run() ? "filter-dryrun" : "filter",
                  [&](const ClusterSnapshot& snapshot, model::ReasonCode& reason) {
                    return Filter(*request, *response, snapshot, reason);
                  });
  }
  grpc::ServerUnaryReactor* Prioritize(grpc::CallbackServerContext* context,
                                       const v1::PrioritizeRequest* request,
                                       v1::PrioritizeResponse* response) override {
    return AtOnce(context, "prioritize", [&](const ClusterSnapshot& snapshot, model::ReasonCode&) {
      return Prioritize(*request, *response, snapshot);
    });
  }
  grpc::ServerUnaryReactor* Preempt(grpc::CallbackServerContext* context,
                                    const v1::PreemptRequest* request,
                                    v1::PreemptResponse* response) override {
    return AtOnce(context, "preempt",
                  [&](const ClusterSnapshot& snapshot, model::ReasonCode& reason) {
                    return Preempt(*request, *response, snapshot, reason);
                  });
  }
  grpc::ServerUnaryReactor* Bind(grpc::CallbackServerContext* context,
                                 const v1::BindRequest* request, v1::BindResponse*) override {
    auto* const call = new BindCall(core_, Call("bind", context->peer(), clock_, observer_));
    if (!core_.Snapshot()->ready) {
      call->Refuse(Unavailable());
      return call;
    }
    absl::StatusOr<framework::CorePort::BindRequest> bind = extender::MakeBindRequest(
        request->pod_namespace(), request->pod_name(), request->pod_uid(), request->node_name());
    if (bind.ok()) {
      call->Run(*std::move(bind));
    } else {
      call->Refuse(Malformed("BindRequest", bind.status()));
    }
    return call;
  }

 private:
  static grpc::Status Unavailable() {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, extender::NotReady().error);
  }

  template <class Run>
  grpc::ServerUnaryReactor* AtOnce(grpc::CallbackServerContext* context, std::string_view verb,
                                   Run&& run) {
    Call call(verb, context->peer(), clock_, observer_);
    model::ReasonCode reason = model::ReasonCode::kNone;
    const std::shared_ptr<const ClusterSnapshot> snapshot = core_.Snapshot();
    const grpc::Status status = snapshot->ready ? run(*snapshot, reason) : Unavailable();
    call.End(status, reason);
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }

  grpc::Status Filter(const v1::FilterRequest& request, v1::FilterResponse& response,
                      const ClusterSnapshot& snapshot, model::ReasonCode& reason) {
    const std::vector<std::string_view> names(request.node_names().begin(),
                                              request.node_names().end());
    if (names.empty())
      return Malformed("FilterRequest", absl::InvalidArgumentError("no node is offered"));
    WorkspacePool::Lease workspace = workspaces_.Take();
    base::Uid uid;
    absl::StatusOr<FilterDecision> decision = Decide(
        request.pod_json(), names, request.dry_run() ? FilterMode::kDryRun : FilterMode::kReal,
        snapshot, *workspace, uid);
    if (!decision.ok()) return Malformed("FilterRequest", decision.status());
    reason = decision->verdict.reason.code;
    if (!request.dry_run()) core_.ReportFilter(AnswerOf(uid, *decision, names.size(), snapshot));
    ForEachKeptRun(*decision, names.size(), [&](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i)
        response.add_node_names(request.node_names(static_cast<int>(i)));
    });
    for (extender::NamedRefusal& refusal : NamedRefusals(*decision, names)) {
      auto& failed = refusal.unresolvable ? *response.mutable_failed_and_unresolvable_nodes()
                                          : *response.mutable_failed_nodes();
      failed[std::string(refusal.node)] = std::move(refusal.message);
    }
    if (!decision->error.empty()) return {grpc::StatusCode::INTERNAL, decision->error};
    if (!decision->planned_node.empty())
      core_.ReportNotOffered(uid, std::move(decision->planned_node));
    return grpc::Status::OK;
  }

  grpc::Status Prioritize(const v1::PrioritizeRequest& request, v1::PrioritizeResponse& response,
                          const ClusterSnapshot& snapshot) {
    const std::vector<std::string_view> names(request.node_names().begin(),
                                              request.node_names().end());
    WorkspacePool::Lease workspace = workspaces_.Take();
    std::vector<int64_t> scores(names.size(), 0);
    const absl::Status status = [&]() -> absl::Status {
      TUTTI_RETURN_IF_ERROR(CheckNames(names));
      const PodText text(request.pod_json());
      TUTTI_ASSIGN_OR_RETURN(const PodSummary pod, text.Read(workspace->index));
      TUTTI_ASSIGN_OR_RETURN(const auto scored, ScorePod(pod, names, snapshot, *workspace, scores));
      if (scored) core_.ReportScore(*scored);
      return absl::OkStatus();
    }();
    if (!status.ok()) return Malformed("PrioritizeRequest", status);
    for (size_t i = 0; i < names.size(); ++i) {
      auto* score = response.add_scores();
      score->set_host(request.node_names(static_cast<int>(i)));
      score->set_score(scores[i]);
    }
    return grpc::Status::OK;
  }

  grpc::Status Preempt(const v1::PreemptRequest& request, v1::PreemptResponse& response,
                       const ClusterSnapshot& snapshot, model::ReasonCode& reason) {
    std::vector<std::string_view> names;
    for (const auto& candidate : request.candidates()) names.push_back(candidate.node_name());
    WorkspacePool::Lease workspace = workspaces_.Take();
    base::Uid uid;
    absl::StatusOr<FilterDecision> decision =
        Decide(request.pod_json(), names, FilterMode::kReal, snapshot, *workspace, uid);
    if (!decision.ok()) return Malformed("PreemptRequest", decision.status());
    extender::KeepForPreemption(*decision);
    reason = decision->verdict.reason.code;
    ForEachKeptRun(*decision, names.size(), [&](size_t from, size_t to) {
      for (size_t i = from; i < to; ++i)
        *response.add_candidates() = request.candidates(static_cast<int>(i));
    });
    return grpc::Status::OK;
  }

  framework::CorePort& core_;
  WorkspacePool& workspaces_;
  const base::Clock& clock_;
  extender::ExtenderObserver& observer_;
};

}  // namespace

std::shared_ptr<grpc::Service> MakeExtenderService(framework::CorePort& core,
                                                   WorkspacePool& workspaces,
                                                   const base::Clock& clock,
                                                   extender::ExtenderObserver& observer) {
  return std::make_shared<Service>(core, workspaces, clock, observer);
}

}  // namespace tutti::rpc
