// DecisionFeed: what the core decides, as it goes out into the world, for those who watch.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "model/effect.h"
#include "planner/core_loop.h"

namespace tutti::control {

struct Decision {
  enum class Kind : uint8_t { kGang, kPlaced, kBind, kEvict };
  int64_t unix_nanos = 0;
  Kind kind = Kind::kGang;
  std::string namespace_name;
  std::string gang;     // display name; empty: a pod of no gang
  std::string dialect;  // of kGang
  std::string pod;
  std::string node;
  model::Reason reason;
  std::string detail;
  std::vector<model::Holder> holders;
};

// What a watcher wants to see; empty: all.
struct DecisionFilter {
  std::string namespace_name;
  std::string gang;
  std::string dialect;  // of decisions about gangs
};

// Passes every effect on and tells the watchers of it. Costs nothing while nobody watches.
class DecisionFeed final : public planner::EffectSink {
 public:
  static constexpr size_t kMostWatchers = 64;
  static constexpr size_t kMostBehind = 4096;

  // One watcher. Any thread.
  class Subscription {
   public:
    enum class State : uint8_t {
      kOpen,
      kLagged,  // too far behind: what it has not taken is lost
      kClosed,  // the feed has ended
    };
    // Null: nothing more for now, or for good where the state is not kOpen.
    std::shared_ptr<const Decision> Take();
    State state() const;

   private:
    friend class DecisionFeed;
    void Offer(const std::shared_ptr<const Decision>& decision);
    void Close();

    DecisionFilter filter_;
    std::function<void()> on_news_;
    mutable absl::Mutex mutex_;
    std::deque<std::shared_ptr<const Decision>> waiting_ ABSL_GUARDED_BY(mutex_);
    State state_ ABSL_GUARDED_BY(mutex_) = State::kOpen;
  };

  DecisionFeed(planner::EffectSink& next, const base::Clock& clock) : next_(next), clock_(clock) {}

  // On the core's thread.
  void Execute(model::Effect effect) override;

  // `on_news` is called from the core's thread when there is something to take or the state has
  // changed; it must not block, nor call back into the feed, and is not called any more once
  // Unsubscribe has returned. Null: too many watch already, or the feed is closed.
  std::shared_ptr<Subscription> Subscribe(DecisionFilter filter, std::function<void()> on_news);
  void Unsubscribe(const std::shared_ptr<Subscription>& subscription);
  size_t watchers() const { return watchers_; }
  // Ends all; before the server stops that their calls belong to.
  void Close();

 private:
  planner::EffectSink& next_;
  const base::Clock& clock_;
  std::atomic<size_t> watchers_{0};
  absl::Mutex mutex_;
  std::vector<std::shared_ptr<Subscription>> subscriptions_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tutti::control
