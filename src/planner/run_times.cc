#include "planner/run_times.h"

#include <algorithm>
#include <array>

namespace tutti::planner {

using base::Duration;
using base::Timestamp;

namespace {

constexpr Duration kLeastRun = std::chrono::seconds(1);
constexpr Duration kMostRun = std::chrono::years(10);
constexpr Duration kLeastOverdue = std::chrono::minutes(1);
// One after the other, the last of them for ever.
constexpr std::array<Duration, 11> kExtensions = {
    std::chrono::minutes(1),  std::chrono::minutes(5), std::chrono::minutes(15),
    std::chrono::minutes(30), std::chrono::hours(1),   std::chrono::hours(2),
    std::chrono::hours(5),    std::chrono::hours(10),  std::chrono::hours(20),
    std::chrono::hours(50),   std::chrono::hours(100)};

// The smaller of those that are known; 0: neither is.
Duration Lesser(Duration a, Duration b) {
  if (a.count() == 0 || b.count() == 0) return std::max(a, b);
  return std::min(a, b);
}

// It runs on for as long as it is overdue already.
Timestamp Overdue(Timestamp end, Timestamp now) {
  return now + std::max<Duration>(now - end, kLeastOverdue);
}

}  // namespace

Duration RunTimes::Of(const Gang& gang, RunTimeSource source) const {
  const Duration declared = gang.expected_duration();
  return source == RunTimeSource::kLearned ? Lesser(Learned(gang), declared) : declared;
}

Duration RunTimes::Learned(const Gang& gang) const {
  const auto it = index_.find(Key(gang.key.namespace_name, gang.submitter()));
  if (it == index_.end()) return Duration(0);
  const Submitter& known = *it->second;
  const Duration declared = gang.expected_duration();
  if (known.before.count() > 0) return Lesser((known.last + known.before) / 2, declared);
  return declared.count() > 0 ? Duration(0) : known.last;
}

void RunTimes::Add(const Gang& gang, Duration ran) {
  if (gang.submitter().empty()) return;
  Submitter submitter{gang.key.namespace_name, std::string(gang.submitter()),
                      std::clamp(ran, kLeastRun, kMostRun)};
  const auto it = index_.find(Key(submitter.namespace_name, submitter.name));
  if (it != index_.end()) {
    submitter.before = it->second->last;
    const Submitters::iterator known = it->second;
    index_.erase(it);
    submitters_.erase(known);
  }
  Append(std::move(submitter));
}

void RunTimes::Append(Submitter submitter) {
  const auto added = submitters_.insert(submitters_.end(), std::move(submitter));
  index_.emplace(Key(added->namespace_name, added->name), added);
  if (submitters_.size() <= kMostSubmitters) return;
  index_.erase(Key(submitters_.front().namespace_name, submitters_.front().name));
  submitters_.pop_front();
}

Timestamp RunTimes::EndOf(const Gang& gang, RunTimeSource source) {
  if (source == RunTimeSource::kDeclared || gang.learned.count() == 0 || !gang.holds_room())
    return gang.expected_end();
  return gang.started + Lesser(gang.learned, gang.expected_duration());
}

Timestamp RunTimes::Extended(const Gang& gang, RunTimeSource source, Timestamp now) {
  const Timestamp limit = gang.expected_end();
  if (source == RunTimeSource::kDeclared || limit <= now) return Overdue(limit, now);
  Timestamp end = EndOf(gang, source);
  for (size_t i = 0; end <= now; ++i) end = end + kExtensions[std::min(i, kExtensions.size() - 1)];
  return std::min(end, limit);
}

void RunTimes::Restore(std::vector<Submitter> submitters) {
  for (Submitter& submitter : submitters) Append(std::move(submitter));
}

}  // namespace tutti::planner
