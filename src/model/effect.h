// Effect: everything that the core wants done in the world, as data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/uid.h"
#include "model/gang_key.h"
#include "model/pod_info.h"
#include "model/reason.h"

namespace tutti::model {

struct PodRef {
  base::Uid uid;
  std::string namespace_name;
  std::string name;
  std::string gang = {};  // display name; empty: of none
};

// Removes our gate and pins the pod to `nodes` in one patch (required node affinity on
// metadata.name, and the annotation tutti.dev/pinned-nodes). Ends in a WriteFinished.
struct ReleasePod {
  uint64_t write = 0;
  PodRef pod;
  std::shared_ptr<const PodShape> shape;  // tells which terms the pin must be added to
  std::vector<std::string> nodes;
};
// Sets status.nominatedNodeName: wakes a pod that kube-scheduler holds as unschedulable and makes
// it try this node first; of a gated pod, keeps the room there. Empty: no node any more. Ends in a
// WriteFinished.
struct NominatePod {
  uint64_t write = 0;
  PodRef pod;
  std::string node_name;
};
// Posts the Binding, with the uid as precondition. Ends in a WriteFinished; a reply that got lost
// is looked up first.
struct BindPod {
  uint64_t write = 0;
  PodRef pod;
  std::string node_name;
  // Of the Binding: the API server writes them into the pod in the same step.
  std::vector<std::pair<std::string, std::string>> annotations = {};
};
// Through the eviction API. Ends in a WriteFinished.
struct EvictPod {
  uint64_t write = 0;
  PodRef pod;
  std::string message;
  bool only_unbound = false;  // Refused where it turns out to be bound
};

struct AnswerAdmission {
  uint64_t ticket = 0;
  bool gate = false;              // add the scheduling gate tutti.dev/gang
  std::vector<std::string> pins;  // not empty: pin to these nodes
  std::string plan_token;         // with pins: the annotation tutti.dev/plan
};
struct AnswerBind {
  uint64_t ticket = 0;
  std::string error;  // empty: bound
};

// The gang's reason has changed: for events, status and metrics.
struct ReportGang {
  GangKey key;
  std::string display_name;
  Reason reason;
  std::string detail;            // the problem of a misconfigured gang
  std::vector<Holder> holders;   // of Reason::resource, largest first
  std::vector<PodRef> examples;  // the first member by name: the event is written on it
  base::Duration waited{0};      // since the gang was first seen
  bool had_to_wait = false;  // it was told to wait before: people look for what has become of it
};

// For the decision log alone (CoreOptions::report_scores): where members were planned to go, and
// what the Score plugins gave those nodes at that moment, by their weights.
struct ReportScores {
  struct Node {
    std::string name;
    int64_t members = 0;  // side by side in the plan
    int64_t score = 0;    // of the first of them
  };
  GangKey key;
  std::vector<Node> nodes;
};

// A gang has ended by itself, and its end had been expected: for metrics.
struct ReportRun {
  GangKey key;
  base::Duration ran{0};
  base::Duration declared{0};  // by its pods; 0: they did not say
  base::Duration learned{0};   // from earlier runs of its submitter; 0: there were none
};

// The markers of a gang contradict each other, in other ways than before: for events and metrics.
struct ReportMarkers {
  GangKey key;
  std::string display_name;
  std::vector<std::string> conflicts;  // one sentence each
  std::vector<PodRef> examples;        // as in ReportGang
};

using Effect = std::variant<ReleasePod, NominatePod, BindPod, EvictPod, AnswerAdmission, AnswerBind,
                            ReportGang, ReportScores, ReportRun, ReportMarkers>;
using Effects = std::vector<Effect>;

}  // namespace tutti::model
