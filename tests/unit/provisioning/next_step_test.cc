#include "provisioning/next_step.h"

#include <gtest/gtest.h>

namespace tutti::provisioning {
namespace {

TEST(NextStepTest, OnlyAGangThatNeedsNodesGetsARequest) {
  EXPECT_EQ(NextStep(Need::kNodes), Step::kCreate);
  for (const Need need : {Need::kTurn, Need::kOther, Need::kGone})
    EXPECT_EQ(NextStep(need), Step::kNothing);
}

TEST(NextStepTest, TheTable) {
  struct Row {
    Need need;
    RequestPhase phase;
    Step step;
  };
  constexpr Row kTable[] = {
      {Need::kNodes, RequestPhase::kPending, Step::kKeep},
      {Need::kNodes, RequestPhase::kProvisioned, Step::kKeep},
      {Need::kTurn, RequestPhase::kPending, Step::kDelete},
      {Need::kTurn, RequestPhase::kProvisioned, Step::kKeep},
      {Need::kOther, RequestPhase::kPending, Step::kDelete},
      {Need::kOther, RequestPhase::kProvisioned, Step::kDelete},
      {Need::kGone, RequestPhase::kPending, Step::kDelete},
      {Need::kGone, RequestPhase::kProvisioned, Step::kDelete},
  };
  for (const Row& row : kTable)
    EXPECT_EQ(NextStep(row.need, row.phase), row.step)
        << static_cast<int>(row.need) << " " << static_cast<int>(row.phase);
}

TEST(NextStepTest, WhatHasEndedIsDeletedWhateverTheGangWaitsFor) {
  for (const Need need : {Need::kNodes, Need::kTurn, Need::kOther, Need::kGone}) {
    for (const RequestPhase phase :
         {RequestPhase::kFailed, RequestPhase::kBookingExpired, RequestPhase::kCapacityRevoked}) {
      EXPECT_TRUE(Ended(phase));
      EXPECT_EQ(NextStep(need, phase), Step::kDelete);
    }
  }
}

}  // namespace
}  // namespace tutti::provisioning
