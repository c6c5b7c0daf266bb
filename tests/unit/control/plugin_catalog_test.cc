#include "control/plugin_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::control {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(PluginCatalogTest, SaysWhatRunsAndWhereItIsFrom) {
  testing::PluginWorld world;
  world.Add("Beta", {}, 3, framework::OnError::kSkip);
  world.Add("Alpha", {});
  model::ReasonTable reasons;
  reasons.Add("TooSmall", "it is too small", "Beta");
  reasons.Add("Other", "of somebody else", "Gamma");
  const std::vector<PluginInfo> catalog = PluginCatalog(world.Profile(), reasons, world.registry);
  ASSERT_THAT(catalog, SizeIs(2));
  EXPECT_EQ(catalog[0].name, "Beta") << "in the order of the configuration";
  EXPECT_EQ(catalog[0].version, "1");
  EXPECT_EQ(catalog[0].origin, "test");
  EXPECT_EQ(catalog[0].weight, 3);
  EXPECT_EQ(catalog[0].on_error, "skip");
  EXPECT_THAT(catalog[0].points, ElementsAre("PreFilter", "Filter", "PreScore", "Score"));
  ASSERT_THAT(catalog[0].reasons, SizeIs(1));
  EXPECT_EQ(catalog[0].reasons[0].code, "TooSmall");
  EXPECT_EQ(catalog[1].on_error, "default");
}

}  // namespace
}  // namespace tutti::control
