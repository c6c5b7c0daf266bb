#include "planner/core_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "planner/object_desk.h"

namespace tutti::planner {
namespace {

// Lists are asked for again and again.
constexpr base::Duration kListAge = std::chrono::seconds(5);

using model::ReasonCode;
using Reserved = model::NodeTable::Reserved;

// Shorter names first, so that train-9 comes before train-10.
bool ByName(const GangReport::MemberReport& a, const GangReport::MemberReport& b) {
  return std::pair(a.pod.size(), std::string_view(a.pod)) <
         std::pair(b.pod.size(), std::string_view(b.pod));
}

bool Shown(const Gang& gang, const std::string& namespace_name) {
  return namespace_name.empty() || gang.key.namespace_name == namespace_name;
}

}  // namespace

CoreReader::CoreReader(CoreState& state, GangBook& gangs, PreEnqueue& pre_enqueue,
                       QueuePlanner& queue, const BoundPodIndex& bound, const ObjectDesk& objects)
    : s_(state),
      gangs_(gangs),
      pre_enqueue_(pre_enqueue),
      queue_(queue),
      bound_(bound),
      objects_(objects) {}

std::vector<ConfigError> CoreReader::CheckObject(const model::WatchedObjectUpserted& object) const {
  return objects_.Check(object);
}

GangReport CoreReader::ReportOf(const Gang& gang) const {
  GangReport report;
  report.key = gang.key;
  report.name = gang.display_name;
  report.phase = gang.phase();
  if (gang.waiting > 0 || report.phase == GangPhase::kWaiting) {
    report.reason = gang.waiting_reason();
    report.detail = gang.reason_detail;
  } else {
    report.reason.code =
        report.phase == GangPhase::kScheduled ? ReasonCode::kScheduled : ReasonCode::kPlaced;
  }
  report.min_member = gang.min_member();
  report.waiting = gang.waiting;
  report.placed = gang.placed;
  report.binding = gang.binding;
  report.bound = gang.bound;
  report.finished = gang.finished;
  report.priority = gang.members.empty() && gang.slots.empty() ? 0 : gang.priority();
  report.head = s_.head == gang.arrival;
  report.held = s_.Held(gang);
  report.waited = s_.now - gang.first_seen;
  report.queue = QueueNameOf(gang);
  return report;
}

std::vector<GangReport> CoreReader::Gangs(const std::string& namespace_name, Page page) const {
  std::map<uint64_t, int64_t> positions;
  gangs_.dates().VisitQueues(
      [&](const Gang& gang, int64_t position) { positions[gang.arrival] = position; });
  std::vector<GangReport> reports;
  size_t skipped = 0;
  for (const auto& [key, gang] : s_.gangs) {
    if (!Shown(*gang, namespace_name) || skipped++ < page.offset) continue;
    if (reports.size() > page.limit) break;
    reports.push_back(ReportOf(*gang));
    if (gang->waiting > 0) reports.back().start = StartOf(*gang, Foresee(kListAge));
    const auto at = positions.find(gang->arrival);
    if (at != positions.end()) reports.back().position = at->second;
  }
  return reports;
}

std::vector<GangReport> CoreReader::Queue(const std::string& namespace_name, Page page) const {
  std::vector<GangReport> reports;
  size_t skipped = 0;
  gangs_.dates().VisitQueues([&](const Gang& gang, int64_t position) {
    if (!Shown(gang, namespace_name) || skipped++ < page.offset) return;
    if (reports.size() > page.limit) return;
    reports.push_back(ReportOf(gang));
    reports.back().start = StartOf(gang, Foresee(kListAge));
    reports.back().position = position;
  });
  return reports;
}

std::vector<ReservationReport> CoreReader::Reservations(const std::string& node, Page page) const {
  const model::NodeIndex only = node.empty() ? model::NodeIndex() : s_.nodes.Find(node);
  std::vector<ReservationReport> reports;
  size_t skipped = 0;
  s_.ledger.ForEach([&](ReservationId id, const ReservationLedger::Reservation& reservation) {
    if (!node.empty() && reservation.node != only) return;
    if (reports.size() > page.limit || skipped++ < page.offset) return;
    ReservationReport& report = reports.emplace_back();
    report.id = id.value;
    report.node = s_.nodes.Info(reservation.node)->name;
    report.amounts = reservation.shape->requests;
    if (const auto gang = s_.by_arrival.find(reservation.gang); gang != s_.by_arrival.end()) {
      report.gang = gang->second->key;
      report.gang_name = gang->second->display_name;
    }
    if (const auto pod = s_.pods.find(reservation.pod); pod != s_.pods.end())
      report.pod = RefOf(pod->second.info);
    const bool has_pod = reservation.pod.valid();
    report.kind = reservation.what == Reserved::kForHead ? ReservationReport::Kind::kHead
                  : !has_pod                             ? ReservationReport::Kind::kSlot
                  : report.gang                          ? ReservationReport::Kind::kPlaced
                                                         : ReservationReport::Kind::kAssumed;
  });
  return reports;
}

std::vector<QueueReport> CoreReader::Queues() const {
  std::vector<QueueReport> reports;
  const QueueSelectPlugin* plugin = gangs_.dates().selector();
  for (uint32_t queue = 0; queue < (plugin == nullptr ? 1 : plugin->queues()); ++queue) {
    QueueReport& report = reports.emplace_back();
    report.gate = s_.queue_gate;
    if (plugin == nullptr) {
      report.description.name = kOnlyQueue;
    } else {
      report.description = plugin->Describe(QueueId(queue));
    }
  }
  gangs_.dates().VisitQueues([&](const Gang& gang, int64_t) {
    CountWaiting(gang, reports[gangs_.dates().QueueOf(gang).value]);
  });
  // Numbers of queues that have gone.
  std::erase_if(reports, [](const QueueReport& report) { return report.description.name.empty(); });
  return reports;
}

std::vector<HandleReport> CoreReader::Handles() const {
  std::vector<HandleReport> reports;
  const QueueSelectPlugin* plugin = gangs_.dates().selector();
  if (plugin == nullptr) return reports;
  using Name = std::pair<std::string_view, std::string_view>;
  std::map<Name, size_t> numbers;
  for (QueueHandle& handle : plugin->Handles()) reports.emplace_back().handle = std::move(handle);
  for (size_t i = 0; i < reports.size(); ++i)
    numbers.emplace(Name(reports[i].handle.namespace_name, reports[i].handle.name), i);
  if (reports.empty()) return reports;
  for (const auto& [key, gang] : s_.gangs) {
    const std::string name = plugin->HandleOf(GangCard(*gang, {}).view());
    const auto number = numbers.find(Name(key.namespace_name, name));
    if (number != numbers.end()) CountIn(*gang, reports[number->second]);
  }
  return reports;
}

void CoreReader::CountIn(const Gang& gang, HandleReport& report) const {
  report.waiting_gangs += gang.waiting > 0 ? 1 : 0;
  report.waiting_pods += gang.waiting;
  bool runs = false;
  for (const auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kWaiting) continue;
    runs = true;
    report.used.Add(*member.pod->charge);
  }
  report.running_gangs += runs ? 1 : 0;
}

