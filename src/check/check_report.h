// CheckReport: what tutti-check has found out about a plugin, for people and for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::check {

enum class Severity {
  kWarning,  // it works, but its author should know
  kFailure,  // it breaks its contract, or the process that runs it
};

struct Finding {
  Severity severity = Severity::kFailure;
  std::string probe;    // the name of a probe (probes.h), "threads"
  std::string message;  // which point, what it did, what was expected

  bool operator==(const Finding&) const = default;
};

struct Speed {
  std::string point;                // "Filter"
  double ns_per_node = 0;           // best of several rounds
  double baseline_ns_per_node = 0;  // of a plugin that compares one number

  bool operator==(const Speed&) const = default;
};

struct CheckReport {
  std::string file;
  std::string name;  // this and what follows: empty where the file was refused
  std::string version;
  std::string build;
  std::vector<std::string> points;   // "Filter": those that it serves
  std::vector<std::string> reasons;  // that it has declared
  std::vector<std::string> counters;
  std::vector<std::string> probes;  // that have come to their end, in this order
  std::vector<Finding> findings;
  std::vector<Speed> speeds;

  // No finding is a failure.
  bool passed() const;
};

// Several lines, the last one a summary. Whatever the plugin says is cut and made harmless.
std::string ToText(const CheckReport& report);
// One object, as docs/plugin-author-guide.md describes it; keys are only ever added.
std::string ToJson(const CheckReport& report);

std::string_view SeverityName(Severity severity);  // "failure"

}  // namespace tutti::check
