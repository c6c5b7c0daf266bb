// PermitDesk: asks the Permit and PreBind plugins before a Binding is written, tells PostBind
// after, and remembers which binds wait for a Permit.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/bind_points.h"
#include "planner/core_state.h"

namespace tutti::planner {

struct CoreCheckpoint;

class PermitDesk {
 public:
  explicit PermitDesk(CoreState& state) : s_(state) {}

  struct Decision {
    enum class Kind : uint8_t { kGo, kWait, kRefused };
    Kind kind = Kind::kGo;
    std::string error;           // of kRefused: for kube-scheduler
    bool node_is_wrong = false;  // of kRefused: another node is to be planned at once
    std::vector<BindAnnotations::Entry> annotations;  // of kGo
  };
  // One bind is one ticket: a later bind of the same pod is asked about from the beginning.
  // After `latest` nobody waits any more.
  Decision Ask(const PodRecord& record, const std::string& node_name, uint64_t ticket,
               base::Timestamp latest);
  // The Binding is written.
  void Bound(const PodRecord& record, const std::string& node_name);

  // The binds that wait, to be asked about again; their number is bounded by that of parked binds.
  struct Waiting {
    base::Uid uid;
    uint64_t ticket;
  };
  std::vector<Waiting> AllWaiting() const;
  bool Waits(base::Uid uid) const { return waits_.contains(uid); }
  void Forget(base::Uid uid) { waits_.erase(uid); }
  void ForgetAll() { waits_.clear(); }
  // When a timeout of Permit ends.
  base::Timestamp NextDeadline() const;

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  struct Wait {
    uint64_t ticket = 0;
    base::Timestamp deadline = base::Timestamp::Infinite();
    framework::BindPoints::Permitted permitted;
  };
  Decision Refused(const Status& status) const;

  CoreState& s_;
  framework::BindPoints points_{s_.plugins};
  std::map<base::Uid, Wait> waits_;
};

}  // namespace tutti::planner
