#include "extender/preemption_args.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::extender {
namespace {

using objects::JsonCursor;

// {"UID": ...} or {"metadata": {"uid": ...}, ...}; null is no victim.
void ReadVictim(JsonCursor& cursor, PreemptionArgs& args) {
  if (cursor.TakeNull()) return;
  std::string_view key;
  std::string_view uid;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (KeyIs(key, "uid")) {
      cursor.TakeString(uid);
    } else if (key == "metadata" && cursor.Peek() == '{') {
      cursor.BeginObject();
      while (cursor.NextField(key)) {
        if (key == "uid") {
          cursor.TakeString(uid);
        } else {
          cursor.Skip();
        }
      }
    } else {
      cursor.Skip();
    }
  }
  if (uid.empty() || uid.size() > kLongestName) cursor.Fail("a victim without a uid");
  args.victims.push_back(uid);
}

void ReadVictims(JsonCursor& cursor, PreemptionArgs& args, PreemptionArgs::Candidate& candidate) {
  candidate.first_victim = args.victims.size();
  if (cursor.TakeNull()) return;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (KeyIs(key, "numpdbviolations")) {
      if (!cursor.TakeNull()) cursor.TakeInteger(candidate.pdb_violations);
    } else if (KeyIs(key, "pods")) {
      if (cursor.TakeNull()) continue;
      if (args.victims.size() > candidate.first_victim)
        cursor.Fail("the key \"Pods\" stands twice");
      cursor.BeginArray();
      while (cursor.NextItem()) ReadVictim(cursor, args);
    } else {
      cursor.Skip();
    }
  }
  candidate.victim_count = args.victims.size() - candidate.first_victim;
}

void ReadCandidates(JsonCursor& cursor, PreemptionArgs& args) {
  absl::flat_hash_set<std::string_view> seen;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    if (key.empty() || key.size() > kLongestName) cursor.Fail("a node name of no valid length");
    if (args.candidates.size() == kMostNodes)
      cursor.Fail(absl::StrFormat("more than %d nodes", kMostNodes));
    if (!seen.insert(key).second) cursor.Fail(absl::StrFormat("node \"%s\" stands twice", key));
    PreemptionArgs::Candidate candidate;
    candidate.node = key;
    ReadVictims(cursor, args, candidate);
    args.candidates.push_back(candidate);
  }
}

}  // namespace

absl::Status DecodePreemptionArgs(std::string_view body, objects::JsonIndex& index,
                                  PreemptionArgs& args) {
  args.pod = {};
  args.candidates.clear();
  args.victims.clear();
  TUTTI_RETURN_IF_ERROR(index.Build(body));
  JsonCursor cursor(index);
  bool pod_seen = false;
  bool map_seen = false;
  std::string_view key;
  cursor.BeginObject();
  while (cursor.NextField(key)) {
    const bool map = KeyIs(key, "nodenametovictims") || KeyIs(key, "nodenametometavictims");
    if (KeyIs(key, "pod")) {
      if (pod_seen) cursor.Fail("the key \"Pod\" stands twice");
      pod_seen = true;
      if (!cursor.TakeNull()) ReadPodSummary(cursor, args.pod);
    } else if (map) {
      if (cursor.TakeNull()) continue;
      if (map_seen) cursor.Fail("the victims are given twice: expected one map of them");
      map_seen = true;
      ReadCandidates(cursor, args);
    } else {
      cursor.Skip();
    }
  }
  cursor.Finish();
  TUTTI_RETURN_IF_ERROR(cursor.status());
  if (args.pod.json.empty())
    return absl::InvalidArgumentError("Pod is missing or null: expected a Pod object");
  if (!map_seen) {
    return absl::InvalidArgumentError(
        "no victims are given: expected NodeNameToMetaVictims or NodeNameToVictims");
  }
  return absl::OkStatus();
}

}  // namespace tutti::extender
