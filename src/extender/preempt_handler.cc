#include "extender/preempt_handler.h"

#include "absl/strings/str_format.h"

namespace tutti::extender {
namespace {

void AppendCandidate(std::string& out, const PreemptionArgs::Victims& victims) {
  AppendJsonString(out, victims.node);
  out += R"(:{"Pods":[)";
  for (size_t i = 0; i < victims.uids.size(); ++i) {
    if (i > 0) out.push_back(',');
    out += R"({"UID":)";
    AppendJsonString(out, victims.uids[i]);
    out.push_back('}');
  }
  out += absl::StrFormat(R"(],"NumPDBViolations":%d})", victims.pdb_violations);
}

}  // namespace

VerbAnswer PreemptHandler::Preempt(std::string_view body) {
  const WorkspacePool::Lease workspace = workspaces_.Take();
  const absl::StatusOr<PreemptionArgs> args = workspace->parser.ParsePreemption(body);
  if (!args.ok()) return BadRequest(args.status());
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  const absl::StatusOr<std::string> uid = workspace->parser.PodUid(args->pod);
  if (!uid.ok()) return BadRequest(uid.status());
  const model::PodVerdict* known =
      snapshot->verdicts.Find(base::Uid::Parse(*uid).value_or(base::Uid()));
  VerbAnswer answer;
  answer.body = R"({"NodeNameToMetaVictims":{)";
  const bool held = known != nullptr && !known->node.valid();
  if (held) answer.reason = known->reason.code;
  bool first = true;
  for (const PreemptionArgs::Victims& victims : args->candidates) {
    if (held) break;
    if (!first) answer.body.push_back(',');
    first = false;
    AppendCandidate(answer.body, victims);
  }
  answer.body += "}}";
  return answer;
}

}  // namespace tutti::extender
