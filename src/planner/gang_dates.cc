#include "planner/gang_dates.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "framework/guard.h"
#include "planner/core_checkpoint.h"
#include "planner/gang_card.h"

namespace tutti::planner {

using base::Timestamp;

void GangDates::Update(Gang& gang) {
  Entry& entry = entries_[gang.arrival];
  Requeue(gang, entry);
  Move(deadlines_, gang.arrival, entry.deadline, DeadlineOf(gang));
  Move(ends_, gang.arrival, entry.end, EndOf(gang));
}

Timestamp GangDates::DeadlineOf(const Gang& gang) const {
  return std::min({gang.hold_deadline, gang.repair_deadline, gang.member_deadline,
                   gang.report_deadline, gang.run_deadline,
                   gang.backoff_until > s_.now ? gang.backoff_until : Timestamp::Infinite()});
}

void GangDates::Remove(const Gang& gang) {
  const auto it = entries_.find(gang.arrival);
  if (it == entries_.end()) return;
  Entry& entry = it->second;
  if (entry.queued) Erase(entry.place);
  Move(deadlines_, gang.arrival, entry.deadline, Timestamp::Infinite());
  Move(ends_, gang.arrival, entry.end, Timestamp::Infinite());
  entries_.erase(it);
}

void GangDates::Refresh() {
  const std::set<uint64_t> unanswered = std::exchange(unanswered_, {});
  if (selector() == nullptr) return;
  if (std::exchange(stale_, false)) {
    for (const auto& [arrival, gang] : s_.by_arrival) {
      Replace(*gang);
      ReplaceRunLimit(*gang);
    }
    return;
  }
  for (const uint64_t arrival : unanswered) {
    const auto gang = s_.by_arrival.find(arrival);
    if (gang != s_.by_arrival.end()) Replace(*gang->second);
  }
}

void GangDates::LetPluginSettle() const {
  if (!stale_ || selector() == nullptr) return;
  // One that fails will fail again where it is asked something.
  static_cast<void>(framework::Guarded(*s_.plugins.profile,
                                       s_.plugins.profile->queue_selects().front().plugin,
                                       "QueueSelect", &s_.plugins.on_failure, [&] {
                                         static_cast<void>(selector()->queues());
                                         return Status::Success();
                                       }));
}

void GangDates::Replace(Gang& gang) {
  const auto it = entries_.find(gang.arrival);
  if (it == entries_.end() || !it->second.queued) return;
  Erase(it->second.place);
  it->second.place = Insert(PlaceFor(gang));
}

void GangDates::ReplaceRunLimit(Gang& gang) {
  const auto it = entries_.find(gang.arrival);
  if (it == entries_.end() || !gang.run_limit || gang.over) return;
  AskRunLimit(gang);
  Move(deadlines_, gang.arrival, it->second.deadline, DeadlineOf(gang));
}

void GangDates::Requeue(Gang& gang, Entry& entry) {
  const bool queued = gang.waiting > 0;
  if (entry.queued && queued && InPlace(gang, *entry.place)) return;
  if (entry.queued) Erase(entry.place);
  entry.queued = queued;
  if (queued) entry.place = Insert(PlaceFor(gang));
}

bool GangDates::InPlace(const Gang& gang, const QueuePlace& place) const {
  // What a plugin's order makes of a gang may hang on anything in it.
  if (queue_.key_comp().asks_plugin()) return false;
  if (place.whole != !gang.partial() || place.priority != gang.priority()) return false;
  return place.card == nullptr || place.card->view().queue == gang.queue();
}

GangDates::QueueSet::iterator GangDates::Insert(QueuePlace place) {
  if (++lines_[place.line] == 1) ++lines_version_;
  return queue_.insert(std::move(place));
}

void GangDates::Erase(QueueSet::iterator place) {
  const auto line = lines_.find(place->line);
  if (--line->second == 0) {
    lines_.erase(line);
    ++lines_version_;
  }
  queue_.erase(place);
}

const QueuePlace* GangDates::NextIn(uint32_t line, const QueuePlace* after, Skips skips) const {
  auto it = after == nullptr ? queue_.lower_bound(QueueOrder::LineStart{line})
                             : queue_.upper_bound(*after);
  while (it != queue_.end() && it->line == line && skips(*it)) ++it;
  return it == queue_.end() || it->line != line ? nullptr : &*it;
}

void GangDates::VisitQueues(absl::FunctionRef<void(const Gang&, int64_t)> visit) const {
  int64_t position = 0;
  uint32_t line = 0;
  for (const QueuePlace& place : queue_) {
    position = place.line == line ? position + 1 : 1;
    line = place.line;
    visit(*place.gang, position);
  }
}

const QueueSelectPlugin* GangDates::selector() const {
  if (!s_.plugins.active() || s_.plugins.profile->queue_selects().empty()) return nullptr;
  return s_.plugins.profile->queue_selects().front().point;
}

QueueId GangDates::QueueOf(const Gang& gang) const {
  if (selector() == nullptr) return QueueId(0);
  const auto it = entries_.find(gang.arrival);
  if (it != entries_.end() && it->second.queued && it->second.place->line > 0)
    return QueueId(it->second.place->line - 1);
  return AskQueueOf(GangCard(gang, {}).view()).value_or(QueueId(0));
}

std::optional<QueueId> GangDates::AskQueueOf(const GangView& gang) const {
  const QueueSelectPlugin& plugin = *selector();
  QueueId queue;
  const Status status =
      framework::Guarded(*s_.plugins.profile, s_.plugins.profile->queue_selects().front().plugin,
                         "QueueSelect", &s_.plugins.on_failure, [&] {
                           queue = plugin.QueueOf(gang);
                           if (queue.valid() && queue.value < plugin.queues())
                             return Status::Success();
                           return Status::Error("QueueOf gave a queue that there is not");
                         });
  return status.ok() ? std::optional(queue) : std::nullopt;
}

Timestamp GangDates::BoundAt(const model::PodInfo& pod) const {
  if (pod.bound_seconds == 0 || s_.options.timestamp_zero.count() == 0) return s_.now;
  const base::Duration since_1970 = std::chrono::seconds(pod.bound_seconds);
  return std::min(s_.now, Timestamp{(since_1970 - s_.options.timestamp_zero).count()});
}

void GangDates::AskRunLimit(Gang& gang) const {
  const std::optional<base::Duration> before = std::exchange(gang.run_limit, std::nullopt);
  if (gang.satisfied) gang.run_limit = RunLimitOf(gang);
  if (gang.run_limit == before) return;
  gang.run_deadline = Timestamp::Infinite();
  if (!gang.run_limit || gang.run_limit->count() == 0) return;
  Timestamp first = s_.now;
  for (const auto& [uid, member] : gang.members)
    if (member.runs()) first = std::min(first, BoundAt(*member.pod));
  gang.run_deadline = std::max(s_.now, first + *gang.run_limit);
}

base::Duration GangDates::RunLimitOf(const Gang& gang) const {
  if (selector() == nullptr) return base::Duration(0);
  const GangCard card(gang, {});
  const QueueId queue = QueueOf(gang);
  base::Duration limit{0};
  const Status status =
      framework::Guarded(*s_.plugins.profile, s_.plugins.profile->queue_selects().front().plugin,
                         "QueueSelect", &s_.plugins.on_failure, [&] {
                           limit = selector()->RunTimeLimit(queue, card.view());
                           return Status::Success();
                         });
  return status.ok() ? std::max(limit, base::Duration(0)) : base::Duration(0);
}

void GangDates::Move(Calendar& calendar, uint64_t arrival, Timestamp& date, Timestamp to) {
  const Timestamp from = std::exchange(date, to);
  if (from == to) return;
  if (from != Timestamp::Infinite()) calendar.erase({from, arrival});
  if (to != Timestamp::Infinite()) calendar.emplace(to, arrival);
}

// A limit stays where it is declared; what was learned is corrected as time goes by.
Timestamp GangDates::EndOf(const Gang& gang) const {
  const Timestamp end = s_.run_times.EndOf(gang);
  return s_.run_times.learns() && end <= s_.now ? s_.run_times.Extended(gang, s_.now) : end;
}

Timestamp GangDates::NextExtension() const {
  return s_.run_times.learns() && !ends_.empty() ? ends_.begin()->first : Timestamp::Infinite();
}

void GangDates::Extend() {
  while (NextExtension() <= s_.now) {
    const uint64_t arrival = ends_.begin()->second;
    Move(ends_, arrival, entries_.at(arrival).end, EndOf(*s_.by_arrival.at(arrival)));
  }
}

void GangDates::VisitEnds(absl::FunctionRef<bool(const End&)> visit) const {
  std::vector<End> overdue;
  auto next = ends_.begin();
  for (; next != ends_.end() && next->first <= s_.now; ++next) {
    const Gang* gang = s_.by_arrival.at(next->second);
    overdue.push_back({s_.run_times.Extended(*gang, s_.now), gang});
  }
  // The latest of them is most often the first: it is the least overdue.
  std::reverse(overdue.begin(), overdue.end());
  std::stable_sort(overdue.begin(), overdue.end(),
                   [](const End& a, const End& b) { return a.time < b.time; });
  auto late = overdue.begin();
  while (late != overdue.end() || next != ends_.end()) {
    const bool first = late != overdue.end() && (next == ends_.end() || late->time <= next->first);
    const End end = first ? *late : End{next->first, s_.by_arrival.at(next->second)};
    if (first) {
      ++late;
    } else {
      ++next;
    }
    if (!visit(end)) return;
  }
}

QueuePlace GangDates::PlaceFor(Gang& gang, bool whole, int32_t priority) const {
  QueuePlace place{0, whole, priority, gang.arrival, &gang, nullptr};
  const bool selects = selector() != nullptr;
  if (selects || queue_.key_comp().asks_plugin())
    place.card = std::make_shared<const GangCard>(gang, std::vector<MemberClass>());
  if (!selects || !whole) return place;
  const std::optional<QueueId> queue = AskQueueOf(place.card->view());
  if (!queue) unanswered_.insert(gang.arrival);
  place.line = queue.value_or(QueueId(0)).value + 1;
  return place;
}

size_t GangDates::CountBefore(const QueuePlace& place) const {
  const auto first = queue_.lower_bound(QueueOrder::LineStart{place.line});
  return static_cast<size_t>(std::distance(first, queue_.lower_bound(place)));
}

std::vector<Gang*> GangDates::Queue(const std::optional<QueuePlace>& from) const {
  std::vector<Gang*> gangs;
  gangs.reserve(queue_.size());
  for (auto it = from ? queue_.lower_bound(*from) : queue_.begin(); it != queue_.end(); ++it)
    gangs.push_back(it->gang);
  return gangs;
}

std::vector<Gang*> GangDates::Due() {
  std::vector<Gang*> due;
  while (!deadlines_.empty() && deadlines_.begin()->first <= s_.now) {
    const uint64_t arrival = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    entries_.at(arrival).deadline = Timestamp::Infinite();
    due.push_back(s_.by_arrival.at(arrival));
  }
  return due;
}

Timestamp GangDates::NextDeadline() const {
  return deadlines_.empty() ? Timestamp::Infinite() : deadlines_.begin()->first;
}

void GangDates::Save(CoreCheckpoint& checkpoint) const {
  for (const QueuePlace& place : queue_)
    checkpoint.queue.push_back({place.whole, place.priority, place.arrival});
  for (const auto& [arrival, gang] : s_.by_arrival) {
    const auto it = entries_.find(arrival);
    if (it != entries_.end())
      checkpoint.dates.push_back({arrival, it->second.deadline, it->second.end});
  }
}

void GangDates::Restore(const CoreCheckpoint& checkpoint) {
  for (const CoreCheckpoint::GangDates& saved : checkpoint.dates) {
    Entry& entry = entries_[saved.arrival];
    entry.deadline = saved.deadline;
    entry.end = saved.end;
    if (entry.deadline != Timestamp::Infinite()) deadlines_.insert({entry.deadline, saved.arrival});
    if (entry.end != Timestamp::Infinite()) ends_.insert({entry.end, saved.arrival});
  }
  for (const CoreCheckpoint::Place& saved : checkpoint.queue) {
    Entry& entry = entries_[saved.arrival];
    Gang& gang = *s_.by_arrival.at(saved.arrival);
    entry.queued = true;
    entry.place = Insert(PlaceFor(gang, saved.whole, saved.priority));
  }
}

}  // namespace tutti::planner
