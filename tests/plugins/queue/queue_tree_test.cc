#include "queue/queue_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using Why = QueueTree::Refusal::Why;

constexpr std::chrono::nanoseconds kNow = std::chrono::hours(24 * 365 * 50);
constexpr ResourceId kGpu{7};

QueueSpec Spec(std::string name, std::string parent = "", int64_t guaranteed = 0,
               int64_t limit = -1) {
  QueueSpec spec;
  spec.name = std::move(name);
  spec.parent = std::move(parent);
  if (guaranteed > 0) spec.guaranteed = {{kGpu, guaranteed}};
  if (limit >= 0) spec.limit = {{kGpu, limit}};
  return spec;
}

class World {
 public:
  explicit World(std::vector<QueueSpec> specs, std::chrono::nanoseconds half_life = {})
      : tree(half_life) {
    Rebuild(std::move(specs));
    tree.AddCapacity(kGpu, 100);
  }
  void Rebuild(std::vector<QueueSpec> specs, std::chrono::nanoseconds now = kNow) {
    numbers_.clear();
    for (uint32_t i = 0; i < specs.size(); ++i) numbers_.emplace(specs[i].name, QueueId(i));
    tree.Rebuild(std::move(specs), now);
  }
  QueueId Find(const std::string& queue) const { return numbers_.at(queue); }
  void Use(const char* queue, int64_t gpus, std::chrono::nanoseconds now = kNow) {
    const PodClassView::Request amounts[] = {{kGpu, gpus < 0 ? -gpus : gpus}};
    tree.Charge(Find(queue), amounts, gpus < 0 ? -1 : 1, now);
  }
  std::optional<QueueTree::Refusal> Ask(const char* queue, int64_t gpus) const {
    return tree.Refuses(Find(queue), {{kGpu, gpus}});
  }
  bool Before(const char* a, const char* b, std::chrono::nanoseconds now = kNow) const {
    return tree.GoesBefore(Find(a), Find(b), now);
  }

  QueueTree tree;

 private:
  std::map<std::string, QueueId> numbers_;
};

TEST(QueueTreeTest, ALimitHoldsForTheQueueAndForAllBelowIt) {
  World w({Spec("p", "", 0, 10), Spec("a", "p", 0, 8), Spec("b", "p")});
  EXPECT_FALSE(w.Ask("a", 8));
  w.Use("b", 5);
  const auto refusal = w.Ask("a", 6);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::kOverLimit);
  EXPECT_EQ(w.tree.spec(refusal->queue).name, "p");
  EXPECT_EQ(refusal->need, 6);
  EXPECT_EQ(refusal->have, 5);
  EXPECT_EQ(w.Ask("a", 9)->why, Why::kAboveLimit) << "never";
  EXPECT_EQ(w.Ask("b", 11)->why, Why::kAboveLimit);
  w.Use("b", -5);
  EXPECT_FALSE(w.Ask("a", 6)) << "what was given back is there again";
  EXPECT_EQ(w.tree.used(w.Find("p"), kGpu), 0);
}

TEST(QueueTreeTest, BorrowingEndsAtTheBorrowLimit) {
  QueueSpec spec = Spec("a", "", 10);
  spec.borrow_limit = {{kGpu, 5}};
  World w({spec});
  EXPECT_FALSE(w.Ask("a", 15));
  EXPECT_EQ(w.Ask("a", 16)->have, 15);
  EXPECT_EQ(w.tree.limit(QueueId(0), kGpu), 15);
}

TEST(QueueTreeTest, WhatIsNotLentStaysFreeForItsOwner) {
  QueueSpec owner = Spec("owner", "", 60);
  owner.lend_limit = {{kGpu, 20}};
  World w({owner, Spec("other")});
  EXPECT_FALSE(w.Ask("other", 60)) << "40 are kept back of 100";
  const auto refusal = w.Ask("other", 61);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->why, Why::kKeptBack);
  EXPECT_EQ(refusal->have, 60);
  w.Use("owner", 50);
  EXPECT_EQ(w.Ask("other", 51)->have, 50) << "what it uses is not kept back as well";
  w.Use("other", 40);
  EXPECT_FALSE(w.Ask("owner", 10)) << "its own is never refused for the sake of others";
}

