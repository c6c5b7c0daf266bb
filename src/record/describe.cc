#include "record/describe.h"

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"

namespace tutti::record {
namespace {

std::string Name(const model::PodRef& pod) { return pod.namespace_name + "/" + pod.name; }

std::string Name(const model::GangKey& key) {
  return absl::StrFormat("%s/%s (%s)", key.namespace_name, key.identity, key.dialect);
}

std::string Of(const model::ObjectKey& key) {
  return absl::StrFormat("%s %s%s%s", key.resource, key.namespace_name,
                         key.namespace_name.empty() ? "" : "/", key.name);
}

std::string Of(const model::PodInfo& pod) {
  std::string text = absl::StrFormat("pod %s/%s", pod.namespace_name, pod.name);
  if (pod.gang) absl::StrAppendFormat(&text, " of gang %s", pod.gang->display_name);
  if (pod.bound()) absl::StrAppendFormat(&text, " on node %s", pod.node_name);
  if (pod.gated_by_tutti) text += ", gated";
  if (!pod.pins.empty()) text += ", pinned to " + absl::StrJoin(pod.pins, ", ");
  if (pod.deleting) text += ", being deleted";
  return text;
}

const char* Name(model::WriteOutcome outcome) {
  switch (outcome) {
    case model::WriteOutcome::kDone:
      return "done";
    case model::WriteOutcome::kGone:
      return "the object is gone";
    case model::WriteOutcome::kRefused:
      return "refused";
    case model::WriteOutcome::kFailed:
      return "failed";
  }
  return "";
}

const char* Name(model::QueueGate gate) {
  switch (gate) {
    case model::QueueGate::kOpen:
      return "open";
    case model::QueueGate::kDraining:
      return "draining";
    case model::QueueGate::kHeld:
      return "held";
  }
  return "";
}

struct EventText {
  std::string operator()(const model::NodeUpserted& e) const {
    return absl::StrFormat("node %s is there or has changed", e.node.name);
  }
  std::string operator()(const model::NodeDeleted& e) const {
    return absl::StrFormat("node %s is gone", e.name);
  }
  std::string operator()(const model::PodUpserted& e) const {
    return Of(e.pod) + " is there or has changed";
  }
  std::string operator()(const model::PodDeleted& e) const {
    return absl::StrFormat("the pod with uid %s is gone", e.uid.ToString());
  }
  std::string operator()(const model::GangObjectUpserted& e) const {
    return absl::StrFormat("the object of gang %s says minMember %d", Name(e.key),
                           e.spec.min_member);
  }
  std::string operator()(const model::GangObjectDeleted& e) const {
    return absl::StrFormat("the object of gang %s is gone", Name(e.key));
  }
  std::string operator()(const model::WatchedObjectUpserted& e) const {
    return Of(e.key) + " is there or has changed";
  }
  std::string operator()(const model::WatchedObjectDeleted& e) const {
    return Of(e.key) + " is gone";
  }
  std::string operator()(const model::VolumeClaimUpserted& e) const {
    return absl::StrFormat("claim %s/%s is bound to volume %s", e.claim.namespace_name,
                           e.claim.name, e.claim.volume_name);
  }
  std::string operator()(const model::VolumeClaimDeleted& e) const {
    return absl::StrFormat("claim %s/%s is gone", e.namespace_name, e.name);
  }
  std::string operator()(const model::VolumeUpserted& e) const {
    return absl::StrFormat("volume %s is there or has changed", e.volume.name);
  }
  std::string operator()(const model::VolumeDeleted& e) const {
    return absl::StrFormat("volume %s is gone", e.name);
  }
  std::string operator()(const model::CachesSynced&) const { return "the caches are synced"; }
  std::string operator()(const model::LeadershipChanged& e) const {
    return e.leading ? "this process leads" : "this process does not lead any more";
  }
  std::string operator()(const model::PodAdmitted& e) const {
    return absl::StrFormat("%s passes admission (ticket %d%s)", Of(e.pod), e.ticket,
                           e.dry_run ? ", dry run" : "");
  }
  std::string operator()(const model::BindRequested& e) const {
    return absl::StrFormat("kube-scheduler binds pod %s/%s to node %s (ticket %d)",
                           e.namespace_name, e.name, e.node_name, e.ticket);
  }
  std::string operator()(const model::BindAbandoned& e) const {
    return absl::StrFormat("nobody waits for bind %d any more", e.ticket);
  }
  std::string operator()(const model::PlacementNotOffered& e) const {
    return absl::StrFormat("node %s was not offered for the pod with uid %s", e.node_name,
                           e.uid.ToString());
  }
  std::string operator()(const model::GangHeld& e) const {
    return absl::StrFormat("gang %s is %s", Name(e.key), e.held ? "held" : "not held any more");
  }
  std::string operator()(const model::QueueGateSet& e) const {
    return std::string("the queue is ") + Name(e.gate);
  }
  std::string operator()(const model::NodeClosed& e) const {
    return absl::StrFormat("node %s is %s", e.name, e.closed ? "closed" : "open again");
  }
  std::string operator()(const model::WriteFinished& e) const {
    return absl::StrFormat("write %d: %s", e.write, Name(e.outcome));
  }
  std::string operator()(const model::TimePassed&) const { return "time has passed"; }
};

struct EffectText {
  const model::ResourceTable& resources;

