// CoreState: everything the core knows, shared by the parts that handle its events.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "base/clock.h"
#include "base/interner.h"
#include "model/cluster_event.h"
#include "model/cluster_snapshot.h"
#include "model/effect.h"
#include "model/node_table.h"
#include "model/pod_info.h"
#include "planner/core_options.h"
#include "planner/device_book.h"
#include "planner/eligibility_cache.h"
#include "planner/gang.h"
#include "planner/gang_placer.h"
#include "planner/group_tree.h"
#include "planner/reservation_ledger.h"
#include "planner/run_times.h"
#include "planner/volume_table.h"

namespace tutti::planner {

struct PodRecord {
  model::PodInfo info;
  Gang* gang = nullptr;            // whose member it is, or whose `finished` counts it
  bool charged = false;            // its node is charged with it
  bool finished = false;           // counted in gang->finished
  ReservationId assumed;           // of a pod of no gang, while its Binding is under way
  int evict_failures = 0;          // in a row
  base::Timestamp evict_again_at;  // not tried before
};

enum class WriteKind : uint8_t {
  kTell,  // a placed member's release or nomination
  kKeep,  // nomination of a gated member of the head
  kBind,
  kEvict
};

struct PendingWrite {
  WriteKind kind = WriteKind::kTell;
  base::Uid uid;
  uint64_t bind_ticket = 0;  // of a pod of no gang
  std::string node_name;     // of a Binding
};

struct CoreState {
  CoreState(CoreOptions core_options, const base::Interner& label_texts,
            framework::Plugins profile_plugins)
      : options(std::move(core_options)),
        labels(label_texts),
        plugins(std::move(profile_plugins)) {}
  CoreState(const CoreState&) = delete;
  CoreState& operator=(const CoreState&) = delete;

  const CoreOptions options;
  const base::Interner& labels;
  const framework::Plugins plugins;

  base::Timestamp now;  // of the event being applied
  bool synced = false;
  bool leading = false;
  bool ready() const { return synced && leading; }
  bool planning_due = false;
  model::Effects effects;  // of the event being applied

  model::NodeTable nodes;
  VolumeTable volumes;
  DeviceBook devices{nodes, options.devices};
  ReservationLedger ledger{nodes, options.devices};
  EligibilityCache eligibility{nodes, volumes, labels};
  GangPlacer placer{nodes, eligibility, plugins, options.devices, options.tie_break};

  GroupTree groups;
  absl::node_hash_map<base::Uid, PodRecord> pods;
  std::map<model::GangKey, std::unique_ptr<Gang>> gangs;
  absl::btree_map<uint64_t, Gang*> by_arrival;
  uint64_t next_arrival = 1;
  uint64_t head = 0;  // arrival of the gang that room is kept for, 0: none
  RunTimes run_times{options.run_times};

  std::set<base::Uid> evicting;  // by us: until it is gone, or that has failed
  std::multiset<base::Timestamp> evict_retries;
  std::set<base::Uid> leaving;  // charged pods whose room is about to be free
  model::QueueGate queue_gate = model::QueueGate::kOpen;
  uint64_t drained_from = 0;  // while the queue drains: the first arrival that is held

  std::set<base::Uid> nominated_gated;  // pods that carry our gate and a nominated node

  model::CowMap<base::Uid, model::PodVerdict> verdicts;
  model::CowMap<std::string, bool> plans;
  uint64_t next_plan = 1;

  std::map<base::Uid, model::BindRequested> held_binds;  // of pods of no gang: Permit waits

  absl::btree_map<uint64_t, PendingWrite> writes;
  uint64_t next_write = 1;

  // An operator wants nothing of it to be planned.
  bool Held(const Gang& gang) const {
    return gang.held || queue_gate == model::QueueGate::kHeld ||
           (queue_gate == model::QueueGate::kDraining && gang.arrival >= drained_from);
  }
  PodRecord* FindPod(base::Uid uid) {
    const auto it = pods.find(uid);
    return it == pods.end() ? nullptr : &it->second;
  }
  bool Evicting(base::Uid uid) const { return !evicting.empty() && evicting.contains(uid); }
  bool Leaves(const PodRecord& record) const {
    return record.info.deleting || Evicting(record.info.uid);
  }
  // After any change to what it hangs on.
  void NoteLeaving(const PodRecord& record) {
    if (record.charged && Leaves(record)) {
      leaving.insert(record.info.uid);
    } else {
      leaving.erase(record.info.uid);
    }
  }
  uint64_t StartWrite(WriteKind kind, base::Uid uid, uint64_t bind_ticket = 0,
                      std::string node_name = {}) {
    writes.emplace(next_write, PendingWrite{kind, uid, bind_ticket, std::move(node_name)});
    return next_write++;
  }
  // What it gives back is good until the next one.
  template <class Effect>
  Effect& Emit(Effect effect) {
    return std::get<Effect>(effects.emplace_back(std::move(effect)));
  }
  // kube-scheduler writes the error into the pod's condition. There it must be known for ours: it
  // says nothing against the node.
  void AnswerBind(uint64_t ticket, std::string error) {
    if (!error.empty() && !error.starts_with("tutti/")) {
      error = model::StableMessage({model::ReasonCode::kBindFailed, 0, 0, {}}) + ": " + error;
    }
    Emit(model::AnswerBind{ticket, std::move(error)});
  }
};

inline model::PodRef RefOf(const model::PodInfo& pod) {
  return {pod.uid, pod.namespace_name, pod.name, pod.gang ? pod.gang->display_name : std::string()};
}

}  // namespace tutti::planner
