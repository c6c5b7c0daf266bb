#include "network_aware.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "tutti/export.h"

namespace examples {

using tutti::Status;

namespace {

std::string Label(tutti::Config& config, const char* pointer, const char* fallback) {
  std::string key = config.String(pointer, fallback);
  if (key.empty()) config.Fail(pointer, "expected the key of a label");
  return key;
}

}  // namespace

const tutti::PluginDescriptor& NetworkAware::Descriptor() {
  static constexpr tutti::PluginDescriptor kDescriptor = {
      "NetworkAware", "1.0",
      [](tutti::Config& config, tutti::PluginHost& host) -> std::unique_ptr<tutti::Plugin> {
        return std::make_unique<NetworkAware>(config, host);
      }};
  return kDescriptor;
}

NetworkAware::NetworkAware(tutti::Config& config, tutti::PluginHost& host)
    : host_(host), network_(config) {
  role_ = host.PodLabel(Label(config, "/roleLabel", "example.com/role"));
  zone_ = host.NodeLabel(Label(config, "/zoneLabel", "topology.kubernetes.io/zone"));
  region_ = host.NodeLabel(Label(config, "/regionLabel", "topology.kubernetes.io/region"));
  const std::size_t count = config.Size("/dependencies");
  for (std::size_t i = 0; i < count; ++i) {
    const std::string at = "/dependencies/" + std::to_string(i);
    Dependency found{config.String(at + "/between", ""), config.String(at + "/and", ""), {}};
    if (found.a.empty()) config.Fail(at + "/between", "expected a role");
    if (found.b.empty()) config.Fail(at + "/and", "expected a role");
    found.need = {config.Integer(at + "/maxLatencyMicroseconds", NetworkMap::kMostLatency, 0,
                                 NetworkMap::kMostLatency),
                  config.Integer(at + "/minBandwidthMbps", 0, 0)};
    dependencies_.push_back(std::move(found));
  }
  if (count == 0) config.Fail("/dependencies", "expected at least one pair of roles");
  place_unknown_ = host.Reason("PlaceUnknown", "no label says which zone the node is in");
  out_of_reach_ = host.Reason("OutOfReach",
                              "no zone is near enough for what the members need of "
                              "one another");
  domains_ = host.Counter("domains_generated", "Sets of zones offered to gangs");
}

std::size_t NetworkAware::Spots::Find(tutti::TextId zone, tutti::TextId region) const {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].zone == zone && all[i].region == region) return i;
  }
  return kNone;
}

NetworkAware::Spots NetworkAware::SpotsOf(const tutti::ClusterView& cluster) const {
  Spots spots;
  std::vector<Spot>& all = spots.all;
  std::size_t last = Spots::kNone;  // neighbours are often of the same zone
  for (std::size_t b = 0; b < cluster.blocks.size(); ++b) {
    const tutti::NodeBlockView& block = cluster.blocks[b];
    block.present.ForEach([&](uint32_t offset) {
      const tutti::TextId zone = block.FieldId(zone_, offset);
      const tutti::TextId region = block.FieldId(region_, offset);
      if (!zone.valid()) return;
      if (last == Spots::kNone || all[last].zone != zone || all[last].region != region)
        last = spots.Find(zone, region);
      if (last == Spots::kNone) {
        if (all.size() == kMostPlaces) return;
        last = all.size();
        all.push_back({zone, region, {}, 0, tutti::kMinNodeScore, {}});
      }
      all[last].nodes.resize(cluster.blocks.size());
      all[last].nodes[b].Add(offset);
      ++all[last].size;
    });
  }
  const auto place = [&](const Spot& spot) -> Place {
    return {host_.texts().Text(spot.zone), host_.texts().Text(spot.region)};
  };
  // By name: numbers of texts differ between processes.
  std::sort(all.begin(), all.end(), [&](const Spot& a, const Spot& b) {
    return std::pair(place(a).zone, place(a).region) < std::pair(place(b).zone, place(b).region);
  });
  for (const Spot& a : all) {
    for (const Spot& b : all) spots.links.push_back(network_.Between(place(a), place(b)));
  }
  return spots;
}

