#include "planner/place_index.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using model::NodeIndex;
using testing::kGpu;
using testing::PlacerWorld;
using testing::ShapeOf;

const auto kAll = [](NodeIndex) { return true; };

TEST(PlaceIndexTest, OnlyNodesThatChangedAreLookedAtAgain) {
  PlacerWorld world;
  for (int i = 0; i < 300; ++i) world.AddNode("n" + std::to_string(i), 1000);
  PlaceIndex index(world.nodes);
  const auto shape = ShapeOf({{model::kCpu, 100}});
  int looks = 0;
  const auto look = [&](NodeIndex node) {
    ++looks;
    const int64_t free = world.nodes.Free(model::kCpu, node);
    return PlaceIndex::Key{0, free, free >= 100, false};
  };
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(0)) << "equals: the lower index";
  EXPECT_EQ(looks, 512) << "every row once";
  world.nodes.Reserve(NodeIndex(7), {{model::kCpu, 300}}, {});
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(7));
  EXPECT_EQ(looks, 513);
  world.nodes.Reserve(NodeIndex(7), {{model::kCpu, 700}}, {});
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(0));
  EXPECT_EQ(looks, 514);
}

TEST(PlaceIndexTest, NodesThatDoNotAcceptTheShapeAreNeverLookedAt) {
  PlacerWorld world;
  for (int i = 0; i < 3; ++i) world.AddNode("n" + std::to_string(i), 1000);
  PlaceIndex index(world.nodes);
  const auto shape = ShapeOf({});
  const auto accepts = [](NodeIndex node) { return node == NodeIndex(1); };
  const auto look = [](NodeIndex node) {
    EXPECT_EQ(node, NodeIndex(1));
    return PlaceIndex::Key{0, 0, true, false};
  };
  EXPECT_EQ(index.Find(shape, accepts, look)->Best(), NodeIndex(1));
  world.nodes.Reserve(NodeIndex(0), {{model::kCpu, 1}}, {});
  EXPECT_EQ(index.Find(shape, accepts, look)->Best(), NodeIndex(1));
}

TEST(PlaceIndexTest, AfterAChangeOfTheNodesEverythingIsLookedAtAnew) {
  PlacerWorld world;
  world.AddNode("a", 1000);
  PlaceIndex index(world.nodes);
  const auto shape = ShapeOf({});
  const auto look = [&](NodeIndex node) {
    return PlaceIndex::Key{0, 0, world.nodes.Info(node) != nullptr, false};
  };
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(0));
  world.nodes.Remove("a");
  EXPECT_FALSE(index.Find(shape, kAll, look)->Best().valid());
}

TEST(PlaceIndexTest, ChangesTooLongAgoAreNotMissed) {
  PlacerWorld world;
  for (int i = 0; i < 3; ++i) world.AddNode("n" + std::to_string(i), 1000);
  PlaceIndex index(world.nodes);
  const auto shape = ShapeOf({});
  const auto look = [&](NodeIndex node) {
    return PlaceIndex::Key{
        0, world.nodes.Info(node) == nullptr ? 0 : world.nodes.Free(model::kCpu, node),
        world.nodes.Info(node) != nullptr, false};
  };
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(0));
  world.nodes.Reserve(NodeIndex(2), {{model::kCpu, 1}}, {});
  for (uint32_t i = 0; i < 200'000; ++i)
    world.nodes.Reserve(NodeIndex(i % 2), {{model::kPods, 1}}, {});
  EXPECT_EQ(index.Find(shape, kAll, look)->Best(), NodeIndex(2));
}

// Whatever happened before, the index finds the node that looking at all of them finds.
TEST(PlaceIndexTest, ItFindsWhatAFullScanFinds) {
  const uint64_t seed = 20;
  std::mt19937_64 random(seed);
  SCOPED_TRACE(seed);
  PlacerWorld world;
  for (int i = 0; i < 40; ++i)
    world.AddNode("n" + std::to_string(i), 1000 + 500 * static_cast<int64_t>(random() % 8),
                  static_cast<int64_t>(random() % 4));
  std::vector<std::shared_ptr<const model::PodShape>> shapes;
  for (int i = 0; i < 5; ++i) {
    shapes.push_back(ShapeOf({{model::kCpu, 100 + static_cast<int64_t>(random() % 900)},
                              {kGpu, static_cast<int64_t>(random() % 2)}}));
  }
  std::vector<std::pair<NodeIndex, size_t>> placed;
  for (int step = 0; step < 2000; ++step) {
    if (random() % 3 == 0 && !placed.empty()) {
      const size_t which = random() % placed.size();
      world.nodes.Unreserve(placed[which].first, shapes[placed[which].second]->requests, {});
      placed[which] = placed.back();
      placed.pop_back();
    } else if (random() % 50 == 0) {
      world.AddNode("n" + std::to_string(random() % 45),
                    1000 + static_cast<int64_t>(random() % 900));
    }
    const size_t shape = random() % shapes.size();
    const Placement by_index = world.Place(shapes[shape], 1);
    // A refused node that does not exist keeps the index out and changes nothing else.
    MemberClass scanned = PlacerWorld::Class(shapes[shape], 1);
    scanned.refused = {NodeIndex(1'000'000)};
    const Placement by_scan = world.Place({scanned});
    ASSERT_EQ(by_index.fits, by_scan.fits) << "step " << step;
    if (!by_index.fits) continue;
    ASSERT_EQ(by_index.nodes[0][0], by_scan.nodes[0][0]) << "step " << step;
    world.nodes.Reserve(by_index.nodes[0][0], shapes[shape]->requests, {});
    placed.emplace_back(by_index.nodes[0][0], shape);
  }
}

}  // namespace
}  // namespace tutti::planner
