// AskCore: a question to the core from a thread that may wait.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "planner/core_loop.h"

namespace tutti::control {

// `question` is called as question(planner::Core&) on the core's thread and must own what it uses:
// where the time is up it may be under way still. Unavailable: the core takes no more;
// DeadlineExceeded: it has not come to it, and will not.
template <class Question, class Answer = std::invoke_result_t<Question, planner::Core&>>
absl::StatusOr<Answer> AskCore(planner::CoreLoop& core, base::Duration timeout, Question question) {
  struct Shared {
    explicit Shared(Question q) : question(std::move(q)) {}
    Question question;
    absl::Mutex mutex;
    bool abandoned = false;
    std::optional<Answer> answer;
  };
  auto shared = std::make_shared<Shared>(std::move(question));
  const bool asked = core.Ask([shared](planner::Core& asked_core) {
    {
      absl::MutexLock lock(&shared->mutex);
      if (shared->abandoned) return;
    }
    Answer answer = shared->question(asked_core);
    absl::MutexLock lock(&shared->mutex);
    shared->answer = std::move(answer);
  });
  if (!asked)
    return absl::UnavailableError("the core is overloaded or stops: ask again, or another replica");
  absl::MutexLock lock(&shared->mutex);
  const auto answered = [](Shared* s) { return s->answer.has_value(); };
  shared->mutex.AwaitWithTimeout(absl::Condition(+answered, shared.get()),
                                 absl::Nanoseconds(timeout.count()));
  if (shared->answer) return *std::move(shared->answer);
  shared->abandoned = true;
  return absl::DeadlineExceededError(
      absl::StrFormat("the core was busy for %s: ask again, or with a longer deadline",
                      absl::FormatDuration(absl::Nanoseconds(timeout.count()))));
}

}  // namespace tutti::control