Status NetworkAware::PreFilter(tutti::CycleState& state, const tutti::PodClassView& pod,
                               const tutti::ClusterView& cluster) const {
  const std::string_view role = pod.Field(role_);
  const bool depends = std::any_of(dependencies_.begin(), dependencies_.end(),
                                   [&](const Dependency& d) { return d.a == role || d.b == role; });
  if (!depends) return Status::Skip();
  Spots spots = SpotsOf(cluster);
  for (std::size_t i = 0; i < spots.all.size(); ++i) spots.all[i].verdict = Judge(spots, i, role);
  state.Set(std::move(spots));
  return Status::Success();
}

Status NetworkAware::Judge(const Spots& spots, std::size_t spot, std::string_view role) const {
  for (const Dependency& dependency : dependencies_) {
    if (dependency.a != role && dependency.b != role) continue;
    int64_t best = NetworkMap::kMostLatency;
    bool met = false;
    for (std::size_t other = 0; other < spots.all.size(); ++other) {
      best = std::min(best, spots.Between(spot, other).latency);
      met = met || dependency.need.MetBy(spots.Between(spot, other));
    }
    if (!met)
      return Status::UnschedulableAndUnresolvable(out_of_reach_, dependency.need.max_latency, best);
  }
  return Status::Success();
}

Status NetworkAware::Filter(const tutti::CycleState& state, const tutti::PodClassView&,
                            const tutti::NodeView& node) const {
  const Spots* spots = state.Get<Spots>();
  if (spots == nullptr) return Status::Success();
  const std::size_t spot = SpotOf(*spots, node);
  return spot == Spots::kNone ? Status::UnschedulableAndUnresolvable(place_unknown_)
                              : spots->all[spot].verdict;
}

// A zone is better the nearer it is to all nodes of the cluster: there the others find room near
// by.
Status NetworkAware::PreScore(tutti::CycleState& state, const tutti::PodClassView&,
                              const tutti::ClusterView&) const {
  const Spots* filtered = state.Get<Spots>();
  if (filtered == nullptr) return Status::Skip();
  Spots spots = *filtered;
  std::vector<int64_t> means;
  int64_t worst = 1;
  for (std::size_t i = 0; i < spots.all.size(); ++i) {
    int64_t sum = 0;
    int64_t nodes = 0;
    for (std::size_t j = 0; j < spots.all.size(); ++j) {
      sum += spots.all[j].size * spots.Between(i, j).latency;
      nodes += spots.all[j].size;
    }
    means.push_back(sum / nodes);
    worst = std::max(worst, means.back());
  }
  for (std::size_t i = 0; i < means.size(); ++i)
    spots.all[i].score = tutti::kMaxNodeScore * (worst - means[i]) / worst;
  state.Set(std::move(spots));
  return Status::Success();
}

int64_t NetworkAware::Score(const tutti::CycleState& state, const tutti::PodClassView&,
                            const tutti::NodeView& node) const {
  const Spots* spots = state.Get<Spots>();
  if (spots == nullptr) return tutti::kMinNodeScore;
  const std::size_t spot = SpotOf(*spots, node);
  return spot == Spots::kNone ? tutti::kMinNodeScore : spots->all[spot].score;
}

bool NetworkAware::NeedOf(const tutti::GangView& gang, Need& need) const {
  need = {NetworkMap::kMostLatency, 0};
  bool any = false;
  const auto has = [&](const std::string& role) {
    return std::any_of(gang.classes.begin(), gang.classes.end(),
                       [&](const auto& pods) { return pods.Field(role_) == role; });
  };
  for (const Dependency& dependency : dependencies_) {
    if (!has(dependency.a) || !has(dependency.b)) continue;
    any = true;
    need.max_latency = std::min(need.max_latency, dependency.need.max_latency);
    need.min_bandwidth = std::max(need.min_bandwidth, dependency.need.min_bandwidth);
  }
  return any;
}

