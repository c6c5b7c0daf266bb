#include "importer/amount.h"

#include <gtest/gtest.h>

#include <limits>

namespace tutti::importer {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(AmountTest, BaseUnits) {
  EXPECT_EQ(ParseAmount("cpu", "1.5")->value, 1500);
  EXPECT_EQ(ParseAmount("memory", "1.5Gi")->value, int64_t{3} << 29);
  EXPECT_EQ(ParseAmount("nvidia.com/gpu", "1e3")->value, 1000);
  EXPECT_EQ(ParseAmount("memory", "6Ei")->value, int64_t{6} << 60);
}

TEST(AmountTest, TimesAPowerOfTen) {
  EXPECT_EQ(ParseAmount("cpu", "1500", -3)->value, 1500);
  EXPECT_EQ(ParseAmount("memory", "2.5", 6)->value, 2'500'000);
  EXPECT_EQ(ParseAmount("memory", "1.5e+06", 6)->value, 1'500'000'000'000);
  EXPECT_FALSE(ParseAmount("memory", "1e99999999999", 6).ok());
  EXPECT_FALSE(ParseAmount("memory", "5Gi", 6).ok());
}

TEST(AmountTest, PartsOfAUnitAreRoundedUpAndSaid) {
  EXPECT_TRUE(ParseAmount("nvidia.com/gpu", "0.5")->rounded);
  EXPECT_EQ(ParseAmount("nvidia.com/gpu", "0.5")->value, 1);
  EXPECT_FALSE(ParseAmount("nvidia.com/gpu", "2.0")->rounded);
  EXPECT_FALSE(ParseAmount("cpu", "0.5")->rounded);
}

TEST(AmountTest, WhatIsNoAmount) {
  for (const char* text : {"", "-1", "x", "1 Gi", "1e30", "nan"})
    EXPECT_FALSE(ParseAmount("memory", text).ok()) << text;
}

TEST(AmountTest, TheShortestText) {
  EXPECT_EQ(AmountText("cpu", 2000), "2");
  EXPECT_EQ(AmountText("cpu", 1), "1m");
  EXPECT_EQ(AmountText("memory", int64_t{64} << 30), "64Gi");
  EXPECT_EQ(AmountText("memory", 1'000'000'000), "1G");
  EXPECT_EQ(AmountText("memory", 1001), "1001");
  EXPECT_EQ(AmountText("memory", 0), "0");
  EXPECT_EQ(AmountText("hugepages-2Mi", int64_t{4} << 20), "4Mi");
  EXPECT_EQ(AmountText("nvidia.com/gpu", 1024), "1024");
}

TEST(AmountTest, TextsReadAsTheyWereWritten) {
  for (const int64_t amount : {int64_t{0}, int64_t{1}, int64_t{1024}, int64_t{1'000'000},
                               (int64_t{1} << 50) + 1, int64_t{999} << 40}) {
    for (const char* resource : {"cpu", "memory", "nvidia.com/gpu"})
      EXPECT_EQ(ParseAmount(resource, AmountText(resource, amount))->value, amount) << resource;
  }
}

TEST(AmountTest, SumsStop) {
  EXPECT_EQ(SaturatingSum(1, 2), 3);
  EXPECT_EQ(SaturatingSum(kMost, 1), kMost);
}

}  // namespace
}  // namespace tutti::importer