  std::string operator()(const model::ReleasePod& e) const {
    return absl::StrFormat("release pod %s to node %s (write %d)", Name(e.pod),
                           absl::StrJoin(e.nodes, ", "), e.write);
  }
  std::string operator()(const model::NominatePod& e) const {
    return absl::StrFormat("nominate node %s for pod %s (write %d)",
                           e.node_name.empty() ? "none" : e.node_name, Name(e.pod), e.write);
  }
  std::string operator()(const model::BindPod& e) const {
    std::string text =
        absl::StrFormat("bind pod %s to node %s (write %d)", Name(e.pod), e.node_name, e.write);
    for (const auto& [key, value] : e.annotations)
      absl::StrAppendFormat(&text, ", %s=%s", key, value);
    return text;
  }
  std::string operator()(const model::EvictPod& e) const {
    return absl::StrFormat("evict pod %s%s (write %d): %s", Name(e.pod),
                           e.only_unbound ? " unless it is bound" : "", e.write, e.message);
  }
  std::string operator()(const model::AnswerAdmission& e) const {
    std::string text = absl::StrFormat("answer admission %d:", e.ticket);
    if (e.gate) text += " gate it";
    if (!e.pins.empty()) {
      absl::StrAppendFormat(&text, " pin it to %s, token %s", absl::StrJoin(e.pins, ", "),
                            e.plan_token);
    }
    return e.gate || !e.pins.empty() ? text : text + " as it is";
  }
  std::string operator()(const model::AnswerBind& e) const {
    return absl::StrFormat("answer bind %d: %s", e.ticket, e.error.empty() ? "bound" : e.error);
  }
  std::string operator()(const model::ReportGang& e) const {
    return absl::StrFormat("report gang %s: %s%s%s, waited %d ms", e.display_name,
                           model::Describe(e.reason, e.holders, resources),
                           e.detail.empty() ? "" : ": ", e.detail,
                           std::chrono::duration_cast<std::chrono::milliseconds>(e.waited).count());
  }
  std::string operator()(const model::ReportScores& e) const {
    return absl::StrFormat(
        "plan gang %s: %s", Name(e.key),
        absl::StrJoin(e.nodes, ", ", [](std::string* out, const model::ReportScores::Node& node) {
          absl::StrAppendFormat(out, "%d on node %s (score %d)", node.members, node.name,
                                node.score);
        }));
  }
  std::string operator()(const model::ReportRun& e) const {
    const auto text = [](base::Duration duration) {
      const auto rounded = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
      return duration.count() == 0 ? "nothing" : base::FormatDuration(rounded);
    };
    return absl::StrFormat("gang %s ran for %s: declared %s, learned %s", Name(e.key), text(e.ran),
                           text(e.declared), text(e.learned));
  }
  std::string operator()(const model::ReportMarkers& e) const {
    return absl::StrFormat("markers of gang %s contradict each other: %s", Name(e.key),
                           absl::StrJoin(e.conflicts, "; "));
  }
};

}  // namespace

std::string Describe(const model::ClusterEvent& event) { return std::visit(EventText(), event); }

std::string Describe(const model::Effect& effect, const model::ResourceTable& resources) {
  return std::visit(EffectText{resources}, effect);
}

}  // namespace tutti::record
