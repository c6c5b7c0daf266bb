#include "network_map.h"

#include <cstddef>

namespace examples {

NetworkMap::NetworkMap(tutti::Config& config)
    : same_zone_(Read(config, "/sameZone", {100, 25'000})),
      same_region_(Read(config, "/sameRegion", {1000, 10'000})),
      other_region_(Read(config, "/otherRegion", {50'000, 1000})) {
  const std::size_t count = config.Size("/links");
  for (std::size_t i = 0; i < count; ++i) {
    const std::string pointer = "/links/" + std::to_string(i);
    const std::string a = config.String(pointer + "/between", "");
    const std::string b = config.String(pointer + "/and", "");
    if (a.empty()) config.Fail(pointer + "/between", "expected a zone or region");
    if (b.empty()) config.Fail(pointer + "/and", "expected a zone or region");
    const Link link = Read(config, pointer, same_region_);
    if (!links_.emplace(NamesOf(a, b), link).second)
      config.Fail(pointer + "/and", "there is a link between " + a + " and " + b + " already");
  }
}

Link NetworkMap::Read(tutti::Config& config, const std::string& pointer, Link fallback) {
  return {config.Integer(pointer + "/latencyMicroseconds", fallback.latency, 0, kMostLatency),
          config.Integer(pointer + "/bandwidthMbps", fallback.bandwidth, 0)};
}

NetworkMap::Names NetworkMap::NamesOf(std::string_view a, std::string_view b) {
  return a < b ? Names(a, b) : Names(b, a);
}

Link NetworkMap::Between(const Place& a, const Place& b) const {
  if (const auto zones = links_.find(NamesOf(a.zone, b.zone)); zones != links_.end())
    return zones->second;
  if (a.zone == b.zone) return same_zone_;
  if (const auto regions = links_.find(NamesOf(a.region, b.region)); regions != links_.end())
    return regions->second;
  return a.region == b.region && !a.region.empty() ? same_region_ : other_region_;
}

}  // namespace examples
