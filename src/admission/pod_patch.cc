#include "admission/pod_patch.h"

#include <array>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "objects/json_cursor.h"
#include "objects/pin.h"

namespace tutti::admission {
namespace {

using objects::JsonCursor;
using objects::JsonIndex;

// Each a JSON text.
using Operations = std::vector<std::string>;

constexpr std::array<std::string_view, 5> kAffinityPath = {
    "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms"};

struct Term {
  std::string_view expressions;  // the JSON of matchExpressions; empty: none
  std::string_view fields;       // the items of matchFields, without brackets; empty: none
};

// What of a pod decides where a patch must add.
struct Layout {
  bool annotations = false;
  bool gates = false;
  bool resources = false;  // of the first container; and in it:
  bool limits = false;
  bool requests = false;
  size_t affinity_depth = 0;  // how many steps of kAffinityPath exist
  std::vector<Term> terms;

  bool has_required() const { return affinity_depth + 1 >= kAffinityPath.size(); }
};

std::string_view Items(std::string_view array) {
  std::string_view items = array.substr(1, array.size() - 2);
  while (!items.empty() && std::string_view(" \n\t\r").find(items.front()) != items.npos)
    items.remove_prefix(1);
  return items;
}

Term ReadTerm(JsonCursor& cursor) {
  Term term;
  std::string_view key;
  if (!cursor.BeginObject()) return term;
  while (cursor.NextField(key)) {
    const bool array = cursor.Peek() == '[';
    const std::string_view value = cursor.Skip();
    if (!array || !cursor.ok() || Items(value).empty()) continue;
    if (key == "matchExpressions") term.expressions = value;
    if (key == "matchFields") term.fields = Items(value);
  }
  return term;
}

// Of the first container.
void ReadResources(JsonCursor& cursor, Layout& layout) {
  std::string_view key;
  if (cursor.Peek() != '{' || !cursor.BeginObject()) return;
  while (cursor.NextField(key)) {
    if (key != "resources" || cursor.Peek() != '{') {
      cursor.Skip();
      continue;
    }
    layout.resources = cursor.BeginObject();
    while (cursor.NextField(key)) {
      if (key == "limits") layout.limits = cursor.Peek() == '{';
      if (key == "requests") layout.requests = cursor.Peek() == '{';
      cursor.Skip();
    }
  }
}

void ReadContainers(JsonCursor& cursor, Layout& layout) {
  bool first = true;
  if (!cursor.BeginArray()) return;
  while (cursor.NextItem()) {
    if (first && cursor.Peek() == '{') {
      ReadResources(cursor, layout);
    } else {
      cursor.Skip();
    }
    first = false;
  }
}

void ReadAffinity(JsonCursor& cursor, size_t depth, Layout& layout) {
  if (cursor.TakeNull()) return;
  layout.affinity_depth = depth;
  if (depth == kAffinityPath.size()) {
    if (!cursor.BeginArray()) return;
    while (cursor.NextItem()) layout.terms.push_back(ReadTerm(cursor));
    return;
  }
  std::string_view key;
  if (!cursor.BeginObject()) return;
  while (cursor.NextField(key)) {
    if (key == kAffinityPath[depth]) {
      ReadAffinity(cursor, depth + 1, layout);
    } else if (depth == 1 && key == "schedulingGates") {
      layout.gates = cursor.Peek() == '[';
      cursor.Skip();
    } else if (depth == 1 && key == "containers" && cursor.Peek() == '[') {
      ReadContainers(cursor, layout);
    } else {
      cursor.Skip();
    }
  }
}

absl::StatusOr<Layout> ReadLayout(std::string_view pod) {
  JsonIndex index;
  TUTTI_RETURN_IF_ERROR(index.Build(pod));
  JsonCursor cursor(index);
  Layout layout;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key == kAffinityPath[0]) {
      ReadAffinity(cursor, 1, layout);
    } else if (key == "metadata") {
      cursor.BeginObject();
      while (cursor.NextField(key)) {
        if (key == "annotations") layout.annotations = cursor.Peek() == '{';
        cursor.Skip();
      }
    } else {
      cursor.Skip();
    }
  }
  TUTTI_RETURN_IF_ERROR(cursor.status());
  if (layout.affinity_depth == 0)
    return absl::InvalidArgumentError("the Pod has no spec: expected an object");
  return layout;
}

std::string Quoted(std::string_view text) {
  std::string out;
  objects::AppendJsonString(out, text);
  return out;
}

