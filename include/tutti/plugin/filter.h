// PreFilter and Filter: on which nodes may the pod run?
#pragma once

#include <array>
#include <cstdint>

#include "tutti/cycle_state.h"
#include "tutti/plugin.h"
#include "tutti/status.h"
#include "tutti/views.h"

namespace tutti {

// Once per cycle and pod class, before its Filter. One thread per cycle, several cycles at once;
// must not block.
//   Success; Skip: Filter has nothing to say in this cycle and is not called; Unschedulable,
//   UnschedulableAndUnresolvable: no node at all, with a reason; Error.
class PreFilterPlugin : public virtual Plugin {
 public:
  virtual Status PreFilter(CycleState& state, const PodClassView& pod,
                           const ClusterView& cluster) const = 0;
};

// What a Filter says of one block: the nodes it refuses, and why.
class BlockVerdict {
 public:
  // Of each reason: how many nodes, and the numbers of the one that came nearest.
  struct Diagnosis {
    ReasonId reason;
    uint32_t nodes = 0;
    int64_t need = 0;
    int64_t have = 0;
  };

  // All there is of it, for hosts that carry it across a boundary.
  struct Parts {
    NodeMask passing;
    NodeMask unresolvable;
    std::array<ReasonId, kNodesPerBlock> reasons{};
    std::array<Diagnosis, 8> diagnoses{};  // of further reasons only the nodes are kept
  };

  explicit BlockVerdict(const NodeMask& candidates) { parts_.passing = candidates; }
  explicit BlockVerdict(const Parts& parts) : parts_(parts) {}

  // Only of candidates; a node is refused once. `refusal`: Unschedulable or
  // UnschedulableAndUnresolvable.
  void Refuse(uint32_t offset, const Status& refusal) {
    parts_.passing.Remove(offset);
    if (refusal.code() == Code::kUnschedulableAndUnresolvable) parts_.unresolvable.Add(offset);
    parts_.reasons[offset] = refusal.reason();
    for (Diagnosis& diagnosis : parts_.diagnoses) {
      if (diagnosis.nodes != 0 && diagnosis.reason != refusal.reason()) continue;
      if (diagnosis.nodes == 0 || refusal.have() > diagnosis.have) {
        diagnosis.need = refusal.need();
        diagnosis.have = refusal.have();
      }
      diagnosis.reason = refusal.reason();
      ++diagnosis.nodes;
      return;
    }
  }

  const NodeMask& passing() const { return parts_.passing; }
  const NodeMask& unresolvable() const { return parts_.unresolvable; }
  ReasonId reason(uint32_t offset) const { return parts_.reasons[offset]; }
  const auto& diagnoses() const { return parts_.diagnoses; }
  const Parts& parts() const { return parts_; }

 private:
  Parts parts_;
};

// Pure: a function of the state, the pod class and the node. No lock, clock, I/O, log line or
// allocation per node. Any thread, several at once; must not block.
class FilterPlugin : public virtual Plugin {
 public:
  // Success, Unschedulable, UnschedulableAndUnresolvable, Error.
  virtual Status Filter(const CycleState& state, const PodClassView& pod,
                        const NodeView& node) const = 0;

  // The same for the candidates of one block; override it in hot code, with the same answers.
  // Success or Error: an error makes the whole cycle one.
  virtual Status FilterBlock(const CycleState& state, const PodClassView& pod,
                             const NodeBlockView& block, BlockVerdict& verdict) const {
    Status failed;
    const NodeMask candidates = verdict.passing();
    candidates.ForEach([&](uint32_t offset) {
      if (!failed.ok()) return;
      Status status = Filter(state, pod, block.Node(offset));
      if (status.ok()) return;
      if (status.code() == Code::kUnschedulable ||
          status.code() == Code::kUnschedulableAndUnresolvable) {
        verdict.Refuse(offset, status);
      } else {
        failed = status.code() == Code::kError
                     ? std::move(status)
                     : Status::Error("Filter answered " + std::string(CodeName(status.code())) +
                                     " for node " + std::string(block.names[offset]) +
                                     ": expected Success, Unschedulable, "
                                     "UnschedulableAndUnresolvable or Error");
      }
    });
    return failed;
  }
};

}  // namespace tutti
