#include "model/resource_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tutti::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr ResourceId kGpu{4};
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(ResourceListTest, KeepsAmountsInOrderOfTheTableAndNoZeroes) {
  const ResourceList list = {{kGpu, 2}, {kCpu, 500}, {kMemory, 0}, {kGpu, 4}};
  EXPECT_THAT(list.entries(), ElementsAre(Pair(kCpu, 500), Pair(kGpu, 4)));
  EXPECT_EQ(list.Get(kMemory), 0);
  EXPECT_EQ(list, (ResourceList{{kCpu, 500}, {kGpu, 4}}));
}

TEST(ResourceListTest, AnAmountThatBecomesZeroIsGone) {
  ResourceList list = {{kCpu, 500}};
  list.Add(kCpu, -500);
  EXPECT_THAT(list.entries(), IsEmpty());
  list.Add(kCpu, -100);
  EXPECT_EQ(list.Get(kCpu), -100) << "a correction may come before what it corrects";
}

TEST(ResourceListTest, AbsurdAmountsSaturateInsteadOfWrappingRound) {
  ResourceList list = {{kCpu, kMost - 1}};
  list.Add(kCpu, kMost);
  EXPECT_EQ(list.Get(kCpu), kMost);
  list.Set(kCpu, -kMost);
  list.Add(ResourceList{{kCpu, -kMost}});
  EXPECT_EQ(list.Get(kCpu), std::numeric_limits<int64_t>::min());
}

TEST(ResourceListTest, AProductOfManyPodsSaturatesToo) {
  EXPECT_EQ(SaturatingProduct(2500, 4), 10'000);
  EXPECT_EQ(SaturatingProduct(int64_t{1} << 53, 100'000), kMost);
  EXPECT_EQ(SaturatingProduct(-kMost, 2), std::numeric_limits<int64_t>::min());
}

TEST(ResourceListTest, RaiseToTakesTheLargerOfEach) {
  ResourceList list = {{kCpu, 500}, {kGpu, 2}};
  list.RaiseTo({{kCpu, 400}, {kMemory, 7}, {kGpu, 3}});
  EXPECT_EQ(list, (ResourceList{{kCpu, 500}, {kMemory, 7}, {kGpu, 3}}));
}

}  // namespace
}  // namespace tutti::model
