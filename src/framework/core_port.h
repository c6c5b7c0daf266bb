// CorePort: how the doors (extender, webhook, gRPC) reach the core loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "framework/pod_filter.h"
#include "model/cluster_event.h"
#include "model/cluster_snapshot.h"
#include "model/effect.h"

namespace tutti::framework {

// Any thread. No function blocks; a callback runs exactly once, on the core loop's thread or, where
// the loop is full or closed, at once on the caller's (with an error), and must not block.
class CorePort {
 public:
  struct BindRequest {
    base::Uid uid;
    std::string namespace_name;
    std::string name;
    std::string node_name;
  };
  // Empty: bound. Otherwise the text for kube-scheduler.
  using BindDone = std::function<void(std::string error)>;
  using AdmissionDone = std::function<void(model::AnswerAdmission answer)>;

  virtual ~CorePort() = default;

  virtual std::shared_ptr<const model::ClusterSnapshot> Snapshot() const = 0;
  // The answer may take until the bind barrier opens. Returns a ticket for AbandonBind.
  virtual uint64_t Bind(BindRequest request, BindDone done) = 0;
  virtual void AbandonBind(uint64_t ticket) = 0;
  virtual void Admit(model::PodInfo pod, bool dry_run, AdmissionDone done) = 0;
  virtual void ReportNotOffered(base::Uid uid, std::string node_name) = 0;
  // For the decision log: what filter has answered, on which snapshot. Cheap; by default nobody
  // listens.
  struct FilterAnswer {
    base::Uid uid;
    uint64_t generation = 0;  // of the snapshot
    FilterVerdict::Kind kind = FilterVerdict::Kind::kAll;
    model::NodeIndex node;  // of kOne
    model::Reason reason;
    uint32_t offered = 0;
    uint32_t refused = 0;
  };
  virtual void ReportFilter(const FilterAnswer& answer) { (void)answer; }
  // Likewise: what prioritize has answered about a pod of no gang.
  struct ScoreAnswer {
    base::Uid uid;
    uint64_t generation = 0;
    uint32_t offered = 0;
    std::string best;   // the first of the nodes with the highest score
    int64_t score = 0;  // of it, as answered
  };
  virtual void ReportScore(const ScoreAnswer& answer) { (void)answer; }
};

}  // namespace tutti::framework
