// RemoteQueues: the queues of a remote plugin, on the host's side. Internal to src/remote.
//
// The plugin is asked two questions: in which queue gangs like this wait, and in which order the
// queues of a round are served. Everything else is counted and done here: what queues hold, whose
// turn it is, which number a name has. So a round costs one question however many gangs it is
// about, and a plugin that starts again has missed nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/reserve.h"

namespace tutti::remote {

struct QueueTurn {
  uint32_t queue = 0;  // its position in the question
  int64_t gangs = 0;   // 0: all of them
  bool strict = false;
  double share = 0;
};

struct QueueUse {
  std::string_view name;
  bool waiting = false;
  int64_t running = 0;
  std::map<ResourceId, int64_t> held = {};
};

// Both throw where the plugin cannot be asked.
class QueueQuestions {
 public:
  virtual ~QueueQuestions() = default;
  virtual std::string AskQueueOf(const GangView& gang) const = 0;
  virtual std::vector<QueueTurn> AskRound(std::span<const QueueUse> queues) const = 0;
};

class RemoteQueues final : public QueueSelectPlugin,
                           public ReservePlugin,
                           public ClusterEventPlugin {
 public:
  static constexpr size_t kMostNames = 4096;
  static constexpr size_t kMostAnswers = 16'384;  // of QueueOf, kept

  explicit RemoteQueues(const QueueQuestions& plugin) : plugin_(plugin), queues_(1) {}

  // What it said of gangs may be otherwise now.
  void Forget() { answers_.clear(); }

  std::size_t queues() const override { return queues_.size(); }
  QueueId QueueOf(const GangView& gang) const override;
  void BeginRound(std::span<const QueueId> waiting) override;
  std::optional<QueueId> NextQueue() override;
  bool Served(QueueId queue, const GangView* gang, QueueOutcome outcome, bool more) override;
  QueueDescription Describe(QueueId queue) const override;

  // Accounts: it never refuses anything.
  Status Reserve(const GangView& gang, const PlacementView& placement,
                 const ClusterView& cluster) override;
  void Unreserve(const GangView& gang, const PlacementView& placement) override;
  ClusterEventKinds EventsToRegister() const override;
  QueueingHint OnClusterEvent(const ClusterEventView& event) override;

 private:
  using Amounts = std::map<ResourceId, int64_t>;  // only what is not zero
  using Likeness = std::tuple<std::string, std::string, std::string, std::string>;

  // Number 0 is none of the plugin's: gangs wait there that it could not be asked about.
  static constexpr QueueId kNotAsked{0};

  struct Queue {
    std::string name;
    Amounts held;
    int64_t running = 0;
    double share = 0;
  };
  struct Account {
    QueueId queue = kNotAsked;
    Amounts held;
  };

  QueueId QueueOrNone(const GangView& gang) const;
  void Charge(Account& account, ResourceId resource, int64_t amount);
  void Charge(Account& account, const GangView& gang, int64_t sign);
  void Enter(uint64_t gang, QueueId queue);
  void Leave(uint64_t gang);
  void Take(std::vector<QueueTurn> turns, std::span<const QueueId> asked,
            std::span<const QueueId> waiting);

  const QueueQuestions& plugin_;
  mutable std::vector<Queue> queues_;  // grows as queues are named
  mutable std::map<std::string, QueueId, std::less<>> numbers_;
  mutable std::map<Likeness, QueueId> answers_;
  std::map<uint64_t, Account> accounts_;  // by arrival

  // The round.
  struct Place {
    bool strict = false;
    bool in = false;
  };
  std::vector<QueueTurn> turns_;     // queue: its number
  std::map<uint32_t, Place> round_;  // those that have a turn
  size_t in_round_ = 0;
  size_t turn_ = 0;
  int64_t taken_ = 0;  // in this turn
};

}  // namespace tutti::remote
