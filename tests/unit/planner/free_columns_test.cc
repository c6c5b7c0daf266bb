#include "planner/free_columns.h"

#include <gtest/gtest.h>

#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using model::kCpu;
using model::NodeIndex;
using model::ResourceList;
using testing::kGpu;
using testing::PlacerWorld;

FreeColumns Of(const PlacerWorld& world, const ResourceList& requests) {
  return FreeColumns(requests, *world.nodes.blocks()[0]);
}

TEST(FreeColumnsTest, TheScarcestResourceSaysHowMany) {
  PlacerWorld world;
  world.AddNode("a", 10'000);
  const ResourceList requests{{kCpu, 3000}};
  EXPECT_EQ(Of(world, requests).Places(0), 3);
  EXPECT_EQ(Of(world, requests).LeftOver(0), 700) << "thousandths of the node";
  world.nodes.Reserve(NodeIndex(0), {{kCpu, 2000}}, {});
  EXPECT_EQ(Of(world, requests).Places(0), 2);
  EXPECT_EQ(Of(world, requests).LeftOver(0), 500);
  world.nodes.Reserve(NodeIndex(0), {{kCpu, 5001}}, {});
  EXPECT_FALSE(Of(world, requests).HasRoom(0));
  EXPECT_EQ(Of(world, requests).Places(0), 0);
}

TEST(FreeColumnsTest, NoNodeOfTheBlockHasWhatHasNoColumn) {
  PlacerWorld world;
  world.AddNode("a", 10'000);
  const FreeColumns columns = Of(world, {{kCpu, 1000}, {kGpu, 1}});
  EXPECT_FALSE(columns.HasRoom(0));
  EXPECT_EQ(columns.Places(0), 0);
}

TEST(FreeColumnsTest, WhoAsksForNothingHasRoomEverywhere) {
  PlacerWorld world;
  world.AddNode("a", 10'000);
  EXPECT_TRUE(Of(world, {}).HasRoom(0));
  EXPECT_EQ(Of(world, {}).Places(0), kNoLimit);
}

TEST(FreeColumnsTest, HugeAmountsDoNotOverflow) {
  EXPECT_EQ(PlacesIn(kNoLimit, kNoLimit, kNoLimit), 1);
  EXPECT_EQ(PlacesIn(kNoLimit, 1, kNoLimit), kNoLimit);
  EXPECT_EQ(PlacesIn(-1, 1, kNoLimit), 0);
  EXPECT_EQ(PlacesIn(100, 10, 3), 3);
}

}  // namespace
}  // namespace tutti::planner
