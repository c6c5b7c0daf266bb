#include "planner/fit_memo.h"

#include <gtest/gtest.h>

namespace tutti::planner {
namespace {

using model::ReasonCode;

class FitMemoTest : public ::testing::Test {
 protected:
  FitMemoTest() { shape_.requests = {{model::kCpu, 500}}; }

  model::PodShape shape_;
  const FitMemo::Kind kind_{&shape_, HeadRoom::For::kOthers};
  const model::Reason waits_{ReasonCode::kWaitingForCapacity, 2000, 1000, model::kCpu};
  const model::Reason exceeds_{ReasonCode::kExceedsCluster, 4000, 3000, model::kCpu};
  FitMemo memo_;
};

TEST_F(FitMemoTest, NothingIsKnownAtFirst) {
  EXPECT_FALSE(memo_.TooMany(kind_, 4));
  EXPECT_FALSE(memo_.Why(kind_, 4));
  EXPECT_FALSE(memo_.WhenDrained(kind_, 4));
}

TEST_F(FitMemoTest, WhatDidNotFitDoesNotFitAgainAndFewerMight) {
  memo_.DidNotFit(kind_, 4, waits_);
  EXPECT_FALSE(memo_.TooMany(kind_, 3));
  ASSERT_TRUE(memo_.Why(kind_, 4));
  EXPECT_EQ(memo_.Why(kind_, 4)->need, 2000);
  EXPECT_FALSE(memo_.TooMany({&shape_, HeadRoom::For::kInTime}, 4)) << "more is open to those";
}

TEST_F(FitMemoTest, OfMoreItMustBeKnownWhetherTheyExceedTheCluster) {
  memo_.DidNotFit(kind_, 4, waits_);
  EXPECT_TRUE(memo_.TooMany(kind_, 6));
  EXPECT_FALSE(memo_.Why(kind_, 6));
  memo_.FitsDrained(kind_, 6);
  EXPECT_EQ(memo_.Why(kind_, 6)->code, ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(memo_.Why(kind_, 6)->need, 3000) << "500 for each of six";
  memo_.Exceeds(kind_, 8, exceeds_);
  EXPECT_FALSE(memo_.Why(kind_, 7));
  EXPECT_EQ(memo_.Why(kind_, 9)->code, ReasonCode::kExceedsCluster);
  EXPECT_EQ(memo_.Why(kind_, 9)->need, 4500);
}

TEST_F(FitMemoTest, TheSmallestThatDidNotFitCounts) {
  memo_.DidNotFit(kind_, 4, waits_);
  memo_.DidNotFit(kind_, 6, exceeds_);
  EXPECT_EQ(memo_.Why(kind_, 4)->code, ReasonCode::kWaitingForCapacity);
  memo_.DidNotFit(kind_, 2, exceeds_);
  EXPECT_EQ(memo_.Why(kind_, 6)->code, ReasonCode::kExceedsCluster);
  memo_.Clear();
  EXPECT_FALSE(memo_.TooMany(kind_, 6));
}

}  // namespace
}  // namespace tutti::planner
