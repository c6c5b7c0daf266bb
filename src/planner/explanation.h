// Explanation: why a gang or a pod is where it is, and what must happen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/effect.h"
#include "model/reason.h"
#include "planner/gang_report.h"
#include "planner/node_survey.h"
#include "planner/start_range.h"

namespace tutti::planner {

// What must happen for it to go on.
struct Remedy {
  enum class Kind : uint8_t {
    kNone,       // nothing
    kOwner,      // its owner must do something
    kOthersEnd,  // `must_end` first
    kHeadFirst,  // the head of the queue first
    kTime,       // `not_before` from now
    kOperator,
  };
  Kind kind = Kind::kNone;
  std::vector<std::string> nodes;       // that it is going to use, where least must drain
  std::vector<model::Holder> must_end;  // on these nodes; of the reason's resource, or pods
  base::Duration not_before{0};

  static constexpr size_t kMost = 50;  // of each list
};

// A domain that the plugins offer, with room for so many of the pods that want a place.
struct DomainRoom {
  std::string name;
  int64_t nodes = 0;
  int64_t room = 0;
};

struct WhyWaiting {
  model::Reason reason;
  std::string detail;
  std::vector<model::Holder> holders;  // of the reason's resource
  std::vector<ClassDiagnosis> classes;
  std::vector<DomainRoom> domains;  // most room first; empty: the whole cluster
  Remedy remedy;
};

struct Explanation {
  std::optional<GangReport> gang;  // without members
  std::optional<model::PodRef> pod;
  Member::State pod_state = Member::State::kWaiting;
  std::string node;  // of a pod that has one
  WhyWaiting why;
  StartRange start;   // of the gang
  int64_t nodes = 0;  // of the cluster
  int64_t queue_length = 0;
};

}  // namespace tutti::planner
