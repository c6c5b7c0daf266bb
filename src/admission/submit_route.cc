#include "admission/submit_route.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "admission/admission_review.h"
#include "admission/queue_names.h"
#include "base/shown.h"
#include "base/status_macros.h"
#include "objects/json_object_view.h"

namespace tutti::admission {
namespace {

using objects::JsonObjectView;

constexpr size_t kMostQueues = 8;  // that one object may name anew
constexpr int kRetryAfterSeconds = 2;
constexpr size_t kLongestName = 253;

// Whole, as whoever grants the right must write it.
std::string Shown(std::string_view name) { return base::Shown(name, kLongestName); }

// A review that waits for the API server.
struct Waiting {
  http::Reply reply;
  std::string uid;
  std::string object;  // "Job team-a/train"
  UserInfo user;
  std::string namespace_name;
  std::vector<std::string> queues;  // still to be asked about, the next one last
  base::Timestamp deadline;
};

std::string ErrorBody(std::string_view text) {
  std::string body = "{\"Error\":";
  objects::AppendJsonString(body, text);
  return body + "}";
}

absl::StatusOr<UserInfo> ReadUser(std::string_view json) {
  TUTTI_ASSIGN_OR_RETURN(const JsonObjectView info, JsonObjectView::Parse(json));
  UserInfo user{info.String("/username").value_or(""), info.String("/uid").value_or(""),
                info.JsonText("/groups"), info.JsonText("/extra")};
  if (user.username.empty()) return absl::InvalidArgumentError("it names no user");
  return user;
}

// Of kube-controller-manager: one for each controller, or its own for all of them.
bool IsBuiltInController(const UserInfo& user) {
  return user.username.starts_with("system:serviceaccount:kube-system:") ||
         user.username == "system:kube-controller-manager";
}

// Anybody may write an owner into a pod: it counts only with a creator whom nobody can be.
bool OwnerWasAsked(const JsonObjectView& object, const SubmitRules& rules) {
  for (int i = 0;; ++i) {
    const std::string owner = absl::StrCat("/metadata/ownerReferences/", i);
    if (!object.Has(owner)) return false;
    if (object.Boolean(owner + "/controller") != true) continue;
    const std::string version = object.String(owner + "/apiVersion").value_or("");
    const size_t slash = version.find('/');
    const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
    const std::string kind = object.String(owner + "/kind").value_or("");
    return std::any_of(rules.kinds.begin(), rules.kinds.end(), [&](const WorkloadKind& known) {
      return known.group == group && known.kind == kind;
    });
  }
}

std::string NameOf(const JsonObjectView& object, const WorkloadKind& kind,
                   std::string_view namespace_name) {
  std::string name = object.name();
  if (name.empty()) name = object.String("/metadata/generateName").value_or("") + "*";
  return absl::StrFormat("%s %s/%s", kind.kind, namespace_name, Shown(name));
}

std::string Denied(const Waiting& waiting, const std::string& name, const std::string& queue) {
  const std::string by =
      name == queue ? "" : absl::StrFormat(" (by its LocalQueue %s)", Shown(name));
  return absl::StrFormat(
      "user \"%s\" may not use the queue \"%s\", which %s names%s: expected the verb use on "
      "queues.tutti.dev; name another queue, or have an operator bind a ClusterRole with the rule "
      "{apiGroups: [tutti.dev], resources: [queues], resourceNames: [%s], verbs: [use]} to the "
      "user",
      Shown(waiting.user.username), Shown(queue), waiting.object, by, Shown(queue));
}

std::string Unanswered(const Waiting& waiting, const std::string& name,
                       const std::string& problem) {
  return absl::StrFormat(
      "whether user \"%s\" may use the queue \"%s\", which %s names, could not be found out: %s; "
      "nothing was written: try again in a few seconds; if that does not help, see that "
      "kube-apiserver answers Tutti, and that deploy/rbac.yaml is applied",
      Shown(waiting.user.username), Shown(name), waiting.object, problem);
}

class Webhook : public std::enable_shared_from_this<Webhook> {
 public:
  Webhook(const base::Clock& clock, SubmitOptions options)
      : clock_(clock), options_(std::move(options)) {}

