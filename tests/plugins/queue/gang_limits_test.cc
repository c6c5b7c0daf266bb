#include "queue/gang_limits.h"

#include <gtest/gtest.h>

#include "tutti/testing/fake_host.h"

namespace tutti::plugins {
namespace {

TEST(GangLimitsTest, AGangAboveTheLimitIsHeldWithTheNumbers) {
  testing::FakeHost host;
  const auto plugin =
      testing::MakePlugin<GangLimits>(host, {{"/maxMembers", ConfigKind::kInteger, "8", ""}});
  GangView gang;
  gang.min_member = 8;
  EXPECT_TRUE(plugin->PreEnqueue(gang, {}).ok());
  gang.min_member = 9;
  const Status held = plugin->PreEnqueue(gang, {});
  EXPECT_EQ(held.code(), Code::kUnschedulable);
  EXPECT_EQ(host.ReasonCode(held.reason()), "GangTooLarge");
  EXPECT_EQ(held.need(), 9);
  EXPECT_EQ(held.have(), 8);
}

}  // namespace
}  // namespace tutti::plugins
