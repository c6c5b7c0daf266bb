#include "tests/support/control_plane/manifests.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace tutti::testing {
namespace {

using nlohmann::json;

json ScalarJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // in quotes
  if (text == "true" || text == "false") return text == "true";
  if (text == "null" || text == "~") return nullptr;
  int64_t number = 0;
  if (YAML::convert<int64_t>::decode(node, number)) return number;
  return text;
}

json ToJson(const YAML::Node& node) {
  if (node.IsNull()) return nullptr;
  if (node.IsScalar()) return ScalarJson(node);
  if (node.IsSequence()) {
    json list = json::array();
    for (const YAML::Node& item : node) list.push_back(ToJson(item));
    return list;
  }
  json object = json::object();
  for (const auto& entry : node) object[entry.first.Scalar()] = ToJson(entry.second);
  return object;
}

std::string CollectionPath(const json& object) {
  static const std::set<std::string> kOfTheCluster = {"ClusterRole",
                                                      "ClusterRoleBinding",
                                                      "CustomResourceDefinition",
                                                      "MutatingWebhookConfiguration",
                                                      "Queue",
                                                      "ValidatingWebhookConfiguration"};
  const std::string version = object["apiVersion"];
  const std::string kind = object["kind"];
  std::string path = (version.find('/') == std::string::npos ? "/api/" : "/apis/") + version;
  if (!kOfTheCluster.contains(kind))
    path += "/namespaces/" + object["metadata"].value("namespace", "default");
  const std::string one = absl::AsciiStrToLower(kind);
  const bool policies = one.ends_with('y');
  return path + "/" + (policies ? one.substr(0, one.size() - 1) + "ies" : one + "s");
}

}  // namespace

absl::StatusOr<std::vector<json>> ReadManifests(const std::string& file) {
  std::vector<json> objects;
  try {
    for (const YAML::Node& document : YAML::LoadAllFromFile(file)) {
      if (!document.IsNull()) objects.push_back(ToJson(document));
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(file + ": " + error.what());
  }
  return objects;
}

std::string ObjectPath(const json& object) {
  return CollectionPath(object) + "/" + object["metadata"]["name"].get<std::string>();
}

absl::Status CreateManifests(ControlPlane& plane, const std::string& file) {
  TUTTI_ASSIGN_OR_RETURN(const std::vector<json> objects, ReadManifests(file));
  for (const json& object : objects) {
    absl::Status status;
    plane.WaitFor([&] {
      status = plane.Send("POST", CollectionPath(object), object).status();
      return !absl::IsNotFound(status);
    });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace tutti::testing
