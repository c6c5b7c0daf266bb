#include "remote/remote_queues.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tutti::remote {

QueueId RemoteQueues::QueueOf(const GangView& gang) const {
  Likeness likeness(gang.namespace_name, gang.queue, gang.user, gang.dialect);
  const auto known = answers_.find(likeness);
  if (known != answers_.end()) return known->second;
  std::string name = plugin_.AskQueueOf(gang);
  auto number = numbers_.find(name);
  if (number == numbers_.end()) {
    if (queues_.size() > kMostNames)
      throw std::runtime_error("it names more than " + std::to_string(kMostNames) +
                               " queues: expected fewer; the last one is " + name);
    number = numbers_.emplace(name, QueueId(static_cast<uint32_t>(queues_.size()))).first;
    queues_.push_back({std::move(name), {}, 0, 0});
  }
  if (answers_.size() >= kMostAnswers) answers_.clear();
  answers_.emplace(std::move(likeness), number->second);
  return number->second;
}

QueueId RemoteQueues::QueueOrNone(const GangView& gang) const {
  try {
    return QueueOf(gang);
  } catch (const std::runtime_error&) {
    return kNotAsked;  // counted where its place in the queue is asked for
  }
}

void RemoteQueues::BeginRound(std::span<const QueueId> waiting) {
  turns_.clear();
  round_.clear();
  in_round_ = 0;
  if (waiting.empty() || waiting.back() == kNotAsked) return;
  std::vector<QueueId> asked;
  std::vector<QueueUse> uses;
  for (uint32_t q = 1; q < queues_.size(); ++q) {
    const Queue& queue = queues_[q];
    const bool waits = std::binary_search(waiting.begin(), waiting.end(), QueueId(q));
    if (!waits && queue.held.empty()) continue;
    asked.emplace_back(q);
    uses.push_back({queue.name, waits, queue.running, queue.held});
  }
  Take(plugin_.AskRound(uses), asked, waiting);
}

void RemoteQueues::Take(std::vector<QueueTurn> turns, std::span<const QueueId> asked,
                        std::span<const QueueId> waiting) {
  for (QueueTurn& turn : turns) {
    const QueueId queue = asked[turn.queue];
    queues_[queue.value].share = turn.share;
    if (!std::binary_search(waiting.begin(), waiting.end(), queue)) continue;
    turn.queue = queue.value;
    Place& place = round_[queue.value];
    place.strict = place.strict || turn.strict;
    in_round_ += place.in ? 0 : 1;
    place.in = true;
    turns_.push_back(turn);
  }
  turn_ = 0;
  taken_ = 0;
}

std::optional<QueueId> RemoteQueues::NextQueue() {
  while (in_round_ > 0) {
    const QueueTurn& turn = turns_[turn_];
    const bool open = turn.gangs == 0 || taken_ < turn.gangs;
    if (open && round_[turn.queue].in) return QueueId(turn.queue);
    turn_ = (turn_ + 1) % turns_.size();
    taken_ = 0;
  }
  return std::nullopt;
}

bool RemoteQueues::Served(QueueId queue, const GangView*, QueueOutcome outcome, bool more) {
  const auto place = round_.find(queue.value);
  if (place == round_.end() || !place->second.in) return false;
  ++taken_;
  const bool waits = outcome == QueueOutcome::kHeld || outcome == QueueOutcome::kNoPlace;
  const bool stays = more && !(waits && place->second.strict);
  if (!stays) {
    place->second.in = false;
    --in_round_;
  }
  return stays;
}

QueueDescription RemoteQueues::Describe(QueueId queue) const {
  QueueDescription description;
  const Queue& of = queues_[queue.value];
  description.name = queue == kNotAsked ? "(not asked)" : of.name;
  description.state = "Open";
  description.running = of.running;
  description.share = of.share;
  for (const auto& [resource, amount] : of.held)
    description.amounts.push_back({resource, amount, 0, QueueAmount::kUnlimited});
  return description;
}

void RemoteQueues::Charge(Account& account, ResourceId resource, int64_t amount) {
  const bool held = !account.held.empty();
  Queue& queue = queues_[account.queue.value];
  const auto add = [&](Amounts& amounts) {
    const auto it = amounts.try_emplace(resource, 0).first;
    it->second += amount;
    if (it->second == 0) amounts.erase(it);
  };
  add(account.held);
  add(queue.held);
  if (held == account.held.empty()) queue.running += held ? -1 : 1;
}

void RemoteQueues::Charge(Account& account, const GangView& gang, int64_t sign) {
  for (const PodClassView& pods : gang.classes) {
    for (const auto& [resource, amount] : pods.requests)
      Charge(account, resource, sign * amount * pods.count);
  }
}

// One that holds something stays in the queue that it holds it from, unless that was not known.
void RemoteQueues::Enter(uint64_t gang, QueueId queue) {
  Account& account = accounts_[gang];
  if (account.queue == queue || (account.queue != kNotAsked && !account.held.empty())) return;
  const Amounts held = account.held;
  for (const auto& [resource, amount] : held) Charge(account, resource, -amount);
  account.queue = queue;
  for (const auto& [resource, amount] : held) Charge(account, resource, amount);
}

void RemoteQueues::Leave(uint64_t gang) {
  const auto it = accounts_.find(gang);
  if (it == accounts_.end()) return;
  const Amounts held = it->second.held;
  for (const auto& [resource, amount] : held) Charge(it->second, resource, -amount);
  accounts_.erase(it);
}

Status RemoteQueues::Reserve(const GangView& gang, const PlacementView&, const ClusterView&) {
  Enter(gang.arrival, QueueOrNone(gang));
  Charge(accounts_[gang.arrival], gang, 1);
  return Status::Success();
}

void RemoteQueues::Unreserve(const GangView& gang, const PlacementView&) {
  Charge(accounts_[gang.arrival], gang, -1);
}

ClusterEventKinds RemoteQueues::EventsToRegister() const {
  return KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kPodRemoved) |
         KindBit(ClusterEventKind::kGangArrived) | KindBit(ClusterEventKind::kGangGone);
}

QueueingHint RemoteQueues::OnClusterEvent(const ClusterEventView& event) {
  switch (event.kind) {
    case ClusterEventKind::kGangArrived:
      Enter(event.gang->arrival, QueueOrNone(*event.gang));
      break;
    case ClusterEventKind::kGangGone:
      Leave(event.gang->arrival);
      break;
    case ClusterEventKind::kPodBound:
    case ClusterEventKind::kPodRemoved: {
      const bool bound = event.kind == ClusterEventKind::kPodBound;
      // What was reserved for it is what it holds now.
      if (event.pod->gang_arrival == 0 || event.was_reserved) break;
      for (const auto& [resource, amount] : event.pod->requests)
        Charge(accounts_[event.pod->gang_arrival], resource, bound ? amount : -amount);
      break;
    }
    default:
      break;
  }
  return QueueingHint::kQueueSkip;  // it holds nobody
}

}  // namespace tutti::remote
