#include "admission/pod_patch.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "objects/pin.h"
#include "simdjson.h"

namespace tutti::admission {
namespace {

using nlohmann::json;
using simdjson::dom::element;

constexpr char kRequired[] = "requiredDuringSchedulingIgnoredDuringExecution";

bool Present(const element& pod, const std::string& pointer) {
  element value;
  return pod.at_pointer(pointer).get(value) == simdjson::SUCCESS && !value.is_null();
}

void Add(json& ops, const std::string& path, json value) {
  ops.push_back({{"op", "add"}, {"path", path}, {"value", std::move(value)}});
}

std::string Escaped(std::string_view key) {
  std::string escaped;
  for (const char c : key)
    escaped += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return escaped;
}

json PinRequirement(const std::string& node) {
  return {{"key", "metadata.name"}, {"operator", "In"}, {"values", {node}}};
}

json PinTerms(const std::vector<std::string>& nodes) {
  json terms = json::array();
  for (const std::string& node : nodes)
    terms.push_back({{"matchFields", json::array({PinRequirement(node)})}});
  return terms;
}

json NarrowedTerms(const json& original, const std::vector<std::string>& nodes) {
  json terms = json::array();
  for (const json& term : original) {
    for (const std::string& node : nodes) {
      json narrowed = term;
      if (!narrowed["matchFields"].is_array()) narrowed["matchFields"] = json::array();
      narrowed["matchFields"].push_back(PinRequirement(node));
      terms.push_back(std::move(narrowed));
    }
  }
  return terms;
}

void AddPin(const element& pod, const std::vector<std::string>& nodes, json& ops) {
  const std::string node_affinity = "/spec/affinity/nodeAffinity";
  const std::string required = node_affinity + "/" + kRequired;
  if (!Present(pod, "/spec/affinity")) {
    return Add(ops, "/spec/affinity",
               {{"nodeAffinity", {{kRequired, {{"nodeSelectorTerms", PinTerms(nodes)}}}}}});
  }
  if (!Present(pod, node_affinity)) {
    return Add(ops, node_affinity, {{kRequired, {{"nodeSelectorTerms", PinTerms(nodes)}}}});
  }
  if (!Present(pod, required)) return Add(ops, required, {{"nodeSelectorTerms", PinTerms(nodes)}});
  element terms;
  json original = json::array();
  if (pod.at_pointer(required + "/nodeSelectorTerms").get(terms) == simdjson::SUCCESS) {
    original = json::parse(simdjson::minify(terms), nullptr, /*allow_exceptions=*/false);
  }
  Add(ops, required + "/nodeSelectorTerms", NarrowedTerms(original, nodes));
}

void AddAnnotations(const element& pod, const json& annotations, json& ops) {
  if (!Present(pod, "/metadata/annotations")) return Add(ops, "/metadata/annotations", annotations);
  for (const auto& [key, value] : annotations.items())
    Add(ops, "/metadata/annotations/" + Escaped(key), value);
}

void AddGate(const element& pod, json& ops) {
  const json gate = {{"name", objects::kGateName}};
  if (Present(pod, "/spec/schedulingGates")) return Add(ops, "/spec/schedulingGates/-", gate);
  Add(ops, "/spec/schedulingGates", json::array({gate}));
}

}  // namespace

std::string PodPatch(std::string_view pod, const model::AnswerAdmission& answer) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(pod.data(), pod.size(), false).get(root) != simdjson::SUCCESS) return {};
  json ops = json::array();
  if (answer.gate) AddGate(root, ops);
  if (!answer.pins.empty()) {
    AddPin(root, answer.pins, ops);
    AddAnnotations(root,
                   {{objects::kPinnedNodesAnnotation, absl::StrJoin(answer.pins, ",")},
                    {objects::kPlanAnnotation, answer.plan_token}},
                   ops);
  }
  return ops.empty() ? std::string() : ops.dump();
}

}  // namespace tutti::admission
