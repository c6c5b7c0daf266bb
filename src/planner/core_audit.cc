#include "planner/core_audit.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"

namespace tutti::planner {
namespace {

using model::NodeBlock;
using model::NodeIndex;
using model::ResourceId;

std::string Name(const Gang& gang) {
  return absl::StrFormat("%s/%s/%s", gang.key.namespace_name, gang.key.dialect, gang.key.identity);
}

}  // namespace

void CoreAudit::CountMembers(const Gang& gang, Core::Counts& counts) const {
  counts.active += static_cast<size_t>(gang.placed);
  if (gang.waiting == 0) return;
  const bool backs_off = gang.backoff_until > s_.now;
  for (const auto& [uid, member] : gang.members) {
    if (member.state != Member::State::kWaiting) continue;
    ++(member.pod->gated_by_tutti ? counts.gated
       : backs_off                ? counts.backing_off
                                  : counts.unschedulable);
  }
}

Core::Counts CoreAudit::Count() const {
  Core::Counts counts;
  counts.nodes = s_.nodes.size();
  counts.pods = s_.pods.size();
  counts.pending_writes = s_.writes.size();
  counts.parked_binds = s_.held_binds.size();
  counts.closed_nodes = s_.nodes.closed().size();
  for (const GangPhase phase :
       {GangPhase::kWaiting, GangPhase::kPlaced, GangPhase::kBinding, GangPhase::kScheduled})
    counts.gangs_by_phase[std::string(PhaseName(phase))] = 0;
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (!gang->empty()) ++counts.gangs_by_phase[std::string(PhaseName(gang->phase()))];
    counts.held_gangs += s_.Held(*gang) ? 1 : 0;
    CountMembers(*gang, counts);
    counts.parked_binds += static_cast<size_t>(gang->parked);
  }
  return counts;
}

std::vector<std::string> CoreAudit::CheckInvariants() const {
  std::vector<std::string> broken;
  CheckNodes(broken);
  for (const auto& [arrival, gang] : s_.by_arrival) CheckGang(*gang, broken);
  s_.ledger.ForEach([&](ReservationId id, const ReservationLedger::Reservation& reservation) {
    const bool has_gang = s_.by_arrival.contains(reservation.gang);
    if (!has_gang && !s_.pods.contains(reservation.pod)) {
      broken.push_back(absl::StrFormat("reservation %d has no owner", id.value));
    }
    if (s_.nodes.Info(reservation.node) == nullptr) {
      broken.push_back(absl::StrFormat("reservation %d is on no node", id.value));
    }
  });
  return broken;
}

void CoreAudit::AddDevices(const model::ResourceList& requests, const model::DeviceSet& devices,
                           NodeIndex node, Sums& sums) const {
  const model::ResourceList amount =
      s_.options.devices.AmountOf(s_.options.devices.RequestOf(requests), devices);
  for (const auto& [resource, value] : amount.entries())
    sums[{node.value, resource.value}] += value;
}

void CoreAudit::CheckNodes(std::vector<std::string>& broken) const {
  Sums placed;
  Sums for_head;
  Sums requested;
  s_.ledger.ForEach([&](ReservationId, const ReservationLedger::Reservation& reservation) {
    const bool is_placed = reservation.what == model::NodeTable::Reserved::kPlaced;
    for (const auto& [resource, amount] : reservation.shape->requests.entries()) {
      (is_placed ? placed : for_head)[{reservation.node.value, resource.value}] += amount;
    }
    AddDevices(reservation.shape->requests, reservation.devices, reservation.node,
               is_placed ? placed : for_head);
  });
  for (const auto& [uid, record] : s_.pods) {
    const NodeIndex node = record.charged ? s_.nodes.Find(record.info.node_name) : NodeIndex();
    if (!node.valid()) continue;
    for (const auto& [resource, amount] : record.info.charge->entries()) {
      requested[{node.value, resource.value}] += amount;
    }
    AddDevices(*record.info.charge, s_.devices.Of(record.info), node, requested);
  }
  const auto compare = [&](const char* what, const auto& expected, auto column_of) {
    for (uint32_t i = 0; i < s_.nodes.capacity(); ++i) {
      const std::vector<NodeBlock::Column>& columns =
          column_of(*s_.nodes.blocks()[BlockOf(NodeIndex(i))]);
      for (uint16_t r = 0; r < columns.size(); ++r) {
        const auto it = expected.find({i, r});
        const int64_t want = it == expected.end() ? 0 : it->second;
        const int64_t have = columns[r][OffsetOf(NodeIndex(i))];
        if (want == have) continue;
        broken.push_back(absl::StrFormat("node %d resource %d: %s is %d, the sum of its owners %d",
                                         i, r, what, have, want));
      }
    }
  };
  compare(
      "placed", placed, [](const NodeBlock& b) -> const auto& { return b.placed; });
  compare(
      "for_head", for_head, [](const NodeBlock& b) -> const auto& { return b.for_head; });
  compare(
      "requested", requested, [](const NodeBlock& b) -> const auto& { return b.requested; });
}

