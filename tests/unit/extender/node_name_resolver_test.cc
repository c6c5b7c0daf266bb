#include "extender/node_name_resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/door_world.h"

namespace tutti::extender {
namespace {

std::vector<model::NodeIndex> Resolve(NodeNameResolver& resolver, testing::DoorWorld& world,
                                      const std::vector<std::string>& names) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::vector<model::NodeIndex> nodes;
  resolver.Resolve(views, *world.core.Snapshot(), nodes);
  return nodes;
}

TEST(NodeNameResolverTest, AnEmptyClusterKnowsNoName) {
  testing::DoorWorld world;
  world.Publish();
  NodeNameResolver resolver;
  EXPECT_EQ(Resolve(resolver, world, {"a", ""}), std::vector<model::NodeIndex>(2));
}

TEST(NodeNameResolverTest, AnIndexThatIsUsedAgainIsAnotherNode) {
  testing::DoorWorld world;
  const model::NodeIndex old_index = world.AddNode("old");
  world.Publish();
  NodeNameResolver resolver;
  EXPECT_EQ(Resolve(resolver, world, {"old"})[0], old_index);
  world.nodes.Remove("old");
  const model::NodeIndex reused = world.AddNode("new");
  ASSERT_EQ(reused, old_index);
  world.Publish();
  EXPECT_EQ(Resolve(resolver, world, {"old", "new"}),
            (std::vector<model::NodeIndex>{model::NodeIndex(), reused}));
}

// Whatever was asked before, the answer is that of the directory.
TEST(NodeNameResolverTest, AgreesWithTheDirectoryWhileNodesComeAndGo) {
  const uint64_t seed = 7;
  SCOPED_TRACE("seed 7");
  std::mt19937_64 random(seed);
  testing::DoorWorld world;
  NodeNameResolver resolver;
  const auto name = [&] {
    // Short and long ones, many of which differ in one place only.
    static const char* const kTails[] = {"", "-a", ".example.internal", "-pool-0.eu-west.internal"};
    return "n" + std::to_string(random() % 700) + kTails[random() % 4];
  };
  for (int round = 0; round < 60; ++round) {
    for (int i = 0; i < 40; ++i)
      random() % 3 == 0 ? world.nodes.Remove(name()) : void(world.AddNode(name()));
    world.Publish();
    std::vector<std::string> names;
    for (int i = 0; i < 400; ++i) names.push_back(name());
    const std::vector<model::NodeIndex> nodes = Resolve(resolver, world, names);
    for (size_t i = 0; i < names.size(); ++i) {
      const model::NodeIndex* expected = world.core.Snapshot()->directory.Find(names[i]);
      ASSERT_EQ(nodes[i], expected ? *expected : model::NodeIndex()) << names[i];
    }
  }
}

TEST(NodeNameResolverTest, PositionsAreThoseOfTheWantedNodesAlone) {
  std::mt19937_64 random(11);
  testing::DoorWorld world;
  std::vector<std::string> names;
  for (int i = 0; i < 900; ++i) {
    names.push_back("node-" + std::to_string(i) + ".example");
    world.AddNode(names.back());
  }
  names.push_back("unknown");
  world.Publish();
  NodeNameResolver resolver;
  const std::vector<std::string_view> views(names.begin(), names.end());
  for (const uint64_t one_in : {1, 2, 50, 1000}) {
    std::vector<model::NodeIndex> wanted;
    for (uint32_t i = 0; i < 900; ++i) {
      if (random() % one_in == 0) wanted.emplace_back(i);
    }
    std::vector<model::NodeIndex> all;
    std::vector<uint32_t> positions;
    resolver.Resolve(views, *world.core.Snapshot(), all);
    resolver.PositionsOf(wanted, views, *world.core.Snapshot(), positions);
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < names.size(); ++i) {
      if (std::find(wanted.begin(), wanted.end(), all[i]) != wanted.end()) expected.push_back(i);
    }
    ASSERT_EQ(positions, expected) << one_in;
  }
}

}  // namespace
}  // namespace tutti::extender
