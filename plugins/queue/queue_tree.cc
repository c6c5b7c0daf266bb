#include "queue_tree.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tutti::plugins {
namespace {

constexpr int64_t kNone = QueueAmount::kUnlimited;

int64_t& Column(std::vector<int64_t>& columns, ResourceId resource) {
  if (columns.size() <= resource.value) columns.resize(resource.value + size_t{1});
  return columns[resource.value];
}

int64_t Read(const std::vector<int64_t>& columns, ResourceId resource) {
  return resource.value < columns.size() ? columns[resource.value] : 0;
}

}  // namespace

void QueueTree::Rebuild(std::vector<QueueSpec> specs, std::chrono::nanoseconds now) {
  // What a queue shows is what it holds itself and what those below it hold.
  std::vector<Node> own = std::move(nodes_);
  for (Node& node : own) {
    node.past.resize(std::max(node.past.size(), node.used.size()));
    for (size_t r = 0; r < node.past.size(); ++r) node.past[r] = Past(node, r, now);
  }
  std::vector<Node> sums = own;
  for (Node& node : own) {
    for (const QueueId child : node.children) {
      const Node& below = sums[child.value];
      for (size_t r = 0; r < below.used.size(); ++r) node.used[r] -= below.used[r];
      for (size_t r = 0; r < below.past.size(); ++r) node.past[r] -= below.past[r];
      node.running -= below.running;
    }
  }
  nodes_.assign(specs.size(), {});
  for (size_t i = 0; i < specs.size(); ++i) {
    nodes_[i].promised = PromisedBy(specs[i]);
    nodes_[i].spec = std::move(specs[i]);
    nodes_[i].past_at = now;
  }
  Link();
  for (uint32_t i = 0; i < own.size(); ++i) AddOwn(QueueId(i), own[i]);
}

void QueueTree::Clear() {
  nodes_.clear();
  roots_.clear();
}

void QueueTree::Save(std::vector<QueueState::Node>& nodes) const {
  for (const Node& node : nodes_) {
    QueueState::Node& saved = nodes.emplace_back();
    saved.there = !node.spec.name.empty();
    saved.parent = node.parent;
    if (half_life_.count() == 0) continue;
    saved.past_at = node.past_at;
    saved.past = node.past;
  }
}

void QueueTree::Restore(const std::vector<QueueState::Node>& nodes) {
  if (half_life_.count() == 0) return;
  for (size_t q = 0; q < std::min(nodes.size(), nodes_.size()); ++q) {
    nodes_[q].past = nodes[q].past;
    nodes_[q].past_at = nodes[q].past_at;
  }
}

void QueueTree::Link() {
  std::map<std::string_view, QueueId> numbers;
  for (uint32_t i = 0; i < nodes_.size(); ++i) numbers.emplace(nodes_[i].spec.name, QueueId(i));
  roots_.clear();
  roots_lend_in_part_ = false;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    const bool lends_in_part = !node.spec.lend_limit.empty();
    if (node.spec.name.empty()) continue;
    if (node.spec.parent.empty()) {
      roots_.emplace_back(i);
      roots_lend_in_part_ = roots_lend_in_part_ || lends_in_part;
      continue;
    }
    node.parent = numbers.at(node.spec.parent);
    Node& above = nodes_[node.parent->value];
    above.children.emplace_back(i);
    above.lends_in_part = above.lends_in_part || lends_in_part;
  }
}

void QueueTree::AddOwn(QueueId queue, const Node& own) {
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    Node& node = nodes_[at->value];
    node.used.resize(std::max(node.used.size(), own.used.size()));
    node.past.resize(std::max(node.past.size(), own.past.size()));
    for (size_t r = 0; r < own.used.size(); ++r) node.used[r] += own.used[r];
    for (size_t r = 0; r < own.past.size(); ++r) node.past[r] += own.past[r];
    node.running += own.running;
  }
}

std::optional<QueueId> QueueTree::parent(QueueId queue) const { return At(queue).parent; }

bool QueueTree::IsWithin(QueueId queue, QueueId above) const {
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    if (*at == above) return true;
  }
  return false;
}

