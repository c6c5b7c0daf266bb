#include "extender/preempt_handler.h"

#include <vector>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "extender/filter_decision.h"

namespace tutti::extender {
namespace {

// Uids and node names are echoed between their quotes, as they came.
void AppendCandidate(const PreemptionArgs& args, const PreemptionArgs::Candidate& candidate,
                     std::string& out) {
  absl::StrAppendFormat(&out, R"("%s":{"Pods":[)", candidate.node);
  for (size_t i = 0; i < candidate.victim_count; ++i) {
    if (i > 0) out += ',';
    absl::StrAppendFormat(&out, R"({"UID":"%s"})", args.victims[candidate.first_victim + i]);
  }
  absl::StrAppendFormat(&out, R"(],"NumPDBViolations":%d})", candidate.pdb_violations);
}

absl::StatusOr<Answer> Decide(const model::ClusterSnapshot& snapshot, Workspace& workspace) {
  const PreemptionArgs& args = workspace.preemption;
  std::vector<std::string_view> names;
  names.reserve(args.candidates.size());
  for (const PreemptionArgs::Candidate& candidate : args.candidates)
    names.push_back(candidate.node);
  absl::StatusOr<FilterDecision> decision =
      DecideFilter(args.pod, names, FilterMode::kReal, snapshot, workspace);
  if (!decision.ok()) return decision.status();
  KeepForPreemption(*decision);
  Answer answer;
  answer.reason = decision->verdict.reason.code;
  answer.body = R"({"NodeNameToMetaVictims":{)";
  bool first = true;
  ForEachKeptRun(*decision, names.size(), [&](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      if (!first) answer.body += ',';
      first = false;
      AppendCandidate(args, args.candidates[i], answer.body);
    }
  });
  answer.body += "}}";
  return answer;
}

}  // namespace

Answer PreemptHandler::Handle(std::string_view body) {
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  WorkspacePool::Lease workspace = workspaces_.Take();
  const absl::StatusOr<Answer> answer = [&]() -> absl::StatusOr<Answer> {
    TUTTI_RETURN_IF_ERROR(DecodePreemptionArgs(body, workspace->index, workspace->preemption));
    return Decide(*snapshot, *workspace);
  }();
  if (workspace->too_large()) workspace.Discard();
  return answer.ok() ? *answer : Malformed("ExtenderPreemptionArgs", answer.status());
}

}  // namespace tutti::extender
