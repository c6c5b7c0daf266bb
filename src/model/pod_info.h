// PodInfo: one Pod as the core knows it, decoded once at the edge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/uid.h"
#include "model/gang_key.h"
#include "model/node_info.h"
#include "model/node_selector.h"
#include "model/resource_list.h"
#include "tutti/devices.h"

namespace tutti::model {

// What PodInfo::submitter of a user's pod begins with.
inline constexpr std::string_view kUserSubmitter = "user/";

struct Toleration {
  std::string key;  // empty: every key
  std::string value;
  TaintEffect effect = TaintEffect::kNone;  // kNone: every effect
  bool exists = false;                      // operator Exists; otherwise Equal

  bool operator==(const Toleration&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Toleration& t) {
    return H::combine(std::move(h), t.key, t.value, t.effect, t.exists);
  }
};

struct HostPort {
  std::string ip;        // "0.0.0.0" where unset
  std::string protocol;  // "TCP" where unset
  int32_t port = 0;

  bool operator==(const HostPort&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const HostPort& p) {
    return H::combine(std::move(h), p.ip, p.protocol, p.port);
  }
};

// Everything of a pod that decides where it may go. Identical members share one shape, and the
// planner works by shape. A pin that Tutti itself wrote is not part of it (see PodInfo::pins).
struct PodShape {
  ResourceList requests;          // by the rules of resource accounting, kPods = 1 included
  bool unknown_resource = false;  // asks for a resource past ResourceTable's bound: fits nowhere
  std::vector<std::pair<std::string, std::string>> node_selector;  // sorted
  std::optional<NodeSelector> required_affinity;  // nullopt: none; empty: matches nothing
  std::vector<Toleration> tolerations;
  std::vector<HostPort> host_ports;
  std::vector<std::string>
      claims;  // names of PersistentVolumeClaims in the pod's namespace, sorted
  int32_t priority = 0;
  // Has rules that only kube-scheduler judges: pod (anti-)affinity, DoNotSchedule spread, DRA
  // claims.
  bool needs_referee = false;
  // Topology keys of those among them that push pods apart: required pod anti-affinity,
  // DoNotSchedule spread. Sorted.
  std::vector<std::string> spread_keys;
  // What plugins read of the pod, by PodField; empty where no plugin reads anything.
  std::vector<std::string> fields;

  bool operator==(const PodShape&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const PodShape& s) {
    if (s.required_affinity) h = H::combine(std::move(h), *s.required_affinity);
    return H::combine(std::move(h), s.requests, s.unknown_resource, s.node_selector,
                      s.required_affinity.has_value(), s.tolerations, s.host_ports, s.claims,
                      s.priority, s.needs_referee, s.spread_keys, s.fields);
  }
};

enum class PodPhase : uint8_t { kPending, kRunning, kSucceeded, kFailed };

// What kube-scheduler last said of the pod (condition PodScheduled).
struct SchedulingVerdict {
  bool refused = false;  // status False, reason Unschedulable or SchedulerError
  bool ours = false;  // the message carries a reason of Tutti's own: we held the pod, not the node
  uint64_t fingerprint = 0;  // of the condition: tells a new verdict from the one already seen

  bool operator==(const SchedulingVerdict&) const = default;
};

struct PodInfo {
  base::Uid uid;  // invalid at admission: the server has not given one yet
  std::string name;
  std::string namespace_name;
  std::string scheduler_name;
  std::string node_name;       // empty: not bound
  std::string nominated_node;  // status.nominatedNodeName
  std::shared_ptr<const PodShape> shape;
  // What the pod counts for on its node: the shape's requests, or more during an in-place resize.
  std::shared_ptr<const ResourceList> charge;
  std::optional<GangMember> gang;
  std::vector<std::string>
      pins;  // nodes that Tutti pinned it to (annotation tutti.dev/pinned-nodes), at most 8
  // The devices of its node that it has (annotation tutti.dev/gpu-index); none: asks for none, or
  // was bound by somebody who did not say.
  DeviceSet devices;
  std::string plan_token;  // annotation tutti.dev/plan: which planned slot it was admitted into
  int64_t created_seconds = 0;  // metadata.creationTimestamp, since 1970
  int64_t bound_seconds = 0;    // when condition PodScheduled became True; 0: not, or not known
  // How long it will run once it is bound, by its own account (annotation
  // tutti.dev/expected-duration, or activeDeadlineSeconds); 0: it does not say.
  base::Duration expected_duration{0};
  // Whose work it is, by its namespace: what one submitter runs is taken to run for as long as what
  // it ran last. kUserSubmitter and the user's name, where it says whose it is; empty: not known.
  std::string submitter;
  PodPhase phase = PodPhase::kPending;
  bool deleting = false;  // has a deletionTimestamp
  bool gated_by_tutti = false;
  bool gated_by_others = false;
  bool has_controller = false;  // an owner will make it anew when it is deleted
  bool disruptable = true;      // false for static (mirror) and DaemonSet pods
  SchedulingVerdict verdict;
  bool ready = false;  // condition Ready

  bool bound() const { return !node_name.empty(); }
  bool terminal() const { return phase == PodPhase::kSucceeded || phase == PodPhase::kFailed; }
};

}  // namespace tutti::model