int64_t QueueTree::used(QueueId queue, ResourceId resource) const {
  return Read(At(queue).used, resource);
}
int64_t QueueTree::guaranteed(QueueId queue, ResourceId resource) const {
  return AmountOf(At(queue).spec.guaranteed, resource);
}
int64_t QueueTree::limit(QueueId queue, ResourceId resource) const {
  return LimitOf(At(queue).spec, resource);
}
int64_t QueueTree::capacity(ResourceId resource) const { return Read(capacity_, resource); }

void QueueTree::AddCapacity(ResourceId resource, int64_t amount) {
  // Nodes may say anything: whatever is added comes off again.
  int64_t& capacity = Column(capacity_, resource);
  capacity = static_cast<int64_t>(static_cast<uint64_t>(capacity) + static_cast<uint64_t>(amount));
}

double QueueTree::Decay(std::chrono::nanoseconds since) const {
  return std::exp2(-static_cast<double>(std::max<int64_t>(since.count(), 0)) /
                   static_cast<double>(half_life_.count()));
}

double QueueTree::Past(const Node& node, size_t resource, std::chrono::nanoseconds now) const {
  const double held = resource < node.used.size() ? static_cast<double>(node.used[resource]) : 0;
  if (half_life_.count() == 0) return held;
  const double past = resource < node.past.size() ? node.past[resource] : 0;
  const double decay = Decay(now - node.past_at);
  return past * decay + held * (1 - decay);
}

void QueueTree::Charge(QueueId queue, std::span<const PodClassView::Request> amounts, int64_t sign,
                       std::chrono::nanoseconds now) {
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    Node& node = nodes_[at->value];
    if (half_life_.count() > 0) {
      node.past.resize(std::max(node.past.size(), node.used.size()));
      for (size_t r = 0; r < node.past.size(); ++r) node.past[r] = Past(node, r, now);
      node.past_at = std::max(node.past_at, now);
    }
    for (const auto& [resource, amount] : amounts) Column(node.used, resource) += sign * amount;
  }
}

void QueueTree::CountRunning(QueueId queue, int64_t gangs) {
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) nodes_[at->value].running += gangs;
}

std::span<const QueueId> QueueTree::SiblingsOf(QueueId queue) const {
  return At(queue).parent ? children(*At(queue).parent) : roots();
}

// What its siblings hold, or keep free for themselves.
int64_t QueueTree::KeptBackFrom(QueueId queue, ResourceId resource) const {
  int64_t sum = 0;
  for (const QueueId other : SiblingsOf(queue)) {
    if (other == queue) continue;
    const int64_t own = guaranteed(other, resource);
    const int64_t lent = std::min(AmountOf(At(other).spec.lend_limit, resource, own), own);
    sum = SaturatingSum(sum, std::max(used(other, resource), own - lent));
  }
  return sum;
}

std::optional<QueueTree::Refusal> QueueTree::Refuses(QueueId queue, const Amounts& more,
                                                     bool runs) const {
  using Why = Refusal::Why;
  std::optional<Refusal> first;
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    const Node& node = At(*at);
    const bool kept = node.parent ? At(*node.parent).lends_in_part : roots_lend_in_part_;
    for (const auto& [resource, amount] : more) {
      const int64_t most = LimitOf(node.spec, resource);
      const int64_t held = Read(node.used, resource);
      // What can never be is worth more than what is not now.
      if (amount > most) return Refusal{Why::kAboveLimit, *at, resource, amount, most};
      if (first) continue;
      if (most != kNone && held > most - amount) {
        first = Refusal{Why::kOverLimit, *at, resource, amount, std::max<int64_t>(most - held, 0)};
        continue;
      }
      if (!kept) continue;
      const int64_t all =
          node.parent ? std::min(LimitOf(At(*node.parent).spec, resource), capacity(resource))
                      : capacity(resource);
      const int64_t open = all - KeptBackFrom(*at, resource) - held;
      if (amount > open && AmountOf(node.spec.guaranteed, resource) < held + amount)
        first = Refusal{Why::kKeptBack, *at, resource, amount, std::max<int64_t>(open, 0)};
    }
    if (!first && !runs && node.spec.max_gangs > 0 && node.running >= node.spec.max_gangs)
      first = Refusal{Why::kTooMany, *at, {}, node.running + 1, node.spec.max_gangs};
  }
  return first;
}