void CoreReader::CountWaiting(const Gang& gang, QueueReport& report) const {
  ++report.waiting_gangs;
  report.waiting_pods += gang.waiting;
  if (&gang != queue_.Head()) return;
  report.head = gang.key;
  report.head_name = gang.display_name;
}

std::string CoreReader::QueueNameOf(const Gang& gang) const {
  const QueueSelectPlugin* plugin = gangs_.dates().selector();
  return plugin == nullptr ? kOnlyQueue : plugin->Describe(gangs_.dates().QueueOf(gang)).name;
}

size_t CoreReader::QueueLengthOf(const Gang& gang) const {
  return gang.waiting == 0 ? 0 : gangs_.dates().LengthOf(gangs_.dates().PlaceInQueue(gang).line);
}

std::vector<model::GangKey> CoreReader::FindGangs(const std::string& namespace_name,
                                                  std::string_view name,
                                                  std::string_view dialect) const {
  std::vector<model::GangKey> keys;
  for (auto it = s_.gangs.lower_bound({namespace_name, {}, {}});
       it != s_.gangs.end() && it->first.namespace_name == namespace_name; ++it) {
    const bool called_so = it->second->display_name == name || it->first.identity == name;
    if (called_so && (dialect.empty() || it->first.dialect == dialect)) keys.push_back(it->first);
  }
  return keys;
}

std::optional<base::Uid> CoreReader::FindPod(std::string_view namespace_name,
                                             std::string_view name) const {
  for (const auto& [uid, record] : s_.pods) {
    if (record.info.name == name && record.info.namespace_name == namespace_name) return uid;
  }
  return std::nullopt;
}

bool CoreReader::IsHeld(const model::GangKey& key) const {
  const auto it = s_.gangs.find(key);
  return it != s_.gangs.end() && it->second->held;
}

GangReport CoreReader::Report(const model::GangKey& key, size_t most_members) const {
  const Gang& gang = *s_.gangs.at(key);
  GangReport report = ReportOf(gang);
  if (gang.waiting > 0) {
    report.position =
        static_cast<int64_t>(gangs_.dates().CountBefore(gangs_.dates().PlaceInQueue(gang))) + 1;
    report.start = StartOf(gang, Foresee(base::Duration(0)));
  }
  report.markers = MarkerLines(gang);
  if (most_members == 0) return report;
  for (const auto& [uid, member] : gang.members) {
    GangReport::MemberReport& shown = report.members.emplace_back();
    shown.pod = member.pod->name;
    shown.state = member.state;
    if (member.runs()) {
      shown.node = member.pod->node_name;
    } else if (member.state != Member::State::kWaiting) {
      shown.node = s_.nodes.Info(member.node)->name;
    }
  }
  std::sort(report.members.begin(), report.members.end(), ByName);
  if (report.members.size() > most_members) report.members.resize(most_members);
  return report;
}

}  // namespace tutti::planner
