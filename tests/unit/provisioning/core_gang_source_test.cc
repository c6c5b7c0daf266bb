#include "provisioning/core_gang_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/control_world.h"

namespace tutti::provisioning {
namespace {

using testing::ControlWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kCore = ControlWorld::kCore;

model::GangKey Key(const std::string& gang) { return {"default", "test", gang}; }

class CoreGangSourceTest : public ::testing::Test {
 protected:
  CoreGangSourceTest() { world_.AddNode("a", 2 * kCore); }

  ControlWorld world_;
  CoreGangSource source_{world_.loop};
};

TEST_F(CoreGangSourceTest, GangsThatWaitAreToldWithWhatTheyNeed) {
  world_.AddGang("placed", 1, kCore);
  world_.AddGang("large", 4, kCore);
  world_.AddPod("short-0", "short", 2, kCore);
  world_.Settle();
  const auto waiting = source_.Waiting();
  ASSERT_TRUE(waiting);
  EXPECT_TRUE(waiting->leads);
  EXPECT_TRUE(waiting->complete);
  ASSERT_THAT(waiting->gangs, SizeIs(2));
  for (const WaitingGang& gang : waiting->gangs) {
    EXPECT_EQ(gang.key, Key(gang.name));
    EXPECT_EQ(gang.need, gang.name == "large" ? Need::kNodes : Need::kOther) << gang.name;
    EXPECT_EQ(gang.members, gang.name == "large" ? 4 : 1) << gang.name;
  }
}

TEST_F(CoreGangSourceTest, MembersThatAreAlikeAreCountedTogether) {
  for (int i = 0; i < 3; ++i) world_.AddPod(absl::StrFormat("mixed-%d", i), "mixed", 4, kCore);
  world_.AddPod("mixed-large", "mixed", 4, 2 * kCore);
  world_.Settle();
  const auto kinds = source_.Kinds(Key("mixed"));
  ASSERT_TRUE(kinds);
  EXPECT_TRUE(kinds->all);
  ASSERT_THAT(kinds->kinds, SizeIs(2));
  int64_t pods = 0;
  for (const MemberKind& kind : kinds->kinds) {
    EXPECT_EQ(kind.pods, kind.example_pod == "mixed-large" ? 1 : 3);
    pods += kind.pods;
  }
  EXPECT_EQ(pods, 4);
  const auto members = source_.Members(Key("mixed"));
  ASSERT_TRUE(members);
  EXPECT_THAT(*members, ElementsAre("mixed-0", "mixed-1", "mixed-2", "mixed-large"));
}

TEST_F(CoreGangSourceTest, MoreKindsThanTheCoreExplainsAreNotTakenForAll) {
  for (int i = 0; i < 20; ++i)
    world_.AddPod(absl::StrFormat("motley-%d", i), "motley", 20, kCore + i);
  world_.Settle();
  const auto kinds = source_.Kinds(Key("motley"));
  ASSERT_TRUE(kinds);
  EXPECT_FALSE(kinds->all);
}

TEST_F(CoreGangSourceTest, AGangThatNeedsNoNodesOrIsGoneHasNothingToTell) {
  world_.AddGang("placed", 1, kCore);
  for (const char* gang : {"placed", "nobody"}) {
    const auto kinds = source_.Kinds(Key(gang));
    ASSERT_TRUE(kinds);
    EXPECT_THAT(kinds->kinds, IsEmpty()) << gang;
  }
  const auto members = source_.Members(Key("nobody"));
  ASSERT_TRUE(members);
  EXPECT_THAT(*members, IsEmpty());
}

TEST_F(CoreGangSourceTest, AStandbySaysThatItDoesNotLeadAndAStoppedCoreNothing) {
  ControlWorld standby(/*ready=*/false);
  CoreGangSource source(standby.loop);
  const auto waiting = source.Waiting();
  ASSERT_TRUE(waiting);
  EXPECT_FALSE(waiting->leads);
  standby.loop.Stop();
  EXPECT_FALSE(source.Waiting());
}

}  // namespace
}  // namespace tutti::provisioning
