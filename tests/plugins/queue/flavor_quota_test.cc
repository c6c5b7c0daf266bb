#include "queue/flavor_quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Why = QueueTree::Refusal::Why;

constexpr QueueId kTop{1};
constexpr QueueId kLeaf{2};
constexpr QueueId kFree{3};

class FlavorQuotaTest : public ::testing::Test {
 protected:
  // 8 of a and 4 of b at the top, of which the leaf may have 6 of b and any of a: b first.
  FlavorQuotaTest() {
    std::vector<QueueSpec> specs(4);
    specs[1].name = "top";
    specs[1].flavors = {{"a", {{kCpu, 8}}}, {"b", {{kCpu, 4}}}};
    specs[2].name = "leaf";
    specs[2].parent = "top";
    specs[2].flavors = {{"b", {{kCpu, 6}}}, {"a", {}}};
    specs[3].name = "free";
    tree_.Rebuild(std::move(specs), {});
    flavors_.Rebuilt();
  }
  FlavorChoice Choose(QueueId queue, int64_t cpu, std::string_view own = "") const {
    return ChooseFlavors(tree_, flavors_, queue, own, {{kCpu, cpu}, {kPods, 1}});
  }
  void Hold(std::string_view flavor, int64_t cpu) {
    flavors_.Charge(kLeaf, flavor, {{kCpu, cpu}}, 1);
  }

  QueueTree tree_{{}};
  PartAccounts flavors_{tree_, ListsFlavors};
};

TEST_F(FlavorQuotaTest, TheQueueSaysWhichFlavorComesFirst) {
  EXPECT_THAT(Choose(kLeaf, 4).open, ElementsAre("b", "a"));
  EXPECT_THAT(Choose(kTop, 4).open, ElementsAre("a", "b"));
  EXPECT_FALSE(Choose(kLeaf, 4).any_node);
  EXPECT_TRUE(Choose(kFree, 1000).any_node);
}

TEST_F(FlavorQuotaTest, AFlavorWithoutQuotaIsPassedOver) {
  Hold("b", 2);
  EXPECT_THAT(Choose(kLeaf, 2).open, ElementsAre("b", "a"));
  EXPECT_THAT(Choose(kLeaf, 3).open, ElementsAre("a"));
  EXPECT_FALSE(Choose(kLeaf, 3).refusal.has_value());
}

TEST_F(FlavorQuotaTest, WhereNoneIsOpenItSaysWhatWouldHelp) {
  Hold("a", 6);
  const FlavorChoice choice = Choose(kLeaf, 5);
  EXPECT_THAT(choice.open, IsEmpty());
  ASSERT_TRUE(choice.refusal.has_value());
  EXPECT_EQ(choice.refused, "a") << "of b there is never so much";
  EXPECT_EQ(choice.refusal->why, Why::kOverLimit);
  EXPECT_EQ(choice.refusal->queue, kTop);
  EXPECT_EQ(choice.refusal->need, 5);
  EXPECT_EQ(choice.refusal->have, 2);
  EXPECT_EQ(choice.full, kTop);
}

TEST_F(FlavorQuotaTest, WhatNoFlavorEverHasCanNeverBe) {
  const FlavorChoice choice = Choose(kLeaf, 9);
  ASSERT_TRUE(choice.refusal.has_value());
  EXPECT_EQ(choice.refusal->why, Why::kAboveLimit);
  EXPECT_EQ(choice.refused, "b");
  EXPECT_EQ(choice.refusal->have, 6) << "the leaf's own, which comes first";
}

// Some of its members run: the others do not go elsewhere.
TEST_F(FlavorQuotaTest, AGangThatIsOnAFlavorHasNoOther) {
  EXPECT_THAT(Choose(kLeaf, 2, "a").open, ElementsAre("a"));
  Hold("a", 8);
  const FlavorChoice choice = Choose(kLeaf, 2, "a");
  EXPECT_THAT(choice.open, IsEmpty());
  EXPECT_EQ(choice.refused, "a");
  EXPECT_THAT(Choose(kLeaf, 2, "c").open, ElementsAre("c")) << "what runs goes on";
}

}  // namespace
}  // namespace tutti::plugins
