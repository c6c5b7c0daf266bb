#include "record/snapshot_diff.h"

#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/duration_text.h"
#include "base/quantity.h"

namespace tutti::record {
namespace {

using planner::CoreCheckpoint;
using planner::Gang;
using planner::Member;

using Fields = std::map<std::string, std::string>;  // empty values are as good as none
using Things = std::map<std::pair<std::string, std::string>, Fields>;  // by kind and name

std::string YesNo(bool value) { return value ? "yes" : ""; }

std::string Amount(model::ResourceId resource, int64_t amount) {
  if (IsMilli(resource)) return base::FormatMilli(amount);
  const bool bytes = resource == model::kMemory || resource == model::kEphemeralStorage;
  return bytes ? base::FormatBytes(amount) : std::to_string(amount);
}

std::string Nodes(const model::NodeSelector& selector) {
  return absl::StrFormat("%d node selector terms", selector.size());
}

// Reads one state into things with named fields.
class Inventory {
 public:
  explicit Inventory(const StateView& state) : s_(state) {
    for (const auto& [index, info] : s_.checkpoint.nodes.nodes) node_names_[index] = info->name;
    for (const auto& gang : s_.checkpoint.gangs) gang_names_[gang.arrival] = NameOf(gang);
  }

  Things Take() {
    for (const auto& [index, info] : s_.checkpoint.nodes.nodes) AddNode(*info);
    for (const CoreCheckpoint::Pod& pod : s_.checkpoint.pods) AddPod(pod);
    for (const Gang& gang : s_.checkpoint.gangs) AddGang(gang);
    AddReservations();
    for (const auto& claim : s_.checkpoint.claims)
      things_[{"claim", claim.namespace_name + "/" + claim.name}]["volume"] = claim.volume_name;
    for (const auto& [key, spec] : s_.checkpoint.objects) {
      Fields& fields = things_[{key.resource, key.namespace_name + "/" + key.name}];
      for (const ConfigEntry& entry : spec.entries) fields[entry.pointer] = entry.text;
    }
    for (const auto& volume : s_.checkpoint.volumes) {
      things_[{"volume", volume.name}]["reachable from"] =
          volume.node_affinity ? Nodes(*volume.node_affinity) : "every node";
    }
    AddSubmitters();
    AddPluginStates();
    AddSettings();
    AddCore();
    return std::move(things_);
  }

 private:
  static std::string NameOf(const Gang& gang) {
    return absl::StrFormat("%s/%s", gang.key.namespace_name,
                           gang.display_name.empty() ? gang.key.identity : gang.display_name);
  }

  static const char* NameOf(planner::Backfill backfill) {
    constexpr const char* kNames[] = {"None", "Easy", "EasyShortestFirst", "Conservative"};
    return kNames[static_cast<size_t>(backfill)];
  }
  static const char* NameOf(model::QueueGate gate) {
    constexpr const char* kNames[] = {"open", "draining", "held"};
    return kNames[static_cast<size_t>(gate)];
  }

  void AddList(const model::ResourceList& list, const std::string& prefix, Fields& fields) const {
    for (const auto& [resource, amount] : list.entries())
      fields[prefix + s_.resources.Name(resource)] = Amount(resource, amount);
  }

  void AddNode(const model::NodeInfo& info) {
    Fields& fields = things_[{"node", info.name}];
    fields["uid"] = info.uid.valid() ? info.uid.ToString() : "";
    fields["unschedulable"] = YesNo(info.unschedulable);
    fields["virtual"] = YesNo(info.is_virtual);
    AddList(info.allocatable, "allocatable ", fields);
    for (const auto& [key, value] : info.labels) {
      fields[absl::StrFormat("label %s", s_.labels.Text(key))] =
          std::string("\"").append(s_.labels.Text(value)).append("\"");
    }
    for (const model::Taint& taint : info.taints) {
      fields[absl::StrFormat("taint %s=%s effect %d", taint.key, taint.value,
                             static_cast<int>(taint.effect))] = "yes";
    }
    for (size_t i = 0; i < info.fields.size(); ++i) {
      if (info.fields[i].valid())
        fields[absl::StrFormat("field %d", i)] = std::string(s_.labels.Text(info.fields[i]));
    }
  }

