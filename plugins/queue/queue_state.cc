#include "queue_state.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "state_bytes.h"

namespace tutti::plugins {
namespace {

constexpr uint64_t kVersion = 1;

void Put(std::optional<QueueId> queue, StateWriter& out) {
  out.Number(queue ? uint64_t{queue->value} + 1 : 0);
}

// Of so many.
std::optional<QueueId> GetQueue(StateReader& in, size_t queues) {
  const uint64_t number = in.Number(queues);
  return number == 0 ? std::nullopt : std::optional(QueueId(static_cast<uint32_t>(number - 1)));
}

// Who holds nothing any more of what comes last need not say so.
size_t Trimmed(const std::vector<double>& past) {
  size_t size = past.size();
  while (size > 0 && past[size - 1] == 0) --size;
  return size;
}

void Put(const QueueState::Node& node, StateWriter& out) {
  out.Flag(node.there);
  Put(node.parent, out);
  out.Signed(node.past_at.count());
  const size_t size = Trimmed(node.past);
  out.Number(size);
  for (size_t r = 0; r < size; ++r) out.Exactly(node.past[r]);
}

QueueState::Node GetNode(StateReader& in, size_t queues) {
  QueueState::Node node;
  node.there = in.Flag();
  node.parent = GetQueue(in, queues);
  node.past_at = std::chrono::nanoseconds(in.Signed());
  const uint64_t size = in.Count();
  for (uint64_t r = 0; r < size && in.ok(); ++r) node.past.push_back(in.Exactly());
  return node;
}

void Put(const QueueState::Nap& nap, StateWriter& out) {
  Put(nap.top, out);
  out.Number(nap.freed);
  out.Signed(nap.since.count());
  out.Flag(nap.all_refused);
  out.Flag(nap.asleep);
  out.Number(nap.times_freed);
  out.Number(nap.refused.size());
  uint64_t last = 0;
  for (const uint64_t gang : nap.refused) out.Number(gang - std::exchange(last, gang));
}

QueueState::Nap GetNap(StateReader& in, size_t queues) {
  QueueState::Nap nap;
  nap.top = GetQueue(in, queues);
  nap.freed = in.Number();
  nap.since = std::chrono::nanoseconds(in.Signed());
  nap.all_refused = in.Flag();
  nap.asleep = in.Flag();
  nap.times_freed = in.Number();
  const uint64_t size = in.Count();
  uint64_t last = 0;
  for (uint64_t i = 0; i < size && in.ok(); ++i) nap.refused.push_back(last += in.Number());
  return nap;
}

// Up to a root, whatever the state says.
bool IsTree(const std::vector<QueueState::Node>& nodes) {
  for (size_t q = 0; q < nodes.size(); ++q) {
    size_t steps = 0;
    for (std::optional<QueueId> at = nodes[q].parent; at; at = nodes[at->value].parent) {
      if (!nodes[q].there || !nodes[at->value].there || ++steps > nodes.size()) return false;
    }
  }
  return true;
}

bool AreSound(const QueueState& state) {
  const auto finite = [](const QueueState::Node& node) {
    return std::all_of(node.past.begin(), node.past.end(),
                       [](double past) { return std::isfinite(past); });
  };
  const std::set<std::string_view> names(state.names.begin(), state.names.end());
  return names.size() == state.names.size() && !names.contains("") &&
         state.names.size() < QueueSelectPlugin::kMostQueues &&
         state.nodes.size() <= state.names.size() + 1 &&
         std::all_of(state.nodes.begin(), state.nodes.end(), finite) && IsTree(state.nodes);
}

}  // namespace

std::string QueueState::ToBytes() const {
  StateWriter out;
  out.Number(kVersion);
  out.Number(names.size());
  for (const std::string& name : names) out.Text(name);
  out.Flag(stale);
  out.Number(nodes.size());
  for (const Node& node : nodes) Put(node, out);
  for (const Nap& nap : naps) Put(nap, out);
  out.Number(accounts.size());
  uint64_t last = 0;
  for (const Account& account : accounts) {
    out.Number(account.gang - std::exchange(last, account.gang));
    Put(account.queue, out);
    out.Text(account.user);
    out.Text(account.group);
    out.Text(account.flavor);
  }
  out.Number(homeless.size());
  for (const Homeless& of : homeless) {
    out.Number(of.gang);
    out.Text(of.namespace_name);
    out.Text(of.queue);
    out.Text(of.user);
  }
  out.Number(in_round.size());
  for (const QueueId queue : in_round) out.Number(queue.value);
  out.Flag(nowhere_waits);
  out.Number(refused);
  Put(full.valid() ? std::optional(full) : std::nullopt, out);
  out.Flag(for_part);
  return out.Take();
}

std::optional<QueueState> QueueState::FromBytes(std::string_view bytes) {
  StateReader in(bytes);
  QueueState state;
  if (in.Number() != kVersion) return std::nullopt;
  const uint64_t names = in.Count();
  for (uint64_t i = 0; i < names && in.ok(); ++i) state.names.push_back(in.Text());
  state.stale = in.Flag();
  const uint64_t nodes = in.Count();
  if (nodes == 0) return std::nullopt;  // number 0 is there always
  for (uint64_t i = 0; i < nodes && in.ok(); ++i) state.nodes.push_back(GetNode(in, nodes));
  for (uint64_t i = 0; i < nodes && in.ok(); ++i) state.naps.push_back(GetNap(in, nodes));
  const uint64_t accounts = in.Count();
  uint64_t last = 0;
  for (uint64_t i = 0; i < accounts && in.ok(); ++i) {
    Account& account = state.accounts.emplace_back();
    account.gang = last += in.Number();
    account.queue = GetQueue(in, nodes);
    account.user = in.Text();
    account.group = in.Text();
    account.flavor = in.Text();
  }
  const uint64_t homeless = in.Count();
  for (uint64_t i = 0; i < homeless && in.ok(); ++i) {
    Homeless& of = state.homeless.emplace_back();
    of.gang = in.Number();
    of.namespace_name = in.Text();
    of.queue = in.Text();
    of.user = in.Text();
  }
  const uint64_t in_round = in.Count();
  for (uint64_t i = 0; i < in_round && in.ok(); ++i)
    state.in_round.emplace_back(static_cast<uint32_t>(in.Number(nodes - 1)));
  state.nowhere_waits = in.Flag();
  state.refused = in.Number();
  state.full = GetQueue(in, nodes).value_or(QueueId());
  state.for_part = in.Flag();
  if (!in.done() || !AreSound(state)) return std::nullopt;
  return state;
}

}  // namespace tutti::plugins
