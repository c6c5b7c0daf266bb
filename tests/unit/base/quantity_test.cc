#include "base/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/str_format.h"

namespace tutti::base {
namespace {

struct Case {
  const char* text;
  int64_t value;
  int64_t milli;
};

// The answers of k8s.io/apimachinery's resource.Quantity: Value() and MilliValue().
TEST(QuantityTest, AgreesWithKubernetes) {
  const Case cases[] = {
      {"0", 0, 0},
      {"1", 1, 1000},
      {"+1", 1, 1000},
      {"007", 7, 7000},
      {"100m", 1, 100},
      {"1m", 1, 1},
      {"0.1m", 1, 1},
      {"1500m", 2, 1500},
      {"1n", 1, 1},
      {"1u", 1, 1},
      {"999999999n", 1, 1000},
      {"1000000001n", 2, 1001},
      {"2Ki", 2048, 2048000},
      {"1.5Ki", 1536, 1536000},
      {"0.1Ki", 103, 102400},
      {"1.5Gi", 1610612736, 1610612736000},
      {"3Mi", 3145728, 3145728000},
      {"123.456Mi", 129452999, 129452998656},
      {"0.000001Ei", 1152921504607, 1152921504606847},
      {"1k", 1000, 1000000},
      {"1M", 1000000, 1000000000},
      {"1G", 1000000000, 1000000000000},
      {"1T", 1000000000000, 1000000000000000},
      {"1P", 1000000000000000, 1000000000000000000},
      {"1e3", 1000, 1000000},
      {"1E3", 1000, 1000000},
      {"1e+3", 1000, 1000000},
      {"1e-3", 1, 1},
      {"4e-3", 1, 4},
      {"1.5e-1", 1, 150},
      {"1e0", 1, 1000},
      {"1E+0", 1, 1000},
      {"1E-0", 1, 1000},
      {"5e-10", 1, 1},
      {"0e9999", 0, 0},
      {"1e-9999", 1, 1},
      {".5", 1, 500},
      {"5.", 5, 5000},
      {"0.000000000000000000001", 1, 1},
      {"1.0001", 2, 1001},
      {"2.0009", 3, 2001},
      {"00000000000000000000000001", 1, 1000},
      {"-1", -1, -1000},
      {"-0", 0, 0},
      {"-2Gi", -2147483648, -2147483648000},
      {"-1500m", -2, -1500},
      {"-1.5", -2, -1500},
      {"-.5", -1, -500},
      {"-100n", -1, -1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const absl::StatusOr<int64_t> value = ParseQuantity(c.text);
    const absl::StatusOr<int64_t> milli = ParseMilliQuantity(c.text);
    ASSERT_TRUE(value.ok()) << value.status();
    ASSERT_TRUE(milli.ok()) << milli.status();
    EXPECT_EQ(*value, c.value);
    EXPECT_EQ(*milli, c.milli);
  }
}

TEST(QuantityTest, RefusesWhatKubernetesRefuses) {
  for (const char* text :
       {"",       " 1",    "1 ",    "1i",   ".5i", "-3.01i", "-3.01e-",  "1.1.M",
        "1+1.0M", "0.1mi", "0.1am", "aoeu", "1e",  "1KI",    "1ki",      "1K",
        "0x10",   "1_000", "1,5",   "1ee3", "1mm", "--1",    "1-",       "1Mi1",
        "1e1.5",  "NaN",   "1n1",   ".",    "+",   "-",      "Infinity", "\xd9\xa1"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(ParseQuantity(text).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ParseMilliQuantity(text).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

// Kubernetes clamps or wraps around here; a scheduler that believed a wrapped number would overfill
// a node.
TEST(QuantityTest, OverflowIsAnErrorNotANumber) {
  EXPECT_EQ(*ParseQuantity("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(*ParseQuantity("7Ei"), 8070450532247928832);
  EXPECT_EQ(*ParseQuantity("9E"), 9000000000000000000);
  EXPECT_EQ(*ParseMilliQuantity("9223372036854775807m"), INT64_MAX);
  for (const char* text : {"9223372036854775808", "8Ei", "10E", "100Ei", "1e19", "1e9999",
                           "999999999999999999999999", "-8Ei"}) {
    EXPECT_EQ(ParseQuantity(text).status().code(), absl::StatusCode::kOutOfRange) << text;
  }
  for (const char* text : {"1E", "7Ei", "9223372036854776", "12345678901234567"}) {
    EXPECT_EQ(ParseMilliQuantity(text).status().code(), absl::StatusCode::kOutOfRange) << text;
  }
}

TEST(QuantityTest, TheMessageShowsOnlyTheStartOfALongText) {
  const std::string hostile(1 << 20, 'x');
  EXPECT_LT(ParseQuantity(hostile).status().message().size(), 256u);
}

TEST(QuantityTest, WhatWeFormatReadsBackUnchanged) {
  const uint64_t seed = 20240817;
  SCOPED_TRACE(absl::StrFormat("seed %d", seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<int64_t>(random() >> (1 + random() % 63));
    EXPECT_EQ(*ParseQuantity(FormatBytes(value)), value) << FormatBytes(value);
    EXPECT_EQ(*ParseMilliQuantity(FormatMilli(value)), value) << FormatMilli(value);
  }
  EXPECT_EQ(FormatBytes(3221225472), "3Gi");
  EXPECT_EQ(FormatBytes(0), "0");
  EXPECT_EQ(FormatMilli(1500), "1500m");
  EXPECT_EQ(FormatMilli(2000), "2");
}

}  // namespace
}  // namespace tutti::base
