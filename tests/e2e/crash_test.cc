// kill -9 of the server while gangs are being bound: nothing is bound twice, nothing leaks, no gang
// stays part-bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/control_plane/crash_loop.h"

namespace tutti::testing {
namespace {

TEST(CrashTest, FiftyKillsLeaveNoTrace) {
  if (!ControlPlaneCached("v1.37.2"))
    GTEST_SKIP() << "no control plane in the cache; run: make deps";
  CrashLoopOptions options;
  options.kills = 50;
  const absl::StatusOr<CrashLoopResult> result = CrashLoop(options).Run();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->kills, 50);
  EXPECT_THAT(result->bad, ::testing::IsEmpty());
}

}  // namespace
}  // namespace tutti::testing
