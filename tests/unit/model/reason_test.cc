#include "model/reason.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tutti::model {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ReasonTest, EveryCodeHasANameOfItsOwnAndAHelp) {
  std::set<std::string_view> names;
  for (int code = 0; code < kReasonCodes; ++code) {
    const auto reason = static_cast<ReasonCode>(code);
    EXPECT_TRUE(names.insert(CodeName(reason)).second) << CodeName(reason);
    EXPECT_FALSE(CodeHelp(reason).empty()) << CodeName(reason);
  }
  EXPECT_EQ(CodeName(ReasonCode::kPartialGangEvicted), "PartialGangEvicted");
}

TEST(ReasonTest, PeopleReadEveryNumberInTheUnitOfTheResource) {
  ResourceTable resources;
  const ResourceId gpu = resources.InternForPod("nvidia.com/gpu");
  EXPECT_THAT(Describe({ReasonCode::kWaitingForMembers, 4, 3, {}}, {}, resources),
              StartsWith("WaitingForMembers: "));
  EXPECT_THAT(Describe({ReasonCode::kWaitingForMembers, 4, 3, {}}, {}, resources),
              HasSubstr("(need 4, have 3)"));
  EXPECT_THAT(Describe({ReasonCode::kWaitingForCapacity, 16, 9, gpu}, {}, resources),
              HasSubstr("(need 16 nvidia.com/gpu, have 9 nvidia.com/gpu)"));
  EXPECT_THAT(Describe({ReasonCode::kWaitingForCapacity, 2500, 500, kCpu}, {}, resources),
              HasSubstr("(need 2500m cpu, have 500m cpu)"));
  EXPECT_THAT(
      Describe({ReasonCode::kWaitingForCapacity, int64_t{8} << 30, int64_t{3} << 30, kMemory}, {},
               resources),
      HasSubstr("(need 8Gi memory, have 3Gi memory)"));
  EXPECT_THAT(Describe({ReasonCode::kNotReady, 0, 0, {}}, {}, resources), Not(HasSubstr("need")));
}

TEST(ReasonTest, WhoHoldsWhatIsShortIsNamedWithHowMuch) {
  ResourceTable resources;
  EXPECT_THAT(Describe({ReasonCode::kWaitingForCapacity, 24000, 16000, kCpu},
                       {{"gang train-a", 16000}, {"pods of no gang", 500}}, resources),
              HasSubstr("(need 24 cpu, have 16 cpu; held by gang train-a 16 cpu, pods of no gang "
                        "500m cpu)"));
}

// A changed message requeues the pod: what changes between retries must not be in it.
TEST(ReasonTest, TheMessageToKubeSchedulerDoesNotChangeWithWhatIsThere) {
  EXPECT_EQ(StableMessage({ReasonCode::kWaitingForMembers, 4, 1, {}}),
            "tutti/WaitingForMembers: needs 4 at once");
  EXPECT_EQ(StableMessage({ReasonCode::kWaitingForMembers, 4, 1, {}}),
            StableMessage({ReasonCode::kWaitingForMembers, 4, 3, {}}));
  EXPECT_EQ(StableMessage({ReasonCode::kWaitingForCapacity, 16, 3, kCpu}),
            StableMessage({ReasonCode::kWaitingForCapacity, 24, 9, kMemory}))
      << "the scarcest resource may be another one next time";
}

TEST(ReasonTest, EveryMessageToKubeSchedulerIsKnownAsOurs) {
  for (int code = 0; code < kReasonCodes; ++code) {
    EXPECT_THAT(StableMessage({static_cast<ReasonCode>(code), 2, 1, {}}), StartsWith("tutti/"));
  }
}

}  // namespace
}  // namespace tutti::model
