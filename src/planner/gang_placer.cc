#include "planner/gang_placer.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_set.h"

namespace tutti::planner {
namespace {

using model::NodeBlock;
using model::NodeIndex;
using model::ReasonCode;
using model::ResourceId;

int64_t TotalCapacity(const auto& candidates, int64_t enough) {
  int64_t total = 0;
  for (const auto& candidate : candidates) {
    total += std::min(candidate.capacity, enough);
    if (total >= enough) break;
  }
  return total;
}

}  // namespace

Placement GangPlacer::Place(std::span<const MemberClass> classes, const GangView* gang) {
  return RealFirst(classes, View::kNow, gang);
}

Placement GangPlacer::PlaceWhenDrained(std::span<const MemberClass> classes, const GangView* gang) {
  return RealFirst(classes, View::kDrained, gang);
}

Placement GangPlacer::PlaceAfter(std::span<const MemberClass> classes, const Released& released,
                                 const GangView* gang) {
  released_ = &released;
  real_only_ = !nodes_.virtual_nodes().empty();
  Placement placement = InDomains(classes, View::kReleased, gang);
  real_only_ = false;
  return placement;
}

Placement GangPlacer::InDomains(std::span<const MemberClass> classes, View view,
                                const GangView* gang) {
  // The same gang in the same run: the same seed.
  seed_ = gang == nullptr ? 0 : gang->arrival;
  domain_ = nullptr;
  if (gang == nullptr || !domains_.Generate(*gang)) return Run(classes, view);
  Placement best;
  best.reason = domains_.refusal();
  std::optional<int64_t> best_score;
  for (const Domain& domain : domains_.domains()) {
    domain_ = &domain;
    Placement placement = Run(classes, view);
    if (!placement.fits) {
      if (!best.fits) best.reason = placement.reason;
      continue;
    }
    const int64_t score = domains_.Score(*gang, domain, placement.nodes);
    if (best_score && *best_score >= score) continue;
    best_score = score;
    best = std::move(placement);
    if (!domains_.scores()) break;  // they come in the order of preference
  }
  domain_ = nullptr;
  return best;
}

Placement GangPlacer::Run(std::span<const MemberClass> classes, View view) {
  if (IndexServes(classes, view)) {
    if (std::optional<Placement> placement = PlaceByIndex(classes[0], view))
      return *std::move(placement);
  }
  Placement placement;
  placement.nodes.resize(classes.size());
  placement.devices.resize(classes.size());
  placement.scores.resize(classes.size());
  // Each class sees the room that the ones before it left: they are entered into the table and
  // taken out again.
  placement.fits = true;
  for (size_t i : Order(classes, view)) {
    const MemberClass& wanted = classes[i];
    if (!Take(wanted, Candidates(wanted, view), view, i, placement)) {
      placement.reason = Shortage(wanted, view);
      placement.fits = false;
      break;
    }
  }
  drained_taken_.clear();
  for (size_t i = 0; view == View::kNow && i < classes.size(); ++i) {
    for (size_t m = 0; m < placement.nodes[i].size(); ++m)
      GiveBack(classes[i], placement.nodes[i][m], placement.DevicesOf(i, m));
  }
  if (!placement.fits) {
    placement.nodes.clear();
    placement.devices.clear();
    placement.scores.clear();
  }
  return placement;
}

std::vector<size_t> GangPlacer::Order(std::span<const MemberClass> classes, View view) {
  std::vector<size_t> order(classes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (classes.size() == 1) return order;
  std::vector<std::pair<int64_t, int64_t>> places(classes.size());  // per member, and of all
  for (size_t i = 0; i < classes.size(); ++i) {
    if (!classes[i].only.empty()) continue;  // pinned ones have no choice: first
    const int64_t all = TotalCapacity(Candidates(classes[i], view), kNoLimit / 2);
    places[i] = {all / classes[i].count, all};
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return places[a] < places[b]; });
  return order;
}

std::vector<GangPlacer::Candidate> GangPlacer::Candidates(const MemberClass& wanted, View view) {
  std::vector<Candidate> candidates;
  const EligibilityCache::Bits& bits = eligibility_.Of(wanted.shape, wanted.namespace_name);
  if (!wanted.only.empty()) {
    for (NodeIndex node : wanted.only) {
      if (node.value / 64 >= bits.size() || (bits[node.value / 64] >> (node.value % 64) & 1) == 0)
        continue;
      const FreeColumns columns(wanted.shape->requests, *nodes_.blocks()[BlockOf(node)]);
      ScanNode(wanted, columns, node, view, candidates);
    }
  } else {
    for (uint32_t block = 0; block < nodes_.blocks().size(); ++block) {
      ScanBlock(wanted, bits, block, view, candidates);
    }
  }
  refusal_.reset();
  // Where a gang that waits will go is decided by what must drain, not by scores of an empty
  // cluster.
  asks_plugins_ =
      view == View::kNow ? pipeline_.active() : pipeline_.active() && pipeline_.filters();
  if (asks_plugins_ && !candidates.empty()) AskPlugins(wanted, view, candidates);
  return candidates;
}

void GangPlacer::ScanBlock(const MemberClass& wanted, const EligibilityCache::Bits& bits,
                           uint32_t block, View view, std::vector<Candidate>& out) {
  const FreeColumns columns(wanted.shape->requests, *nodes_.blocks()[block]);
  const uint32_t first = block * NodeBlock::kNodes;
  for (uint32_t word = 0; word < NodeBlock::kNodes / 64; ++word) {
    uint64_t set = bits[first / 64 + word];
    while (set != 0) {
      const uint32_t offset = word * 64 + static_cast<uint32_t>(__builtin_ctzll(set));
      set &= set - 1;
      if (view != View::kNow || columns.HasRoom(offset))
        ScanNode(wanted, columns, NodeIndex(first + offset), view, out);
    }
  }
}

int64_t GangPlacer::CapacityOf(const MemberClass& wanted, const FreeColumns& columns,
                               NodeIndex node, View view) const {
  int64_t capacity = kNoLimit;
  if (view == View::kNow) {
    capacity = columns.Places(OffsetOf(node));
  } else {
    for (const auto& [resource, amount] : wanted.shape->requests.entries())
      capacity = PlacesIn(Room(resource, node, view), amount, capacity);
  }
  const model::DeviceRequest request = devices_.RequestOf(wanted.shape->requests);
  if (!request.any()) return capacity;
  return std::min(capacity, model::PlacesOn(FreeDevicesOf(node, view), request));
}

void GangPlacer::ScanNode(const MemberClass& wanted, const FreeColumns& columns, NodeIndex node,
                          View view, std::vector<Candidate>& out) {
  int64_t capacity = CapacityOf(wanted, columns, node, view);
  if (capacity == 0) return;
  if (!wanted.shape->host_ports.empty()) capacity = 1;
  if (std::binary_search(wanted.refused.begin(), wanted.refused.end(), node)) return;
  if (domain_ != nullptr && !DomainChooser::Has(*domain_, node)) return;
  const bool is_virtual = IsVirtual(node);
  if (is_virtual && real_only_) return;
  if (!PortsFree(wanted, node, view)) return;
  out.push_back({0, Score(wanted, columns, node, view), node, capacity, is_virtual});
}

bool GangPlacer::PortsFree(const MemberClass& wanted, NodeIndex node, View view) const {
  const std::vector<model::HostPort>& ports = wanted.shape->host_ports;
  if (ports.empty()) return true;
  if (view == View::kNow) return nodes_.PortsFree(node, ports);
  const auto taken = drained_taken_.find(node);
  const bool free = view == View::kReleased ? nodes_.PortsFree(node, ports)
                                            : nodes_.PortsFreeWhenDrained(node, ports);
  return free && (taken == drained_taken_.end() || !AnyPortsConflict(taken->second.ports, ports));
}

int64_t GangPlacer::Room(ResourceId resource, NodeIndex node, View view) const {
  if (view == View::kNow) return nodes_.Free(resource, node);
  const auto taken = drained_taken_.find(node);
  const int64_t mine = taken == drained_taken_.end() ? 0 : taken->second.amount.Get(resource);
  if (view == View::kDrained) return nodes_.FreeWhenDrained(resource, node) - mine;
  const auto released = released_->find(node);
  return nodes_.Free(resource, node) - mine +
         (released == released_->end() ? 0 : released->second.Get(resource));
}

model::FreeDevices GangPlacer::FreeDevicesOf(NodeIndex node, View view) const {
  if (view == View::kNow) return devices_.FreeOf(*nodes_.blocks()[BlockOf(node)], OffsetOf(node));
  model::FreeDevices free;
  free.count = devices_.CountOf(*nodes_.blocks()[BlockOf(node)], OffsetOf(node));
  for (uint32_t i = 0; i < free.count; ++i) free.milli[i] = Room(devices_.slot(i), node, view);
  return free;
}

int64_t GangPlacer::Score(const MemberClass& wanted, const FreeColumns& columns, NodeIndex node,
                          View view) {
  const uint32_t offset = OffsetOf(node);
  if (view == View::kNow)
    return tie_break_ == TieBreak::kNodeName ? names_.Rank(node) : columns.LeftOver(offset);
  const NodeBlock& block = *nodes_.blocks()[BlockOf(node)];
  const auto& weighed = view == View::kDrained ? block.requested : block.free;
  int64_t score = 0;
  for (const auto& [resource, amount] : wanted.shape->requests.entries())
    score += NodeBlock::At(weighed, resource, offset) / UnitOf(block.Allocatable(resource, offset));
  return score;
}

base::StringId GangPlacer::CoarsestKey(const MemberClass& wanted,
                                       const std::vector<Candidate>& candidates) const {
  base::StringId coarsest;
  size_t fewest = candidates.size();
  for (const std::string& text : wanted.shape->spread_keys) {
    const base::StringId key = eligibility_.labels().Find(text);
    if (!key.valid()) continue;
    absl::flat_hash_set<base::StringId> domains;
    for (const Candidate& candidate : candidates) {
      const base::StringId domain = nodes_.Info(candidate.node)->Label(key);
      if (domain.valid()) domains.insert(domain);
    }
    if (domains.empty() || domains.size() >= fewest) continue;
    fewest = domains.size();
    coarsest = key;
  }
  return coarsest;
}

bool GangPlacer::SpreadOut(const MemberClass& wanted, std::vector<Candidate>& candidates) const {
  const base::StringId key = CoarsestKey(wanted, candidates);
  const auto domain_of = [&](NodeIndex node) {
    return key.valid() ? nodes_.Info(node)->Label(key).value : node.value;
  };
  absl::flat_hash_map<NodeIndex, int64_t> on_node;
  absl::flat_hash_map<uint32_t, int64_t> in_domain;
  for (const NodeIndex peer : wanted.peers) {
    if (nodes_.Info(peer) == nullptr) continue;
    ++on_node[peer];
    ++in_domain[domain_of(peer)];
  }
  // Fewest members first, then the best fit; domains by members, then as their first node came.
  using Place = std::tuple<int64_t, int64_t, size_t>;  // members, score, index of the candidate
  using Places = std::priority_queue<Place, std::vector<Place>, std::greater<>>;
  std::vector<Places> places;
  std::set<std::pair<int64_t, size_t>> domains;  // members, index of `places`
  absl::flat_hash_map<uint32_t, size_t> index;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const NodeIndex node = candidates[i].node;
    if (key.valid() && !nodes_.Info(node)->Label(key).valid()) continue;
    const auto [it, added] = index.try_emplace(domain_of(node), places.size());
    if (added) {
      places.emplace_back();
      domains.emplace(in_domain[it->first], it->second);
    }
    places[it->second].emplace(on_node[node], candidates[i].score, i);
  }
  std::vector<int64_t> given(candidates.size(), 0);
  for (int64_t missing = wanted.count; missing > 0; --missing) {
    if (domains.empty()) return false;
    const auto [members, domain] = *domains.begin();
    domains.erase(domains.begin());
    const auto [on, score, i] = places[domain].top();
    places[domain].pop();
    if (++given[i] < candidates[i].capacity) places[domain].emplace(on + 1, score, i);
    if (!places[domain].empty()) domains.emplace(members + 1, domain);
  }
  for (size_t i = 0; i < candidates.size(); ++i) candidates[i].capacity = given[i];
  return true;
}

