#include "cli/diagnosis_text.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/human.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

constexpr size_t kNameWidth = 10;  // of fields: "Position  "
constexpr int kNodesShown = 8;

std::string Numbers(const pb::NodeCount& count, const char* left) {
  return absl::StrFormat("need %s, at most %s%s", HumanQuantity(count.need(), count.resource()),
                         HumanAmount(count.have(), count.resource()), left);
}

std::string CauseText(const pb::NodeCount& count) {
  switch (count.cause()) {
    case pb::CAUSE_PINNED_ELSEWHERE:
      return "the pod is pinned to other nodes";
    case pb::CAUSE_UNSCHEDULABLE:
      return "cordoned";
    case pb::CAUSE_UNTOLERATED_TAINT:
      return "a taint that the pod does not tolerate";
    case pb::CAUSE_NODE_SELECTOR:
      return "not matched by the pod's node selector";
    case pb::CAUSE_NODE_AFFINITY:
      return "not matched by the pod's node affinity";
    case pb::CAUSE_VOLUME:
      return "a volume of the pod is not reachable from there";
    case pb::CAUSE_DRAINED:
      return "drained: Tutti plans nothing new there";
    case pb::CAUSE_REFUSED_BY_KUBE_SCHEDULER:
      return "kube-scheduler refused it for such a pod a short while ago";
    case pb::CAUSE_TOO_SMALL:
      return "too small even when empty: " + Numbers(count, "");
    case pb::CAUSE_RESERVED_FOR_HEAD:
      return "its room is kept for the head of the queue: " + Numbers(count, " left");
    case pb::CAUSE_RESERVED:
      return "its room is promised to placed pods: " + Numbers(count, " left");
    case pb::CAUSE_INSUFFICIENT_RESOURCE:
      return "in use: " + Numbers(count, " left");
    case pb::CAUSE_HOST_PORT:
      return "the pod's host port is taken";
    case pb::CAUSE_PLUGIN:
      return absl::StrFormat("plugin %s says %s%s%s", count.plugin(), count.code(),
                             count.text().empty() ? "" : ": ", count.text());
    default:  // of a newer service
      return count.text();
  }
}

std::string Requests(const pb::ClassDiagnosis& diagnosis) {
  std::vector<std::string> amounts;
  for (const pb::Amount& amount : diagnosis.requests())
    amounts.push_back(HumanQuantity(amount.amount(), amount.resource()));
  return amounts.empty() ? "no resources" : absl::StrJoin(amounts, ", ");
}

void PrintClass(std::ostream& out, const Style& style, const pb::ClassDiagnosis& diagnosis,
                int64_t nodes) {
  out << style.Bold(absl::StrFormat("Nodes for %s like %s", Count(diagnosis.pods(), "pod"),
                                    Printable(diagnosis.example_pod())))
      << absl::StrFormat(" (each %s)\n", Printable(Requests(diagnosis)));
  out << absl::StrFormat("  %d of %d have room, for %d of the %d\n", diagnosis.nodes_with_room(),
                         nodes, std::min(diagnosis.room_now(), diagnosis.pods()), diagnosis.pods());
  for (const pb::NodeCount& count : diagnosis.refused())
    out << "  " << NodeCountText(count) << "\n";
}

}  // namespace

std::string ReasonText(const pb::Reason& reason) {
  std::string text = reason.code();
  if (!reason.plugin().empty()) text += absl::StrFormat(" (plugin %s)", reason.plugin());
  if (reason.need() > 0) {
    text += absl::StrFormat(": need %s, have %s", HumanQuantity(reason.need(), reason.resource()),
                            HumanAmount(reason.have(), reason.resource()));
  }
  return Printable(text);
}

std::string NodeCountText(const pb::NodeCount& count) {
  return Printable(absl::StrFormat("%d: %s", count.nodes(), CauseText(count)));
}

void PrintField(std::ostream& out, const Style& style, const std::string& name,
                const std::string& value) {
  if (value.empty()) return;
  out << style.Dim(absl::StrFormat("%-*s", kNameWidth, name)) << Printable(value) << "\n";
}

void PrintHolders(std::ostream& out, const Style& style, const Holders& holders,
                  const std::string& resource) {
  const char* name = "Held by";
  for (const pb::Holder& holder : holders) {
    PrintField(out, style, name,
               absl::StrFormat("%s: %s", holder.who(), HumanQuantity(holder.amount(), resource)));
    name = "";
  }
}

void PrintClasses(std::ostream& out, const Style& style, const Classes& classes, int64_t nodes) {
  for (const pb::ClassDiagnosis& diagnosis : classes) {
    out << "\n";
    PrintClass(out, style, diagnosis, nodes);
  }
}

void PrintRemedy(std::ostream& out, const Style& style, const pb::Remedy& remedy,
                 const std::string& resource) {
  if (remedy.text().empty()) return;
  out << "\n" << style.Bold("What must happen") << "\n  " << Printable(remedy.text()) << "\n";
  for (const pb::Holder& holder : remedy.must_end()) {
    out << absl::StrFormat("  must end: %s: %s\n", Printable(holder.who()),
                           HumanQuantity(holder.amount(), resource));
  }
  if (remedy.nodes().empty()) return;
  const int shown = std::min(remedy.nodes_size(), kNodesShown);
  out << "  on: "
      << Printable(absl::StrJoin(remedy.nodes().begin(), remedy.nodes().begin() + shown, ", "));
  if (shown < remedy.nodes_size())
    out << absl::StrFormat(" and %d more", remedy.nodes_size() - shown);
  out << "\n";
}

}  // namespace tutti::cli
