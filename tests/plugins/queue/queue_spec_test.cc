#include "queue/queue_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Request = PodClassView::Request;

QueueSpec Listing(std::vector<FlavorSpec> flavors) {
  QueueSpec spec;
  spec.name = "q";
  spec.flavors = std::move(flavors);
  return spec;
}

TEST(QueueSpecTest, WhatIsGuaranteedOfFlavorsIsGuaranteedToTheQueue) {
  QueueSpec spec = Listing({{.name = "a", .guaranteed = {{kCpu, 4}}},
                            {.name = "b", .guaranteed = {{kCpu, 2}, {kMemory, 7}}}});
  spec.guaranteed = {{kCpu, 5}, {kPods, 3}};
  EXPECT_THAT(PromisedBy(spec),
              ElementsAre(Request(kCpu, 6), Request(kMemory, 7), Request(kPods, 3)));
  spec.guaranteed = {{kCpu, 9}};
  EXPECT_EQ(AmountOf(PromisedBy(spec), kCpu), 9) << "whichever is more";
  spec.guaranteed = {{kCpu, 0}, {kPods, 0}};
  EXPECT_EQ(AmountOf(PromisedBy(spec), kPods, -1), 0) << "nothing is something that was said";
  spec.flavors[0].guaranteed = {{kCpu, INT64_MAX}};
  EXPECT_EQ(AmountOf(PromisedBy(spec), kCpu), INT64_MAX);
}

TEST(QueueSpecTest, OfAFlavorAQueueHasWhatItListsOfIt) {
  QueueSpec spec = Listing({{.name = "a", .limit = {{kCpu, 4}}, .lend_limit = {{kCpu, 1}}}});
  spec.limit = {{kCpu, 100}};
  spec.parent = "top";
  spec.weight = 3;
  const QueueSpec specs[] = {spec, Listing({})};
  const std::vector<QueueSpec> of = OfFlavor(specs, "a");
  ASSERT_EQ(of.size(), 2u);
  EXPECT_EQ(of[0].parent, "top");
  EXPECT_EQ(of[0].weight, 3);
  EXPECT_EQ(LimitOf(of[0], kCpu), 4);
  EXPECT_EQ(AmountOf(of[0].lend_limit, kCpu), 1);
  EXPECT_THAT(of[1].limit, IsEmpty());
  EXPECT_THAT(OfFlavor(specs, "b")[0].limit, IsEmpty());
}

}  // namespace
}  // namespace tutti::plugins
