#include "plugins/gang/marker_values.h"

#include <gtest/gtest.h>

namespace tutti::gang {
namespace {

TEST(MarkerValuesTest, AMemberCountIsAWholeNumberFromOneToAHundredThousand) {
  EXPECT_EQ(ParseMemberCount("1"), 1);
  EXPECT_EQ(ParseMemberCount("100000"), 100'000);
  for (const char* bad : {"", "0", "-1", "100001", "4.0", "1e3", " 4", "4 ", "+4", "four", "0x10",
                          "99999999999999999999", "4,5", "--4"}) {
    EXPECT_EQ(ParseMemberCount(bad), std::nullopt) << "\"" << bad << "\"";
  }
}

TEST(MarkerValuesTest, AWaitIsWholeNumbersWithUnits) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  EXPECT_EQ(ParseWait("90s"), seconds(90));
  EXPECT_EQ(ParseWait("5m"), minutes(5));
  EXPECT_EQ(ParseWait("1h"), hours(1));
  EXPECT_EQ(ParseWait("720h"), hours(720));
  EXPECT_EQ(ParseWait("1h30m"), minutes(90));
  EXPECT_EQ(ParseWait("10m0s"), minutes(10)) << "as Go writes it";
  for (const char* bad :
       {"", "s", "90", "0s", "-5s", "1d", "1.5h", "90 s", "90S", "721h", "720h1s", "30s1", "0h0m0s",
        "-1h", "99999999999999999999s", "9223372036854775807h"}) {
    EXPECT_EQ(ParseWait(bad), std::nullopt) << "\"" << bad << "\"";
  }
}

}  // namespace
}  // namespace tutti::gang
