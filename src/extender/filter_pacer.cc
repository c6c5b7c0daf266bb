#include "extender/filter_pacer.h"

#include <utility>

#include "absl/time/time.h"

namespace tutti::extender {

FilterPacer::FilterPacer(framework::WriteBacklog& backlog, base::Duration longest_hold)
    : backlog_(backlog), longest_hold_(longest_hold), thread_([this] { Run(); }) {
  backlog_.OnShort([this] {
    absl::MutexLock lock(&mutex_);
    is_short_ = true;
  });
}

FilterPacer::~FilterPacer() {
  backlog_.OnShort(nullptr);
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool FilterPacer::Pace(Send send) {
  {
    absl::MutexLock lock(&mutex_);
    // What is held goes first.
    if (!held_.empty() || backlog_.Long()) {
      if (held_.empty()) is_short_ = false;  // news of before say nothing about it
      held_.push_back({std::move(send), clock_.Now() + longest_hold_});
      return true;
    }
  }
  send();
  return false;
}

std::optional<FilterPacer::Send> FilterPacer::Next() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &FilterPacer::HoldsOrStops));
  if (held_.empty()) return std::nullopt;
  mutex_.AwaitWithTimeout(absl::Condition(this, &FilterPacer::ShortOrStops),
                          absl::FromChrono(held_.front().until - clock_.Now()));
  Send send = std::move(held_.front().send);
  held_.pop_front();
  is_short_ = is_short_ && !backlog_.Long();
  return send;
}

void FilterPacer::Run() {
  while (std::optional<Send> send = Next()) (*send)();
}

}  // namespace tutti::extender
