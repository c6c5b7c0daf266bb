#include "control/explanation_text.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"

namespace tutti::control {
namespace {

using planner::Cause;
using planner::ClassDiagnosis;
using planner::Explanation;
using planner::Remedy;
using planner::SimulatedOutcome;
using planner::WhyWaiting;

// Names in a sentence; the lists hold more.
constexpr size_t kMostNamed = 5;

std::string Named(const std::vector<std::string>& names) {
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed));
  const std::string first = absl::StrJoin(names.begin(), end, ", ");
  return names.size() <= kMostNamed ? first : absl::StrFormat("%s and more", first);
}

std::string Why(const WhyWaiting& why, const model::ResourceTable& resources) {
  const std::string text = Describe(why.reason, why.holders, resources);
  return why.detail.empty() ? text : absl::StrFormat("%s: %s", text, why.detail);
}

void AddClasses(const std::vector<ClassDiagnosis>& classes, int64_t nodes,
                const model::ResourceTable& resources, std::vector<std::string>& text) {
  for (const ClassDiagnosis& of : classes) {
    std::vector<std::string> wants;
    for (const auto& [resource, amount] : of.requests.entries()) {
      if (resource != model::kPods) wants.push_back(model::AmountText(amount, resource, resources));
    }
    const std::string each =
        wants.empty() ? "ask for nothing" : "ask for " + absl::StrJoin(wants, ", ") + " each";
    text.push_back(
        absl::StrFormat("%d pods like %s %s; there is room for %s%d now, on %d of %d nodes.",
                        of.pods, of.example_pod, each, of.room_now >= of.pods ? "all " : "",
                        of.room_now, of.nodes_with_room, nodes));
    std::vector<std::string> refused;
    for (const ClassDiagnosis::Refused& line : of.refused)
      refused.push_back(absl::StrFormat("%d: %s", line.nodes, CauseText(line, resources)));
    if (!refused.empty())
      text.push_back(absl::StrFormat("Of the other nodes, %s.", absl::StrJoin(refused, "; ")));
  }
}

std::string Ends(const std::vector<model::Holder>& holders, model::ResourceId resource,
                 const model::ResourceTable& resources) {
  std::vector<std::string> who;
  for (const model::Holder& holder : holders) {
    who.push_back(absl::StrFormat(
        "%s (%s)", holder.who,
        model::AmountText(holder.amount, resource.valid() ? resource : model::kPods, resources)));
  }
  return Named(who);
}

}  // namespace

std::string CauseText(const ClassDiagnosis::Refused& refused,
                      const model::ResourceTable& resources) {
  const auto amounts = [&](const char* fact) {
    if (!refused.resource.valid()) return std::string(fact);
    return absl::StrFormat("%s (a pod needs %s, the best of them has %s)", fact,
                           model::AmountText(refused.need, refused.resource, resources),
                           model::AmountText(refused.have, refused.resource, resources));
  };
  switch (refused.cause) {
    case Cause::kPinnedElsewhere:
      return "the pod is pinned to other nodes";
    case Cause::kUnschedulable:
      return "cordoned";
    case Cause::kUntoleratedTaint:
      return "a taint that the pod does not tolerate";
    case Cause::kNodeSelector:
      return "not what the pod's node selector wants";
    case Cause::kNodeAffinity:
      return "not what the pod's node affinity wants";
    case Cause::kVolume:
      return "a volume of the pod is not reachable from there";
    case Cause::kClosed:
      return "drained by an operator";
    case Cause::kRefusedByKubeScheduler:
      return "kube-scheduler refused it a short while ago";
    case Cause::kTooSmall:
      return amounts("too small even when empty");
    case Cause::kReservedForHead:
      return amounts("the room is kept for the head of the queue");
    case Cause::kReserved:
      return amounts("the room is promised to others");
    case Cause::kInsufficientResource:
      return amounts("not enough free");
    case Cause::kHostPort:
      return "a host port is taken";
    case Cause::kPlugin:
      break;
  }
  if (refused.plugin == nullptr) return "a plugin failed or gave no reason; see the log";
  const std::string numbers =
      refused.need == 0 && refused.have == 0
          ? std::string()
          : absl::StrFormat(" (need %d, have %d)", refused.need, refused.have);
  return absl::StrFormat("%s of plugin %s: %s%s", refused.plugin->code, refused.plugin->plugin,
                         refused.plugin->meaning, numbers);
}

std::string RemedyText(const WhyWaiting& why, const model::ResourceTable& resources) {
  const Remedy& remedy = why.remedy;
  switch (remedy.kind) {
    case Remedy::Kind::kNone:
      return "Nothing needs to be done.";
    case Remedy::Kind::kOwner:
      return absl::StrFormat("Its owner can help: %s.", model::CodeHelp(why.reason.code));
    case Remedy::Kind::kOthersEnd:
      if (remedy.must_end.empty()) return "It goes on when others end and give back what it needs.";
      return absl::StrFormat("It is going to use %s; there must end: %s.", Named(remedy.nodes),
                             Ends(remedy.must_end, why.reason.resource, resources));
    case Remedy::Kind::kHeadFirst:
      return "It goes on when the head of the queue has been placed.";
    case Remedy::Kind::kTime:
      return absl::StrFormat(
          "It is tried again in %s.",
          base::FormatDuration(std::chrono::ceil<std::chrono::seconds>(remedy.not_before)));
    case Remedy::Kind::kOperator:
      return absl::StrFormat("An operator can help: %s.", model::CodeHelp(why.reason.code));
  }
  return {};
}

