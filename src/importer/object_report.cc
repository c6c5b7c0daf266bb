#include "importer/object_report.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/shown.h"

namespace tutti::importer {
namespace {

// Without fields of which more is to be said; a list as a whole.
std::string Understood(const ObjectReport& report) {
  std::set<std::string> told;
  for (const Note& note : report.notes) {
    if (note.verdict != Verdict::kUnderstood) told.insert(note.field);
  }
  std::vector<std::string> fields;
  for (const Note& note : report.notes) {
    const std::string field = note.field.substr(0, note.field.find('['));
    if (note.verdict == Verdict::kUnderstood && told.insert(field).second) fields.push_back(field);
  }
  return absl::StrJoin(fields, ", ");
}

// Whatever texts of others have come into it, on one line.
void AppendText(std::string& out, const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
  }
  out += "\n";
}

void AppendLine(std::string& out, const char* verdict, const std::string& text) {
  absl::StrAppendFormat(&out, "  %-10s  ", verdict);
  AppendText(out, text);
}

void AppendNotes(std::string& out, const ObjectReport& report, Verdict verdict) {
  for (const Note& note : report.notes) {
    if (note.verdict != verdict) continue;
    AppendLine(out, VerdictName(verdict),
               note.field.empty() ? note.text : note.field + ": " + note.text);
    if (!note.remedy.empty()) AppendLine(out, "", "-> " + note.remedy);
  }
}

void AppendObject(std::string& out, const ObjectReport& report) {
  const std::string where = report.where.empty() ? "" : " (" + report.where + ")";
  const std::string becomes = report.becomes.empty() ? "" : " -> " + report.becomes;
  AppendText(out, report.object + where + becomes);
  const std::string understood = Understood(report);
  if (!understood.empty()) AppendLine(out, VerdictName(Verdict::kUnderstood), understood);
  for (const Verdict verdict : {Verdict::kChanged, Verdict::kIgnored, Verdict::kConflict})
    AppendNotes(out, report, verdict);
}

std::string Counted(size_t count, const char* one, const char* many) {
  return absl::StrFormat("%d %s", count, count == 1 ? one : many);
}

}  // namespace

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnderstood:
      return "understood";
    case Verdict::kChanged:
      return "changed";
    case Verdict::kIgnored:
      return "ignored";
    case Verdict::kConflict:
      return "conflict";
  }
  return "";
}

ObjectReport ReportOf(const SourceObject& source) {
  ObjectReport report;
  report.object = base::Shown(source.kind) + " ";
  if (!source.ns.empty()) report.object += base::Shown(source.ns) + "/";
  report.object += source.name.empty() ? "without a name" : base::Shown(source.name);
  report.where = source.where;
  return report;
}

void AddQueue(ImportedQueue queue, ObjectReport report, Imported& imported) {
  report.becomes = "Queue " + base::Shown(queue.name);
  queue.source = imported.reports.size();
  imported.queues.push_back(std::move(queue));
  imported.reports.push_back(std::move(report));
}

size_t CountOf(Verdict verdict, const Imported& imported) {
  size_t count = 0;
  for (const ObjectReport& report : imported.reports) {
    for (const Note& note : report.notes) count += note.verdict == verdict ? 1 : 0;
  }
  return count;
}

std::string ReportText(const Imported& imported) {
  std::string out;
  for (const ObjectReport& report : imported.reports) AppendObject(out, report);
  absl::StrAppendFormat(&out, "\n%s, %s; %d changed, %d ignored, %s\n",
                        Counted(imported.queues.size(), "Queue", "Queues"),
                        Counted(imported.local_queues.size(), "LocalQueue", "LocalQueues"),
                        CountOf(Verdict::kChanged, imported), CountOf(Verdict::kIgnored, imported),
                        Counted(CountOf(Verdict::kConflict, imported), "conflict", "conflicts"));
  return out;
}

}  // namespace tutti::importer
