#include "queue/queue_accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "queue/flavor_trees.h"
#include "queue/part_limits.h"

namespace tutti::plugins {
namespace {

constexpr QueueId kTop{1};
constexpr QueueId kLeaf{2};
constexpr QueueId kOther{3};
constexpr std::chrono::nanoseconds kNow{0};
const std::vector<std::string> kFlavors = {"a", "b"};

class QueueAccountsTest : public ::testing::Test {
 protected:
  QueueAccountsTest() { Build(/*bounds=*/true, "top"); }

  void Build(bool bounds, const std::string& parent_of_leaf) {
    std::vector<QueueSpec> specs(4);
    specs[1].name = "top";
    if (bounds) specs[1].of_user.limit = {{kCpu, 10}};
    if (bounds) specs[1].of_group.max_gangs = 9;
    specs[2].name = "leaf";
    specs[2].parent = parent_of_leaf;
    specs[3].name = "other";
    tree_.Rebuild(std::move(specs), kNow);
    flavors_.Rebuild(tree_, kNow);
    accounts_.Rebuilt();
  }
  int64_t Cpu(QueueId queue, std::string_view user) const {
    return AmountOf(users_.Of(queue, user).amounts, kCpu);
  }

  QueueTree tree_{{}};
  PartAccounts users_{tree_, BoundsUsers};
  PartAccounts groups_{tree_, BoundsGroups};
  FlavorTrees flavors_{kFlavors};
  QueueAccounts accounts_{tree_, users_, groups_, flavors_};
};

TEST_F(QueueAccountsTest, WhatAGangHoldsIsChargedToItsQueueAndItsUser) {
  accounts_.Enter(1, kLeaf, {"ada", ""}, kNow);
  EXPECT_EQ(accounts_.HolderOf(1), std::nullopt) << "it holds nothing yet";
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  accounts_.Charge(1, {{kCpu, 2}}, 1, kNow);
  EXPECT_EQ(accounts_.HolderOf(1), kLeaf);
  EXPECT_EQ(tree_.used(kTop, kCpu), 5);
  EXPECT_EQ(Cpu(kTop, "ada"), 5);
  EXPECT_EQ(users_.Of(kTop, "ada").gangs, 1);
  accounts_.Charge(1, {{kCpu, 5}}, -1, kNow);
  EXPECT_EQ(tree_.used(kTop, kCpu), 0);
  EXPECT_EQ(tree_.running(kTop), 0);
  EXPECT_EQ(users_.size(), 0u);
}

TEST_F(QueueAccountsTest, AGangThatHoldsSomethingKeepsItsQueueAndItsUser) {
  accounts_.Enter(1, kLeaf, {"ada", ""}, kNow);
  accounts_.Enter(1, kLeaf, {"bob", ""}, kNow);
  ASSERT_NE(accounts_.OwnerOf(1), nullptr);
  EXPECT_EQ(accounts_.OwnerOf(1)->user, "bob") << "nothing is held yet";
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  accounts_.Enter(1, kOther, {"cleo", ""}, kNow);
  EXPECT_EQ(accounts_.HolderOf(1), kLeaf);
  EXPECT_EQ(Cpu(kTop, "bob"), 3);
  accounts_.Leave(1, kNow);
  EXPECT_EQ(users_.size(), 0u);
  EXPECT_EQ(tree_.used(kTop, kCpu), 0);
  EXPECT_EQ(accounts_.OwnerOf(1), nullptr);
}

// As after a restart: the pods are seen before the gang.
TEST_F(QueueAccountsTest, WhatIsHeldBeforeTheGangIsEnteredIsKeptForThen) {
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  accounts_.Charge(2, {{kCpu, 1}}, 1, kNow);
  accounts_.Charge(2, {{kCpu, 1}}, -1, kNow);
  EXPECT_EQ(users_.size(), 0u);
  accounts_.Enter(1, kLeaf, {"ada", ""}, kNow);
  EXPECT_EQ(Cpu(kTop, "ada"), 3);
  EXPECT_EQ(users_.Of(kTop, "ada").gangs, 1);
  EXPECT_EQ(tree_.running(kTop), 1);
}

TEST_F(QueueAccountsTest, UsersHoldInAnotherTreeWhatTheirGangsHold) {
  accounts_.Enter(1, kLeaf, {"ada", ""}, kNow);
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  Build(false, "top");
  accounts_.Enter(2, kLeaf, {"ada", ""}, kNow);
  accounts_.Charge(2, {{kCpu, 4}}, 1, kNow);
  EXPECT_EQ(users_.size(), 0u) << "nobody is bounded";
  Build(true, "top");
  EXPECT_EQ(Cpu(kTop, "ada"), 7) << "the limit finds what runs";
  EXPECT_EQ(users_.Of(kTop, "ada").gangs, 2);
  Build(true, "");
  EXPECT_EQ(users_.size(), 0u) << "it is not above the leaf any more";
  accounts_.Leave(1, kNow);
  Build(true, "top");
  EXPECT_EQ(Cpu(kTop, "ada"), 4);
  accounts_.Leave(2, kNow);
  EXPECT_EQ(users_.size(), 0u);
}

// As after a restart: pods say which group is theirs, the gang's arrival does not.
TEST_F(QueueAccountsTest, AGangCountsForTheGroupThatItsFirstPodNames) {
  const auto cpu = [&](const char* group) {
    return AmountOf(groups_.Of(kTop, group).amounts, kCpu);
  };
  accounts_.Join(1, "group vision");
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  accounts_.Join(1, "group speech");
  accounts_.Enter(1, kLeaf, {"user ada", "namespace a"}, kNow);
  EXPECT_EQ(cpu("group vision"), 3);
  EXPECT_EQ(groups_.Of(kTop, "group vision").gangs, 1);
  accounts_.Enter(2, kLeaf, {"user ada", "namespace a"}, kNow);
  accounts_.Charge(2, {{kCpu, 2}}, 1, kNow);
  EXPECT_EQ(cpu("namespace a"), 2) << "its pods name none";
  accounts_.Rebuilt();
  EXPECT_EQ(cpu("group vision"), 3);
  accounts_.Charge(1, {{kCpu, 3}}, -1, kNow);
  accounts_.Leave(2, kNow);
  EXPECT_EQ(groups_.size(), 0u);
}

TEST_F(QueueAccountsTest, AGangStaysOnItsFlavorUntilItHoldsNothing) {
  const auto on = [&](const char* flavor) { return flavors_.Of(flavor)->used(kTop, kCpu); };
  accounts_.Place(1, "a");
  EXPECT_EQ(accounts_.FlavorOf(1), "") << "it holds nothing";
  accounts_.Charge(1, {{kCpu, 3}}, 1, kNow);
  accounts_.Place(1, "a");
  EXPECT_EQ(on("a"), 0) << "its queue is not known yet";
  accounts_.Enter(1, kLeaf, {"ada", ""}, kNow);
  EXPECT_EQ(on("a"), 3);
  accounts_.Charge(1, {{kCpu, 2}}, 1, kNow);
  accounts_.Place(1, "b");
  EXPECT_EQ(on("a"), 5);
  EXPECT_EQ(on("b"), 0);
  accounts_.Rebuilt();
  EXPECT_EQ(on("a"), 5);
  accounts_.Charge(1, {{kCpu, 5}}, -1, kNow);
  EXPECT_EQ(accounts_.FlavorOf(1), "");
  EXPECT_EQ(on("a"), 0);
  accounts_.Charge(1, {{kCpu, 1}}, 1, kNow);
  accounts_.Place(1, "b");
  EXPECT_EQ(on("b"), 1);
  accounts_.Leave(1, kNow);
  EXPECT_EQ(on("b"), 0);
}

// Gangs that come, hold, give back and go while the tree changes, beside a model that adds up anew.
class Model {
 public:
  struct Gang {
    std::optional<QueueId> queue;
    std::string user;
    int64_t cpu = 0;
  };

