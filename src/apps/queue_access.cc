#include "apps/queue_access.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "kube/api.h"
#include "nlohmann/json.hpp"
#include "objects/json_object_view.h"

namespace tutti::apps {
namespace {

using admission::Access;
using admission::AccessAnswer;
using admission::AccessQuestion;
using nlohmann::json;
using objects::JsonObjectView;

constexpr size_t kLongestName = 253;

// Whether an API object could be called so. Anything else would not be one step of a path.
bool IsObjectName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongestName && letter(name.front()) &&
         letter(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || c == '-' || c == '.';
         });
}

AccessAnswer Unknown(const std::string& queue, std::string problem) {
  return {Access::kUnknown, queue, std::move(problem)};
}

AccessAnswer Known(const std::string& queue, bool allowed) {
  return {allowed ? Access::kAllowed : Access::kDenied, queue, ""};
}

std::string ReviewBody(const admission::UserInfo& user, const std::string& queue) {
  json spec = {
      {"user", user.username},
      {"resourceAttributes",
       {{"group", "tutti.dev"}, {"resource", "queues"}, {"verb", "use"}, {"name", queue}}}};
  if (!user.uid.empty()) spec["uid"] = user.uid;
  const auto add = [&](const char* key, const std::string& text) {
    json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!text.empty() && !value.is_discarded()) spec[key] = std::move(value);
  };
  add("groups", user.groups_json);
  add("extra", user.extra_json);
  return json{{"apiVersion", "authorization.k8s.io/v1"},
              {"kind", "SubjectAccessReview"},
              {"spec", std::move(spec)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

void QueueAccess::Check(AccessQuestion question, Answer answer) {
  const std::string name = question.name;
  if (!local_queues_ || !IsObjectName(name)) return Review(question, name, answer);
  kube::Request get;
  get.path =
      kube::ResourcePath({"tutti.dev", "v1beta1", "localqueues"}, {question.namespace_name, name});
  get.timeout = question.deadline - clock_.Now();
  if (get.timeout.count() <= 0) return answer(Unknown(name, "there was no time left to ask"));
  client_.Send(std::move(get), [this, question = std::move(question), answer = std::move(answer)](
                                   const absl::StatusOr<kube::Response>& reply) {
    const std::string& asked = question.name;
    // Also where the kind itself is not installed.
    if (reply.ok() && reply->status == 404) return Review(question, asked, answer);
    const absl::Status status = kube::ReplyStatus(reply, "looking for a LocalQueue of that name");
    if (!status.ok()) return answer(Unknown(asked, std::string(status.message())));
    const absl::StatusOr<JsonObjectView> local = JsonObjectView::Parse(reply->body);
    const std::string queue = local.ok() ? local->String("/spec/queue").value_or("") : "";
    if (queue.empty()) return answer(Unknown(asked, "the LocalQueue of that name has no queue"));
    Review(question, queue, answer);
  });
}

void QueueAccess::Review(const AccessQuestion& question, const std::string& queue,
                         const Answer& answer) {
  kube::Request post;
  post.method = "POST";
  post.path = kube::ResourcePath({"authorization.k8s.io", "v1", "subjectaccessreviews"}, {"", ""});
  post.body = ReviewBody(question.user, queue);
  if (const std::optional<bool> allowed = cache_.Find(post.body))
    return answer(Known(queue, *allowed));
  post.timeout = question.deadline - clock_.Now();
  if (post.timeout.count() <= 0) return answer(Unknown(queue, "there was no time left to ask"));
  std::string key = post.body;
  client_.Send(std::move(post), [this, queue, answer, key = std::move(key)](
                                    const absl::StatusOr<kube::Response>& reply) {
    const absl::Status status = kube::ReplyStatus(reply, "SubjectAccessReview");
    if (!status.ok()) return answer(Unknown(queue, std::string(status.message())));
    const absl::StatusOr<JsonObjectView> review = JsonObjectView::Parse(reply->body);
    const std::optional<bool> allowed =
        review.ok() ? review->Boolean("/status/allowed") : std::nullopt;
    if (!allowed)
      return answer(Unknown(queue,
                            "kube-apiserver answered something else to it: expected "
                            "status.allowed"));
    cache_.Put(key, *allowed);
    answer(Known(queue, *allowed));
  });
}

}  // namespace tutti::apps
