#include "planner/queue_round.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"
#include "framework/guard.h"
#include "planner/gang_card.h"

namespace tutti::planner {
namespace {

constexpr uint32_t kBoundInPart = 0;  // see QueuePlace::line
constexpr base::Duration kAskAgain = std::chrono::seconds(1);
constexpr size_t kMostAtOnce = 256;  // gangs in one question

}  // namespace

bool QueueRound::active() const {
  return s_.plugins.active() && !s_.plugins.profile->queue_selects().empty();
}

template <class Call>
bool QueueRound::Ask(Call&& call) {
  const auto& at = s_.plugins.profile->queue_selects().front();
  return framework::Guarded(*s_.plugins.profile, at.plugin, "QueueSelect", &s_.plugins.on_failure,
                            [&] { return call(*at.point); })
      .ok();
}

void QueueRound::Begin() {
  if (unfinished_) return;  // the plugin is in the midst of it, too
  lines_.clear();
  if (waiting_as_of_ != dates_.lines_version()) {
    waiting_as_of_ = dates_.lines_version();
    waiting_.clear();
    for (const auto& [line, length] : dates_.lines()) {
      if (line != kBoundInPart) waiting_.emplace_back(line - 1);
    }
  }
  unfinished_ = Ask([&](QueueSelectPlugin& plugin) {
    plugin.BeginRound(waiting_);
    return Status::Success();
  });
  in_turn_ = !unfinished_ && SkipsFailures();
  again_at_ = unfinished_ ? base::Timestamp::Infinite() : s_.now + kAskAgain;
  unfinished_ = unfinished_ || in_turn_;
  next_ = 0;
}

bool QueueRound::SkipsFailures() const {
  const uint16_t plugin = s_.plugins.profile->queue_selects().front().plugin;
  return s_.plugins.profile->Skips(plugin, /*by_default=*/false);
}

bool QueueRound::Over(QueueId queue) const {
  const auto line = lines_.find(queue.value + 1);
  return line != lines_.end() && line->second.over;
}

std::optional<QueueId> QueueRound::ChooseInTurn() {
  for (size_t tried = 0; tried < waiting_.size(); ++tried) {
    const QueueId queue = waiting_[next_++ % waiting_.size()];
    if (!Over(queue)) return queue;
  }
  return std::nullopt;
}

// Asks about few at first, as the next one will do most of the time, and about many where a long
// queue is full.
const QueuePlace* QueueRound::FirstNotSkipped(const QueueSelectPlugin& plugin, uint32_t line,
                                              const QueuePlace* after) {
  for (size_t most = 1;; most = std::min<size_t>(most * 4, kMostAtOnce)) {
    row_.clear();
    arrivals_.clear();
    dates_.NextIn(line, after, [&](const QueuePlace& place) {
      row_.push_back(&place);
      arrivals_.push_back(place.arrival);
      return row_.size() < most;
    });
    if (row_.empty()) return nullptr;
    const size_t skipped = plugin.CountSkipped(QueueId(line - 1), arrivals_);
    if (skipped < row_.size()) return row_[skipped];
    after = row_.back();
  }
}

Gang* QueueRound::NextOf(uint32_t line) {
  current_ = line;
  Line& there = lines_[line];
  const QueuePlace* after = there.last ? &*there.last : nullptr;
  const QueuePlace* next = nullptr;
  if (line == kBoundInPart || in_turn_) {
    next = dates_.NextIn(line, after);
  } else {
    Ask([&](const QueueSelectPlugin& plugin) {
      next = FirstNotSkipped(plugin, line, after);
      return Status::Success();
    });
  }
  if (next == nullptr) return nullptr;
  there.last = *next;
  return next->gang;
}

std::optional<QueueId> QueueRound::Choose() {
  if (in_turn_) return ChooseInTurn();
  std::optional<QueueId> queue;
  const bool answered = Ask([&](QueueSelectPlugin& plugin) {
    queue = plugin.NextQueue();
    if (!queue) return Status::Success();
    if (!Over(*queue) && std::binary_search(waiting_.begin(), waiting_.end(), *queue))
      return Status::Success();
    return Status::Error(
        absl::StrFormat("NextQueue gave queue %d, which is not in this round", queue->value));
  });
  return answered ? queue : std::nullopt;
}

Gang* QueueRound::Next() {
  if (!unfinished_) return nullptr;
  if (Gang* gang = NextOf(kBoundInPart)) return gang;
  while (const std::optional<QueueId> queue = Choose()) {
    if (Gang* gang = NextOf(queue->value + 1)) return gang;
    lines_[current_].over = true;
    if (in_turn_) continue;
    Ask([&](QueueSelectPlugin& plugin) {
      plugin.Served(*queue, nullptr, QueueOutcome::kNotReady, false);
      return Status::Success();
    });
  }
  unfinished_ = false;
  return nullptr;
}

void QueueRound::Served(QueueOutcome outcome) {
  if (current_ == kBoundInPart) return;
  Line& line = lines_[current_];
  const bool more = dates_.NextIn(current_, &*line.last) != nullptr;
  bool stays = in_turn_;
  if (!in_turn_)
    Ask([&](QueueSelectPlugin& plugin) {
      stays = plugin.Served(QueueId(current_ - 1), &line.last->card->view(), outcome, more);
      return Status::Success();
    });
  line.over = !stays || !more;
}

void QueueRound::Save(CoreCheckpoint& checkpoint) const {
  if (!unfinished_ && again_at_ == base::Timestamp::Infinite()) return;
  CoreCheckpoint::Round& round = checkpoint.round.emplace();
  round.again_at = again_at_;
  round.unfinished = unfinished_;
  if (!unfinished_) return;
  round.in_turn = in_turn_;
  round.next = next_;
  for (const QueueId queue : waiting_) round.waiting.push_back(queue.value);
  for (const auto& [number, line] : lines_) {
    CoreCheckpoint::Round::Line& saved = round.lines.emplace_back();
    saved.line = number;
    saved.over = line.over;
    if (line.last) saved.last = {line.last->whole, line.last->priority, line.last->arrival};
  }
  std::sort(round.lines.begin(), round.lines.end(),
            [](const auto& a, const auto& b) { return a.line < b.line; });
}

void QueueRound::Restore(const CoreCheckpoint& checkpoint) {
  if (!checkpoint.round || !active()) return;
  const CoreCheckpoint::Round& round = *checkpoint.round;
  again_at_ = round.again_at;
  if (!round.unfinished) return;
  // Without what the plugin knew of it, it begins anew.
  const framework::Profile& profile = *s_.plugins.profile;
  const std::string_view plugin =
      profile.plugins()[profile.queue_selects().front().plugin].name;
  const auto& states = checkpoint.plugin_states;
  if (std::none_of(states.begin(), states.end(),
                   [&](const framework::PluginState& state) { return state.plugin == plugin; })) {
    s_.planning_due = true;
    return;
  }
  unfinished_ = true;
  in_turn_ = round.in_turn;
  next_ = round.next;
  for (const uint32_t queue : round.waiting) waiting_.emplace_back(queue);
  for (const CoreCheckpoint::Round::Line& saved : round.lines) {
    Line& line = lines_[saved.line];
    line.over = saved.over;
    if (saved.last) line.last = PlaceOf(saved.line, *saved.last);
  }
}

// Of a gang that has ended since there is nothing left that a QueueSort plugin could look at.
QueuePlace QueueRound::PlaceOf(uint32_t line, const CoreCheckpoint::Place& place) const {
  const auto gang = s_.by_arrival.find(place.arrival);
  QueuePlace at{line, place.whole, place.priority, place.arrival, nullptr, nullptr};
  if (gang == s_.by_arrival.end()) return at;
  at.gang = gang->second;
  at.card = std::make_shared<const GangCard>(*gang->second, std::vector<MemberClass>());
  return at;
}

}  // namespace tutti::planner
