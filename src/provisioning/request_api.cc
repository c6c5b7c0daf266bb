#include "provisioning/request_api.h"

#include <utility>

#include "base/status_macros.h"
#include "kube/api.h"
#include "kube/escape.h"
#include "provisioning/request_names.h"

namespace tutti::provisioning {
namespace {

using nlohmann::json;

const kube::Resource& Requests() {
  static const kube::Resource resource{"autoscaling.x-k8s.io", "v1", "provisioningrequests"};
  return resource;
}
const kube::Resource& Templates() {
  static const kube::Resource resource{"", "v1", "podtemplates"};
  return resource;
}
const kube::Resource& Pods() {
  static const kube::Resource resource{"", "v1", "pods"};
  return resource;
}

absl::Status UnlessGone(absl::Status status) {
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace

absl::StatusOr<std::vector<ListedRequest>> RequestApi::List() {
  kube::Request get;
  get.path = kube::ResourcePath(Requests(), {}) + "?labelSelector=" +
             kube::EscapeQuery(std::string(kManagedBy) + "=" + kManager + "," + kGangLabel);
  const absl::StatusOr<kube::Response> reply = client_.Call(std::move(get));
  TUTTI_RETURN_IF_ERROR(
      kube::ReplyStatus(reply, "listing provisioningrequests.autoscaling.x-k8s.io"));
  return ReadRequests(reply->body);
}

absl::StatusOr<json> RequestApi::Pod(const std::string& ns, const std::string& name) {
  kube::Request get;
  get.path = kube::ResourcePath(Pods(), {ns, name});
  const absl::StatusOr<kube::Response> reply = client_.Call(std::move(get));
  TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, "reading pod " + ns + "/" + name));
  json pod = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  if (!pod.is_object()) return absl::InternalError("pod " + ns + "/" + name + " is no JSON object");
  return pod;
}

absl::Status RequestApi::Post(const json& object, const std::string& collection) {
  kube::Request post;
  post.method = "POST";
  post.path = collection;
  // Whatever bytes a pod has in its texts.
  post.body = object.dump(-1, ' ', false, json::error_handler_t::replace);
  return kube::ReplyStatus(client_.Call(std::move(post)),
                           "creating " + object["kind"].get<std::string>() + " " +
                               object["metadata"]["namespace"].get<std::string>() + "/" +
                               object["metadata"]["name"].get<std::string>());
}

absl::Status RequestApi::CreateTemplate(const WantedRequest& wanted, size_t number) {
  const json object = PodTemplateJson(wanted, number);
  const std::string collection = kube::ResourcePath(Templates(), {wanted.namespace_name, ""});
  absl::Status created = Post(object, collection);
  if (!absl::IsAlreadyExists(created)) return created;
  const kube::ObjectName old{wanted.namespace_name, TemplateName(wanted.name, number)};
  TUTTI_RETURN_IF_ERROR(
      UnlessGone(kube::ReplyStatus(client_.Call(kube::DeleteRequest(Templates(), old, "")),
                                   "deleting PodTemplate " + old.ns + "/" + old.name)));
  return Post(object, collection);
}

absl::Status RequestApi::Create(const WantedRequest& wanted) {
  for (size_t i = 0; i < wanted.pod_sets.size(); ++i)
    TUTTI_RETURN_IF_ERROR(CreateTemplate(wanted, i));
  return Post(RequestJson(wanted), kube::ResourcePath(Requests(), {wanted.namespace_name, ""}));
}

absl::Status RequestApi::Delete(const ListedRequest& request) {
  const std::string& ns = request.namespace_name;
  for (const std::string& name : request.templates) {
    TUTTI_RETURN_IF_ERROR(
        UnlessGone(kube::ReplyStatus(client_.Call(kube::DeleteRequest(Templates(), {ns, name}, "")),
                                     "deleting PodTemplate " + ns + "/" + name)));
  }
  return UnlessGone(kube::ReplyStatus(
      client_.Call(kube::DeleteRequest(Requests(), {ns, request.name}, request.uid)),
      "deleting ProvisioningRequest " + ns + "/" + request.name));
}

absl::Status RequestApi::Mark(const std::string& ns, const std::string& pod,
                              const std::string& request, const std::string& class_name) {
  const json patch = {
      {"metadata", {{"annotations", {{kConsume, request}, {kClassName, class_name}}}}}};
  return UnlessGone(
      kube::ReplyStatus(client_.Call(kube::MergePatchRequest(Pods(), {ns, pod}, "", patch.dump())),
                        "annotating pod " + ns + "/" + pod));
}

}  // namespace tutti::provisioning