  void Handle(std::string_view body, http::Reply reply) {
    objects::JsonIndex index;
    const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
    if (!request.ok()) return Fail(std::move(reply), std::string(request.status().message()));
    const WorkloadKind* const kind = options_.rules.Find(request->group, request->resource);
    if (kind == nullptr) {
      // Of a registration that is not ours: nobody would have looked.
      return Fail(std::move(reply),
                  absl::StrFormat("where \"%s.%s\" name a queue is not known",
                                  Shown(request->resource), Shown(request->group)));
    }
    const absl::StatusOr<JsonObjectView> object = JsonObjectView::Parse(request->object);
    const absl::StatusOr<UserInfo> user = ReadUser(request->user_info);
    if (!object.ok())
      return Fail(std::move(reply), absl::StrCat("request.object: ", object.status().message()));
    if (!user.ok())
      return Fail(std::move(reply), absl::StrCat("request.userInfo: ", user.status().message()));
    std::vector<std::string> queues = NamedAnew(*request, *object, *kind);
    if (queues.empty() || (IsBuiltInController(*user) && OwnerWasAsked(*object, options_.rules))) {
      options_.observe(SubmitOutcome::kIgnored);
      return reply.Send(200, VerdictReply(request->uid, {}));
    }
    // std::function wants copies; the reply exists once.
    const auto waiting = std::make_shared<Waiting>(Waiting{
        std::move(reply), std::string(request->uid),
        NameOf(*object, *kind, request->namespace_name), *user,
        std::string(request->namespace_name), std::move(queues), clock_.Now() + options_.deadline});
    if (waiting->queues.size() > kMostQueues) return RefuseSoMany(*waiting);
    AskNext(waiting);
  }

 private:
  void Fail(http::Reply reply, const std::string& problem) {
    options_.observe(SubmitOutcome::kUnanswered);
    reply.Send(400, ErrorBody(problem));
  }

  // Of the last in the alphabet first.
  std::vector<std::string> NamedAnew(const ReviewRequest& request, const JsonObjectView& object,
                                     const WorkloadKind& kind) const {
    std::set<std::string> names = QueuesNamedBy(object, kind, options_.rules.markers);
    if (!request.old_object.empty()) {
      const absl::StatusOr<JsonObjectView> before = JsonObjectView::Parse(request.old_object);
      if (before.ok()) {
        for (const std::string& name : QueuesNamedBy(*before, kind, options_.rules.markers))
          names.erase(name);
      }
    }
    return {names.rbegin(), names.rend()};
  }

  void AskNext(const std::shared_ptr<Waiting>& waiting) {
    if (waiting->queues.empty()) {
      options_.observe(SubmitOutcome::kAllowed);
      return waiting->reply.Send(200, VerdictReply(waiting->uid, {}));
    }
    AccessQuestion question{waiting->user, waiting->namespace_name, waiting->queues.back(),
                            waiting->deadline};
    options_.check(std::move(question),
                   [self = shared_from_this(), waiting](const AccessAnswer& answer) {
                     self->Take(waiting, answer);
                   });
  }

  void Take(const std::shared_ptr<Waiting>& waiting, const AccessAnswer& answer) {
    const std::string& name = waiting->queues.back();
    switch (answer.access) {
      case Access::kAllowed:
        waiting->queues.pop_back();
        return AskNext(waiting);
      case Access::kDenied: {
        const std::string message = Denied(*waiting, name, answer.queue);
        return Refuse(*waiting, SubmitOutcome::kRefused, {.message = message});
      }
      case Access::kUnknown: {
        const std::string message = Unanswered(*waiting, name, answer.problem);
        return Refuse(*waiting, SubmitOutcome::kUnanswered,
                      {.code = 503,
                       .reason = "ServiceUnavailable",
                       .message = message,
                       .retry_after_seconds = kRetryAfterSeconds});
      }
    }
  }

  void RefuseSoMany(Waiting& waiting) {
    const std::string message =
        absl::StrFormat("%s names %d queues: expected at most %d; give each its own workload",
                        waiting.object, waiting.queues.size(), kMostQueues);
    Refuse(waiting, SubmitOutcome::kRefused, {.message = message});
  }

  void Refuse(Waiting& waiting, SubmitOutcome outcome, const Refusal& refusal) {
    options_.observe(outcome);
    waiting.reply.Send(200, RefusalReply(waiting.uid, refusal));
  }

  const base::Clock& clock_;
  const SubmitOptions options_;
};

}  // namespace

http::Server::Route SubmitRoute(const base::Clock& clock, SubmitOptions options) {
  const auto webhook = std::make_shared<Webhook>(clock, std::move(options));
  return {"POST", "/submit", [webhook](const http::Request& request, http::Reply reply) {
            webhook->Handle(request.body, std::move(reply));
          }};
}

}  // namespace tutti::admission
