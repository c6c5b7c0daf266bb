#include "queue/smallest_first.h"

#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

GangView Gang(int32_t priority, int64_t min_member) {
  GangView gang;
  gang.priority = priority;
  gang.min_member = min_member;
  return gang;
}

TEST(SmallestFirstTest, PriorityThenSize) {
  const SmallestFirst plugin;
  EXPECT_TRUE(plugin.Less(Gang(1, 100), Gang(0, 1)));
  EXPECT_TRUE(plugin.Less(Gang(0, 2), Gang(0, 3)));
  EXPECT_FALSE(plugin.Less(Gang(0, 3), Gang(0, 2)));
  EXPECT_FALSE(plugin.Less(Gang(0, 2), Gang(0, 2))) << "arrival decides";
}

}  // namespace
}  // namespace tutti::plugins
