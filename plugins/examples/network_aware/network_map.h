// NetworkMap: what the network gives between two places, as the configuration tells it.
//
// A place is a zone in a region. Nearness gives the defaults; a link between two zones, or else
// between two regions, is more exact. Links have no direction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tutti/config.h"

namespace examples {

struct Place {
  std::string_view zone;
  std::string_view region;  // may be empty: unknown
};

struct Link {
  int64_t latency = 0;    // microseconds
  int64_t bandwidth = 0;  // megabits per second

  bool operator==(const Link&) const = default;
};

// What two members need.
struct Need {
  int64_t max_latency = 0;
  int64_t min_bandwidth = 0;

  bool MetBy(const Link& link) const {
    return link.latency <= max_latency && link.bandwidth >= min_bandwidth;
  }
};

class NetworkMap {
 public:
  static constexpr int64_t kMostLatency = 10'000'000;  // ten seconds

  // Reads sameZone, sameRegion, otherRegion and links; mistakes are told to `config`.
  explicit NetworkMap(tutti::Config& config);

  Link Between(const Place& a, const Place& b) const;

 private:
  using Names = std::pair<std::string, std::string>;  // the lesser one first

  static Names NamesOf(std::string_view a, std::string_view b);
  static Link Read(tutti::Config& config, const std::string& pointer, Link fallback);

  Link same_zone_;
  Link same_region_;
  Link other_region_;
  std::map<Names, Link> links_;
};

}  // namespace examples