std::string StartText(const planner::StartRange& start) {
  const auto text = [](base::Duration d) {
    return base::FormatDuration(std::chrono::ceil<std::chrono::seconds>(d));
  };
  std::string sentence;
  if (start.earliest && start.latest) {
    sentence = absl::StrFormat(
        "It is expected to start in %s to %s: the former by how long the last gangs of those that "
        "hold its room ran, the latter by what these declare.",
        text(*start.earliest), text(*start.latest));
  } else if (start.earliest) {
    sentence = absl::StrFormat(
        "It is expected to start in %s or later, by how long the last gangs of those that hold its "
        "room ran; these do not all declare how long they run, or have outlived it.",
        text(*start.earliest));
  } else if (start.latest) {
    sentence = absl::StrFormat(
        "It is expected to start within %s, by what the gangs that hold its room declare.",
        text(*start.latest));
  } else {
    return {};
  }
  if (start.ends > 0 || start.before > 0) {
    sentence +=
        absl::StrFormat(" That hangs on %d gangs that run there now and on %d that wait before it.",
                        start.ends, start.before);
  }
  if (start.reserved) sentence += " No gang behind it may put that off.";
  return sentence;
}

std::vector<std::string> Sentences(const Explanation& explanation,
                                   const model::ResourceTable& resources) {
  std::vector<std::string> text;
  const WhyWaiting& why = explanation.why;
  if (explanation.pod) {
    const std::string name =
        absl::StrFormat("Pod %s/%s", explanation.pod->namespace_name, explanation.pod->name);
    if (explanation.pod_state == planner::Member::State::kBound) {
      text.push_back(absl::StrFormat("%s is bound to node %s.", name, explanation.node));
    } else if (explanation.pod_state != planner::Member::State::kWaiting) {
      text.push_back(absl::StrFormat("%s has its place on node %s and is being bound.", name,
                                     explanation.node));
    } else if (why.reason.code == model::ReasonCode::kNone) {
      text.push_back(absl::StrFormat("%s is in no gang; kube-scheduler places it.", name));
    } else {
      text.push_back(absl::StrFormat("%s waits. %s.", name, Why(why, resources)));
    }
  } else if (explanation.gang) {
    text.push_back(absl::StrFormat(
        "Gang %s/%s is %s: %d of its members wait, %d have a place, %d are bound; it needs %d. %s.",
        explanation.gang->key.namespace_name, explanation.gang->name,
        planner::PhaseName(explanation.gang->phase), explanation.gang->waiting,
        explanation.gang->placed + explanation.gang->binding, explanation.gang->bound,
        explanation.gang->min_member, Why(why, resources)));
  }
  if (explanation.gang && explanation.gang->position > 0) {
    text.push_back(
        absl::StrFormat("It is number %d of %d in queue %s%s.", explanation.gang->position,
                        explanation.queue_length, explanation.gang->queue,
                        explanation.gang->head ? ", and room is being kept for it" : ""));
  }
  if (std::string start = StartText(explanation.start); !start.empty())
    text.push_back(std::move(start));
  AddClasses(why.classes, explanation.nodes, resources, text);
  if (!why.domains.empty()) {
    text.push_back(absl::StrFormat("The best of its domains, %s, has room for %d.",
                                   why.domains.front().name, why.domains.front().room));
  }
  if (why.reason.code != model::ReasonCode::kNone) text.push_back(RemedyText(why, resources));
  return text;
}

std::vector<std::string> Sentences(const SimulatedOutcome& outcome, int64_t nodes,
                                   const model::ResourceTable& resources) {
  std::vector<std::string> text;
  const std::string what =
      outcome.single_pods ? absl::StrFormat("%d pods like %s/%s", outcome.pods,
                                            outcome.namespace_name, outcome.name)
                          : absl::StrFormat("Gang %s/%s", outcome.namespace_name, outcome.name);
  if (outcome.fits_now) {
    text.push_back(absl::StrFormat("%s would fit now: %d of %d pods on %d nodes.", what,
                                   outcome.placed, outcome.pods, outcome.nodes.size()));
    return text;
  }
  text.push_back(absl::StrFormat("%s would wait; %d of %d pods would get a node. %s.", what,
                                 outcome.placed, outcome.pods, Why(outcome.why, resources)));
  if (outcome.position > 0)
    text.push_back(absl::StrFormat("It would be number %d in the queue.", outcome.position));
  if (std::string start = StartText(outcome.start); !start.empty())
    text.push_back(std::move(start));
  text.push_back(outcome.fits_empty_cluster ? "Into an empty cluster it would fit."
                                            : "It would not fit into an empty cluster either.");
  AddClasses(outcome.why.classes, nodes, resources, text);
  text.push_back(RemedyText(outcome.why, resources));
  return text;
}

}  // namespace tutti::control
