#include "apps/webhook_registration.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "apps/submit_conditions.h"
#include "base/status_macros.h"
#include "kube/api.h"
#include "nlohmann/json.hpp"
#include "objects/device_reader.h"

namespace tutti::apps {
namespace {

using nlohmann::json;

constexpr char kMutate[] = "/mutate";
constexpr char kValidate[] = "/validate";
constexpr char kSubmit[] = "/submit";
constexpr char kMutating[] = "mutatingwebhookconfigurations";
constexpr char kValidating[] = "validatingwebhookconfigurations";
constexpr size_t kMostCaBytes = 1 << 20;
constexpr base::Duration kTimeout = std::chrono::seconds(5);  // of each request

// Of all dialects, so that what `gang.dialects` says can change without a new registration; a pod
// too many costs one request.
constexpr const char* kAnnotations[] = {"tutti.dev/gang",
                                        "tutti.dev/gang-job",
                                        "scheduling.k8s.io/group-name",
                                        "scheduling.volcano.sh/group-name",
                                        "yunikorn.apache.org/task-group-name",
                                        "yunikorn.apache.org/task-groups",
                                        "pod-group-name",
                                        "gang.scheduling.koordinator.sh/name",
                                        "armadaproject.io/gangId",
                                        "godel.bytedance.com/pod-group-name"};
constexpr const char* kLabels[] = {"tutti.dev/gang",
                                   "scheduling.x-k8s.io/pod-group",
                                   "pod-group.scheduling.sigs.k8s.io/name",
                                   "pod-group.scheduling.sigs.k8s.io",
                                   "kueue.x-k8s.io/pod-group-name",
                                   "godel.bytedance.com/pod-group-name",
                                   "spark-app-id",
                                   "leaderworkerset.sigs.k8s.io/name"};
constexpr const char* kOwners[] = {"Job",        "JobSet", "TFJob",     "PyTorchJob", "MPIJob",
                                   "XGBoostJob", "JAXJob", "PaddleJob", "RayCluster"};

template <size_t kSize>
std::string CelList(const char* const (&texts)[kSize]) {
  return absl::StrCat("['", absl::StrJoin(texts, "', '"), "']");
}

// CEL: the API server evaluates it, so that pods of no gang cost nothing.
std::string CarriesMarkers() {
  return absl::StrFormat(
      "(has(object.metadata.annotations) && %s.exists(k, k in object.metadata.annotations)) || "
      "(has(object.metadata.labels) && %s.exists(k, k in object.metadata.labels)) || "
      "has(object.spec.schedulingGroup) || "
      "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind "
      "in %s))",
      CelList(kAnnotations), CelList(kLabels), CelList(kOwners));
}

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
  if (!devices.enabled) return CarriesMarkers();
  return absl::StrFormat("%s || %s", CarriesMarkers(), AsksForDevices(devices));
}

json ClientConfig(const config::WebhookRegister& registration, const std::string& path,
                  const std::string& ca_pem) {
  json config = json::object();
  if (!ca_pem.empty()) config["caBundle"] = absl::Base64Escape(ca_pem);
  if (!registration.url.empty()) {
    config["url"] = absl::StrCat(absl::StripSuffix(registration.url, kMutate), path);
  } else {
    const std::string& others = registration.validating_service_name;
    const bool by_leader = path == kMutate || others.empty();
    config["service"] = {{"name", by_leader ? registration.service_name : others},
                         {"namespace", registration.service_namespace},
                         {"port", registration.service_port},
                         {"path", path}};
  }
  return config;
}

int64_t TimeoutSeconds(const config::WebhookRegister& registration) {
  return std::max<int64_t>(1, registration.timeout / std::chrono::seconds(1));
}

json NotInKubeSystem() {
  return {{"matchExpressions", json::array({{{"key", "kubernetes.io/metadata.name"},
                                             {"operator", "NotIn"},
                                             {"values", {"kube-system"}}}})}};
}

json ObjectChecks(const config::WebhookRegister& registration, const std::vector<ObjectKind>& kinds,
                  const std::string& ca_pem) {
  json rules = json::array();
  for (const ObjectKind& kind : kinds) {
    rules.push_back({{"apiGroups", {kind.group}},
                     {"apiVersions", kind.versions},
                     {"operations", {"CREATE", "UPDATE"}},
                     {"resources", {kind.resource}}});
  }
  return {{"name", "objects.tutti.dev"},
          {"admissionReviewVersions", {"v1"}},
          {"clientConfig", ClientConfig(registration, kValidate, ca_pem)},
          {"failurePolicy", "Ignore"},
          {"sideEffects", "None"},
          {"timeoutSeconds", TimeoutSeconds(registration)},
          {"rules", rules}};
}

// One for each kind, so that none costs more than its own condition.
json SubmitCheck(const config::WebhookRegister& registration, const admission::WorkloadKind& kind,
                 const std::vector<admission::QueueMarker>& markers, const std::string& ca_pem) {
  const std::string group(kind.group);
  const std::string name = std::string(kind.resource) + (group.empty() ? "" : "." + group);
  return {{"name", name + ".submit.tutti.dev"},
          {"admissionReviewVersions", {"v1"}},
          {"clientConfig", ClientConfig(registration, kSubmit, ca_pem)},
          {"failurePolicy", "Fail"},
          {"sideEffects", "None"},
          {"timeoutSeconds", TimeoutSeconds(registration)},
          {"rules", json::array({{{"apiGroups", {group}},
                                  {"apiVersions", {"*"}},
                                  {"operations", {"CREATE", "UPDATE"}},
                                  {"resources", {kind.resource}}}})},
          {"namespaceSelector", NotInKubeSystem()},
          {"matchConditions",
           json::array({{{"name", "names-a-queue"}, {"expression", NamesAQueue(kind, markers)}}})}};
}

kube::Resource Configurations(const std::string& plural) {
  return {"admissionregistration.k8s.io", "v1", plural};
}

absl::Status Update(kube::Client& client, const std::string& plural, const std::string& name,
                    const std::string& body) {
  kube::Request patch = kube::MergePatchRequest(Configurations(plural), {"", name}, "", body);
  patch.timeout = kTimeout;
  return kube::ReplyStatus(client.Call(std::move(patch)), "updating the webhook's registration");
}

// Whether everything that is wanted stands there; the API server adds its defaults.
bool Holds(const json& there, const json& wanted) {
  if (wanted.is_object()) {
    if (!there.is_object()) return false;
    for (const auto& [key, value] : wanted.items())
      if (!there.contains(key) || !Holds(there[key], value)) return false;
    return true;
  }
  if (wanted.is_array()) {
    if (!there.is_array() || there.size() != wanted.size()) return false;
    for (size_t i = 0; i < wanted.size(); ++i)
      if (!Holds(there[i], wanted[i])) return false;
    return true;
  }
  return there == wanted;
}

absl::StatusOr<bool> IsRegistered(kube::Client& client, const std::string& plural,
                                  const std::string& name, const std::string& body) {
  kube::Request get;
  get.path = kube::ResourcePath(Configurations(plural), {"", name});
  get.timeout = kTimeout;
  const absl::StatusOr<kube::Response> reply = client.Call(std::move(get));
  const absl::Status status = kube::ReplyStatus(reply, "looking at the webhook's registration");
  if (absl::IsNotFound(status)) return false;
  if (!status.ok()) return status;
  const json there = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
  return Holds(there, json::parse(body));
}

absl::Status Write(kube::Client& client, const std::string& plural, const std::string& name,
                   const std::string& body) {
  kube::Request create;
  create.method = "POST";
  create.path = kube::ResourcePath(Configurations(plural), {"", ""});
  create.body = body;
  create.timeout = kTimeout;
  const absl::StatusOr<kube::Response> created = client.Call(std::move(create));
  if (created.ok() && created->status != 409)
    return kube::ReplyStatus(created, "registering the webhook");
  return Update(client, plural, name, body);
}

// Creates it, or replaces its webhooks.
absl::StatusOr<bool> Register(kube::Client& client, const std::string& plural,
                              const std::string& name, const std::string& body, bool look) {
  if (look) {
    TUTTI_ASSIGN_OR_RETURN(const bool registered, IsRegistered(client, plural, name, body));
    if (registered) return false;
  }
  TUTTI_RETURN_IF_ERROR(Write(client, plural, name, body));
  return true;
}

}  // namespace

