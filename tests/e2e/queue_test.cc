// Queues on the real control plane: limits, turns by share, guarantees that are taken back, and
// what the waiting say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

// The plugins of deploy/examples/queues.yaml.
std::string Example() {
  std::ostringstream text;
  text << std::ifstream(TUTTI_SOURCE_DIR "/deploy/examples/queues.yaml").rdbuf();
  return text.str().substr(text.str().find("plugins:"));
}

template <class Way>
class QueueTest : public E2eBed<QueueTest<Way>> {
 public:
  using Bed = E2eBed<QueueTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 4;
    options.node.cpu = "4";
    options.kubelet = true;  // what is evicted goes
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = Example();
    return options;
  }

 protected:
  absl::Status Submit(const std::string& gang, int members, const std::string& cpu,
                      const std::string& queue, const std::string& user = "") {
    PodTemplate pod = GangPod(gang, members, cpu);
    if (!queue.empty()) pod.labels["tutti.dev/queue"] = queue;
    if (!user.empty()) pod.labels["tutti.dev/user"] = user;
    return this->plane().CreatePods(members, gang, pod);
  }
};

TYPED_TEST_SUITE(QueueTest, WaysIn, WayName);

TYPED_TEST(QueueTest, ALimitHoldsAGangUntilItsQueueHasRoom) {
  ASSERT_TRUE(this->Submit("first", 4, "1", "vision").ok());
  ASSERT_TRUE(this->AllBound("first", 4));
  ASSERT_TRUE(this->Submit("second", 3, "1", "vision").ok());
  EXPECT_TRUE(this->SawReason("second", "QueueOverLimit"));
  ASSERT_TRUE(this->Submit("sibling", 5, "1", "speech").ok());
  EXPECT_TRUE(this->SawReason("sibling", "QueueOverLimit")) << "the limit of the queue above";
  EXPECT_EQ(this->plane().CountBound("second"), 0);
  EXPECT_EQ(this->plane().CountBound("sibling"), 0);
  this->plane().DeletePods("first");
  EXPECT_TRUE(this->AllBound("second", 3));
  EXPECT_TRUE(this->AllBound("sibling", 5));
}

TYPED_TEST(QueueTest, AGuaranteeIsTakenBackFromWhoBorrowedItInWholeGangs) {
  for (const char* gang : {"loan-a", "loan-b", "loan-c", "loan-d"}) {
    ASSERT_TRUE(this->Submit(gang, 2, "2", "").ok());
    ASSERT_TRUE(this->AllBound(gang, 2));
  }
  ASSERT_TRUE(this->Submit("owned", 2, "4", "production").ok());
  EXPECT_TRUE(this->AllBound("owned", 2));
  int whole = 0;
  for (const char* gang : {"loan-a", "loan-b", "loan-c", "loan-d"}) {
    const int bound = this->plane().CountBound(gang);
    EXPECT_NE(bound, 1) << gang << " was left in part";
    whole += bound == 2 ? 1 : 0;
  }
  EXPECT_EQ(whole, 2) << "no more than was needed";
}

TYPED_TEST(QueueTest, WhoMayNotWaitInAQueueIsToldWhy) {
  ASSERT_TRUE(this->Submit("lost", 1, "1", "nowhere").ok());
  EXPECT_TRUE(this->SawReason("lost", "QueueNotFound"));
  ASSERT_TRUE(this->Submit("foreign", 1, "1", "private").ok());
  EXPECT_TRUE(this->SawReason("foreign", "QueueNotAllowed"));
  ASSERT_TRUE(this->Submit("cold", 1, "1", "frozen").ok());
  EXPECT_TRUE(this->SawReason("cold", "QueueHeld"));
  ASSERT_TRUE(this->Submit("inner", 1, "1", "research").ok());
  EXPECT_TRUE(this->SawReason("inner", "QueueNotLeaf"));
  ASSERT_TRUE(this->Submit("large", 9, "1", "speech").ok());
  EXPECT_TRUE(this->SawReason("large", "QueueLimitTooLow"));
}

TYPED_TEST(QueueTest, AUsersLimitHoldsTheGangsOfThatUserAndOfNobodyElse) {
  ASSERT_TRUE(this->Submit("ada-1", 3, "1", "students", "ada").ok());
  ASSERT_TRUE(this->AllBound("ada-1", 3));
  ASSERT_TRUE(this->Submit("ada-2", 2, "1", "students", "ada").ok());
  EXPECT_TRUE(this->SawReason("ada-2", "QueueUserOverLimit"));
  EXPECT_GT(this->CountEvents("QueueUserOverLimit", "gang ada-2: user ada: cpu in queue students"),
            0);
  ASSERT_TRUE(this->Submit("bob-1", 4, "1", "students", "bob").ok());
  EXPECT_TRUE(this->AllBound("bob-1", 4));
  EXPECT_EQ(this->plane().CountBound("ada-2"), 0);
  this->plane().DeletePods("ada-1");
  EXPECT_TRUE(this->AllBound("ada-2", 2));
}

TYPED_TEST(QueueTest, GangsThatNameNoUserShareAnAccountAndTheirNumberIsBounded) {
  for (const char* gang : {"one", "two"}) {
    ASSERT_TRUE(this->Submit(gang, 1, "1", "students").ok());
    ASSERT_TRUE(this->AllBound(gang, 1));
  }
  ASSERT_TRUE(this->Submit("three", 1, "1", "students").ok());
  EXPECT_TRUE(this->SawReason("three", "QueueUserTooManyGangs"));
  ASSERT_TRUE(this->Submit("large", 5, "1", "students", "cleo").ok());
  EXPECT_TRUE(this->SawReason("large", "QueueUserOverLimit")) << "it can never run";
  this->plane().DeletePods("one");
  EXPECT_TRUE(this->AllBound("three", 1));
}

TYPED_TEST(QueueTest, WhatBecomesFreeGoesToWhoHoldsLessWhoeverCameFirst) {
  for (int i = 0; i < 8; ++i)
    ASSERT_TRUE(this->Submit("early-" + std::to_string(i), 1, "4", "batch").ok());
  ASSERT_TRUE(this->AllBound("early", 4));
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(this->Submit("late-" + std::to_string(i), 1, "4", "shared").ok());
  ASSERT_TRUE(this->SawReason("late-0", "WaitingForCapacity"));
  for (int i = 0; i < 8; ++i) {
    if (this->plane().CountBound("early-" + std::to_string(i)) == 0) continue;
    this->plane().DeletePods("early-" + std::to_string(i));
    break;
  }
  EXPECT_TRUE(this->AllBound("late", 1));
  EXPECT_TRUE(this->AllBound("early", 3));
}

}  // namespace
}  // namespace tutti::testing
