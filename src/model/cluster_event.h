// ClusterEvent: everything that can happen to the core, as data. The same events in the same order,
// at the same times, give the same effects.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/pod_info.h"
#include "model/volume_info.h"
#include "tutti/config.h"

namespace tutti::model {

struct NodeUpserted {
  NodeInfo node;
};
struct NodeDeleted {
  std::string name;
};
struct PodUpserted {
  PodInfo pod;
};
struct PodDeleted {
  base::Uid uid;
};
struct GangObjectUpserted {
  GangKey key;
  std::string display_name;
  GangSpec spec;
  std::string problem;
  std::string queue = {};
  SharedGangMarkers markers = {};
  std::optional<std::string> parent = std::nullopt;  // as in GangObject
};
struct GangObjectDeleted {
  GangKey key;
};
struct VolumeClaimUpserted {
  VolumeClaimInfo claim;
};
struct VolumeClaimDeleted {
  std::string namespace_name;
  std::string name;
};
struct VolumeUpserted {
  VolumeInfo volume;
};
struct VolumeDeleted {
  std::string name;
};

// Of an object that a plugin watches (tutti/plugin/object_watch.h).
struct ObjectKey {
  std::string resource;
  std::string namespace_name;
  std::string name;

  auto operator<=>(const ObjectKey&) const = default;
};
struct ObjectSpec {
  int64_t generation = 0;
  std::vector<ConfigEntry> entries;
};
struct WatchedObjectUpserted {
  ObjectKey key;
  ObjectSpec spec;
};
struct WatchedObjectDeleted {
  ObjectKey key;
};

// The caches hold the whole cluster: from now on the core may act.
struct CachesSynced {};
struct LeadershipChanged {
  bool leading = false;
};

// A CREATE passes the admission webhook. Answered by exactly one AnswerAdmission with the same
// ticket.
struct PodAdmitted {
  PodInfo pod;
  bool dry_run = false;
  uint64_t ticket = 0;
};
// kube-scheduler asks for a bind. Answered by exactly one AnswerBind with the same ticket, perhaps
// much later.
struct BindRequested {
  base::Uid uid;
  std::string namespace_name;
  std::string name;
  std::string node_name;
  uint64_t ticket = 0;
};
// The asker of a parked bind is gone.
struct BindAbandoned {
  uint64_t ticket = 0;
};
// The filter verb saw a placed pod without its node among the candidates.
struct PlacementNotOffered {
  base::Uid uid;
  std::string node_name;
};

// Hold, Drain and Resume of the control API. They last as long as the process.
struct GangHeld {
  GangKey key;
  bool held = false;
};
enum class QueueGate : uint8_t {
  kOpen,
  kDraining,  // gangs that come from now on are held
  kHeld,      // all are
};
struct QueueGateSet {
  QueueGate gate = QueueGate::kOpen;
};
// Nothing new is planned there, whether the node exists yet or not.
struct NodeClosed {
  std::string name;
  bool closed = false;
};

enum class WriteOutcome : uint8_t {
  kDone,
  kGone,     // the object is not there any more, or is another one of the same name
  kRefused,  // the server said no, and will say no again
  kFailed,   // might succeed later
};
// A write effect has ended. `write` is the number that the effect carried.
struct WriteFinished {
  uint64_t write = 0;
  WriteOutcome outcome = WriteOutcome::kDone;
  std::string message;
};

// Comes after every batch of events, and when NextDeadline() is reached: timers fire, gangs are
// planned.
struct TimePassed {};

using ClusterEvent =
    std::variant<NodeUpserted, NodeDeleted, PodUpserted, PodDeleted, GangObjectUpserted,
                 GangObjectDeleted, VolumeClaimUpserted, VolumeClaimDeleted, VolumeUpserted,
                 VolumeDeleted, WatchedObjectUpserted, WatchedObjectDeleted, CachesSynced,
                 LeadershipChanged, PodAdmitted, BindRequested, BindAbandoned, PlacementNotOffered,
                 GangHeld, QueueGateSet, NodeClosed, WriteFinished, TimePassed>;

}  // namespace tutti::model
