#include "sim/workload/number_text.h"

#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

TEST(NumberTextTest, WholeNumbers) {
  EXPECT_EQ(ParseWhole("0"), 0);
  EXPECT_EQ(ParseWhole("-1"), -1);
  EXPECT_EQ(ParseWhole("8.0"), 8);
  EXPECT_EQ(ParseWhole("9223372036854775807"), INT64_MAX);
  for (const char* text : {"", "-", "8.5", "1e3", "9223372036854775808", "x", "1 ", "+1", ".5"}) {
    EXPECT_FALSE(ParseWhole(text)) << text;
  }
}

TEST(NumberTextTest, Seconds) {
  EXPECT_EQ(ParseSeconds("12"), 12'000);
  EXPECT_EQ(ParseSeconds("1.2345"), 1'234);
  EXPECT_EQ(ParseSeconds("-0.5"), -500);
  EXPECT_FALSE(ParseSeconds("9223372036854775807"));
}

TEST(NumberTextTest, Dates) {
  EXPECT_EQ(ParseTime("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(ParseTime("2017-10-03 07:30:01"), 1'507'015'801'000);
  EXPECT_EQ(ParseTime("2017-10-03T07:30:01.25Z"), 1'507'015'801'250);
  EXPECT_EQ(ParseTime("2017-10-03 07:30:01 UTC"), 1'507'015'801'000);
  EXPECT_EQ(ParseTime("2000-02-29 00:00:00"), 951'782'400'000);
  EXPECT_EQ(ParseTime("1969-12-31 23:59:59"), -1'000);
  EXPECT_EQ(ParseTime("1507015801"), 1'507'015'801'000);
  for (const char* text : {"None", "2017-10-03", "2017-02-29 00:00:00", "2017-13-01 00:00:00",
                           "2017-10-03 24:00:00", "2017-10-03 07:60:00", "2017-10-03 07:30:-0",
                           "2017-10-03 07:30:1", "2017-10-03 07:30:99", "0000-01-01 00:00:00"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

}  // namespace
}  // namespace tutti::sim
