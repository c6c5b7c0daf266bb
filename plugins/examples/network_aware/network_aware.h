// NetworkAware: keeps members of a gang that talk to one another within the latency and the
// bandwidth that they need, in the manner of the NetworkAware plugins with their AppGroup and
// NetworkTopology.
//
// Assumptions: a label of the pod names its role; labels of the node name its zone and region; the
// network between zones is as the configuration says. Bandwidth is what a path can carry, not what
// others leave of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "network_map.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/score.h"

namespace examples {

class NetworkAware final : public tutti::PreFilterPlugin,
                           public tutti::FilterPlugin,
                           public tutti::PreScorePlugin,
                           public tutti::ScorePlugin,
                           public tutti::PlacementGeneratePlugin,
                           public tutti::PlacementScorePlugin {
 public:
  static const tutti::PluginDescriptor& Descriptor();

  static constexpr std::size_t kMostPlaces = 64;  // nodes of further zones are refused

  NetworkAware(tutti::Config& config, tutti::PluginHost& host);

  tutti::Status PreFilter(tutti::CycleState& state, const tutti::PodClassView& pod,
                          const tutti::ClusterView& cluster) const override;
  tutti::Status Filter(const tutti::CycleState& state, const tutti::PodClassView& pod,
                       const tutti::NodeView& node) const override;
  tutti::Status PreScore(tutti::CycleState& state, const tutti::PodClassView& pod,
                         const tutti::ClusterView& cluster) const override;
  int64_t Score(const tutti::CycleState& state, const tutti::PodClassView& pod,
                const tutti::NodeView& node) const override;
  tutti::Status PlacementGenerate(tutti::CycleState& state, const tutti::GangView& gang,
                                  const tutti::ClusterView& cluster,
                                  std::vector<tutti::Domain>& domains) const override;
  int64_t PlacementScore(const tutti::CycleState& state, const tutti::GangView& gang,
                         const tutti::PlacementView& placement,
                         const tutti::ClusterView& cluster) const override;

 private:
  struct Dependency {
    std::string a;  // roles
    std::string b;
    Need need;
  };
  // A zone of this cluster, and what one class of pods thinks of it.
  struct Spot {
    tutti::TextId zone;
    tutti::TextId region;
    std::vector<tutti::NodeMask> nodes;  // by block
    int64_t size = 0;                    // nodes
    int64_t score = tutti::kMinNodeScore;
    tutti::Status verdict;
  };
  struct Spots {
    static constexpr std::size_t kNone = kMostPlaces;

    std::vector<Spot> all;    // by name of zone, then of region
    std::vector<Link> links;  // each to each

    std::size_t Find(tutti::TextId zone, tutti::TextId region) const;
    const Link& Between(std::size_t a, std::size_t b) const { return links[a * all.size() + b]; }
  };
  using Members = std::vector<std::size_t>;  // of a set of spots, ascending

  Spots SpotsOf(const tutti::ClusterView& cluster) const;
  std::size_t SpotOf(const Spots& spots, const tutti::NodeView& node) const {
    return spots.Find(node.FieldId(zone_), node.FieldId(region_));
  }
  // Whether some spot is near enough for every dependency of the role.
  tutti::Status Judge(const Spots& spots, std::size_t spot, std::string_view role) const;
  // The strictest of what the gang's roles need of one another; false: nothing.
  bool NeedOf(const tutti::GangView& gang, Need& need) const;
  // Sets that hold `seed`, each one larger by a spot, the nearest first.
  static std::vector<Members> Grow(const Spots& spots, std::size_t seed, const Need& need);
  tutti::Domain DomainOf(const Spots& spots, const Members& members) const;
  // How many of these nodes each spot has.
  std::vector<int64_t> CountBySpot(const Spots& spots, std::span<const tutti::NodeIndex> nodes,
                                   const tutti::ClusterView& cluster) const;

  const tutti::PluginHost& host_;
  const NetworkMap network_;
  std::vector<Dependency> dependencies_;
  tutti::PodField role_;
  tutti::NodeField zone_;
  tutti::NodeField region_;
  tutti::ReasonId place_unknown_;
  tutti::ReasonId out_of_reach_;
  tutti::CounterId domains_;
};

}  // namespace examples
