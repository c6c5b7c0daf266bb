// CycleStream: the stream of one cycle, and what the plugin has said in it. Internal to src/remote.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "remote/link.h"
#include "tutti/node_mask.h"
#include "tutti/plugin/filter.h"
#include "tutti/status.h"
#include "tutti/views.h"

namespace tutti::remote {

// From the first point of the cycle to its end. Any thread, one question at a time.
class CycleStream {
 public:
  // `remembers`: the plugin serves a point that may leave it something to remember, which goes with
  // the stream. `answers_hold`: it sees nothing of a node that changes within the cycle.
  CycleStream(Link& link, bool remembers, bool answers_hold)
      : link_(link), remembers_(remembers), answers_hold_(answers_hold) {}
  CycleStream(const CycleStream&) = delete;
  CycleStream& operator=(const CycleStream&) = delete;
  ~CycleStream();

  // `ask` is given the session, null where one is to be borrowed. Error: what the plugin remembered
  // is lost.
  template <class Ask>
  Status With(Ask&& ask) {
    absl::MutexLock lock(&mutex_);
    if (session_ == nullptr && began_ && remembers_) return Lost();
    began_ = true;
    return ask(session_);
  }

  // Whether it is known already that all of these pass; and what is known from now on.
  bool AllPassed(std::span<const NodeBlockView> blocks, std::span<const BlockVerdict> asked) const;
  void Keep(std::span<const NodeBlockView> blocks, std::span<const BlockVerdict> verdicts);
  // The same for scores[b * kNodesPerBlock + offset].
  bool AllScored(std::span<const NodeBlockView> blocks, std::span<const NodeMask> candidates,
                 std::span<int64_t> scores) const;
  void Keep(std::span<const NodeBlockView> blocks, std::span<const NodeMask> candidates,
            std::span<const int64_t> scores);

 private:
  struct Known {
    NodeMask passed;
    NodeMask scored;
    std::vector<int64_t> scores;
  };

  Status Lost() const;
  const Known* KnownOf(const NodeBlockView& block) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  Known& KnownOf(const NodeBlockView& block) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Link& link_;
  const bool remembers_;
  const bool answers_hold_;
  mutable absl::Mutex mutex_;
  bool began_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Session> session_;                  // guarded by mutex_, until the end
  std::vector<Known> known_ ABSL_GUARDED_BY(mutex_);  // by block
};

}  // namespace tutti::remote
