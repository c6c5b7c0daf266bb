// CoreReader's answers to "why".
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "planner/bound_pod_index.h"
#include "planner/core_reader.h"

namespace tutti::planner {
namespace {

using model::NodeIndex;
using model::ReasonCode;

constexpr size_t kMostClasses = 16;
constexpr size_t kMostDomains = 64;

Remedy::Kind KindOf(ReasonCode code) {
  switch (code) {
    case ReasonCode::kMisconfigured:
    case ReasonCode::kWaitingForSpec:
    case ReasonCode::kWaitingForMembers:
    case ReasonCode::kExceedsCluster:
    case ReasonCode::kNoEligibleNode:
    case ReasonCode::kPinnedNodeLost:
    case ReasonCode::kGangAtMax:
      return Remedy::Kind::kOwner;
    case ReasonCode::kWaitingForCapacity:
    case ReasonCode::kRefusedByPlugin:
      return Remedy::Kind::kOthersEnd;
    case ReasonCode::kBehindHead:
    case ReasonCode::kNodeReserved:
      return Remedy::Kind::kHeadFirst;
    case ReasonCode::kBackingOff:
    case ReasonCode::kPartialGangEvicted:
    case ReasonCode::kMaxRunTimeExceeded:
      return Remedy::Kind::kTime;
    case ReasonCode::kPluginFailed:
    case ReasonCode::kHeld:
    case ReasonCode::kNotReady:
      return Remedy::Kind::kOperator;
    case ReasonCode::kNone:
    case ReasonCode::kPlaced:
    case ReasonCode::kScheduled:
    case ReasonCode::kPlacedNodeNotOffered:
    case ReasonCode::kNotYetSeen:
    case ReasonCode::kBindFailed:
    case ReasonCode::kWaitingForRole:
      break;
  }
  return Remedy::Kind::kNone;
}

// Of a pod of no gang that has no node: what its nodes say.
model::Reason ReasonOf(const ClassDiagnosis& diagnosis) {
  if (diagnosis.nodes_with_room > 0) return {};
  model::Reason reason{ReasonCode::kNoEligibleNode, 0, 0, {}};
  for (const ClassDiagnosis::Refused& refused : diagnosis.refused) {
    switch (refused.cause) {
      case Cause::kReservedForHead:
      case Cause::kReserved:
        return {ReasonCode::kNodeReserved, refused.need, refused.have, refused.resource};
      case Cause::kInsufficientResource:
        return {ReasonCode::kWaitingForCapacity, refused.need, refused.have, refused.resource};
      case Cause::kHostPort:
      case Cause::kRefusedByKubeScheduler:
        reason = {ReasonCode::kWaitingForCapacity, 0, 0, {}};
        break;
      case Cause::kPlugin:
        if (reason.code == ReasonCode::kWaitingForCapacity) break;
        reason = {refused.plugin ? ReasonCode::kRefusedByPlugin : ReasonCode::kPluginFailed,
                  refused.need,
                  refused.have,
                  {},
                  refused.plugin};
        break;
      case Cause::kTooSmall:
        reason = {ReasonCode::kExceedsCluster, refused.need, refused.have, refused.resource};
        break;
      default:
        break;
    }
  }
  return reason;
}

}  // namespace

Explanation CoreReader::ExplainGang(const model::GangKey& key) {
  Explanation explanation;
  explanation.gang = Report(key, 0);
  ExplainMembers(*s_.gangs.at(key), base::Uid(), explanation);
  return explanation;
}

Explanation CoreReader::ExplainPod(base::Uid uid) {
  const PodRecord& record = s_.pods.at(uid);
  Explanation explanation;
  explanation.pod = RefOf(record.info);
  if (record.info.bound()) {
    explanation.pod_state = Member::State::kBound;
    explanation.node = record.info.node_name;
  }
  if (record.gang == nullptr) {
    ExplainSingle(record, explanation);
    return explanation;
  }
  explanation.gang = Report(record.gang->key, 0);
  if (const auto it = record.gang->members.find(uid); it != record.gang->members.end()) {
    explanation.pod_state = it->second.state;
    if (const model::NodeInfo* node = s_.nodes.Info(it->second.node);
        node != nullptr && !record.info.bound() && it->second.state != Member::State::kWaiting)
      explanation.node = node->name;
  }
  ExplainMembers(*record.gang, uid, explanation);
  if (explanation.pod_state != Member::State::kWaiting) {
    const auto member = record.gang->members.find(uid);
    const bool held_back = member != record.gang->members.end() && member->second.held_back;
    explanation.why.reason = {record.info.bound() ? ReasonCode::kScheduled
                              : held_back         ? ReasonCode::kWaitingForRole
                                                  : ReasonCode::kPlaced,
                              0,
                              0,
                              {}};
    explanation.why.remedy = {};
  }
  return explanation;
}

// The class of `first` comes first.
void CoreReader::ExplainMembers(Gang& gang, base::Uid first, Explanation& explanation) {
  WhyWaiting& why = explanation.why;
  why.reason = explanation.gang->reason;
  why.detail = explanation.gang->detail;
  explanation.nodes = nodes();
  explanation.queue_length = static_cast<int64_t>(QueueLengthOf(gang));
  explanation.start = explanation.gang->start;
  const std::vector<Member*> members = MembersWanted(gang, first);
  // What is kept for the head is room, to itself.
  const ReservationLedger::Lifted lifted(s_.ledger, gang.head_reservations);
  const QueuePlanner::Wanted wanted = queue_.Classes(gang, members);
  Explain(gang, wanted, why);
}

void CoreReader::Explain(const Gang& gang, const QueuePlanner::Wanted& wanted, WhyWaiting& why) {
  why.holders = holders_.For(gang, why.reason);
  std::vector<NodeSurvey::Room> rooms;
  for (size_t c = 0; c < wanted.classes.size() && c < kMostClasses; ++c) {
    why.classes.push_back(nodes_.Of(wanted.classes[c], gang.arrival));
    why.classes.back().example_pod = wanted.members[c].front()->pod->name;
    rooms.push_back(nodes_.room());
  }
  if (wanted.card != nullptr && !wanted.classes.empty())
    why.domains = Domains(wanted.card->view(), wanted, rooms);
  why.remedy = RemedyFor(gang, wanted, why.reason);
}

void CoreReader::ExplainSingle(const PodRecord& record, Explanation& explanation) {
  explanation.nodes = nodes();
  const model::PodInfo& pod = record.info;
  WhyWaiting& why = explanation.why;
  if (pod.bound()) {
    why.reason.code = ReasonCode::kScheduled;
    return;
  }
  Gang alone;  // whoever asks for holders is a gang
  alone.key.namespace_name = pod.namespace_name;
  const std::optional<int32_t> head = s_.ledger.head_priority();
  std::optional<ReservationLedger::Lifted> lifted;
  if (head.has_value() && pod.shape->priority > *head)
    lifted.emplace(s_.ledger, queue_.Head()->head_reservations);
  QueuePlanner::Wanted wanted;
  MemberClass& only = wanted.classes.emplace_back();
  only.shape = pod.shape;
  only.namespace_name = pod.namespace_name;
  only.count = 1;
  why.classes.push_back(nodes_.Of(only, 0));
  why.classes.front().example_pod = pod.name;
  why.reason = ReasonOf(why.classes.front());
  why.holders = holders_.For(alone, why.reason);
  why.remedy = RemedyFor(alone, wanted, why.reason);
}

std::vector<DomainRoom> CoreReader::Domains(const GangView& gang,
                                            const QueuePlanner::Wanted& wanted,
                                            const std::vector<NodeSurvey::Room>& rooms) {
  std::vector<DomainRoom> found;
  if (!domains_.Generate(gang)) return found;
  std::vector<std::vector<int64_t>> capacity(rooms.size(),
                                             std::vector<int64_t>(s_.nodes.capacity(), 0));
  for (size_t c = 0; c < rooms.size(); ++c) {
    for (const auto& [node, pods] : rooms[c]) capacity[c][node.value] = pods;
  }
  for (const Domain& domain : domains_.domains()) {
    DomainRoom& room = found.emplace_back(DomainRoom{domain.name, 0, 0});
    std::vector<int64_t> left(rooms.size());
    for (size_t c = 0; c < rooms.size(); ++c) left[c] = wanted.classes[c].count;
    for (uint32_t b = 0; b < domain.nodes.size() && b < s_.nodes.blocks().size(); ++b) {
      domain.nodes[b].ForEach([&](uint32_t offset) {
        ++room.nodes;
        for (size_t c = 0; c < rooms.size(); ++c) {
          const int64_t here = std::min(capacity[c][b * kNodesPerBlock + offset], left[c]);
          left[c] -= here;
          room.room += here;
        }
      });
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const DomainRoom& a, const DomainRoom& b) { return a.room > b.room; });
  if (found.size() > kMostDomains) found.resize(kMostDomains);
  return found;
}

Remedy CoreReader::RemedyFor(const Gang& gang, const QueuePlanner::Wanted& wanted,
                             const model::Reason& reason) {
  Remedy remedy;
  remedy.kind = KindOf(reason.code);
  if (remedy.kind == Remedy::Kind::kTime && gang.backoff_until > s_.now)
    remedy.not_before = gang.backoff_until - s_.now;
  if (reason.code != ReasonCode::kWaitingForCapacity || wanted.classes.empty()) return remedy;
  const std::vector<NodeIndex> nodes = LaterNodes(gang, wanted);
  for (size_t i = 0; i < nodes.size() && i < Remedy::kMost; ++i)
    remedy.nodes.push_back(s_.nodes.Info(nodes[i])->name);
  remedy.must_end = WhoIsOn(nodes, gang, reason.resource);
  return remedy;
}

std::vector<NodeIndex> CoreReader::LaterNodes(const Gang& gang,
                                              const QueuePlanner::Wanted& wanted) {
  std::set<NodeIndex> nodes;
  for (const ReservationId id : gang.head_reservations) nodes.insert(s_.ledger.Find(id)->node);
  if (nodes.empty()) {
    const Placement later = s_.placer.PlaceWhenDrained(wanted.classes, wanted.view());
    for (const std::vector<NodeIndex>& of_class : later.nodes)
      nodes.insert(of_class.begin(), of_class.end());
  }
  return {nodes.begin(), nodes.end()};
}

std::vector<model::Holder> CoreReader::WhoIsOn(const std::vector<NodeIndex>& nodes,
                                               const Gang& gang, model::ResourceId resource) const {
  if (!resource.valid()) resource = model::kPods;
  absl::flat_hash_map<const Gang*, int64_t> by_gang;  // null: pods of no gang
  const auto add = [&](const Gang* holder, int64_t amount) {
    if (amount > 0 && holder != &gang) by_gang[holder] += amount;
  };
  for (const NodeIndex node : nodes) {
    for (const PodRecord* record : bound_.RecordsOn(s_.nodes.Info(node)->name))
      add(record->gang, record->info.charge->Get(resource));
    for (const ReservationId id : s_.ledger.On(node)) {
      const ReservationLedger::Reservation& reservation = *s_.ledger.Find(id);
      if (reservation.what != model::NodeTable::Reserved::kPlaced) continue;
      const auto holder = s_.by_arrival.find(reservation.gang);
      add(holder == s_.by_arrival.end() ? nullptr : holder->second,
          reservation.shape->requests.Get(resource));
    }
  }
  std::map<std::string, int64_t> amounts;
  for (const auto& [holder, amount] : by_gang) {
    const bool visible = holder != nullptr && holder->key.namespace_name == gang.key.namespace_name;
    amounts[holder == nullptr ? "pods of no gang"
            : visible         ? "gang " + holder->display_name
                              : "gangs of other namespaces"] += amount;
  }
  std::vector<model::Holder> holders;
  for (const auto& [who, amount] : amounts) holders.push_back({who, amount});
  std::stable_sort(
      holders.begin(), holders.end(),
      [](const model::Holder& a, const model::Holder& b) { return a.amount > b.amount; });
  if (holders.size() > Remedy::kMost) holders.resize(Remedy::kMost);
  return holders;
}

}  // namespace tutti::planner