TEST(QueueTreeTest, SoManyGangsRunAndNoMore) {
  QueueSpec spec = Spec("a");
  spec.max_gangs = 2;
  World w({spec});
  w.tree.CountRunning(QueueId(0), 2);
  EXPECT_EQ(w.Ask("a", 1)->why, Why::kTooMany);
  EXPECT_FALSE(w.tree.Refuses(QueueId(0), {{kGpu, 1}}, /*runs=*/true)) << "one of the two grows";
}

TEST(QueueTreeTest, WhoHoldsLessOfItsGuaranteeGoesFirstThenPriorityThenShare) {
  QueueSpec rich = Spec("rich");
  rich.weight = 3;
  QueueSpec urgent = Spec("urgent");
  urgent.priority = 1;
  World w({Spec("plain"), rich, urgent, Spec("owner", "", 10)});
  w.Use("owner", 5);
  EXPECT_TRUE(w.Before("owner", "urgent")) << "half of its guarantee";
  w.Use("owner", 5);
  EXPECT_TRUE(w.Before("urgent", "owner"));
  EXPECT_TRUE(w.Before("plain", "rich")) << "nobody holds anything: as they are listed";
  w.Use("plain", 2);
  w.Use("rich", 3);
  EXPECT_TRUE(w.Before("rich", "plain")) << "3 of weight 3 against 2 of weight 1";
  w.Use("rich", 4);
  EXPECT_TRUE(w.Before("plain", "rich"));
}

