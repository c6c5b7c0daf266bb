#include "queue/part_accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr QueueId kTop{1};
constexpr QueueId kLeaf{2};
constexpr QueueId kOther{3};

QueueSpec Spec(const std::string& name, const std::string& parent, bool bounds) {
  QueueSpec spec;
  spec.name = name;
  spec.parent = parent;
  if (bounds) spec.of_user.max_gangs = 1;
  return spec;
}

class PartAccountsTest : public ::testing::Test {
 protected:
  void Build(bool top, bool leaf) {
    tree_.Rebuild(
        {{}, Spec("top", "", top), Spec("leaf", "top", leaf), Spec("other", "top", false)}, {});
    parts_.Rebuilt();
  }

  QueueTree tree_{{}};
  PartAccounts parts_{tree_, [](const QueueSpec& spec) { return spec.of_user.max_gangs > 0; }};
};

TEST_F(PartAccountsTest, APartHoldsWhatItHoldsBelowAsWell) {
  Build(/*top=*/true, /*leaf=*/true);
  parts_.Charge(kLeaf, "ada", {{kCpu, 3}}, 1);
  parts_.CountRunning(kLeaf, "ada", 1);
  parts_.Charge(kOther, "ada", {{kCpu, 2}, {kMemory, 5}}, 1);
  parts_.Charge(kLeaf, "bob", {{kCpu, 7}}, 1);
  EXPECT_THAT(parts_.Of(kLeaf, "ada").amounts, ElementsAre(Pair(kCpu, 3)));
  EXPECT_THAT(parts_.Of(kTop, "ada").amounts, ElementsAre(Pair(kCpu, 5), Pair(kMemory, 5)));
  EXPECT_EQ(parts_.Of(kTop, "ada").gangs, 1);
  EXPECT_THAT(parts_.Of(kOther, "ada").amounts, IsEmpty()) << "it bounds nobody";
  EXPECT_THAT(parts_.Of(kLeaf, "cleo").amounts, IsEmpty());
}

TEST_F(PartAccountsTest, OfAPartThatHoldsNothingThereIsNoAccount) {
  Build(true, true);
  parts_.Charge(kLeaf, "ada", {{kCpu, 3}}, 1);
  parts_.CountRunning(kLeaf, "ada", 1);
  EXPECT_EQ(parts_.size(), 2u);
  parts_.Charge(kLeaf, "ada", {{kCpu, 3}}, -1);
  EXPECT_EQ(parts_.size(), 2u) << "its gang still counts";
  parts_.CountRunning(kLeaf, "ada", -1);
  EXPECT_EQ(parts_.size(), 0u);
}

TEST_F(PartAccountsTest, NothingIsKeptWhereNobodyIsBounded) {
  Build(false, false);
  EXPECT_FALSE(parts_.active());
  parts_.Charge(kLeaf, "ada", {{kCpu, 3}}, 1);
  parts_.CountRunning(kLeaf, "ada", 1);
  EXPECT_EQ(parts_.size(), 0u);
  EXPECT_EQ(parts_.Of(kLeaf, "ada").gangs, 0);
}

TEST_F(PartAccountsTest, AnotherTreeBeginsWithNothing) {
  Build(true, false);
  parts_.Charge(kLeaf, "ada", {{kCpu, 3}}, 1);
  Build(false, true);
  EXPECT_TRUE(parts_.active());
  EXPECT_EQ(parts_.size(), 0u);
}

}  // namespace
}  // namespace tutti::plugins
