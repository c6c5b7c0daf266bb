// CoreReader's answers to "when".
#include <algorithm>
#include <utility>

#include "planner/core_reader.h"
#include "planner/gang_room.h"
#include "planner/member_choice.h"
#include "planner/start_forecast.h"

namespace tutti::planner {

using model::ReasonCode;

std::vector<Member*> CoreReader::MembersWanted(Gang& gang, base::Uid first) const {
  std::vector<Member*> members = queue_.WaitingMembers(gang);
  std::stable_partition(members.begin(), members.end(),
                        [&](const Member* member) { return member->pod->uid == first; });
  if (MemberChoice choice(gang, members, QueuePlanner::MissingMembers(gang));
      !choice.shortage() && !choice.first().empty())
    members = choice.first();
  return members;
}

std::vector<CoreReader::Waiting> CoreReader::Line() const {
  std::vector<Waiting> line;
  for (const uint64_t arrival : queue_.line()) {
    const auto it = s_.by_arrival.find(arrival);
    if (it == s_.by_arrival.end()) continue;
    Gang& gang = *it->second;
    const bool for_room = gang.reason.code == ReasonCode::kWaitingForCapacity ||
                          gang.reason.code == ReasonCode::kBehindHead;
    if (gang.waiting == 0 || gang.complete() || !for_room) continue;
    const std::vector<Member*> members = MembersWanted(gang, base::Uid());
    if (!members.empty()) line.push_back({&gang, queue_.Classes(gang, members)});
  }
  return line;
}

const CoreReader::Outlooks& CoreReader::Foresee(base::Duration most_age) const {
  const bool nothing_since = foreseen_after_ == queue_.passes();
  if (foreseen_at_ &&
      (s_.now - *foreseen_at_ < most_age || (nothing_since && s_.now == *foreseen_at_)))
    return outlooks_;
  foreseen_at_ = s_.now;
  foreseen_after_ = queue_.passes();
  outlooks_ = ForeseeAnew(Line());
  return outlooks_;
}

CoreReader::Outlooks CoreReader::ForeseeAnew(std::vector<Waiting> line) const {
  Outlooks outlooks;
  if (line.empty()) return outlooks;
  // In a forecast the head is one of many.
  const Gang* const head = queue_.Head();
  const ReservationLedger::Lifted lifted(
      s_.ledger, head == nullptr ? std::vector<ReservationId>() : head->head_reservations);
  for (size_t i = 0; i < line.size(); ++i) {
    const Gang& gang = *line[i].gang;
    StartRange& range = outlooks[gang.arrival].range;
    range.before = static_cast<int64_t>(i);
    range.reserved = &gang == head || queue_.PromisedStay(gang) != nullptr;
  }
  ForeseeBy(RunTimeSource::kLearned, line, outlooks);
  ForeseeBy(RunTimeSource::kDeclared, line, outlooks);
  return outlooks;
}

void CoreReader::ForeseeBy(RunTimeSource source, const std::vector<Waiting>& line,
                           Outlooks& outlooks) const {
  StartForecast forecast(s_, source);
  for (const auto& [gang, wanted] : line) {
    std::optional<StartForecast::Start> start;
    const RoomProfile::Stay* promised = queue_.PromisedStay(*gang);
    if (gang == queue_.Head() && !queue_.HeadAwaitsEnds()) {
      // Plugins make room for it: when that is there, nobody knows.
    } else if (promised != nullptr && source == s_.options.run_times) {
      start = forecast.Next(*promised);
    } else {
      start = forecast.Next(*gang, wanted.classes, wanted.view());
    }
    if (!start) {
      if (gang != queue_.Head()) continue;
      RoomProfile::Room room;
      for (const ReservationId id : gang->head_reservations) {
        const ReservationLedger::Reservation* kept = s_.ledger.Find(id);
        if (kept == nullptr) continue;  // its node has gone since
        room[kept->node].Add(s_.ledger.AmountOf(*kept->shape, kept->devices));
      }
      forecast.Keeps(std::move(room));
      continue;
    }
    Outlook& outlook = outlooks[gang->arrival];
    (source == RunTimeSource::kLearned ? outlook.earliest : outlook.latest) = start->time;
    outlook.range.ends = start->ends;
  }
}

StartRange CoreReader::StartIfSubmitted(Gang& gang, const QueuePlanner::Wanted& wanted,
                                        std::vector<Waiting>& others) const {
  others.push_back({&gang, wanted});
  std::vector<Waiting> line = Line();
  for (const Waiting& one : others) {
    // Before the first of its own queue that it goes before.
    const QueuePlace place = gangs_.dates().PlaceFor(*one.gang);
    const auto at = std::find_if(line.begin(), line.end(), [&](const Waiting& other) {
      const QueuePlace there = gangs_.dates().PlaceFor(*other.gang);
      return place.line == there.line && gangs_.dates().GoesBefore(place, there);
    });
    line.insert(at, one);
  }
  return StartOf(gang, ForeseeAnew(std::move(line)));
}

StartRange CoreReader::StartOf(const Gang& gang, const Outlooks& outlooks) const {
  const auto it = outlooks.find(gang.arrival);
  if (it == outlooks.end()) return {};
  auto [earliest, latest, range] = it->second;
  // Where nothing was learned that tells more than what is declared, there is no earliest start.
  // Shorter runs of others may make a gang later: then that is the limit, unless it was promised.
  const bool turned = earliest && latest && *earliest > *latest;
  if (turned && !range.reserved) std::swap(*earliest, *latest);
  if (earliest && latest && *earliest >= *latest) earliest.reset();
  const auto from_now = [&](base::Timestamp at) {
    return std::max(at - s_.now, base::Duration(0));
  };
  if (earliest) range.earliest = from_now(*earliest);
  if (latest) range.latest = from_now(*latest);
  return range.known() ? range : StartRange();
}

}  // namespace tutti::planner
