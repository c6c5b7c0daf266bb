#include "planner/volume_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::planner {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

model::NodeSelector InZone(const std::string& zone) {
  return {{{{"zone", model::NodeSelectorRequirement::Operator::kIn, {zone}}}, {}}};
}

TEST(VolumeTableTest, AClaimIsTiedToTheNodesOfItsVolume) {
  VolumeTable volumes;
  volumes.Upsert(model::VolumeInfo{"pv-1", InZone("z1")});
  volumes.Upsert(model::VolumeClaimInfo{"default", "data", "pv-1"});
  const auto affinities = volumes.AffinitiesOf("default", {"data"});
  ASSERT_THAT(affinities, SizeIs(1));
  EXPECT_EQ(*affinities[0], InZone("z1"));
  EXPECT_THAT(volumes.AffinitiesOf("other", {"data"}), IsEmpty()) << "claims are namespaced";
}

TEST(VolumeTableTest, WhatIsNotBoundOrNotKnownRestrictsNothing) {
  VolumeTable volumes;
  volumes.Upsert(model::VolumeClaimInfo{"default", "unbound", ""});
  volumes.Upsert(model::VolumeClaimInfo{"default", "early", "pv-late"});
  volumes.Upsert(model::VolumeClaimInfo{"default", "network", "pv-nfs"});
  volumes.Upsert(model::VolumeInfo{"pv-nfs", std::nullopt});
  EXPECT_THAT(volumes.AffinitiesOf("default", {"unbound", "early", "network", "never-made"}),
              IsEmpty());
  volumes.Upsert(model::VolumeInfo{"pv-late", InZone("z1")});
  EXPECT_THAT(volumes.AffinitiesOf("default", {"early"}), SizeIs(1));
}

TEST(VolumeTableTest, EveryChangeIsANewGeneration) {
  VolumeTable volumes;
  uint64_t last = volumes.generation();
  const auto changed = [&] { return std::exchange(last, volumes.generation()) != last; };
  volumes.Upsert(model::VolumeInfo{"pv", InZone("z1")});
  EXPECT_TRUE(changed());
  volumes.Upsert(model::VolumeClaimInfo{"default", "data", "pv"});
  EXPECT_TRUE(changed());
  volumes.RemoveVolume("pv");
  EXPECT_TRUE(changed());
  EXPECT_THAT(volumes.AffinitiesOf("default", {"data"}), IsEmpty());
  volumes.RemoveClaim("default", "data");
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace tutti::planner