std::string Add(std::string_view path, std::string_view value) {
  return absl::StrFormat(R"({"op":"add","path":"%s","value":%s})", path, value);
}

void AddAnnotation(std::string_view escaped_key, std::string_view value, Operations& out) {
  out.push_back(Add(absl::StrFormat("/metadata/annotations/%s", escaped_key), Quoted(value)));
}

std::string PinnedTerm(const Term& term, std::string_view node) {
  std::string json = "{";
  if (!term.expressions.empty())
    json += absl::StrFormat(R"("matchExpressions":%s,)", term.expressions);
  json += absl::StrFormat(
      R"("matchFields":[%s%s{"key":"metadata.name","operator":"In","values":[%s]}]})", term.fields,
      term.fields.empty() ? "" : ",", Quoted(node));
  return json;
}

// The value to add where the pod's own path ends: what is missing below it, around the terms.
std::string Nested(size_t depth, std::string terms) {
  for (size_t i = kAffinityPath.size(); i > depth; --i)
    terms = absl::StrFormat(R"({"%s":%s})", kAffinityPath[i - 1], terms);
  return terms;
}

void AddGate(const Layout& layout, Operations& out) {
  const std::string gate = absl::StrFormat(R"({"name":"%s"})", objects::kGateName);
  out.push_back(layout.gates ? Add("/spec/schedulingGates/-", gate)
                             : Add("/spec/schedulingGates", absl::StrFormat("[%s]", gate)));
}

// Extended resources need equal requests and limits.
void AddMark(const Layout& layout, Operations& out) {
  static constexpr std::string_view kResources = "/spec/containers/0/resources";
  const std::string one = absl::StrFormat(R"({"%s":"1"})", objects::kMemberResource);
  if (!layout.resources) {
    out.push_back(Add(kResources, absl::StrFormat(R"({"limits":%s,"requests":%s})", one, one)));
    return;
  }
  for (const auto& [list, exists] :
       {std::pair("limits", layout.limits), std::pair("requests", layout.requests)}) {
    out.push_back(
        exists ? Add(absl::StrFormat("%s/%s/tutti.dev~1gang-member", kResources, list), R"("1")")
               : Add(absl::StrFormat("%s/%s", kResources, list), one));
  }
}

absl::StatusOr<std::string> PinnedTerms(const Layout& layout,
                                        const std::vector<std::string>& nodes) {
  std::vector<std::string> terms;
  if (!layout.has_required()) {
    for (const std::string& node : nodes) terms.push_back(PinnedTerm(Term{}, node));
  }
  for (const Term& term : layout.terms) {
    if (term.expressions.empty() && term.fields.empty()) continue;
    for (const std::string& node : nodes) terms.push_back(PinnedTerm(term, node));
  }
  if (terms.empty()) {
    return absl::FailedPreconditionError(
        "its required node affinity has no term that matches a node: expected at least one "
        "requirement");
  }
  return absl::StrFormat("[%s]", absl::StrJoin(terms, ","));
}

absl::Status AddPins(const Layout& layout, const model::AnswerAdmission& answer, Operations& out) {
  TUTTI_ASSIGN_OR_RETURN(std::string terms, PinnedTerms(layout, answer.pins));
  if (!layout.annotations) out.push_back(Add("/metadata/annotations", "{}"));
  AddAnnotation("tutti.dev~1pinned-nodes", absl::StrJoin(answer.pins, ","), out);
  AddAnnotation("tutti.dev~1plan", answer.plan_token, out);
  std::string path;
  const size_t existing = layout.has_required() ? kAffinityPath.size() : layout.affinity_depth + 1;
  for (size_t i = 0; i < existing; ++i) path += absl::StrFormat("/%s", kAffinityPath[i]);
  out.push_back(Add(path, Nested(existing, std::move(terms))));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> PodPatch(std::string_view pod, const model::AnswerAdmission& answer,
                                     bool mark) {
  if (!answer.gate && answer.pins.empty() && !mark) return std::string();
  TUTTI_ASSIGN_OR_RETURN(const Layout layout, ReadLayout(pod));
  Operations operations;
  if (mark) AddMark(layout, operations);
  if (answer.gate) AddGate(layout, operations);
  if (!answer.pins.empty()) TUTTI_RETURN_IF_ERROR(AddPins(layout, answer, operations));
  return absl::StrFormat("[%s]", absl::StrJoin(operations, ","));
}

}  // namespace tutti::admission
