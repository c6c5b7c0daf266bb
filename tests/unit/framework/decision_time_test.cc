#include "framework/decision_time.h"

#include <gtest/gtest.h>

#include <thread>

#include "framework/host.h"
#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

TEST(DecisionTimeTest, PluginsAreToldTheTimeOfTheDecisionWhileItIsMade) {
  testing::PluginWorld world;
  const Host host(world.services, "Test");
  EXPECT_EQ(host.Now().count(), 1) << "that of the clock";
  {
    const DecisionTime decision(500);
    EXPECT_EQ(host.Now().count(), 500);
    {
      const DecisionTime unknown(0);
      EXPECT_EQ(host.Now().count(), 500);
      const DecisionTime other(700);
      EXPECT_EQ(host.Now().count(), 700);
    }
    EXPECT_EQ(host.Now().count(), 500);
    std::thread([&] { EXPECT_EQ(host.Now().count(), 1) << "of this thread alone"; }).join();
  }
  EXPECT_EQ(host.Now().count(), 1);
}

}  // namespace
}  // namespace tutti::framework