absl::StatusOr<std::string> ReadCaFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return absl::NotFoundError(
        absl::StrFormat("webhook.register.caFile: %s cannot be read: %s; expected the CA of "
                        "webhook.certFile, PEM",
                        path, std::strerror(errno)));
  std::string pem(kMostCaBytes + 1, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<size_t>(file.gcount()));
  if (pem.size() > kMostCaBytes || !absl::StrContains(pem, "-----BEGIN CERTIFICATE-----"))
    return absl::InvalidArgumentError(
        absl::StrFormat("webhook.register.caFile: %s holds no certificate in PEM of at most %d "
                        "bytes; expected the CA of webhook.certFile",
                        path, kMostCaBytes));
  return pem;
}

std::string WebhookConfigurationJson(const config::WebhookRegister& registration,
                                     const config::Devices& devices, const std::string& ca_pem) {
  const json webhook = {
      {"name", "gang.tutti.dev"},
      {"admissionReviewVersions", {"v1"}},
      {"clientConfig", ClientConfig(registration, kMutate, ca_pem)},
      {"failurePolicy", "Ignore"},
      {"sideEffects", "NoneOnDryRun"},
      {"reinvocationPolicy", "IfNeeded"},
      {"timeoutSeconds", TimeoutSeconds(registration)},
      {"rules", json::array({{{"apiGroups", {""}},
                              {"apiVersions", {"v1"}},
                              {"operations", {"CREATE"}},
                              {"resources", {"pods"}}}})},
      {"namespaceSelector", NotInKubeSystem()},
      {"matchConditions",
       json::array({{{"name", "is-scheduled-by-tutti"}, {"expression", IsOurs(devices)}}})}};
  return json{{"apiVersion", "admissionregistration.k8s.io/v1"},
              {"kind", "MutatingWebhookConfiguration"},
              {"metadata", {{"name", registration.name}}},
              {"webhooks", json::array({webhook})}}
      .dump();
}

