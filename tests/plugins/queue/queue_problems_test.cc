#include "queue/queue_problems.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

// It lists flavor fast, with so much of it.
QueueSpec Fast(QueueSpec spec, int64_t guaranteed, int64_t limit = -1) {
  FlavorSpec& flavor = spec.flavors.emplace_back();
  flavor.name = "fast";
  flavor.guaranteed = {{kGpu, guaranteed}};
  if (limit >= 0) flavor.limit = {{kGpu, limit}};
  return spec;
}

std::vector<std::string> Problems(std::vector<QueueSpec> specs) {
  std::vector<std::string> texts;
  for (const QueueProblem& problem : ProblemsOf(specs)) texts.push_back(problem.text);
  return texts;
}

TEST(QueueProblemsTest, BadTreesAreNamedWithTheWayOut) {
  EXPECT_THAT(Problems({Spec("a"), Spec("b", "a")}), IsEmpty());
  EXPECT_THAT(Problems({Spec("a"), Spec("a")}), ElementsAre(HasSubstr("queue a is there twice")));
  EXPECT_THAT(Problems({Spec("a", "x")}), ElementsAre(HasSubstr("there is no queue x")));
  EXPECT_THAT(Problems({Spec("a", "b"), Spec("b", "a"), Spec("c", "a")}),
              ::testing::Contains(HasSubstr("queue a is above itself")));
}

TEST(QueueProblemsTest, EveryMistakeIsToldNotOnlyTheFirst) {
  EXPECT_THAT(Problems({Spec("a", "x"), Spec("b", "y"), Spec("c"), Spec("c"), Spec("d", "z")}),
              ElementsAre(HasSubstr("queue c is there twice"), HasSubstr("no queue x"),
                          HasSubstr("no queue y"), HasSubstr("no queue z")));
}

TEST(QueueProblemsTest, ChildrenAreNotPromisedMoreThanTheirParent) {
  EXPECT_THAT(Problems({Spec("p", "", 10), Spec("a", "p", 6), Spec("b", "p", 4)}), IsEmpty());
  EXPECT_THAT(Problems({Spec("p", "", 9), Spec("a", "p", 6), Spec("b", "p", 4)}),
              ElementsAre(HasSubstr("guaranteed 10 of a resource of which it may promise 9")));
  EXPECT_THAT(Problems({Spec("p", "", 0, 9), Spec("a", "p", 10)}),
              ElementsAre(HasSubstr("may promise 9")));
}

TEST(QueueProblemsTest, OnlyWhoIsInTheCircleIsAboveItself) {
  EXPECT_THAT(
      Problems({Spec("a", "b"), Spec("b", "a"), Spec("c", "a")}),
      ElementsAre(HasSubstr("queue a is above itself"), HasSubstr("queue b is above itself")));
}

TEST(QueueProblemsTest, PromisesOfAFlavorAreCheckedLikeThoseOfAllNodes) {
  EXPECT_THAT(Problems({Fast(Spec("p"), 10), Fast(Spec("a", "p"), 6), Fast(Spec("b", "p"), 4)}),
              IsEmpty());
  EXPECT_THAT(Problems({Fast(Spec("p"), 9), Fast(Spec("a", "p"), 6), Fast(Spec("b", "p"), 4)}),
              ElementsAre(HasSubstr("queue p: the queues below it are guaranteed 10"),
                          HasSubstr("flavor fast: queue p: the queues below it are guaranteed 10 "
                                    "of a resource of which it may promise 9")));
  EXPECT_THAT(Problems({Fast(Spec("a"), 6, 5)}),
              ElementsAre(HasSubstr("flavor fast: queue a is guaranteed 6 of a resource of which "
                                    "it may hold 5")));
}

TEST(QueueProblemsTest, WhatIsGuaranteedOfFlavorsIsWithinWhatTheQueueMayHold) {
  EXPECT_THAT(Problems({Fast(Spec("a", "", 0, 6), 6)}), IsEmpty());
  EXPECT_THAT(Problems({Fast(Spec("a", "", 0, 5), 6)}),
              ElementsAre(HasSubstr("queue a is guaranteed 6 of a resource of which it may hold "
                                    "5")));
}

}  // namespace
}  // namespace tutti::plugins