bool GangPlacer::Take(const MemberClass& wanted, std::vector<Candidate> candidates, View view,
                      size_t which, Placement& placement) {
  std::vector<NodeIndex>& taken = placement.nodes[which];
  const model::DeviceRequest request = devices_.RequestOf(wanted.shape->requests);
  if (TotalCapacity(candidates, wanted.count) < wanted.count) return false;
  if (!wanted.shape->spread_keys.empty() && !SpreadOut(wanted, candidates)) return false;
  const auto later = [](const Candidate& a, const Candidate& b) { return a.GoesAfter(b); };
  std::make_heap(candidates.begin(), candidates.end(), later);
  taken.reserve(static_cast<size_t>(wanted.count));
  const bool scored = asks_plugins_ && pipeline_.scores();
  int64_t missing = wanted.count;
  while (missing > 0 && !candidates.empty()) {
    std::pop_heap(candidates.begin(), candidates.end(), later);
    Candidate best = candidates.back();
    candidates.pop_back();
    // Without plugins the best node stays the best until it is full.
    const int64_t here = asks_plugins_ ? 1 : std::min(best.capacity, missing);
    for (int64_t i = 0; i < here; ++i) {
      const model::DeviceSet devices =
          request.any() ? SelectDevices(request, best.node, view) : model::DeviceSet();
      TakeOne(wanted, best.node, devices, view);
      taken.push_back(best.node);
      if (request.any()) placement.devices[which].push_back(devices);
      if (scored) placement.scores[which].push_back(best.plugins);
    }
    missing -= here;
    best.capacity -= here;
    if (!asks_plugins_) continue;
    // The table may have copied the block: what plugins see must never be the old one.
    if (view == View::kNow) pipeline_.Refresh(best.node);
    if (missing == 0) break;
    const bool normalizes = view == View::kNow && pipeline_.scores() && pipeline_.normalizes();
    if (best.capacity > 0 && Renew(wanted, view, best)) {
      candidates.push_back(best);
      if (!normalizes) std::push_heap(candidates.begin(), candidates.end(), later);
    }
    if (!normalizes) continue;
    ScoreAll(candidates);
    std::make_heap(candidates.begin(), candidates.end(), later);
  }
  // By the numbers there was room: plugins refused nodes that had got a member.
  if (missing > 0) refusal_ = pipeline_.refusal();
  return missing == 0;
}

