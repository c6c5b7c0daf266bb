// GangGrouping: the extension point that says which pods belong together.
//
// One implementation reads one dialect (annotations of ours, the native PodGroup, a batch/v1 Job,
// ...). The first grouping of the configured list that claims a pod wins.
//
// Threads: GroupOf and SpecOf are const, pure and called from several threads at once; they must
// not block, log or allocate more than their result. Errors are data (`problem`), never exceptions.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/gang_markers.h"
#include "tutti/object_view.h"
#include "tutti/pod_view.h"

namespace tutti {

// How many members of a role must be placed before any member of the gang may start.
//
// A role is whole when it has min_member members and every role right below its path that is named
// is whole; with min_groups, so many of those below it, whichever they are. These are its groups:
// one that is not among the chosen waits, and gets places as a whole or none.
inline constexpr int kNoGroups = -1;

struct RoleMinimum {
  // "worker"; a group of roles by its path: "workers" counts "workers/a" as well. Empty: the gang
  // itself, of which only the groups count.
  std::string role;
  int min_member = 0;
  int min_groups = 0;  // 0: all that are named; kNoGroups: none, but each is whole or waits
  // Members that make a group right below it whole that no RoleMinimum names; its members say a
  // role below this one ("workers/7"). 0: there are none but those that are named.
  int group_size = 0;

  bool operator==(const RoleMinimum&) const = default;
};

// Which members have a role by their labels.
struct RoleRule {
  std::string role;
  std::vector<std::pair<std::string, std::string>> labels;  // that they have, all of them
  // Of these labels, the values make the role: "workers/a", or "workers/a,b". A pod without one of
  // them is none of it. Empty: they are all of one role.
  std::vector<std::string> by;

  bool operator==(const RoleRule&) const = default;
};

struct GangSpec {
  // Members that must be placed together before any of them may start. >= 1.
  int min_member = 0;
  // How long a placed gang may hold its nodes while members are missing. Zero: the configured
  // default.
  std::chrono::nanoseconds wait_timeout{0};
  // Of these roles so many are among them. By role, each once; where they add up to more than
  // min_member, all of them count. A member may say the last name of a path alone, where no other
  // path here ends so.
  std::vector<RoleMinimum> roles = {};
  // The first that fits a member's labels says its role, before the pod does. Only of an object.
  std::vector<RoleRule> rules = {};
  // Members that have a node at the same time; those beyond them wait. 0: any number. What is less
  // than the gang needs to start counts as that.
  int max_member = 0;

  bool operator==(const GangSpec&) const = default;
};

// A pod's place in a gang.
struct GangMembership {
  // Identifies the gang within its namespace and dialect. Where a name can be used again by a later
  // object (a Job), this is the object's uid and `display_name` is its name.
  std::string identity;
  std::string display_name;
  // Set where the pod itself says it; otherwise the gang waits for its object (SpecOf).
  std::optional<GangSpec> spec;
  // What the pod is in its gang ("worker"), as RoleMinimum counts it; empty: nothing in particular.
  std::string role;
  // Of the pod, sorted: what the rules of its gang's object look at. Empty where there are none.
  std::vector<std::pair<std::string, std::string>> labels;
  // The queue that the pod says it is in; empty: none. What the gang's object says goes before it.
  std::string queue;
  // Not empty: the pod wants to be in a gang but says so wrongly. One sentence: fact, expectation,
  // remedy. The pod waits with reason Misconfigured.
  std::string problem;
};

// An object that carries a gang's spec.
struct GangObject {
  std::string identity;  // the same text as GangMembership::identity
  std::string display_name;
  GangSpec spec;
  std::string queue;    // as in GangMembership
  std::string problem;  // as in GangMembership
  // Set where gangs are groups of other gangs: the identity of the one that this is a group of, or
  // empty where it is in none. The topmost is the gang then, and each below it a role: its path of
  // display names. Pods name the lowest, and no role. Their spec.roles stand below that path.
  std::optional<std::string> parent = std::nullopt;
};

class GangGrouping {
 public:
  virtual ~GangGrouping() = default;

  // The dialect: key in configuration, metric label, part of the gang's key. Lower case, stable.
  virtual std::string_view name() const = 0;
  virtual std::vector<ObjectKind> Watches() const { return {}; }
  // nullopt: not a pod of this dialect.
  virtual std::optional<GangMembership> GroupOf(const PodView& pod) const = 0;
  // Called for every object of Watches(). nullopt: an object that makes no gang (policy "basic",
  // say).
  virtual std::optional<GangObject> SpecOf(const ObjectView& object) const {
    (void)object;
    return std::nullopt;
  }

  // What GroupOf and SpecOf read, and what they are known to leave aside: always the same, and they
  // live as long as the process. Of two rules with one meaning the first goes before the second. At
  // most 64 each. The host makes the report from them, when it is asked for; whoever names no rules
  // is reported on with none.
  virtual std::span<const MarkerRule> PodMarkers() const { return {}; }
  virtual std::span<const MarkerRule> ObjectMarkers() const { return {}; }
};

}  // namespace tutti
