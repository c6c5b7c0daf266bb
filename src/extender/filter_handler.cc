#include "extender/filter_handler.h"

#include <memory>
#include <string>

#include "objects/json_cursor.h"

namespace tutti::extender {
namespace {

using Kind = framework::FilterVerdict::Kind;

// The JSON text of an offered node in the reply's form.
void AppendEntry(const ExtenderArgs& args, size_t position, std::string& out) {
  if (args.form == ExtenderArgs::Form::kNodes) {
    out += args.nodes[position];
  } else {
    objects::AppendJsonString(out, args.names[position]);
  }
}

// Positions [from, to) with commas between them. Neighbours in the request are neighbours in its
// text, commas included, so a run is one copy.
void AppendRun(const ExtenderArgs& args, size_t from, size_t to, std::string& out) {
  if (args.form == ExtenderArgs::Form::kNames && !args.plain) {
    for (size_t i = from; i < to; ++i) {
      if (i > from) out += ',';
      AppendEntry(args, i, out);
    }
    return;
  }
  const bool names = args.form == ExtenderArgs::Form::kNames;
  const std::vector<std::string_view>& entries = names ? args.names : args.nodes;
  const size_t quote = names ? 1 : 0;
  const char* begin = entries[from].data() - quote;
  const char* end = entries[to - 1].data() + entries[to - 1].size() + quote;
  out.append(begin, static_cast<size_t>(end - begin));
}

void AppendOffer(const ExtenderArgs& args, const FilterDecision& decision, std::string& out) {
  const bool nodes = args.form == ExtenderArgs::Form::kNodes;
  if (decision.verdict.kind == Kind::kAll) {
    out += args.offer;
    return;
  }
  out += nodes ? R"({"metadata":{},"items":[)" : "[";
  bool first = true;
  ForEachKeptRun(decision, args.names.size(), [&](size_t from, size_t to) {
    if (!first) out += ',';
    first = false;
    AppendRun(args, from, to, out);
  });
  out += nodes ? "]}" : "]";
}

void AppendReasons(const ExtenderArgs& args, const FilterDecision& decision, std::string& out) {
  const std::vector<NamedRefusal> refusals = NamedRefusals(decision, args.names);
  for (const bool unresolvable : {false, true}) {
    out += unresolvable ? R"(,"FailedAndUnresolvableNodes":{)" : R"(,"FailedNodes":{)";
    for (const NamedRefusal& refusal : refusals) {
      if (refusal.unresolvable != unresolvable) continue;
      if (out.back() != '{') out += ',';
      objects::AppendJsonString(out, refusal.node);
      out += ':';
      objects::AppendJsonString(out, refusal.message);
    }
    out += '}';
  }
}

std::string Encode(const ExtenderArgs& args, const FilterDecision& decision) {
  std::string out;
  const bool copies_all =
      decision.verdict.kind == Kind::kAll || decision.verdict.kind == Kind::kSubset;
  out.reserve(512 + (copies_all ? args.offer.size() + 64 * kMostNamedRefusals : 0));
  const bool nodes = args.form == ExtenderArgs::Form::kNodes;
  out += R"({"Nodes":)";
  nodes ? AppendOffer(args, decision, out) : void(out += "null");
  out += R"(,"NodeNames":)";
  nodes ? void(out += "null") : AppendOffer(args, decision, out);
  AppendReasons(args, decision, out);
  out += R"(,"Error":)";
  objects::AppendJsonString(out, decision.error);
  out += '}';
  return out;
}

}  // namespace

Answer FilterHandler::Handle(std::string_view body, FilterMode mode) {
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  WorkspacePool::Lease workspace = workspaces_.Take();
  absl::Status status = DecodeExtenderArgs(body, workspace->index, workspace->args);
  Answer answer;
  if (status.ok()) {
    const ExtenderArgs& args = workspace->args;
    absl::StatusOr<FilterDecision> decision =
        DecideFilter(args.pod, args.names, mode, *snapshot, *workspace);
    status = decision.status();
    if (decision.ok()) {
      answer.body = Encode(args, *decision);
      answer.reason = decision->verdict.reason.code;
      answer.leads_to_bind = mode == FilterMode::kReal && decision->verdict.kind == Kind::kOne;
      if (mode == FilterMode::kReal)
        core_.ReportFilter(AnswerOf(args.pod.uid, *decision, args.names.size(), *snapshot));
      if (!decision->planned_node.empty())
        core_.ReportNotOffered(args.pod.uid, std::move(decision->planned_node));
    }
  }
  if (workspace->too_large()) workspace.Discard();
  return status.ok() ? std::move(answer) : Malformed("ExtenderArgs", status);
}

}  // namespace tutti::extender
