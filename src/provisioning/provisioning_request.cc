#include "provisioning/provisioning_request.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "provisioning/request_names.h"

namespace tutti::provisioning {
namespace {

using nlohmann::json;

constexpr char kAttempt[] = "tutti.dev/provisioning-attempt";

// Empty where there is none, or it is no text.
std::string Text(const json& object, const json::json_pointer& at) {
  if (!object.contains(at) || !object.at(at).is_string()) return {};
  return object.at(at).get<std::string>();
}

json List(const json& object, const json::json_pointer& at) {
  return object.contains(at) && object.at(at).is_array() ? object.at(at) : json::array();
}

std::optional<std::string> TrueCondition(const json& request, const char* type) {
  for (const json& condition : List(request, json::json_pointer("/status/conditions"))) {
    if (Text(condition, json::json_pointer("/type")) != type ||
        Text(condition, json::json_pointer("/status")) != "True")
      continue;
    const std::string reason = Text(condition, json::json_pointer("/reason"));
    const std::string message = Text(condition, json::json_pointer("/message"));
    return reason.empty() || message.empty() ? reason + message : reason + ": " + message;
  }
  return std::nullopt;
}

void ReadPhase(const json& request, ListedRequest& read) {
  static constexpr std::pair<const char*, RequestPhase> kConditions[] = {
      {"Failed", RequestPhase::kFailed},
      {"CapacityRevoked", RequestPhase::kCapacityRevoked},
      {"BookingExpired", RequestPhase::kBookingExpired},
      {"Provisioned", RequestPhase::kProvisioned}};
  for (const auto& [type, phase] : kConditions) {
    const std::optional<std::string> message = TrueCondition(request, type);
    if (!message) continue;
    read.phase = phase;
    read.message = *message;
    return;
  }
}

std::optional<ListedRequest> ReadRequest(const json& request) {
  const json::json_pointer labels("/metadata/labels");
  const bool ours =
      Text(request, labels / kManagedBy) == kManager && request.at(labels).contains(kGangLabel);
  if (!ours) return std::nullopt;
  ListedRequest read;
  read.namespace_name = Text(request, json::json_pointer("/metadata/namespace"));
  read.name = Text(request, json::json_pointer("/metadata/name"));
  read.uid = Text(request, json::json_pointer("/metadata/uid"));
  read.leaving = request.contains(json::json_pointer("/metadata/deletionTimestamp"));
  const std::string attempt = Text(request, json::json_pointer("/metadata/annotations") / kAttempt);
  if (!absl::SimpleAtoi(attempt, &read.attempt)) read.attempt = 1;
  read.attempt = std::max(1, read.attempt);
  for (const json& set : List(request, json::json_pointer("/spec/podSets"))) {
    std::string name = Text(set, json::json_pointer("/podTemplateRef/name"));
    if (name.starts_with(read.name + "-")) read.templates.push_back(std::move(name));
  }
  ReadPhase(request, read);
  return read;
}

json Metadata(const WantedRequest& wanted, const std::string& name) {
  return {{"name", name},
          {"namespace", wanted.namespace_name},
          {"labels", {{kManagedBy, kManager}, {kGangLabel, wanted.gang_label}}},
          {"ownerReferences", json::array({wanted.owner})}};
}

}  // namespace

bool Ended(RequestPhase phase) {
  return phase != RequestPhase::kPending && phase != RequestPhase::kProvisioned;
}

absl::StatusOr<std::vector<ListedRequest>> ReadRequests(std::string_view list_json) {
  const json list = json::parse(list_json, nullptr, /*allow_exceptions=*/false);
  const json::json_pointer items("/items");
  if (!list.is_object() || !list.contains(items) || !list.at(items).is_array())
    return absl::InternalError("kube-apiserver's list of ProvisioningRequests has no items");
  std::vector<ListedRequest> requests;
  for (const json& item : list.at(items)) {
    if (std::optional<ListedRequest> read = ReadRequest(item)) requests.push_back(*std::move(read));
  }
  return requests;
}

json RequestJson(const WantedRequest& wanted) {
  json sets = json::array();
  for (size_t i = 0; i < wanted.pod_sets.size(); ++i) {
    sets.push_back({{"podTemplateRef", {{"name", TemplateName(wanted.name, i)}}},
                    {"count", wanted.pod_sets[i].count}});
  }
  json spec = {{"provisioningClassName", wanted.class_name}, {"podSets", sets}};
  if (!wanted.parameters.empty()) spec["parameters"] = wanted.parameters;
  json metadata = Metadata(wanted, wanted.name);
  metadata["annotations"][kAttempt] = absl::StrFormat("%d", wanted.attempt);
  return {{"apiVersion", "autoscaling.x-k8s.io/v1"},
          {"kind", "ProvisioningRequest"},
          {"metadata", metadata},
          {"spec", spec}};
}

json PodTemplateJson(const WantedRequest& wanted, size_t number) {
  return {{"apiVersion", "v1"},
          {"kind", "PodTemplate"},
          {"metadata", Metadata(wanted, TemplateName(wanted.name, number))},
          {"template", wanted.pod_sets[number].pod_template}};
}

}  // namespace tutti::provisioning