void CoreAudit::CheckGang(const Gang& gang, std::vector<std::string>& broken) const {
  std::map<Member::State, int> counts;
  int parked = 0;
  int held_back = 0;
  for (const auto& [uid, member] : gang.members) {
    ++counts[member.state];
    held_back += member.held_back && member.state == Member::State::kPlaced ? 1 : 0;
    parked += member.bind_ticket != 0 ? 1 : 0;
    const bool holds =
        member.state == Member::State::kPlaced || member.state == Member::State::kBinding;
    if (holds != (s_.ledger.Find(member.reservation) != nullptr)) {
      broken.push_back(absl::StrFormat("gang %s: member %s and its reservation disagree",
                                       Name(gang), uid.ToString()));
    }
    if (!s_.pods.contains(uid))
      broken.push_back(absl::StrFormat("gang %s: member without a pod", Name(gang)));
  }
  const bool right = counts[Member::State::kWaiting] == gang.waiting &&
                     counts[Member::State::kPlaced] == gang.placed &&
                     counts[Member::State::kBinding] == gang.binding &&
                     counts[Member::State::kBound] == gang.bound &&
                     counts[Member::State::kLeaving] == gang.leaving && parked == gang.parked &&
                     held_back == gang.held_back;
  if (!right) broken.push_back(absl::StrFormat("gang %s: its counters are wrong", Name(gang)));
  const bool holds_room = gang.placed > 0 || !gang.slots.empty();
  const bool has_deadline = gang.complete() || gang.bound + gang.binding > 0 ||
                            gang.hold_deadline != base::Timestamp::Infinite();
  if (s_.ready() && holds_room && !has_deadline) {
    broken.push_back(absl::StrFormat("gang %s: holds room without a deadline", Name(gang)));
  }
}

std::string CoreAudit::DurableState() const {
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < s_.nodes.capacity(); ++i) {
    const model::NodeInfo* info = s_.nodes.Info(NodeIndex(i));
    if (info == nullptr) continue;
    std::string line = absl::StrFormat("node %s", info->name);
    const NodeBlock& block = *s_.nodes.blocks()[BlockOf(NodeIndex(i))];
    for (uint16_t r = 0; r < block.requested.size(); ++r) {
      const int64_t amount = block.requested[r][OffsetOf(NodeIndex(i))];
      if (amount != 0) line += absl::StrFormat(" %d=%d", r, amount);
    }
    lines.push_back(std::move(line));
  }
  for (const auto& [uid, record] : s_.pods) {
    const model::PodInfo& pod = record.info;
    if (pod.bound())
      lines.push_back(absl::StrFormat("pod %s on %s", uid.ToString(), pod.node_name));
  }
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (gang->members.empty() && gang->finished == 0) continue;  // what is planned is not durable
    lines.push_back(absl::StrFormat("gang %s min %d members %d bound %d finished %d", Name(*gang),
                                    gang->min_member(), gang->members.size(), gang->bound,
                                    gang->finished));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace tutti::planner
