#include "apps/webhook_registration.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "kube/api.h"
#include "nlohmann/json.hpp"
#include "objects/device_reader.h"

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

// Requests stand there already where only limits were given: defaults come before admission.
std::string AsksForDevices(const config::Devices& devices) {
  const std::string annotations = absl::StrJoin(
      objects::DeviceAnnotations(), " || ", [](std::string* out, std::string_view name) {
        absl::StrAppendFormat(out, "'%s' in object.metadata.annotations", name);
      });
  const std::string asks = absl::StrFormat(
      "exists(c, has(c.resources) && has(c.resources.requests) && '%s' in c.resources.requests)",
      devices.resource);
  return absl::StrFormat(
      "(has(object.metadata.annotations) && (%s)) || object.spec.containers.%s || "
      "(has(object.spec.initContainers) && object.spec.initContainers.%s)",
      annotations, asks, asks);
}

std::string IsOurs(const config::Devices& devices) {
  if (!devices.enabled) return kCarriesMarkers;
  return absl::StrFormat("%s || %s", kCarriesMarkers, AsksForDevices(devices));
}

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
                                     const config::Devices& devices, const std::string& ca_pem) {
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
       json::array({{{"name", "is-scheduled-by-tutti"}, {"expression", IsOurs(devices)}}})}};
  return json{{"apiVersion", "admissionregistration.k8s.io/v1"},
              {"kind", "MutatingWebhookConfiguration"},
              {"metadata", {{"name", registration.name}}},
              {"webhooks", json::array({webhook})}}
      .dump();
}

absl::Status RegisterWebhook(kube::Client& client, const config::WebhookRegister& registration,
                             const config::Devices& devices, const std::string& ca_pem) {
  const kube::Resource resource{"admissionregistration.k8s.io", "v1",
                                "mutatingwebhookconfigurations"};
  const std::string body = WebhookConfigurationJson(registration, devices, ca_pem);
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
