#include "admission/admission_routes.h"

#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "admission/admission_review.h"
#include "admission/pod_patch.h"
#include "base/free_list.h"

namespace tutti::admission {
namespace {

// The memory of one request at a time.
struct Desk {
  explicit Desk(objects::PodDecoder pod_decoder) : decoder(std::move(pod_decoder)) {}
  objects::JsonIndex index;
  objects::PodDecoder decoder;
};
using Desks = base::FreeList<Desk>;

constexpr size_t kKeepBytes = size_t{2} << 20;

std::string ErrorBody(std::string_view text) {
  std::string body = "{\"Error\":";
  objects::AppendJsonString(body, text);
  return body + "}";
}

// A request that waits for the core.
struct Waiting {
  http::Reply reply;
  std::string uid;
  std::string object;
};

class Webhook {
 public:
  Webhook(framework::CorePort& core, AdmissionOptions options)
      : core_(core),
        options_(std::move(options)),
        desks_([this] { return std::make_unique<Desk>(options_.make_decoder()); }) {}

  void Handle(std::string_view body, http::Reply reply) {
    Desks::Lease desk = desks_.Take();
    const absl::StatusOr<ReviewRequest> request = ReadReview(body, desk->index);
    if (!request.ok()) {
      options_.observe(Outcome::kError);
      return reply.Send(400, ErrorBody(std::string(request.status().message())));
    }
    if (!request->creates_pod || request->object.empty())
      return Pass(*request, std::move(reply), Outcome::kIgnored, {});
    absl::StatusOr<model::PodInfo> pod =
        desk->decoder.Decode(request->object, request->namespace_name);
    if (desk->index.capacity() > kKeepBytes) desk.Discard();
    if (!pod.ok()) {
      return Pass(*request, std::move(reply), Outcome::kError,
                  {absl::StrFormat("tutti could not read the pod and left it as it is: %s",
                                   pod.status().message())});
    }
    Decide(*request, *std::move(pod), std::move(reply));
  }

 private:
  void Decide(const ReviewRequest& request, model::PodInfo pod, http::Reply reply) {
    // An earlier pass of ours, when the API server calls its webhooks again, or a pod of a
    // DaemonSet.
    const bool handled = pod.gated_by_tutti || !pod.plan_token.empty() || pod.bound();
    if (!pod.gang || handled) return Pass(request, std::move(reply), Outcome::kIgnored, {});
    if (!pod.gang->problem.empty()) {
      return Pass(request, std::move(reply), Outcome::kIgnored, {"tutti: " + pod.gang->problem});
    }
    // Leaves no trace: the core is not even asked.
    if (request.dry_run) return Pass(request, std::move(reply), Outcome::kDryRun, {});
    // std::function wants copies; the reply exists once.
    const auto waiting = std::make_shared<Waiting>(
        Waiting{std::move(reply), std::string(request.uid), std::string(request.object)});
    core_.Admit(std::move(pod), /*dry_run=*/false,
                [options = options_, waiting](const model::AnswerAdmission& answer) {
                  Answer(answer, options, *waiting);
                });
  }

  static void Answer(const model::AnswerAdmission& answer, const AdmissionOptions& options,
                     Waiting& waiting) {
    std::vector<std::string> warnings;
    absl::StatusOr<std::string> patch = PodPatch(waiting.object, answer, options.mark_pods);
    Outcome outcome = answer.gate           ? Outcome::kGated
                      : answer.pins.empty() ? Outcome::kIgnored
                                            : Outcome::kPlanned;
    if (!patch.ok()) {
      outcome = Outcome::kError;
      warnings.push_back(absl::StrFormat("tutti could not plan the pod at admission: %s",
                                         patch.status().message()));
      patch = std::string();
    }
    options.observe(outcome);
    waiting.reply.Send(200, ReviewReply(waiting.uid, *patch, warnings));
  }

  void Pass(const ReviewRequest& request, http::Reply reply, Outcome outcome,
            const std::vector<std::string>& warnings) {
    options_.observe(outcome);
    reply.Send(200, ReviewReply(request.uid, {}, warnings));
  }

  framework::CorePort& core_;
  const AdmissionOptions options_;
  Desks desks_;
};

}  // namespace

std::vector<http::Server::Route> AdmissionRoutes(framework::CorePort& core,
                                                 AdmissionOptions options) {
  const auto webhook = std::make_shared<Webhook>(core, std::move(options));
  return {{"POST", "/mutate", [webhook](const http::Request& request, http::Reply reply) {
             webhook->Handle(request.body, std::move(reply));
           }}};
}

}  // namespace tutti::admission