absl::StatusOr<bool> RegisterWebhook(kube::Client& client,
                                     const config::WebhookRegister& registration,
                                     const config::Devices& devices, const std::string& ca_pem,
                                     bool look) {
  return Register(client, kMutating, registration.name,
                  WebhookConfigurationJson(registration, devices, ca_pem), look);
}

std::string ValidationsJson(const config::WebhookRegister& registration,
                            const Validations& validations, const std::string& ca_pem) {
  json webhooks = json::array();
  if (!validations.kinds.empty())
    webhooks.push_back(ObjectChecks(registration, validations.kinds, ca_pem));
  if (validations.submit) {
    for (const admission::WorkloadKind& kind : validations.submit->kinds)
      webhooks.push_back(SubmitCheck(registration, kind, validations.submit->markers, ca_pem));
  }
  return json{{"apiVersion", "admissionregistration.k8s.io/v1"},
              {"kind", "ValidatingWebhookConfiguration"},
              {"metadata", {{"name", registration.name}}},
              {"webhooks", webhooks}}
      .dump();
}

absl::StatusOr<bool> RegisterValidations(kube::Client& client,
                                         const config::WebhookRegister& registration,
                                         const Validations& validations, const std::string& ca_pem,
                                         bool look) {
  const std::string body = ValidationsJson(registration, validations, ca_pem);
  if (!validations.empty()) return Register(client, kValidating, registration.name, body, look);
  if (look) return false;  // withdrawn already
  const absl::Status status = Update(client, kValidating, registration.name, body);
  // Nothing was registered; or we never had the right to.
  if (absl::IsNotFound(status) || absl::IsPermissionDenied(status)) return false;
  TUTTI_RETURN_IF_ERROR(status);
  return true;
}

}  // namespace tutti::apps
