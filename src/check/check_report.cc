#include "check/check_report.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "check/probes.h"
#include "nlohmann/json.hpp"

namespace tutti::check {
namespace {

size_t Count(const CheckReport& report, Severity severity) {
  return static_cast<size_t>(
      std::count_if(report.findings.begin(), report.findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

// Nothing that a terminal would obey; a message may have several lines.
std::string Harmless(std::string_view text) {
  constexpr size_t kLongest = 2000;
  std::string harmless;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      harmless += "\n          ";
    } else if (byte < 0x20 || byte == 0x7F) {
      absl::StrAppendFormat(&harmless, "\\x%02x", byte);
    } else {
      harmless.push_back(c);
    }
  }
  return text.size() > kLongest ? harmless + "..." : harmless;
}

std::string List(const std::vector<std::string>& words) {
  return words.empty() ? "none" : Harmless(absl::StrJoin(words, ", "));
}

bool Ended(const CheckReport& report, std::string_view probe) {
  return std::find(report.probes.begin(), report.probes.end(), probe) != report.probes.end();
}

void AppendProbe(const CheckReport& report, const ProbeInfo& probe, std::string& text) {
  const char* verdict = Ended(report, probe.name) ? "ok" : "";
  for (const Finding& finding : report.findings) {
    if (finding.probe != probe.name) continue;
    if (finding.severity == Severity::kFailure) {
      verdict = "FAILED";
      break;
    }
    verdict = "warning";
  }
  if (*verdict == '\0') verdict = "not run";
  absl::StrAppendFormat(&text, "%-8s  %-14s  %s\n", verdict, probe.name, probe.question);
  for (const Finding& finding : report.findings) {
    if (finding.probe == probe.name)
      absl::StrAppendFormat(&text, "          %s: %s\n", SeverityName(finding.severity),
                            Harmless(finding.message));
  }
}

}  // namespace

bool CheckReport::passed() const { return Count(*this, Severity::kFailure) == 0; }

std::string_view SeverityName(Severity severity) {
  return severity == Severity::kFailure ? "failure" : "warning";
}

std::string ToText(const CheckReport& report) {
  std::string text = absl::StrFormat("file      %s\n", Harmless(report.file));
  if (!report.name.empty()) {
    absl::StrAppendFormat(&text, "plugin    %s, version %s, built with %s\n", report.name,
                          Harmless(report.version), Harmless(report.build));
    absl::StrAppendFormat(&text, "points    %s\n", List(report.points));
    absl::StrAppendFormat(&text, "reasons   %s\n", List(report.reasons));
    absl::StrAppendFormat(&text, "counters  %s\n", List(report.counters));
  }
  text += "\n";
  for (const ProbeInfo& probe : ProbeInfos()) AppendProbe(report, probe, text);
  if (!report.speeds.empty()) text += "\n";
  for (const Speed& speed : report.speeds) {
    absl::StrAppendFormat(&text, "speed     %-14s  %.1f ns per node (a trivial one: %.1f)\n",
                          speed.point, speed.ns_per_node, speed.baseline_ns_per_node);
  }
  absl::StrAppendFormat(&text, "\n%s: %d probes, %d failures, %d warnings\n",
                        report.passed() ? "passed" : "FAILED", report.probes.size(),
                        Count(report, Severity::kFailure), Count(report, Severity::kWarning));
  return text;
}

std::string ToJson(const CheckReport& report) {
  nlohmann::ordered_json json = {
      {"file", report.file},         {"name", report.name},     {"version", report.version},
      {"build", report.build},       {"points", report.points}, {"reasons", report.reasons},
      {"counters", report.counters}, {"probes", report.probes}, {"passed", report.passed()}};
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : report.findings) {
    json["findings"].push_back({{"severity", SeverityName(finding.severity)},
                                {"probe", finding.probe},
                                {"message", finding.message}});
  }
  json["speeds"] = nlohmann::ordered_json::array();
  for (const Speed& speed : report.speeds) {
    json["speeds"].push_back({{"point", speed.point},
                              {"nsPerNode", speed.ns_per_node},
                              {"baselineNsPerNode", speed.baseline_ns_per_node}});
  }
  // What a plugin says need not be UTF-8.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace tutti::check
