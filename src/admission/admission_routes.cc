#include "admission/admission_routes.h"

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "admission/admission_review.h"
#include "admission/pod_patch.h"

namespace tutti::admission {
namespace {

// The parsers of one request at a time.
struct Desk {
  explicit Desk(objects::PodDecoder pod_decoder) : decoder(std::move(pod_decoder)) {}
  ReviewParser reviews;
  objects::PodDecoder decoder;
};

class Webhook {
 public:
  Webhook(framework::CorePort& core, AdmissionOptions options)
      : core_(core), options_(std::move(options)) {}

  void Handle(const http::Request& http_request, http::Reply reply) {
    std::unique_ptr<Desk> desk = Take();
    absl::StatusOr<ReviewRequest> request = desk->reviews.Parse(http_request.body);
    if (!request.ok()) {
      Return(std::move(desk));
      options_.observe(Outcome::kError);
      return reply.Send(400, absl::StrFormat(R"({"Error":"%s"})", request.status().message()));
    }
    absl::StatusOr<model::PodInfo> pod = model::PodInfo();
    const bool reads = request->creates_pod && request->object_size > 0;
    if (reads) pod = desk->decoder.Decode(request->object_json(), request->namespace_name);
    Return(std::move(desk));
    if (!reads) return Pass(*request, std::move(reply), Outcome::kIgnored, {});
    if (!pod.ok()) {
      return Pass(*request, std::move(reply), Outcome::kError,
                  {absl::StrFormat("tutti could not read the pod and left it as it is: %s",
                                   pod.status().message())});
    }
    Decide(*std::move(request), *std::move(pod), std::move(reply));
  }

 private:
  void Decide(ReviewRequest request, model::PodInfo pod, http::Reply reply) {
    const bool handled = pod.gated_by_tutti || !pod.plan_token.empty() || pod.bound();
    if (!pod.gang || handled) return Pass(request, std::move(reply), Outcome::kIgnored, {});
    if (!pod.gang->problem.empty()) {
      return Pass(request, std::move(reply), Outcome::kIgnored, {"tutti: " + pod.gang->problem});
    }
    if (request.dry_run) return Pass(request, std::move(reply), Outcome::kDryRun, {});
    // std::function wants copies; the reply exists once.
    const auto shared = std::make_shared<http::Reply>(std::move(reply));
    const auto kept = std::make_shared<ReviewRequest>(std::move(request));
    core_.Admit(std::move(pod), /*dry_run=*/false,
                [this, shared, kept](const model::AnswerAdmission& answer) {
                  const Outcome outcome = answer.gate           ? Outcome::kGated
                                          : answer.pins.empty() ? Outcome::kIgnored
                                                                : Outcome::kPlanned;
                  options_.observe(outcome);
                  shared->Send(200,
                               ReviewReply(kept->uid, PodPatch(kept->object_json(), answer), {}));
                });
  }

  void Pass(const ReviewRequest& request, http::Reply reply, Outcome outcome,
            const std::vector<std::string>& warnings) {
    options_.observe(outcome);
    reply.Send(200, ReviewReply(request.uid, {}, warnings));
  }

  std::unique_ptr<Desk> Take() {
    absl::MutexLock lock(&mutex_);
    if (free_.empty()) return std::make_unique<Desk>(options_.make_decoder());
    std::unique_ptr<Desk> desk = std::move(free_.back());
    free_.pop_back();
    return desk;
  }
  void Return(std::unique_ptr<Desk> desk) {
    absl::MutexLock lock(&mutex_);
    free_.push_back(std::move(desk));
  }

  framework::CorePort& core_;
  const AdmissionOptions options_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Desk>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

std::vector<http::Server::Route> AdmissionRoutes(framework::CorePort& core,
                                                 AdmissionOptions options) {
  const auto webhook = std::make_shared<Webhook>(core, std::move(options));
  return {{"POST", "/mutate", [webhook](const http::Request& request, http::Reply reply) {
             webhook->Handle(request, std::move(reply));
           }}};
}

}  // namespace tutti::admission