std::vector<NetworkAware::Members> NetworkAware::Grow(const Spots& spots, std::size_t seed,
                                                      const Need& need) {
  std::vector<std::size_t> nearest;
  for (std::size_t i = 0; i < spots.all.size(); ++i) nearest.push_back(i);
  const auto distance = [&](std::size_t spot) {
    return std::pair(spot != seed, spots.Between(seed, spot).latency);
  };
  std::stable_sort(nearest.begin(), nearest.end(),
                   [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
  std::vector<Members> sets;
  Members members;
  for (const std::size_t next : nearest) {
    members.push_back(next);
    const bool fits = std::all_of(members.begin(), members.end(), [&](std::size_t member) {
      return need.MetBy(spots.Between(member, next));
    });
    if (!fits) members.pop_back();
    if (members.empty()) break;  // not even within the zone
    if (!fits) continue;
    sets.push_back(members);
    std::sort(sets.back().begin(), sets.back().end());
  }
  return sets;
}

// Sets of zones of which each two, and each with itself, give what the strictest dependency needs:
// wherever in them the members go, all of them are served. The smaller sets are preferred.
Status NetworkAware::PlacementGenerate(tutti::CycleState& state, const tutti::GangView& gang,
                                       const tutti::ClusterView& cluster,
                                       std::vector<tutti::Domain>& domains) const {
  Need need;
  if (!NeedOf(gang, need)) return Status::Skip();
  const Spots spots = SpotsOf(cluster);
  std::set<std::pair<std::size_t, Members>> sets;  // by size
  int64_t best = NetworkMap::kMostLatency;
  for (std::size_t seed = 0; seed < spots.all.size(); ++seed) {
    best = std::min(best, spots.Between(seed, seed).latency);
    for (Members& members : Grow(spots, seed, need))
      sets.emplace(members.size(), std::move(members));
  }
  if (sets.empty())
    return Status::UnschedulableAndUnresolvable(out_of_reach_, need.max_latency, best);
  for (const auto& [size, members] : sets) domains.push_back(DomainOf(spots, members));
  state.Set(spots);
  host_.Increment(domains_, static_cast<double>(sets.size()));
  return Status::Success();
}

tutti::Domain NetworkAware::DomainOf(const Spots& spots, const Members& members) const {
  tutti::Domain domain;
  for (const std::size_t member : members) {
    const Spot& spot = spots.all[member];
    domain.name += (domain.name.empty() ? "" : "+") + std::string(host_.texts().Text(spot.zone));
    domain.nodes.resize(spot.nodes.size());
    for (std::size_t b = 0; b < spot.nodes.size(); ++b) domain.nodes[b] |= spot.nodes[b];
  }
  return domain;
}

std::vector<int64_t> NetworkAware::CountBySpot(const Spots& spots,
                                               std::span<const tutti::NodeIndex> nodes,
                                               const tutti::ClusterView& cluster) const {
  std::vector<int64_t> count(spots.all.size());
  for (const tutti::NodeIndex node : nodes) {
    const tutti::NodeBlockView* block = cluster.BlockOf(node);
    if (block == nullptr) continue;
    const std::size_t spot = SpotOf(spots, block->Node(tutti::OffsetOf(node)));
    if (spot != Spots::kNone) ++count[spot];
  }
  return count;
}

// The mean latency between members that depend on one another, against what they could bear.
int64_t NetworkAware::PlacementScore(const tutti::CycleState& state, const tutti::GangView& gang,
                                     const tutti::PlacementView& placement,
                                     const tutti::ClusterView& cluster) const {
  const Spots* spots = state.Get<Spots>();
  if (spots == nullptr) return tutti::kMinNodeScore;
  std::map<std::string_view, std::vector<int64_t>> by_role;  // members, by spot
  for (std::size_t c = 0; c < gang.classes.size() && c < placement.nodes.size(); ++c) {
    std::vector<int64_t>& count = by_role[gang.classes[c].Field(role_)];
    count.resize(spots->all.size());
    const std::vector<int64_t> more = CountBySpot(*spots, placement.nodes[c], cluster);
    for (std::size_t i = 0; i < more.size(); ++i) count[i] += more[i];
  }
  int64_t pairs = 0;
  int64_t borne = 0;  // latency, summed over pairs
  int64_t bearable = 0;
  for (const Dependency& dependency : dependencies_) {
    const auto a = by_role.find(dependency.a);
    const auto b = by_role.find(dependency.b);
    if (a == by_role.end() || b == by_role.end()) continue;
    for (std::size_t p = 0; p < spots->all.size(); ++p) {
      for (std::size_t q = 0; q < spots->all.size(); ++q) {
        const int64_t here = a->second[p] * b->second[q];
        pairs += here;
        borne += here * spots->Between(p, q).latency;
        bearable += here * dependency.need.max_latency;
      }
    }
  }
  if (pairs == 0) return tutti::kMinNodeScore;
  const int64_t most = std::max<int64_t>(1, bearable / pairs);
  return tutti::kMaxNodeScore * std::max<int64_t>(0, most - borne / pairs) / most;
}

}  // namespace examples

TUTTI_EXPORT_PLUGIN(examples::NetworkAware)
