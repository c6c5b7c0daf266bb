// What the tests of src/objects share: documents with padding, and the model as text.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/quantity.h"
#include "model/pod_info.h"
#include "objects/pod_decoder.h"

namespace tutti::objects {

// JSON text with the padding that the decoders ask for.
class Padded {
 public:
  explicit Padded(std::string json) : size_(json.size()), bytes_(std::move(json)) {
    bytes_.append(kJsonPadding, '\0');
  }
  std::string_view json() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  size_t size_;
  std::string bytes_;
};

inline std::string ReadGolden(const std::string& name) {
  std::ifstream file(std::string(TUTTI_SOURCE_DIR) + "/tests/unit/objects/golden/" + name);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// "cpu=1500m memory=1Gi pods=1", in the order of the table.
inline std::string Describe(const model::ResourceList& list, const model::ResourceTable& table) {
  std::string text;
  for (const auto& [resource, amount] : list.entries()) {
    const std::string value =
        model::IsMilli(resource) ? base::FormatMilli(amount) : base::FormatBytes(amount);
    text += absl::StrFormat("%s%s=%s", text.empty() ? "" : " ", table.Name(resource), value);
  }
  return text;
}

inline std::string Describe(const model::NodeSelector& selector) {
  static constexpr const char* kOperators[] = {"In", "NotIn", "Exists", "DoesNotExist",
                                               "Gt", "Lt",    "?"};
  std::string text;
  for (const model::NodeSelectorTerm& term : selector) {
    text += "(";
    for (const auto* requirements : {&term.match_expressions, &term.match_fields}) {
      if (requirements == &term.match_fields) text += "|";
      for (const model::NodeSelectorRequirement& requirement : *requirements) {
        text += absl::StrFormat("%s %s", requirement.key,
                                kOperators[static_cast<size_t>(requirement.op)]);
        for (const std::string& value : requirement.values) text += " " + value;
        text += ";";
      }
    }
    text += ")";
  }
  return text;
}

// Every field of a PodInfo, so that two texts are equal only where the pods are.
inline std::string Describe(const model::PodInfo& pod, const model::ResourceTable& table) {
  const model::PodShape& shape = *pod.shape;
  std::string text = absl::StrFormat(
      "%s %s/%s scheduler=%s node=%s nominated=%s plan=%s created=%d phase=%d deleting=%d\n",
      pod.uid.ToString(), pod.namespace_name, pod.name, pod.scheduler_name, pod.node_name,
      pod.nominated_node, pod.plan_token, pod.created_seconds, static_cast<int>(pod.phase),
      pod.deleting);
  text +=
      absl::StrFormat("gates=%d,%d controller=%d disruptable=%d verdict=%d,%d,%d\n",
                      pod.gated_by_tutti, pod.gated_by_others, pod.has_controller, pod.disruptable,
                      pod.verdict.refused, pod.verdict.ours, pod.verdict.fingerprint);
  if (pod.gang) {
    const model::GangMember& gang = *pod.gang;
    text += absl::StrFormat("gang=%s/%s/%s %s min=%d wait=%d %s\n", gang.key.namespace_name,
                            gang.key.dialect, gang.key.identity, gang.display_name,
                            gang.spec ? gang.spec->min_member : -1,
                            gang.spec ? gang.spec->wait_timeout.count() : -1, gang.problem);
  }
  for (const std::string& pin : pod.pins) text += "pin=" + pin + "\n";
  text += absl::StrFormat("requests: %s unknown=%d\ncharge: %s\npriority=%d referee=%d\n",
                          Describe(shape.requests, table), shape.unknown_resource,
                          Describe(*pod.charge, table), shape.priority, shape.needs_referee);
  for (const auto& [key, value] : shape.node_selector)
    text += absl::StrFormat("selector %s=%s\n", key, value);
  text += shape.required_affinity ? "affinity " + Describe(*shape.required_affinity) + "\n" : "";
  for (const model::Toleration& t : shape.tolerations) {
    text += absl::StrFormat("tolerates %s=%s effect=%d exists=%d\n", t.key, t.value,
                            static_cast<int>(t.effect), t.exists);
  }
  for (const model::HostPort& port : shape.host_ports)
    text += absl::StrFormat("port %s %s %d\n", port.ip, port.protocol, port.port);
  for (const std::string& claim : shape.claims) text += "claim " + claim + "\n";
  return text;
}

}  // namespace tutti::objects
