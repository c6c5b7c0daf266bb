#include "cli/doctor/webhook_checks.h"

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_format.h"
#include "kube/api.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

constexpr char kRegistered[] = "webhook/registered";
constexpr char kReachable[] = "webhook/reachable";
constexpr char kHookName[] = "gang.tutti.dev";

std::string Text(const json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

const json* Find(const json& configurations) {
  if (!configurations.is_object() || !configurations.contains("items")) return nullptr;
  for (const json& item : configurations["items"]) {
    if (!item.is_object() || !item.contains("webhooks")) continue;
    for (const json& webhook : item["webhooks"]) {
      if (Text(webhook, "name") == kHookName) return &webhook;
    }
  }
  return nullptr;
}

void CheckFields(ClusterReader& reader, const json& webhook, bool marks_pods) {
  const std::string policy = Text(webhook, "failurePolicy");
  if (policy == "Ignore") {
    reader.Add(Verdict::kOk, "webhook/failurePolicy", "Ignore");
  } else {
    reader.Add(marks_pods ? Verdict::kOk : Verdict::kWarning, "webhook/failurePolicy",
               absl::StrFormat("is \"%s\": no gang pod can be created while Tutti is down", policy),
               marks_pods ? "" : "write Ignore: gangs are then held by filter, just as safely");
  }
  if (!webhook.contains("clientConfig") || Text(webhook["clientConfig"], "caBundle").empty()) {
    reader.Add(Verdict::kProblem, "webhook/caBundle",
               "is empty: the API server does not trust Tutti's certificate",
               "set webhook.register, so that Tutti registers its own, or write your CA into it");
  } else {
    reader.Add(Verdict::kOk, "webhook/caBundle", "is set");
  }
}

// A review that creates nothing, by the API server's own way to the Service. (It does not verify
// the certificate there.)
void Probe(ClusterReader& reader, const json& service) {
  const int64_t port = service.contains("port") && service["port"].is_number_integer()
                           ? service["port"].get<int64_t>()
                           : 443;
  const kube::ObjectName name{Text(service, "namespace"),
                              absl::StrFormat("https:%s:%d", Text(service, "name"), port)};
  const json review = {
      {"apiVersion", "admission.k8s.io/v1"},
      {"kind", "AdmissionReview"},
      {"request",
       {{"uid", "tutti-doctor"},
        {"operation", "CREATE"},
        {"dryRun", true},
        {"namespace", "default"},
        {"kind", {{"group", ""}, {"version", "v1"}, {"kind", "Pod"}}},
        {"resource", {{"group", ""}, {"version", "v1"}, {"resource", "pods"}}},
        {"object",
         {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", "tutti-doctor"}}},
          {"spec", {{"containers", json::array({{{"name", "c"}, {"image", "none"}}})}}}}}}}};
  const absl::StatusOr<std::string> body = reader.Post(
      kube::ResourcePath({"", "v1", "services"}, name, "proxy") + "/mutate", review.dump());
  const std::string where = absl::StrFormat("%s/%s:%d", name.ns, Text(service, "name"), port);
  if (absl::IsPermissionDenied(body.status())) {
    return reader.Skip(kReachable, body.status(), "create services/proxy in " + name.ns);
  }
  if (!body.ok()) {
    return reader.Add(Verdict::kProblem, kReachable,
                      absl::StrFormat("the API server does not get an answer of %s: %s", where,
                                      body.status().message()),
                      "check the Service, its endpoints and webhook.listen; gangs are held by "
                      "filter meanwhile");
  }
  const json answer = json::parse(*body, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer allowed("/response/allowed");
  if (answer.is_object() && answer.contains(allowed) && answer[allowed] == true)
    return reader.Add(Verdict::kOk, kReachable, where + " answers");
  reader.Add(Verdict::kProblem, kReachable,
             absl::StrFormat("%s answers, but not as Tutti's webhook does", where),
             "check which Pods the Service selects");
}

}  // namespace

void CheckWebhook(ClusterReader& reader, const config::Configuration* tutti) {
  const bool expected = tutti != nullptr && tutti->webhook.enabled;
  const absl::StatusOr<std::string> body =
      reader.Get("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations");
  if (!body.ok())
    return reader.Skip(kRegistered, body.status(), "list mutatingwebhookconfigurations");
  const json configurations = json::parse(*body, nullptr, /*allow_exceptions=*/false);
  const json* webhook = Find(configurations);
  if (webhook == nullptr && tutti != nullptr && !expected) {
    return reader.Add(Verdict::kOk, kRegistered,
                      "webhook.enabled is false: gangs are held by filter and woken");
  }
  if (webhook == nullptr) {
    return reader.Add(expected ? Verdict::kProblem : Verdict::kWarning, kRegistered,
                      absl::StrFormat("no MutatingWebhookConfiguration has a webhook %s: gangs are "
                                      "held by filter, which is slower",
                                      kHookName),
                      "set webhook.enabled and webhook.register in Tutti's configuration");
  }
  reader.Add(Verdict::kOk, kRegistered, kHookName);
  CheckFields(reader, *webhook, expected && tutti->webhook.mark_pods);
  const json::json_pointer service("/clientConfig/service");
  if (webhook->contains(service)) return Probe(reader, (*webhook)[service]);
  reader.Add(Verdict::kSkipped, kReachable,
             "it is registered by URL: only the API server itself can reach it");
}

}  // namespace tutti::cli
