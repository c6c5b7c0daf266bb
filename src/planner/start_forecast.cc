#include "planner/start_forecast.h"

#include <algorithm>
#include <utility>

#include "planner/gang_room.h"

namespace tutti::planner {

using base::Timestamp;

namespace {

constexpr size_t kMostEnds = 8192;  // later ones are taken never to come
constexpr int kLooks = 256;         // placements that are tried, in all
constexpr int kLooksOfOne = 32;

std::vector<std::pair<Timestamp, const Gang*>> EndsOf(const CoreState& state,
                                                      RunTimeSource source) {
  std::vector<std::pair<Timestamp, const Gang*>> ends;
  for (const auto& [arrival, gang] : state.by_arrival) {
    Timestamp end = RunTimes::EndOf(*gang, source);
    const bool in_part = gang->waiting > 0 && !gang->complete();
    if (end == Timestamp::Infinite() || in_part) continue;
    // What outlives its limit has none.
    if (end <= state.now && source == RunTimeSource::kDeclared) continue;
    if (end <= state.now) end = RunTimes::Extended(*gang, source, state.now);
    ends.emplace_back(end, gang);
  }
  std::stable_sort(ends.begin(), ends.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (ends.size() > kMostEnds) ends.resize(kMostEnds);
  return ends;
}

}  // namespace

StartForecast::StartForecast(CoreState& state, RunTimeSource source)
    : s_(state), source_(source), last_(state.now), looks_(kLooks) {
  for (const auto& [end, gang] : EndsOf(state, source)) {
    RoomProfile::Room room;
    AddRoomOf(*gang, state, room);
    profile_.Give(end, std::move(room));
  }
}

std::optional<StartForecast::Start> StartForecast::Next(const Gang& gang,
                                                        std::span<const MemberClass> classes,
                                                        const GangView* view) {
  const bool in_order = s_.options.backfill == Backfill::kNone;
  if (anyone_unforeseen_ && (in_order || limits())) return std::nullopt;
  const std::vector<const RoomProfile::Stay*> stays = Stays();
  const WindowSearch::Job job{classes, view, s_.run_times.Of(gang, source_)};
  WindowSearch::Limits limits;
  limits.looks = std::min(looks_, kLooksOfOne);
  if (in_order) limits.from = last_;
  looks_ -= limits.looks;
  const std::optional<WindowSearch::Window> window =
      WindowSearch(s_, profile_).Find(job, stays, limits);
  looks_ += limits.looks;
  if (!window) {
    anyone_unforeseen_ = true;
    return std::nullopt;
  }
  RoomProfile::Room room;
  AddRoomOf(classes, window->placement, s_.ledger, room);
  return Add({window->start, job.EndAfter(window->start), std::move(room)});
}

std::optional<StartForecast::Start> StartForecast::Next(const RoomProfile::Stay& planned) {
  if (!profile_.HasRoomFor(planned, Stays(), s_.nodes)) {
    anyone_unforeseen_ = true;
    return std::nullopt;
  }
  return Add(planned);
}

std::vector<const RoomProfile::Stay*> StartForecast::Stays() const {
  std::vector<const RoomProfile::Stay*> stays;
  for (const RoomProfile::Stay& stay : stays_) stays.push_back(&stay);
  return stays;
}

void StartForecast::Keeps(RoomProfile::Room room) {
  anyone_unforeseen_ = true;
  stays_.emplace_back(s_.now, Timestamp::Infinite(), std::move(room));
}

StartForecast::Start StartForecast::Add(RoomProfile::Stay stay) {
  last_ = std::max(last_, stay.from());
  const Start start{stay.from(), profile_.GiftsOn(stay.room(), stay.from())};
  stays_.push_back(std::move(stay));
  return start;
}

}  // namespace tutti::planner
