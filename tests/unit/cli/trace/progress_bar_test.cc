#include "cli/trace/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/engine/virtual_clock.h"

namespace tutti::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kSecond = 1'000'000'000;

TEST(ProgressBarTest, ShowsShareRateAndTimeLeft) {
  sim::VirtualClock clock;
  std::ostringstream out;
  ProgressBar bar(out, clock, 200);
  clock.Set({10 * kSecond});
  bar.Show({100, 50, 5'000, 0});
  EXPECT_THAT(out.str(), HasSubstr("[######..................] 25 %, 50 jobs, 500 placements/s"));
  EXPECT_THAT(out.str(), HasSubstr("30 s left"));
}

TEST(ProgressBarTest, ShowsCountsWhereTheEndIsNotKnown) {
  sim::VirtualClock clock;
  std::ostringstream out;
  ProgressBar bar(out, clock, 0);
  clock.Set({kSecond});
  bar.Show({100, 50, 500, 0});
  EXPECT_THAT(out.str(), HasSubstr("50 jobs, 500 placements/s"));
  EXPECT_THAT(out.str(), Not(HasSubstr("left")));
}

TEST(ProgressBarTest, DrawsSeldomAndClearsItsLine) {
  sim::VirtualClock clock;
  std::ostringstream out;
  ProgressBar bar(out, clock, 10);
  bar.Show({1, 1, 1, 0});
  const std::string once = out.str();
  clock.Set({kSecond / 10});
  bar.Show({2, 2, 2, 0});
  EXPECT_EQ(out.str(), once);
  bar.Clear();
  EXPECT_THAT(out.str(), EndsWith("\r\x1b[K"));
}

}  // namespace
}  // namespace tutti::cli