model::DeviceSet GangPlacer::SelectDevices(const model::DeviceRequest& request, NodeIndex node,
                                           View view) {
  model::FreeDevices free = FreeDevicesOf(node, view);
  const model::DeviceSet fitting = free.Fitting(request);
  if (view == View::kNow) {
    if (!asks_plugins_) return free.Tightest(request, fitting);
    const model::DeviceSet selected = pipeline_.SelectDevices(node, request, fitting);
    return selected.empty() ? free.Tightest(request, fitting) : selected;
  }
  // Of those that would do once they are drained, the ones that have least to drain.
  for (uint32_t i = 0; i < free.count; ++i)
    free.milli[i] = model::kWholeDevice - nodes_.Free(devices_.slot(i), node);
  return free.Tightest(request, fitting);
}

void GangPlacer::TakeOne(const MemberClass& wanted, NodeIndex node, const model::DeviceSet& devices,
                         View view) {
  const model::PodShape& shape = *wanted.shape;
  if (view == View::kNow) {
    nodes_.Reserve(node, shape.requests, shape.host_ports);
    if (!devices.empty()) nodes_.Reserve(node, DeviceAmount(wanted, devices), {});
    return;
  }
  Taken& there = drained_taken_[node];
  there.amount.Add(shape.requests);
  there.ports.insert(there.ports.end(), shape.host_ports.begin(), shape.host_ports.end());
  if (!devices.empty()) there.amount.Add(DeviceAmount(wanted, devices));
  if (!asks_plugins_) return;
  TakeFromDrained(shape.requests, node);
  if (!devices.empty()) TakeFromDrained(DeviceAmount(wanted, devices), node);
}

