#include "queue/queue_naps.h"

#include <gtest/gtest.h>

#include "queue/queue_tree.h"

namespace tutti::plugins {
namespace {

using std::chrono::seconds;

constexpr std::chrono::nanoseconds kNow = std::chrono::hours(24 * 365 * 50);
constexpr QueueId kTop{0}, kLeaf{1}, kOther{2};

QueueSpec Spec(std::string name, std::string parent = "") {
  QueueSpec spec;
  spec.name = std::move(name);
  spec.parent = std::move(parent);
  return spec;
}

class QueueNapsTest : public ::testing::Test {
 protected:
  QueueNapsTest() {
    tree_.Rebuild({Spec("top"), Spec("leaf", "top"), Spec("other", "top")}, kNow);
    naps_.Rebuilt();
  }
  void Begin(std::chrono::nanoseconds now = kNow) { naps_.Begin(std::vector{kLeaf}, now); }
  void Refuse(uint64_t gang, QueueId full, std::chrono::nanoseconds now = kNow) {
    naps_.Tried(kLeaf, gang, full, now);
  }

  QueueTree tree_{std::chrono::nanoseconds(0)};
  QueueNaps naps_{tree_};
};

TEST_F(QueueNapsTest, AQueueSleepsWhereEveryGangWasRefused) {
  Begin();
  Refuse(1, kLeaf);
  Refuse(2, kLeaf);
  naps_.Out(kLeaf);
  EXPECT_TRUE(naps_.Asleep(kLeaf, kNow));
  naps_.Freed(kOther);
  EXPECT_TRUE(naps_.Asleep(kLeaf, kNow)) << "that changes nothing in the leaf";
  naps_.Freed(kLeaf);
  EXPECT_FALSE(naps_.Asleep(kLeaf, kNow));
}

TEST_F(QueueNapsTest, SomebodyElseInAFullParentWakesIt) {
  Begin();
  Refuse(1, kLeaf);
  Refuse(2, kTop);
  naps_.Out(kLeaf);
  EXPECT_TRUE(naps_.Asleep(kLeaf, kNow));
  naps_.Freed(kOther);
  EXPECT_FALSE(naps_.Asleep(kLeaf, kNow));
  EXPECT_FALSE(naps_.Refused(kLeaf, 2));
}

TEST_F(QueueNapsTest, ANewcomerWakesItAndTheOthersArePassedOver) {
  Begin();
  Refuse(1, kLeaf);
  naps_.Out(kLeaf);
  naps_.Wake(kLeaf);
  ASSERT_FALSE(naps_.Asleep(kLeaf, kNow));
  Begin();
  EXPECT_TRUE(naps_.Refused(kLeaf, 1));
  EXPECT_FALSE(naps_.Refused(kLeaf, 2));
  Refuse(2, kLeaf);
  naps_.Out(kLeaf);
  EXPECT_TRUE(naps_.Asleep(kLeaf, kNow));
  Begin();
  EXPECT_TRUE(naps_.Refused(kLeaf, 2));
  naps_.Freed(kLeaf);
  EXPECT_FALSE(naps_.Refused(kLeaf, 1));
  EXPECT_FALSE(naps_.Refused(kLeaf, 2));
}

TEST_F(QueueNapsTest, OneThatWaitsForSomethingElseKeepsItAwake) {
  Begin();
  Refuse(1, kLeaf);
  naps_.Tried(kLeaf, 2, std::nullopt, kNow);
  naps_.Out(kLeaf);
  EXPECT_FALSE(naps_.Asleep(kLeaf, kNow));
  EXPECT_TRUE(naps_.Refused(kLeaf, 1));
}

TEST_F(QueueNapsTest, WhoWasRefusedBeforeSomethingEndedInTheSameRoundIsTriedInTheNext) {
  Begin();
  Refuse(1, kLeaf);
  naps_.Freed(kLeaf);
  Refuse(2, kLeaf);
  naps_.Out(kLeaf);
  EXPECT_FALSE(naps_.Asleep(kLeaf, kNow));
  EXPECT_FALSE(naps_.Refused(kLeaf, 1));
  EXPECT_TRUE(naps_.Refused(kLeaf, 2));
}

TEST_F(QueueNapsTest, NothingIsRememberedForLong) {
  Begin();
  Refuse(1, kLeaf);
  naps_.Out(kLeaf);
  const auto later = kNow + QueueNaps::kLongest;
  Begin(kNow + seconds(20));
  Refuse(2, kLeaf, kNow + seconds(20));
  naps_.Out(kLeaf);
  EXPECT_TRUE(naps_.Asleep(kLeaf, later - seconds(1)));
  EXPECT_FALSE(naps_.Asleep(kLeaf, later)) << "newcomers do not put it off";
  Begin(later);
  EXPECT_FALSE(naps_.Refused(kLeaf, 1));
}

}  // namespace
}  // namespace tutti::plugins