std::optional<QueueId> QueueTree::Entitled(QueueId queue, const Amounts& more) const {
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    const Node& node = At(*at);
    bool all = true;
    bool any = false;
    for (const auto& [resource, amount] : more) {
      const int64_t own = AmountOf(node.spec.guaranteed, resource, -1);
      if (own < 0) continue;  // of this nothing is promised to anybody
      any = true;
      all = all && Read(node.used, resource) + amount <= own;
    }
    if (any && all) return at;
  }
  return std::nullopt;
}

Amounts QueueTree::GuaranteedOf(QueueId queue, const Amounts& of) const {
  Amounts promised = of;
  std::erase_if(promised, [&](const auto& entry) {
    return AmountOf(At(queue).spec.guaranteed, entry.first, -1) < 0;
  });
  return promised;
}

bool QueueTree::HoldsSurplus(QueueId queue, QueueId entitled, const Amounts& of) const {
  for (const auto& [resource, amount] : of) {
    bool above = true;
    for (auto at = std::optional(queue); at && !IsWithin(entitled, *at) && above; at = parent(*at))
      above = used(*at, resource) > guaranteed(*at, resource);
    if (above && used(queue, resource) > 0) return true;
  }
  return false;
}

bool QueueTree::HoldsNoMore(QueueId queue, QueueId entitled) const {
  for (std::optional<QueueId> at = queue; at && !IsWithin(entitled, *at); at = parent(*at)) {
    const Amounts& own = spec(*at).guaranteed;
    const auto within = [&](const auto& entry) { return used(*at, entry.first) <= entry.second; };
    if (!own.empty() && std::all_of(own.begin(), own.end(), within)) return true;
  }
  return false;
}

// What queues beside it, and beside those above it, hold above what they are guaranteed.
int64_t QueueTree::SurplusBeside(QueueId queue, ResourceId resource) const {
  int64_t sum = 0;
  for (std::optional<QueueId> at = queue; at; at = parent(*at)) {
    for (const QueueId other : SiblingsOf(*at)) {
      const bool may_lose = !leaf(other) || spec(other).reclaimable;
      const int64_t surplus = used(other, resource) - guaranteed(other, resource);
      if (other != *at && may_lose && surplus > 0) sum = SaturatingSum(sum, surplus);
    }
  }
  return sum;
}

bool QueueTree::CanReclaim(QueueId queue, const Amounts& more) const {
  const std::optional<QueueId> entitled = Entitled(queue, more);
  if (!entitled) return false;
  bool any = false;
  for (const auto& [resource, amount] : GuaranteedOf(*entitled, more)) {
    int64_t free = capacity(resource);
    for (const QueueId root : roots()) free -= used(root, resource);
    const int64_t missing = amount - std::max<int64_t>(free, 0);
    if (missing <= 0) continue;
    any = true;
    if (missing > SurplusBeside(*entitled, resource)) return false;
  }
  return any;
}

double QueueTree::GuaranteedPart(const Node& node) const {
  bool any = false;
  double part = 0;
  for (const auto& [resource, amount] : node.promised) {
    if (amount == 0) continue;
    any = true;
    // The dominant one: a guarantee that it never uses must not put it first for ever.
    part = std::max(part,
                    static_cast<double>(Read(node.used, resource)) / static_cast<double>(amount));
  }
  return any ? std::min(part, 1.0) : 1.0;
}

double QueueTree::Share(QueueId queue, std::chrono::nanoseconds now) const {
  const Node& node = At(queue);
  double share = 0;
  for (uint16_t r = 0; r < std::max(node.used.size(), node.past.size()); ++r) {
    const ResourceId resource(r);
    const int64_t all = capacity(resource);
    if (resource == kPods || all <= 0) continue;
    const double above =
        Past(node, r, now) - static_cast<double>(AmountOf(node.promised, resource));
    share = std::max(share, above / static_cast<double>(all));
  }
  return share / static_cast<double>(node.spec.weight);
}

bool QueueTree::GoesBefore(QueueId a, QueueId b, std::chrono::nanoseconds now) const {
  const double part_a = GuaranteedPart(At(a));
  const double part_b = GuaranteedPart(At(b));
  if (part_a != part_b) return part_a < part_b;
  if (spec(a).priority != spec(b).priority) return spec(a).priority > spec(b).priority;
  const double share_a = Share(a, now);
  const double share_b = Share(b, now);
  if (share_a != share_b) return share_a < share_b;
  return a < b;
}

}  // namespace tutti::plugins
