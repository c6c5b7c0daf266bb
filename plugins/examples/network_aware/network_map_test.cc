#include "network_map.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace examples {
namespace {

using tutti::Config;
using tutti::ConfigEntry;
using tutti::ConfigKind;

ConfigEntry Text(const char* pointer, const char* text) {
  return {pointer, ConfigKind::kString, text, ""};
}
ConfigEntry Number(const char* pointer, int64_t number) {
  return {pointer, ConfigKind::kInteger, std::to_string(number), ""};
}

TEST(NetworkMapTest, NearnessGivesTheDefaults) {
  Config config;
  const NetworkMap map(config);
  EXPECT_EQ(map.Between({"a", "east"}, {"a", "east"}), (Link{100, 25'000}));
  EXPECT_EQ(map.Between({"a", "east"}, {"b", "east"}), (Link{1000, 10'000}));
  EXPECT_EQ(map.Between({"a", "east"}, {"c", "west"}), (Link{50'000, 1000}));
  EXPECT_EQ(map.Between({"a", ""}, {"b", ""}), (Link{50'000, 1000})) << "no region is no region";
}

TEST(NetworkMapTest, ALinkIsMoreExactInBothDirectionsAndZonesGoBeforeRegions) {
  Config config({Text("/links/0/between", "b"), Text("/links/0/and", "a"),
                 Number("/links/0/latencyMicroseconds", 7), Text("/links/1/between", "east"),
                 Text("/links/1/and", "west"), Number("/links/1/bandwidthMbps", 99)});
  const NetworkMap map(config);
  EXPECT_TRUE(config.errors().empty());
  EXPECT_EQ(map.Between({"a", "east"}, {"b", "west"}), (Link{7, 10'000}));
  EXPECT_EQ(map.Between({"b", "west"}, {"a", "east"}), (Link{7, 10'000}));
  EXPECT_EQ(map.Between({"c", "west"}, {"d", "east"}), (Link{1000, 99}));
}

TEST(NetworkMapTest, ALinkMayBeWithinOneZone) {
  Config config({Text("/links/0/between", "a"), Text("/links/0/and", "a"),
                 Number("/links/0/latencyMicroseconds", 3)});
  EXPECT_EQ(NetworkMap(config).Between({"a", ""}, {"a", ""}).latency, 3);
}

TEST(NetworkMapTest, EveryMistakeIsTold) {
  Config config({Text("/links/0/between", "a"), Text("/links/0/and", "b"),
                 Text("/links/1/between", "b"), Text("/links/1/and", "a"),
                 Number("/links/2/latencyMicroseconds", 1),
                 Number("/sameZone/latencyMicroseconds", -1)});
  const NetworkMap map(config);
  EXPECT_EQ(config.errors().size(), 4u) << "a link twice, two names missing, less than nothing";
}

}  // namespace
}  // namespace examples
