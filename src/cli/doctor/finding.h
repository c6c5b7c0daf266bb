// Finding: what one check of `tutti doctor` came to.
#pragma once

#include <string>
#include <vector>

namespace tutti::cli {

enum class Verdict {
  kOk,
  kWarning,  // works, but not as well as it could
  kProblem,  // must be mended
  kSkipped,  // could not be looked at
};

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string check;   // stable: "scheduler/bind-verb"
  std::string fact;    // what was seen
  std::string remedy;  // what to do; empty where there is nothing to
};

using Findings = std::vector<Finding>;

// "ok", "warning", "problem", "skipped": of the output for programs as well.
const char* VerdictName(Verdict verdict);

}  // namespace tutti::cli
