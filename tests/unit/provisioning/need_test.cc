#include "provisioning/need.h"

#include <gtest/gtest.h>

#include <set>

#include "model/reason.h"

namespace tutti::provisioning {
namespace {

using model::ReasonCode;

Need NeedWith(ReasonCode code) {
  planner::GangReport report;
  report.reason.code = code;
  report.waiting = 1;
  return NeedOf(report);
}

TEST(NeedTest, OnlyThreeReasonsAreMendedByNodes) {
  const std::set<ReasonCode> nodes = {ReasonCode::kWaitingForCapacity, ReasonCode::kExceedsCluster,
                                      ReasonCode::kNoEligibleNode};
  for (int i = 0; i < model::kReasonCodes; ++i) {
    const auto code = static_cast<ReasonCode>(i);
    EXPECT_EQ(NeedWith(code) == Need::kNodes, nodes.contains(code)) << model::CodeName(code);
  }
}

TEST(NeedTest, WhoHasToWaitItsTurnIsToldFromWhoWaitsForSomethingElse) {
  EXPECT_EQ(NeedWith(ReasonCode::kBehindHead), Need::kTurn);
  EXPECT_EQ(NeedWith(ReasonCode::kBackingOff), Need::kTurn);
  for (const ReasonCode code :
       {ReasonCode::kWaitingForMembers, ReasonCode::kWaitingForSpec, ReasonCode::kMisconfigured,
        ReasonCode::kRefusedByPlugin, ReasonCode::kPluginFailed, ReasonCode::kHeld,
        ReasonCode::kPinnedNodeLost, ReasonCode::kGangAtMax})
    EXPECT_EQ(NeedWith(code), Need::kOther) << model::CodeName(code);
}

TEST(NeedTest, AHeldGangNeedsNoNodesWhateverItsReason) {
  planner::GangReport report;
  report.reason.code = ReasonCode::kWaitingForCapacity;
  report.held = true;
  EXPECT_EQ(NeedOf(report), Need::kOther);
}

}  // namespace
}  // namespace tutti::provisioning