  void AddPod(const CoreCheckpoint::Pod& pod) {
    const model::PodInfo& info = pod.info;
    Fields& fields = things_[{"pod", info.namespace_name + "/" + info.name}];
    static constexpr const char* kPhases[] = {"Pending", "Running", "Succeeded", "Failed"};
    fields["uid"] = info.uid.ToString();
    fields["node"] = info.node_name;
    fields["nominated node"] = info.nominated_node;
    fields["phase"] = kPhases[static_cast<size_t>(info.phase)];
    fields["gang"] = info.gang ? info.gang->display_name : "";
    fields["pinned to"] = absl::StrJoin(info.pins, ", ");
    fields["plan token"] = info.plan_token;
    fields["devices"] = model::DeviceIndexText(info.devices);
    if (info.expected_duration.count() > 0)
      fields["expected duration"] = base::FormatDuration(info.expected_duration);
    fields["submitter"] = info.submitter;
    fields["being deleted"] = YesNo(info.deleting);
    fields["being evicted"] = YesNo(pod.evicting);
    fields["gated by Tutti"] = YesNo(info.gated_by_tutti);
    fields["gated by others"] = YesNo(info.gated_by_others);
    fields["refused by kube-scheduler"] = YesNo(info.verdict.refused && !info.verdict.ours);
    fields["priority"] = info.shape->priority == 0 ? "" : std::to_string(info.shape->priority);
    AddList(info.shape->requests, "requests ", fields);
  }

  void AddGang(const Gang& gang) {
    Fields& fields = things_[{"gang", NameOf(gang)}];
    std::map<Member::State, int> states;
    for (const auto& [uid, member] : gang.members) ++states[member.state];
    const auto count = [&](const char* name, int number) {
      fields[name] = number == 0 ? "" : std::to_string(number);
    };
    fields["dialect"] = gang.key.dialect;
    count("members", static_cast<int>(gang.members.size()));
    count("waiting", states[Member::State::kWaiting]);
    count("placed", states[Member::State::kPlaced]);
    count("binding", states[Member::State::kBinding]);
    count("bound", states[Member::State::kBound]);
    count("slots planned at admission", static_cast<int>(gang.slots.size()));
    count("refused nodes", static_cast<int>(gang.refusals.size()));
    count("back-offs", gang.backoffs);
    if (gang.object_spec) count("minMember of its object", gang.object_spec->min_member);
    fields["problem"] = gang.object_problem;
    fields["reason"] = std::string(model::CodeName(gang.reason));
    fields["is the head of the queue"] = YesNo(gang.arrival == s_.checkpoint.head);
    fields["held"] = YesNo(gang.held);
    fields["was whole once"] = YesNo(gang.satisfied);
    fields["is evicted after its time"] = YesNo(gang.over);
    fields["barrier open"] = YesNo(gang.barrier_open);
    count("place in the queue", PlaceOf(gang));
  }

  int PlaceOf(const Gang& gang) const {
    for (size_t i = 0; i < s_.checkpoint.queue.size(); ++i)
      if (s_.checkpoint.queue[i].arrival == gang.arrival) return static_cast<int>(i) + 1;
    return 0;
  }

  void AddReservations() {
    std::map<std::string, std::map<std::string, int>> nodes_of;
    for (const auto& [id, reservation] : s_.checkpoint.reservations) {
      const auto gang = gang_names_.find(reservation.gang);
      const bool head = reservation.what == model::NodeTable::Reserved::kForHead;
      const std::string owner = gang == gang_names_.end() ? "pods of no gang" : gang->second;
      ++nodes_of[head ? owner + " as head" : owner][node_names_[reservation.node]];
    }
    for (const auto& [owner, nodes] : nodes_of) {
      Fields& fields = things_[{"reservation", "of " + owner}];
      for (const auto& [node, count] : nodes)
        fields[node] = absl::StrFormat("%d %s", count, count == 1 ? "place" : "places");
    }
  }

  void AddSubmitters() {
    for (const auto& [namespace_name, name, last, before] : s_.checkpoint.submitters) {
      Fields& fields = things_[{"submitter", namespace_name + "/" + name}];
      fields["last run"] = base::FormatDuration(last);
      if (before.count() > 0) fields["run before"] = base::FormatDuration(before);
    }
  }

  void AddPluginStates() {
    for (const auto& [plugin, bytes] : s_.checkpoint.plugin_states) {
      uint64_t digest = 14'695'981'039'346'656'037U;  // FNV-1a
      for (const unsigned char byte : bytes) digest = (digest ^ byte) * 1'099'511'628'211U;
      things_[{"plugin", plugin}]["keeps"] =
          absl::StrFormat("%d bytes, %016x", bytes.size(), digest);
    }
  }