void GangPlacer::GiveBack(const MemberClass& wanted, NodeIndex node,
                          const model::DeviceSet& devices) {
  nodes_.Unreserve(node, wanted.shape->requests, wanted.shape->host_ports);
  if (!devices.empty()) nodes_.Unreserve(node, DeviceAmount(wanted, devices), {});
}

void GangPlacer::TakeFromDrained(const model::ResourceList& amount, NodeIndex node) {
  for (const auto& [resource, value] : amount.entries())
    drained_[BlockOf(node)][resource.value][OffsetOf(node)] -= value;
}

bool GangPlacer::Renew(const MemberClass& wanted, View view, Candidate& candidate) {
  if (!pipeline_.StillPasses(candidate.node)) return false;
  if (view == View::kNow && pipeline_.scores() && !pipeline_.normalizes())
    candidate.plugins = pipeline_.ScoreOne(candidate.node);
  const FreeColumns columns(wanted.shape->requests, *nodes_.blocks()[BlockOf(candidate.node)]);
  candidate.score = Score(wanted, columns, candidate.node, view);
  return true;
}

void GangPlacer::ScoreAll(std::vector<Candidate>& candidates) {
  if (!pipeline_.scores()) return;
  for (NodeMask& mask : masks_) mask = {};
  for (const Candidate& candidate : candidates)
    masks_[BlockOf(candidate.node)].Add(OffsetOf(candidate.node));
  const std::vector<int64_t>& totals = pipeline_.Score(masks_);
  for (Candidate& candidate : candidates) candidate.plugins = totals[candidate.node.value];
}

