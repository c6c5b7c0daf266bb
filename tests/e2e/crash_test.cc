// kill -9 of the server while gangs are being bound: nothing is bound twice, nothing leaks, no gang
// stays part-bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "tests/e2e/e2e_bed.h"
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

class StandbyTest : public E2eBed<StandbyTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.tutti.extra = kElection;
    options.tutti.webhook = false;
    return options;
  }
  static constexpr char kElection[] =
      "leaderElection: {mode: own, leaseName: tutti, leaseDuration: 6s, renewDeadline: 4s, "
      "retryPeriod: 1s}\n";
};

TEST_F(StandbyTest, AStandbyAnswers503AndTakesOver) {
  TuttiOptions options;
  options.name = "standby";
  options.webhook = false;
  options.extra = kElection;
  absl::StatusOr<TuttiProcess> standby =
      TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(standby.ok()) << standby.status();
  ASSERT_TRUE(plane().WaitFor(
      [&] { return standby->Fetch("/readyz").find("standby") != std::string::npos; }));
  EXPECT_THAT(standby->Fetch("/readyz"), ::testing::StartsWith("HTTP/1.1 503"));
  tutti().process().Kill();
  EXPECT_TRUE(plane().WaitFor([&] { return standby->ready(); }, std::chrono::seconds(15)));
}

}  // namespace
}  // namespace tutti::testing
