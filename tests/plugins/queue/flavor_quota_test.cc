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
    flavors_.Rebuild(tree_, {});
  }
  FlavorChoice Choose(QueueId queue, int64_t cpu, std::string_view own = "") const {
    return ChooseFlavors(tree_, flavors_, queue, own, {{kCpu, cpu}, {kPods, 1}});
  }
  void Hold(std::string_view flavor, int64_t cpu) {
    const Amounts amounts = {{kCpu, cpu}};
    flavors_.Charge(kLeaf, flavor, amounts, 1);
  }

  const std::vector<std::string> names_ = {"a", "b", "c"};
  QueueTree tree_{{}};
  FlavorTrees flavors_{names_};
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

// One queue that lists a, of which it is guaranteed 4, and b, of which it is guaranteed 2; 8 of
// each there are, and another queue that borrows.
class FungibilityTest : public ::testing::Test {
 protected:
  void Start(bool next_before_borrowing, bool reclaims_before_next) {
    std::vector<QueueSpec> specs(3);
    specs[1].name = "q";
    specs[1].flavors = {{.name = "a", .guaranteed = {{kCpu, 4}}},
                        {.name = "b", .guaranteed = {{kCpu, 2}}}};
    specs[1].next_before_borrowing = next_before_borrowing;
    specs[1].reclaims_before_next = reclaims_before_next;
    specs[2].name = "other";
    tree_.Rebuild(std::move(specs), {});
    flavors_.Rebuild(tree_, {});
    for (const char* flavor : {"a", "b"}) flavors_.AddCapacity(flavor, kCpu, 8);
  }
  void Hold(QueueId queue, std::string_view flavor, int64_t cpu) {
    const Amounts amounts = {{kCpu, cpu}};
    flavors_.Charge(queue, flavor, amounts, 1);
  }
  std::vector<std::string_view> Open(int64_t cpu) const {
    return ChooseFlavors(tree_, flavors_, QueueId(1), "", {{kCpu, cpu}}).open;
  }

  const std::vector<std::string> names_ = {"a", "b"};
  QueueTree tree_{{}};
  FlavorTrees flavors_{names_};
};

TEST_F(FungibilityTest, ByDefaultTheQueueBorrowsBeforeItTriesTheNext) {
  Start(false, false);
  Hold(QueueId(1), "a", 4);
  EXPECT_THAT(Open(2), ElementsAre("a", "b"));
}

TEST_F(FungibilityTest, WhereItTriesTheNextBeforeItBorrowsItsOwnComesFirst) {
  Start(true, false);
  EXPECT_THAT(Open(2), ElementsAre("a", "b"));
  Hold(QueueId(1), "a", 3);
  EXPECT_THAT(Open(2), ElementsAre("b", "a"));
  EXPECT_THAT(Open(3), ElementsAre("a", "b")) << "it borrows either way";
}

TEST_F(FungibilityTest, WhereItMayTakeBackItWaitsForWhatItIsGuaranteed) {
  Start(false, true);
  EXPECT_THAT(Open(4), ElementsAre("a", "b"));
  Hold(QueueId(2), "a", 6);
  EXPECT_THAT(Open(4), ElementsAre("a")) << "2 of it are free, the rest others hold";
  EXPECT_THAT(Open(2), ElementsAre("a", "b")) << "so much is free";
  EXPECT_THAT(Open(5), ElementsAre("a", "b")) << "that is more than it is guaranteed";
}

TEST_F(FungibilityTest, ItTakesBackRatherThanItBorrowsWhereBothAreSo) {
  Start(true, true);
  Hold(QueueId(1), "a", 4);
  Hold(QueueId(2), "b", 8);
  EXPECT_THAT(Open(2), ElementsAre("b")) << "Kueue's TryNextFlavor and Preempt together";
}

// What is free is kept for the owner; what is held ends some time.
TEST_F(FlavorQuotaTest, WhatIsNotLentOfAFlavorIsKeptBack) {
  std::vector<QueueSpec> specs(3);
  specs[1].name = "owner";
  specs[1].flavors = {{.name = "a", .guaranteed = {{kCpu, 6}}, .lend_limit = {{kCpu, 2}}}};
  specs[2].name = "guest";
  specs[2].flavors = {{.name = "a"}, {.name = "b", .limit = {{kCpu, 1}}}};
  QueueTree tree{{}};
  FlavorTrees flavors{names_};
  tree.Rebuild(std::move(specs), {});
  flavors.Rebuild(tree, {});
  flavors.AddCapacity("a", kCpu, 8);
  const auto ask = [&](int64_t cpu) {
    return ChooseFlavors(tree, flavors, QueueId(2), "", {{kCpu, cpu}});
  };
  EXPECT_THAT(ask(4).open, ElementsAre("a"));
  const FlavorChoice choice = ask(5);
  ASSERT_TRUE(choice.refusal.has_value());
  EXPECT_EQ(choice.refusal->why, Why::kKeptBack);
  EXPECT_EQ(choice.refused, "a");
  EXPECT_EQ(choice.refusal->have, 4);
  EXPECT_THAT(ChooseFlavors(tree, flavors, QueueId(1), "", {{kCpu, 6}}).open, ElementsAre("a"));
}

}  // namespace
}  // namespace tutti::plugins
