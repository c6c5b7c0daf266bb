#include "cli/human.h"

#include <gtest/gtest.h>

namespace tutti::cli {
namespace {

TEST(HumanTest, AmountsInTheUnitsThatPeopleWrite) {
  EXPECT_EQ(HumanQuantity(6000, "cpu"), "6 cpu");
  EXPECT_EQ(HumanAmount(2500, "cpu"), "2500m");
  EXPECT_EQ(HumanQuantity(int64_t{64} << 30, "memory"), "64Gi memory");
  EXPECT_EQ(HumanAmount(int64_t{1} << 21, "hugepages-2Mi"), "2Mi");
  EXPECT_EQ(HumanQuantity(8, "nvidia.com/gpu"), "8 nvidia.com/gpu");
  EXPECT_EQ(HumanQuantity(1, ""), "1 pod");
  EXPECT_EQ(HumanQuantity(4, ""), "4 pods");
}

TEST(HumanTest, AgesAsKubectlShowsThem) {
  EXPECT_EQ(HumanAge(-1), "0s");
  EXPECT_EQ(HumanAge(119.9), "119s");
  EXPECT_EQ(HumanAge(310), "5m10s");
  EXPECT_EQ(HumanAge(3600), "60m");
  EXPECT_EQ(HumanAge(4 * 3600 + 120), "4h2m");
  EXPECT_EQ(HumanAge(20 * 3600), "20h");
  EXPECT_EQ(HumanAge(3 * 86400 + 3600), "3d1h");
  EXPECT_EQ(HumanAge(30 * 86400), "30d");
}

}  // namespace
}  // namespace tutti::cli