// Plugins see in each node what would be free then.
void GangPlacer::ShowLater(const MemberClass& wanted, View view) {
  drained_.resize(nodes_.blocks().size());
  size_t columns = 0;
  for (const auto& [resource, amount] : wanted.shape->requests.entries())
    columns = std::max<size_t>(columns, resource.value + 1u);
  for (uint32_t b = 0; b < drained_.size(); ++b) {
    drained_[b].assign(std::max(columns, nodes_.blocks()[b]->free.size()), {});
    std::vector<NodeBlockView::Column> pointers;
    for (uint16_t r = 0; r < drained_[b].size(); ++r) {
      nodes_.blocks()[b]->statics->present.ForEach([&](uint32_t offset) {
        const NodeIndex node(b * NodeBlock::kNodes + offset);
        drained_[b][r][offset] = Room(ResourceId(r), node, view);
      });
      pointers.push_back(drained_[b][r].data());
    }
    pipeline_.OverrideFree(b, pointers);
  }
}

void GangPlacer::AskPlugins(const MemberClass& wanted, View view,
                            std::vector<Candidate>& candidates) {
  pipeline_.Begin(wanted, seed_);
  if (view != View::kNow) ShowLater(wanted, view);
  masks_.assign(nodes_.blocks().size(), {});
  for (const Candidate& candidate : candidates)
    masks_[BlockOf(candidate.node)].Add(OffsetOf(candidate.node));
  if (!pipeline_.Filter(masks_)) {
    refusal_ = pipeline_.refusal();
    return candidates.clear();
  }
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return !masks_[BlockOf(candidate.node)].Has(OffsetOf(candidate.node));
  });
  if (view != View::kNow) return;
  ScoreAll(candidates);
  if (!pipeline_.score_failed()) return;
  refusal_ = pipeline_.refusal();
  candidates.clear();
}

model::Reason GangPlacer::Shortage(const MemberClass& wanted, View view) {
  if (refusal_) return *refusal_;
  model::Reason reason;
  reason.need = wanted.count;
  const EligibilityCache::Bits& bits = eligibility_.Of(wanted.shape, wanted.namespace_name);
  bool any = false;
  std::vector<int64_t> places(wanted.shape->requests.entries().size(), 0);
  const model::DeviceRequest devices = devices_.RequestOf(wanted.shape->requests);
  int64_t on_devices = 0;
  for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
    const NodeIndex node(i);
    if ((bits[i / 64] >> (i % 64) & 1) == 0) continue;
    if (!wanted.only.empty() &&
        std::find(wanted.only.begin(), wanted.only.end(), node) == wanted.only.end())
      continue;
    if (std::binary_search(wanted.refused.begin(), wanted.refused.end(), node)) continue;
    if (domain_ != nullptr && !DomainChooser::Has(*domain_, node)) continue;
    if (real_only_ && IsVirtual(node)) continue;
    any = true;
    for (size_t r = 0; r < places.size(); ++r) {
      if (places[r] >= wanted.count) continue;
      const auto& [resource, amount] = wanted.shape->requests.entries()[r];
      const int64_t here = std::max<int64_t>(Room(resource, node, view), 0) / amount;
      places[r] += std::min(here, wanted.count);
    }
    if (devices.any() && on_devices < wanted.count) {
      on_devices += std::min(model::PlacesOn(FreeDevicesOf(node, view), devices), wanted.count);
    }
  }
  if (!any) {
    reason.code = wanted.only.empty() ? ReasonCode::kNoEligibleNode : ReasonCode::kPinnedNodeLost;
    return reason;
  }
  reason.code = wanted.only.empty() ? ReasonCode::kWaitingForCapacity : ReasonCode::kPinnedNodeLost;
  const auto scarcest = std::min_element(places.begin(), places.end());
  if (devices.any() && on_devices < wanted.count && on_devices <= *scarcest) {
    reason = {reason.code, model::SaturatingProduct(devices.total(), wanted.count),
              on_devices * devices.total(), devices_.milli()};
  } else if (scarcest != places.end() && *scarcest < wanted.count) {
    const auto& [resource, amount] =
        wanted.shape->requests.entries()[static_cast<size_t>(scarcest - places.begin())];
    reason = {reason.code, model::SaturatingProduct(amount, wanted.count), *scarcest * amount,
              resource};
  } else {
    // Each resource alone would do, but no node has enough of all of them together.
    if (wanted.count > 1) reason.have = TotalCapacity(Candidates(wanted, view), wanted.count);
  }
  return reason;
}

}  // namespace tutti::planner
