// PreemptionArgs: the body of preempt, as views into the request's text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "extender/extender_args.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

struct PreemptionArgs {
  struct Candidate {
    std::string_view node;  // between the quotes, escapes untouched: to be echoed
    int64_t pdb_violations = 0;
    size_t first_victim = 0;  // in `victims`
    size_t victim_count = 0;  // may be 0
  };

  PodSummary pod;
  std::vector<Candidate> candidates;      // in the request's order
  std::vector<std::string_view> victims;  // uids as they stand in the text
};

// Takes NodeNameToVictims (whole Pods) and NodeNameToMetaVictims (uids); one of them must be there.
// As DecodeExtenderArgs otherwise; a node may stand once.
absl::Status DecodePreemptionArgs(std::string_view body, objects::JsonIndex& index,
                                  PreemptionArgs& args);

}  // namespace tutti::extender