  explicit Model(uint64_t seed) : random_(seed) { Rebuild(); }

  void Step() {
    const uint64_t arrival = 1 + random_() % 8;
    Gang& gang = gangs_[arrival];
    const auto cpu = static_cast<int64_t>(1 + random_() % 5);
    switch (random_() % 6) {
      case 0:
        return Rebuild();
      case 1:
        accounts_.Leave(arrival, kNow);
        gangs_.erase(arrival);
        return;
      case 2: {
        const QueueId queue(static_cast<uint32_t>(1 + random_() % kQueues));
        const std::string user(1, static_cast<char>('a' + random_() % 3));
        accounts_.Enter(arrival, queue, {user, ""}, kNow);
        if (!gang.queue || gang.cpu == 0) gang = {queue, user, gang.cpu};
        return;
      }
      case 3:
        if (gang.cpu == 0) return;
        accounts_.Charge(arrival, {{kCpu, gang.cpu}}, -1, kNow);
        gang.cpu = 0;
        return;
      default:
        accounts_.Charge(arrival, {{kCpu, cpu}}, 1, kNow);
        gang.cpu += cpu;
    }
  }
  void Compare() const {
    size_t accounts = 0;
    for (uint32_t q = 1; q <= kQueues; ++q) {
      const QueueId queue(q);
      int64_t all = 0;
      for (const char* user : {"a", "b", "c"}) {
        int64_t cpu = 0;
        int64_t running = 0;
        for (const auto& [arrival, gang] : gangs_) {
          if (gang.user != user || !gang.queue || !tree_.IsWithin(*gang.queue, queue)) continue;
          cpu += gang.cpu;
          running += gang.cpu > 0 ? 1 : 0;
        }
        all += cpu;
        if (!BoundsUsers(tree_.spec(queue))) continue;
        accounts += running > 0 ? 1 : 0;
        EXPECT_EQ(AmountOf(users_.Of(queue, user).amounts, kCpu), cpu) << user << " in " << q;
        EXPECT_EQ(users_.Of(queue, user).gangs, running) << user << " in " << q;
      }
      EXPECT_EQ(tree_.used(queue, kCpu), all) << q;
    }
    EXPECT_EQ(users_.size(), accounts);
  }

 private:
  static constexpr uint32_t kQueues = 5;

  // Each below one of a smaller number, or a root; some bound users.
  void Rebuild() {
    std::vector<QueueSpec> specs(kQueues + 1);
    for (uint32_t q = 1; q <= kQueues; ++q) {
      specs[q].name = std::to_string(q);
      if (const uint64_t above = random_() % q; above > 0) specs[q].parent = std::to_string(above);
      if (random_() % 3 == 0) specs[q].of_user.max_gangs = 1;
    }
    tree_.Rebuild(std::move(specs), kNow);
    flavors_.Rebuild(tree_, kNow);
    accounts_.Rebuilt();
  }

  std::mt19937_64 random_;
  QueueTree tree_{{}};
  PartAccounts users_{tree_, BoundsUsers};
  PartAccounts groups_{tree_, BoundsGroups};
  FlavorTrees flavors_{kFlavors};
  QueueAccounts accounts_{tree_, users_, groups_, flavors_};
  std::map<uint64_t, Gang> gangs_;  // by arrival
};

TEST(QueueAccountsModelTest, WhatUsersHoldIsTheSumOfTheirGangsWhateverHappens) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Model model(seed);
    for (int step = 0; step < 60; ++step) {
      model.Step();
      model.Compare();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace tutti::plugins