TEST(QueueTreeTest, AGuaranteeThatIsNeverUsedPutsNobodyFirstForEver) {
  QueueSpec owner = Spec("owner", "", 10);
  owner.guaranteed.insert(owner.guaranteed.begin(), {kCpu, 1000});
  World w({Spec("plain"), owner});
  w.tree.AddCapacity(kCpu, 100'000);
  w.Use("owner", 12);
  EXPECT_TRUE(w.Before("plain", "owner"));
}

TEST(QueueTreeTest, WithAHalfLifeThePastCounts) {
  using std::chrono::hours;
  World w({Spec("a"), Spec("b")}, hours(1));
  w.Use("a", 50, kNow);
  w.Use("a", -50, kNow + hours(1));
  EXPECT_TRUE(w.Before("b", "a", kNow + hours(1)));
  EXPECT_NEAR(w.tree.Share(w.Find("a"), kNow + hours(1)), 0.25, 1e-9);
  EXPECT_NEAR(w.tree.Share(w.Find("a"), kNow + hours(2)), 0.125, 1e-9);
}

TEST(QueueTreeTest, OnlyWhoIsWithinItsGuaranteeIsEntitledToIt) {
  World w({Spec("p", "", 20), Spec("a", "p", 10), Spec("b", "p"), Spec("c")});
  EXPECT_EQ(w.tree.Entitled(w.Find("a"), {{kGpu, 10}}), w.Find("a"));
  EXPECT_EQ(w.tree.Entitled(w.Find("b"), {{kGpu, 20}}), w.Find("p"));
  EXPECT_FALSE(w.tree.Entitled(w.Find("b"), {{kGpu, 21}}));
  EXPECT_FALSE(w.tree.Entitled(w.Find("c"), {{kGpu, 1}}));
}

TEST(QueueTreeTest, OnlyWhatIsGuaranteedToSomebodyCanBeSurplus) {
  World w({Spec("owner", "", 10), Spec("other", "", 10), Spec("loan")});
  w.tree.AddCapacity(kPods, 1000);
  const PodClassView::Request pods[] = {{kPods, 5}, {kGpu, 10}};
  w.tree.Charge(w.Find("other"), pods, 1, kNow);
  w.tree.Charge(w.Find("loan"), pods, 1, kNow);
  const QueueId owner = w.Find("owner");
  const Amounts wanted = w.tree.GuaranteedOf(owner, {{kPods, 1}, {kGpu, 4}});
  EXPECT_THAT(wanted, ElementsAre(PodClassView::Request(kGpu, 4)));
  EXPECT_FALSE(w.tree.HoldsSurplus(w.Find("other"), owner, wanted));
  EXPECT_TRUE(w.tree.HoldsSurplus(w.Find("loan"), owner, wanted));
}

TEST(QueueTreeTest, SomethingCanBeTakenBackWhereOthersHoldWhatIsMissing) {
  World w({Spec("owner", "", 10), Spec("other", "", 20), Spec("loan")});
  EXPECT_FALSE(w.tree.CanReclaim(w.Find("owner"), {{kGpu, 8}})) << "it is free";
  w.Use("other", 20);
  w.Use("loan", 75);
  EXPECT_TRUE(w.tree.CanReclaim(w.Find("owner"), {{kGpu, 8}})) << "5 are free, 75 are lent";
  EXPECT_FALSE(w.tree.CanReclaim(w.Find("owner"), {{kGpu, 11}})) << "it is not guaranteed so much";
  w.Use("loan", -73);
  w.tree.AddCapacity(kGpu, -77);
  EXPECT_FALSE(w.tree.CanReclaim(w.Find("owner"), {{kGpu, 8}})) << "only 2 are lent, 1 is free";
}

TEST(QueueTreeTest, WhatIsGuaranteedOfAFlavorCountsWhenQueuesTakeTurns) {
  QueueSpec owner = Spec("owner");
  owner.flavors = {{.name = "fast", .guaranteed = {{kGpu, 10}}}};
  World w({Spec("plain"), owner});
  w.Use("owner", 8);
  EXPECT_TRUE(w.Before("owner", "plain")) << "it holds less than it is guaranteed";
  w.Use("owner", 4);
  EXPECT_TRUE(w.Before("plain", "owner"));
  EXPECT_NEAR(w.tree.Share(w.Find("owner"), kNow), 0.02, 1e-9) << "above its guarantee";
}

TEST(QueueTreeTest, WhatAQueueHoldsGoesWithItWhereverItIsPut) {
  World w({Spec("top"), Spec("a", "top"), Spec("b", "top"), Spec("other")});
  w.Use("a", 3);
  w.Use("b", 4);
  w.tree.CountRunning(w.Find("a"), 1);
  ASSERT_EQ(w.tree.used(w.Find("top"), kGpu), 7);
  w.Rebuild({Spec("top"), Spec("a", "other"), Spec("b", "top"), Spec("other"), Spec("new")});
  EXPECT_EQ(w.tree.used(w.Find("top"), kGpu), 4);
  EXPECT_EQ(w.tree.used(w.Find("other"), kGpu), 3);
  EXPECT_EQ(w.tree.used(w.Find("a"), kGpu), 3);
  EXPECT_EQ(w.tree.running(w.Find("top")), 0);
  EXPECT_EQ(w.tree.running(w.Find("other")), 1);
  EXPECT_EQ(w.tree.used(w.Find("new"), kGpu), 0);
  w.Use("a", -3);
  w.Use("b", -4);
  EXPECT_EQ(w.tree.used(w.Find("other"), kGpu), 0);
  EXPECT_EQ(w.tree.used(w.Find("top"), kGpu), 0);
}

TEST(QueueTreeTest, AQueueThatGoesIsNobodysChildAndKeepsWhatRunsInIt) {
  World w({Spec("top"), Spec("a", "top"), Spec("b", "top")});
  w.Use("a", 3);
  w.Rebuild({Spec("top"), Spec(""), Spec("b", "top")});
  EXPECT_EQ(w.tree.used(QueueId(1), kGpu), 3);
  EXPECT_EQ(w.tree.used(w.Find("top"), kGpu), 0);
  EXPECT_THAT(w.tree.children(w.Find("top")), ElementsAre(w.Find("b")));
  w.Rebuild({Spec("top"), Spec("a", "top"), Spec("b", "top")});
  EXPECT_EQ(w.tree.used(w.Find("top"), kGpu), 3);
}

TEST(QueueTreeTest, ThePastGoesWithTheQueueAsWell) {
  using std::chrono::hours;
  World w({Spec("a"), Spec("b")}, hours(1));
  w.Use("a", 50, kNow);
  w.Use("a", -50, kNow + hours(1));
  w.Rebuild({Spec("a", "c"), Spec("b"), Spec("c")}, kNow + hours(1));
  EXPECT_NEAR(w.tree.Share(w.Find("c"), kNow + hours(1)), 0.25, 1e-9);
  EXPECT_NEAR(w.tree.Share(w.Find("a"), kNow + hours(2)), 0.125, 1e-9);
}

}  // namespace
}  // namespace tutti::plugins
