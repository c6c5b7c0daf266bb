#include "apps/webhook_registration.h"

#include "absl/strings/escaping.h"
#include "kube/api.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;

// CEL: the API server evaluates it, so that pods of no gang cost nothing.
constexpr char kCarriesMarkers[] =
    "(has(object.metadata.annotations) && ('tutti.dev/gang' in object.metadata.annotations || "
    "'tutti.dev/gang-job' in object.metadata.annotations)) || "
    "(has(object.metadata.labels) && ('tutti.dev/gang' in object.metadata.labels || "
    "'scheduling.x-k8s.io/pod-group' in object.metadata.labels || "
    "'pod-group.scheduling.sigs.k8s.io/name' in object.metadata.labels)) || "
    "has(object.spec.schedulingGroup) || "
    "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == "
    "'Job'))";

json ClientConfig(const config::WebhookRegister& registration, const std::string& ca_pem) {
  json config = {{"caBundle", absl::Base64Escape(ca_pem)}};
  if (!registration.url.empty()) {
    config["url"] = registration.url;
  } else {
    config["service"] = {{"name", registration.service_name},
                         {"namespace", registration.service_namespace},
                         {"port", registration.service_port},
                         {"path", "/mutate"}};
  }
  return config;
}

}  // namespace

std::string WebhookConfigurationJson(const config::WebhookRegister& registration,
                                     const std::string& ca_pem) {
  const json webhook = {
      {"name", "gang.tutti.dev"},
      {"admissionReviewVersions", {"v1"}},
      {"clientConfig", ClientConfig(registration, ca_pem)},
      {"failurePolicy", "Ignore"},
      {"sideEffects", "NoneOnDryRun"},
      {"reinvocationPolicy", "IfNeeded"},
      {"timeoutSeconds", std::max<int64_t>(1, registration.timeout / std::chrono::seconds(1))},
      {"rules", json::array({{{"apiGroups", {""}},
                              {"apiVersions", {"v1"}},
                              {"operations", {"CREATE"}},
                              {"resources", {"pods"}}}})},
      {"namespaceSelector",
       {{"matchExpressions", json::array({{{"key", "kubernetes.io/metadata.name"},
                                           {"operator", "NotIn"},
                                           {"values", {"kube-system"}}}})}}},
      {"matchConditions",
       json::array({{{"name", "carries-gang-markers"}, {"expression", kCarriesMarkers}}})}};
  return json{{"apiVersion", "admissionregistration.k8s.io/v1"},
              {"kind", "MutatingWebhookConfiguration"},
              {"metadata", {{"name", registration.name}}},
              {"webhooks", json::array({webhook})}}
      .dump();
}

absl::Status RegisterWebhook(kube::Client& client, const config::WebhookRegister& registration,
                             const std::string& ca_pem) {
  const kube::Resource resource{"admissionregistration.k8s.io", "v1",
                                "mutatingwebhookconfigurations"};
  const std::string body = WebhookConfigurationJson(registration, ca_pem);
  kube::Request create;
  create.method = "POST";
  create.path = kube::ResourcePath(resource, {"", ""});
  create.body = body;
  const absl::StatusOr<kube::Response> created = client.Call(std::move(create));
  if (created.ok() && created->status != 409)
    return kube::ReplyStatus(created, "registering the webhook");
  return kube::ReplyStatus(
      client.Call(kube::MergePatchRequest(resource, {"", registration.name}, "", body)),
      "updating the webhook's registration");
}

}  // namespace tutti::apps
