// QueueTree: queues, what they may hold and what they hold, and which of them is served first.
//
// A queue holds what the gangs in it hold, and in those below it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "amounts.h"
#include "queue_spec.h"
#include "queue_state.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/views.h"

namespace tutti::plugins {

class QueueTree {
 public:
  // `half_life`: what a queue held counts for its share half as much after so long; zero: only what
  // it holds now counts.
  explicit QueueTree(std::chrono::nanoseconds half_life) : half_life_(half_life) {}

  // From now on there are these, by number; none of them is misplaced. There may be more of them,
  // and not fewer. What each holds itself it goes on holding, wherever it stands now.
  void Rebuild(std::vector<QueueSpec> specs, std::chrono::nanoseconds now);

  // Nobody is there and nobody holds anything; the cluster's capacity stays.
  void Clear();
  // What it remembers of each queue.
  void Save(std::vector<QueueState::Node>& nodes) const;
  void Restore(const std::vector<QueueState::Node>& nodes);

  size_t size() const { return nodes_.size(); }
  const QueueSpec& spec(QueueId queue) const { return At(queue).spec; }
  std::optional<QueueId> parent(QueueId queue) const;
  bool leaf(QueueId queue) const { return At(queue).children.empty(); }
  bool IsWithin(QueueId queue, QueueId above) const;  // it is that one, or below it
  int64_t used(QueueId queue, ResourceId resource) const;
  int64_t running(QueueId queue) const { return At(queue).running; }
  int64_t guaranteed(QueueId queue, ResourceId resource) const;
  int64_t limit(QueueId queue, ResourceId resource) const;  // INT64_MAX: none
  int64_t capacity(ResourceId resource) const;
  size_t resources() const { return capacity_.size(); }  // numbers below this

  // The cluster has so much more of it, or less.
  void AddCapacity(ResourceId resource, int64_t amount);
  // The queue, and with it those above it, holds more (sign 1) or less (-1).
  void Charge(QueueId queue, std::span<const PodClassView::Request> amounts, int64_t sign,
              std::chrono::nanoseconds now);
  void CountRunning(QueueId queue, int64_t gangs);

  // Why the queue may not hold so much more.
  struct Refusal {
    enum class Why : uint8_t {
      kOverLimit,   // it holds too much now
      kAboveLimit,  // it may never hold so much
      kKeptBack,    // it is free, but another queue does not lend it
      kTooMany,     // gangs run in it; no resource
    };
    Why why = Why::kOverLimit;
    QueueId queue;  // it itself, or one above it
    ResourceId resource;
    int64_t need = 0;
    int64_t have = 0;
  };
  // `runs`: the gang that asks is counted as running already.
  std::optional<Refusal> Refuses(QueueId queue, const Amounts& more, bool runs = false) const;
  // The queue at or above it that is guaranteed so much more than it holds. Nullopt: none.
  std::optional<QueueId> Entitled(QueueId queue, const Amounts& more) const;
  // Of these, those that something is guaranteed of to the queue.
  Amounts GuaranteedOf(QueueId queue, const Amounts& of) const;
  // Whether it, and all above it that `entitled` is not below as well, hold more than guaranteed of
  // one of these.
  bool HoldsSurplus(QueueId queue, QueueId entitled, const Amounts& of) const;
  // Whether something is guaranteed to it, or to one above it that `entitled` is not below as well,
  // and it holds no more than that of anything.
  bool HoldsNoMore(QueueId queue, QueueId entitled) const;
  // Whether a queue at or above it is guaranteed so much more, of which too little is free, and
  // others hold as much above what they are guaranteed as is missing.
  bool CanReclaim(QueueId queue, const Amounts& more) const;

  // Of its siblings, whether `a` is served before `b`: first who holds less than guaranteed, the
  // smaller part of it first; then by priority; then who holds the smaller weighted share above
  // guaranteed; then as they are listed.
  bool GoesBefore(QueueId a, QueueId b, std::chrono::nanoseconds now) const;
  // The dominant share of the cluster that the queue holds above guaranteed, over its weight.
  double Share(QueueId queue, std::chrono::nanoseconds now) const;

  std::span<const QueueId> roots() const { return roots_; }
  std::span<const QueueId> children(QueueId queue) const { return At(queue).children; }

 private:
  struct Node {
    QueueSpec spec;
    Amounts promised;  // PromisedBy(spec)
    std::optional<QueueId> parent;
    std::vector<QueueId> children;
    bool lends_in_part = false;  // one of its children does
    std::vector<int64_t> used;   // by resource
    std::vector<double> past;    // likewise: decayed, as of `past_at`
    std::chrono::nanoseconds past_at{0};
    int64_t running = 0;
  };

  const Node& At(QueueId queue) const { return nodes_[queue.value]; }
  void Link();  // children to parents
  void AddOwn(QueueId queue, const Node& own);
  double Decay(std::chrono::nanoseconds since) const;
  double Past(const Node& node, size_t resource, std::chrono::nanoseconds now) const;
  double GuaranteedPart(const Node& node) const;  // of what is guaranteed, that it holds; 1: all
  int64_t KeptBackFrom(QueueId queue, ResourceId resource) const;
  int64_t SurplusBeside(QueueId queue, ResourceId resource) const;
  std::span<const QueueId> SiblingsOf(QueueId queue) const;  // it itself is one of them

  const std::chrono::nanoseconds half_life_;
  std::vector<Node> nodes_;
  std::vector<QueueId> roots_;
  bool roots_lend_in_part_ = false;
  std::vector<int64_t> capacity_;  // by resource
};

}  // namespace tutti::plugins