  void AddSettings() {
    const planner::CoreOptions& o = s_.header.options;
    const auto set = [&](const char* name, std::string value) {
      things_[{"setting", name}]["value"] = std::move(value);
    };
    set("version", s_.header.version);
    set("plugins", absl::StrJoin(s_.header.plugins, ", "));
    set("configuration", s_.header.configuration);
    set("waitTimeout", base::FormatDuration(o.wait_timeout));
    set("backoff",
        base::FormatDuration(o.backoff_initial) + " to " + base::FormatDuration(o.backoff_max));
    set("refusedNodeExpiry", base::FormatDuration(o.refused_node_expiry));
    set("admissionSlotTimeout", base::FormatDuration(o.admission_slot_timeout));
    set("repairTimeout", base::FormatDuration(o.repair_timeout));
    set("startTimeout", base::FormatDuration(o.start_timeout));
    set("bindTimeout", base::FormatDuration(o.bind_timeout));
    set("partialGangPolicy",
        o.partial_gang_policy == planner::PartialGangPolicy::kKeep ? "Keep" : "Evict");
    set("bindBarrier", o.bind_barrier == planner::BindBarrier::kAlways ? "Always" : "Auto");
    set("nominate head", YesNo(o.nominate_head));
    set("backfill", NameOf(o.backfill));
    set("runTimes", o.run_times == planner::RunTimeSource::kLearned ? "Learned" : "Declared");
    set("tieBreak", o.tie_break == planner::TieBreak::kNodeName ? "NodeName" : "BestFit");
    set("devices", o.devices.active() ? "of " + s_.resources.Name(o.devices.counted()) : "off");
  }

  void AddCore() {
    const CoreCheckpoint& c = s_.checkpoint;
    Fields& fields = things_[{"core", "state"}];
    fields["synced"] = YesNo(c.synced);
    fields["leading"] = YesNo(c.leading);
    fields["writes under way"] = std::to_string(c.writes.size());
    fields["binds of unseen pods"] = std::to_string(c.unseen_binds.size());
    fields["binds that a plugin makes wait"] = std::to_string(c.permits.size());
    fields["queue"] = NameOf(c.queue_gate);
    fields["closed nodes"] = absl::StrJoin(c.closed_nodes, ", ");
  }

  const StateView& s_;
  Things things_;
  std::map<model::NodeIndex, std::string> node_names_;
  std::map<uint64_t, std::string> gang_names_;
};

const std::string& ValueOf(const Fields& fields, const std::string& name) {
  static const std::string kNone;
  const auto it = fields.find(name);
  return it == fields.end() ? kNone : it->second;
}

std::string Shown(const std::string& value) {
  if (value.empty()) return "none";
  // A whole configuration file does not fit a line.
  return value.find('\n') == std::string::npos ? value : absl::StrFormat("%d bytes", value.size());
}

std::vector<std::string> Whole(const Fields& fields) {
  std::vector<std::string> details;
  for (const auto& [name, value] : fields)
    if (!value.empty()) details.push_back(name + " " + Shown(value));
  return details;
}

std::vector<std::string> Differences(const Fields& before, const Fields& after) {
  Fields names = before;
  names.insert(after.begin(), after.end());
  std::vector<std::string> details;
  for (const auto& [name, ignored] : names) {
    const std::string& was = ValueOf(before, name);
    const std::string& is = ValueOf(after, name);
    if (was != is) details.push_back(name + ": " + Shown(was) + " -> " + Shown(is));
  }
  return details;
}

}  // namespace

std::vector<StateChange> Diff(const StateView& before, const StateView& after) {
  using Kind = StateChange::Kind;
  const Things was = Inventory(before).Take();
  const Things is = Inventory(after).Take();
  Things names = was;
  names.insert(is.begin(), is.end());
  std::vector<StateChange> changes;
  for (const auto& [key, ignored] : names) {
    const auto b = was.find(key);
    const auto a = is.find(key);
    const Kind kind = b == was.end()  ? Kind::kAdded
                      : a == is.end() ? Kind::kRemoved
                                      : Kind::kChanged;
    std::vector<std::string> details = kind == Kind::kAdded     ? Whole(a->second)
                                       : kind == Kind::kRemoved ? Whole(b->second)
                                                                : Differences(b->second, a->second);
    if (kind != Kind::kChanged || !details.empty())
      changes.push_back({kind, key.first, key.second, std::move(details)});
  }
  return changes;
}

std::string ToString(const StateChange& change) {
  const char mark = change.kind == StateChange::Kind::kAdded     ? '+'
                    : change.kind == StateChange::Kind::kRemoved ? '-'
                                                                 : '~';
  std::string text = absl::StrFormat("%c %s %s", mark, change.what, change.name);
  if (!change.details.empty()) text += ": " + absl::StrJoin(change.details, ", ");
  return text;
}

}  // namespace tutti::record
