#include "queue/flavor_trees.h"

#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

constexpr QueueId kTop{1};
constexpr QueueId kLeaf{2};

class FlavorTreesTest : public ::testing::Test {
 protected:
  void Build(std::vector<FlavorSpec> of_top) {
    std::vector<QueueSpec> specs(3);
    specs[1].name = "top";
    specs[1].flavors = std::move(of_top);
    specs[2].name = "leaf";
    specs[2].parent = "top";
    tree_.Rebuild(std::move(specs), {});
    flavors_.Rebuild(tree_, {});
  }

  const std::vector<std::string> names_ = {"a", "b"};
  QueueTree tree_{{}};
  FlavorTrees flavors_{names_};
};

TEST_F(FlavorTreesTest, WhatIsHeldOfAFlavorIsSummedUpTheTreeAndStaysInAnotherOne) {
  Build({{.name = "a", .limit = {{kCpu, 5}}}});
  EXPECT_TRUE(flavors_.active());
  const Amounts three = {{kCpu, 3}};
  flavors_.Charge(kLeaf, "a", three, 1);
  EXPECT_EQ(flavors_.Of("a")->used(kTop, kCpu), 3);
  EXPECT_EQ(flavors_.Of("b")->used(kTop, kCpu), 0);
  EXPECT_TRUE(flavors_.Of("a")->Refuses(kLeaf, three));
  EXPECT_FALSE(flavors_.Of("b")->Refuses(kLeaf, three));
  Build({});
  EXPECT_FALSE(flavors_.active());
  EXPECT_FALSE(flavors_.Of("a")->Refuses(kLeaf, three));
  Build({{.name = "a", .limit = {{kCpu, 5}}}});
  EXPECT_TRUE(flavors_.Of("a")->Refuses(kLeaf, three)) << "what is held was not forgotten";
  flavors_.Charge(kLeaf, "a", three, -1);
  EXPECT_FALSE(flavors_.Of("a")->Refuses(kLeaf, three));
}

TEST_F(FlavorTreesTest, AFlavorThatIsNotThereHoldsNothing) {
  Build({});
  flavors_.Charge(kLeaf, "", {}, 1);
  flavors_.AddCapacity("c", kCpu, 1);
  EXPECT_EQ(flavors_.Of("c"), nullptr);
  flavors_.AddCapacity("b", kCpu, 7);
  EXPECT_EQ(flavors_.Of("b")->capacity(kCpu), 7);
}

}  // namespace
}  // namespace tutti::plugins
