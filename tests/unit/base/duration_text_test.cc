#include "base/duration_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

namespace tutti::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(DurationTextTest, ReadsWhatGoReads) {
  EXPECT_EQ(ParseDuration("10s"), seconds(10));
  EXPECT_EQ(ParseDuration("5m"), minutes(5));
  EXPECT_EQ(ParseDuration("1h30m"), minutes(90));
  EXPECT_EQ(ParseDuration("250ms"), milliseconds(250));
  EXPECT_EQ(ParseDuration("1.5h"), minutes(90));
  EXPECT_EQ(ParseDuration("0.5s"), milliseconds(500));
  EXPECT_EQ(ParseDuration("3us"), nanoseconds(3000));
  EXPECT_EQ(ParseDuration("7ns"), nanoseconds(7));
  EXPECT_EQ(ParseDuration("0"), nanoseconds(0));
  EXPECT_EQ(ParseDuration("0s"), nanoseconds(0));
  EXPECT_EQ(ParseDuration("2562047h"), hours(2562047));
}

TEST(DurationTextTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "10", "s", "1 s", "-1s", "+1s", "1d", "1s2", "1.s", ".5s", "1e3s", "10S", "0x1s",
        "2562048h", "99999999999999999999s", "1h99999999999h", "0.5ns", "1.23456s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(DurationTextTest, WritesTheShortestForm) {
  EXPECT_EQ(FormatDuration(minutes(90)), "1h30m");
  EXPECT_EQ(FormatDuration(seconds(300)), "5m");
  EXPECT_EQ(FormatDuration(seconds(61)), "1m1s");
  EXPECT_EQ(FormatDuration(milliseconds(1500)), "1s500ms");
  EXPECT_EQ(FormatDuration(nanoseconds(0)), "0s");
}

TEST(DurationTextTest, WhatIsWrittenReadsBack) {
  const uint64_t seed = 7;
  SCOPED_TRACE("seed 7");
  std::mt19937_64 random(seed);
  for (int i = 0; i < 10'000; ++i) {
    const nanoseconds duration(static_cast<int64_t>(random() >> (1 + random() % 63)));
    EXPECT_EQ(ParseDuration(FormatDuration(duration)), duration) << duration.count();
  }
}

}  // namespace
}  // namespace tutti::base
