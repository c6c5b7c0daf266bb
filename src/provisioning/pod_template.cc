#include "provisioning/pod_template.h"

#include <string>

namespace tutti::provisioning {
namespace {

using nlohmann::json;

// As the admission plugin ServiceAccount calls it in every pod.
constexpr char kTokenVolume[] = "kube-api-access-";
constexpr char kOwnResources[] = "tutti.dev/";

// Empty where there is none, or it is no text.
std::string Text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json Member(const json& object, const char* key) {
  if (!object.is_object()) return json::object();
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : json::object();
}

void DropTokenItems(json& owner, const char* list) {
  const auto found = owner.find(list);
  if (found == owner.end() || !found->is_array()) return;
  json kept = json::array();
  for (json& item : *found) {
    const bool token = item.is_object() && Text(item, "name").starts_with(kTokenVolume);
    if (!token) kept.push_back(std::move(item));
  }
  if (kept.empty()) {
    owner.erase(list);
  } else {
    *found = std::move(kept);
  }
}

// Of a container, or of the pod as a whole.
void DropOwnResources(json& owner) {
  const auto resources = owner.find("resources");
  if (resources == owner.end() || !resources->is_object()) return;
  for (const char* list : {"requests", "limits"}) {
    const auto amounts = resources->find(list);
    if (amounts == resources->end() || !amounts->is_object()) continue;
    std::erase_if(amounts->get_ref<json::object_t&>(),
                  [](const auto& amount) { return amount.first.starts_with(kOwnResources); });
    if (amounts->empty()) resources->erase(list);
  }
}

}  // namespace

json PodTemplateOf(const json& pod) {
  json spec = Member(pod, "spec");
  for (const char* key : {"nodeName", "schedulingGates", "ephemeralContainers"}) spec.erase(key);
  DropTokenItems(spec, "volumes");
  DropOwnResources(spec);
  for (const char* list : {"containers", "initContainers"}) {
    const auto containers = spec.find(list);
    if (containers == spec.end() || !containers->is_array()) continue;
    for (json& container : *containers) {
      if (!container.is_object()) continue;
      DropTokenItems(container, "volumeMounts");
      DropOwnResources(container);
    }
  }
  return {{"metadata", {{"labels", Member(Member(pod, "metadata"), "labels")}}}, {"spec", spec}};
}

json OwnerOf(const json& pod) {
  const json metadata = Member(pod, "metadata");
  const auto owners = metadata.find("ownerReferences");
  if (owners != metadata.end() && owners->is_array()) {
    for (const json& owner : *owners) {
      const auto controller = owner.is_object() ? owner.find("controller") : owner.end();
      if (!owner.is_object() || controller == owner.end() || *controller != true) continue;
      return {{"apiVersion", Text(owner, "apiVersion")},
              {"kind", Text(owner, "kind")},
              {"name", Text(owner, "name")},
              {"uid", Text(owner, "uid")}};
    }
  }
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"name", Text(metadata, "name")},
          {"uid", Text(metadata, "uid")}};
}

std::string UidOf(const json& pod) { return Text(Member(pod, "metadata"), "uid"); }

}  // namespace tutti::provisioning
