#include "remote/remote_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

namespace tutti::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a plugin would say, without a plugin.
class Answers final : public QueueQuestions {
 public:
  std::string AskQueueOf(const GangView& gang) const override {
    ++asked;
    if (fails) throw std::runtime_error("it is not there");
    return std::string(gang.queue);
  }
  std::vector<QueueTurn> AskRound(std::span<const QueueUse> queues) const override {
    if (fails) throw std::runtime_error("it is not there");
    told.assign(queues.begin(), queues.end());
    return turns;
  }

  bool fails = false;
  std::vector<QueueTurn> turns;
  mutable int asked = 0;
  mutable std::vector<QueueUse> told;
};

class RemoteQueuesTest : public ::testing::Test {
 protected:
  GangView Gang(uint64_t arrival, std::string_view queue) {
    GangView gang;
    gang.namespace_name = "team";
    gang.queue = queue;
    gang.arrival = arrival;
    return gang;
  }
  // It asks for so many cpus for each of two pods.
  void Reserve(GangView gang, int64_t cpu, bool again = false) {
    const std::vector<PodClassView::Request> requests = {{kCpu, cpu}};
    PodClassView pods;
    pods.count = 2;
    pods.requests = requests;
    const std::vector<PodClassView> classes = {pods};
    gang.classes = classes;
    EXPECT_EQ(again ? (queues_.Unreserve(gang, {}), Status()) : queues_.Reserve(gang, {}, {}),
              Status::Success());
  }
  void Tell(ClusterEventKind kind, uint64_t gang, int64_t cpu, bool was_reserved = false) {
    const std::vector<PodClassView::Request> requests = {{kCpu, cpu}};
    PlacedPodView pod;
    pod.gang_arrival = gang;
    pod.requests = requests;
    ClusterEventView event;
    event.kind = kind;
    event.pod = &pod;
    event.was_reserved = was_reserved;
    queues_.OnClusterEvent(event);
  }
  void Tell(ClusterEventKind kind, const GangView& gang) {
    ClusterEventView event;
    event.kind = kind;
    event.gang = &gang;
    queues_.OnClusterEvent(event);
  }
  int64_t Cpu(QueueId queue) const {
    for (const QueueAmount& amount : queues_.Describe(queue).amounts)
      if (amount.resource == kCpu) return amount.used;
    return 0;
  }
  // Whose turn it is, each gang being placed, until `gangs` of each are served.
  std::vector<uint32_t> Play(int gangs, QueueOutcome outcome = QueueOutcome::kPlaced) {
    std::vector<uint32_t> order;
    std::map<QueueId, int> left;
    while (const std::optional<QueueId> queue = queues_.NextQueue()) {
      order.push_back(queue->value);
      const int more = left.try_emplace(*queue, gangs).first->second -= 1;
      queues_.Served(*queue, nullptr, outcome, more > 0);
      if (order.size() > 100) break;
    }
    return order;
  }

  Answers plugin_;
  RemoteQueues queues_{plugin_};
};

TEST_F(RemoteQueuesTest, GangsThatAreAlikeAreAskedAboutOnce) {
  const QueueId a = queues_.QueueOf(Gang(1, "a"));
  EXPECT_EQ(queues_.QueueOf(Gang(2, "a")), a);
  const QueueId b = queues_.QueueOf(Gang(3, "b"));
  EXPECT_NE(b, a);
  EXPECT_EQ(plugin_.asked, 2);
  EXPECT_EQ(queues_.queues(), 3u);
  EXPECT_EQ(queues_.Describe(b).name, "b");
  queues_.Forget();
  EXPECT_EQ(queues_.QueueOf(Gang(4, "a")), a) << "a name keeps its number";
  EXPECT_EQ(plugin_.asked, 3);
}

TEST_F(RemoteQueuesTest, TheTurnsOfOneAnswerLastForTheRound) {
  const QueueId a = queues_.QueueOf(Gang(1, "a"));
  const QueueId b = queues_.QueueOf(Gang(2, "b"));
  const QueueId c = queues_.QueueOf(Gang(3, "c"));
  const std::vector<QueueId> waiting = {a, b, c};
  plugin_.turns = {{1, 2, false, 0.5}, {0, 1, false, 0}};  // c has no turn
  queues_.BeginRound(waiting);
  ASSERT_THAT(plugin_.told, SizeIs(3));
  EXPECT_THAT(Play(3), ElementsAre(2, 2, 1, 2, 1, 1));
  EXPECT_EQ(queues_.Describe(b).share, 0.5);
  plugin_.turns = {{0, 0, false, 0}, {1, 0, true, 0}};
  queues_.BeginRound(waiting);
  EXPECT_THAT(Play(3, QueueOutcome::kNoPlace), ElementsAre(1, 1, 1, 2))
      << "all of the first; the second is strict, and its first gang has to wait";
}

TEST_F(RemoteQueuesTest, ItTellsWhatQueuesHoldAndAsksNothingWhereNobodyWaits) {
  const GangView gang = Gang(7, "a");
  const QueueId a = queues_.QueueOf(gang);
  const QueueId b = queues_.QueueOf(Gang(8, "b"));
  Tell(ClusterEventKind::kGangArrived, gang);
  Reserve(gang, 500);
  EXPECT_EQ(Cpu(a), 1000);
  EXPECT_EQ(queues_.Describe(a).running, 1);
  Tell(ClusterEventKind::kPodBound, 7, 500, /*was_reserved=*/true);
  EXPECT_EQ(Cpu(a), 1000) << "what was promised is what is held";
  queues_.BeginRound({});
  EXPECT_THAT(plugin_.told, IsEmpty());
  const std::vector<QueueId> waiting = {b};
  queues_.BeginRound(waiting);
  ASSERT_THAT(plugin_.told, SizeIs(2));
  EXPECT_FALSE(plugin_.told[0].waiting);
  EXPECT_EQ(plugin_.told[0].running, 1);
  EXPECT_EQ(plugin_.told[0].held.at(kCpu), 1000);
  EXPECT_TRUE(plugin_.told[1].waiting);
  Tell(ClusterEventKind::kPodRemoved, 7, 500);
  EXPECT_EQ(Cpu(a), 500);
  Tell(ClusterEventKind::kGangGone, gang);
  EXPECT_EQ(Cpu(a), 0);
  EXPECT_EQ(queues_.Describe(a).running, 0);
}

TEST_F(RemoteQueuesTest, PodsThatWereBoundBeforeTheirGangCameCountInItsQueue) {
  Tell(ClusterEventKind::kPodBound, 7, 300);
  EXPECT_EQ(Cpu(QueueId(0)), 300);
  Tell(ClusterEventKind::kGangArrived, Gang(7, "a"));
  EXPECT_EQ(Cpu(QueueId(0)), 0);
  EXPECT_EQ(Cpu(queues_.QueueOf(Gang(7, "a"))), 300);
}

TEST_F(RemoteQueuesTest, WhatCannotBeAskedFailsAndAccountsGoOn) {
  plugin_.fails = true;
  const GangView gang = Gang(7, "a");
  EXPECT_THROW(queues_.QueueOf(gang), std::runtime_error);
  Tell(ClusterEventKind::kGangArrived, gang);
  Reserve(gang, 100);
  EXPECT_EQ(Cpu(QueueId(0)), 200);
  plugin_.fails = false;
  const QueueId a = queues_.QueueOf(gang);
  Reserve(gang, 100);
  EXPECT_EQ(Cpu(QueueId(0)), 0);
  EXPECT_EQ(Cpu(a), 400);
  Reserve(gang, 100, /*again=*/true);
  EXPECT_EQ(Cpu(a), 200);
  plugin_.fails = true;
  const std::vector<QueueId> waiting = {a};
  EXPECT_THROW(queues_.BeginRound(waiting), std::runtime_error);
  EXPECT_EQ(queues_.NextQueue(), std::nullopt);
}

TEST_F(RemoteQueuesTest, NamesAreBounded) {
  for (size_t i = 0; i < RemoteQueues::kMostNames; ++i) queues_.QueueOf(Gang(i, std::to_string(i)));
  EXPECT_THROW(queues_.QueueOf(Gang(1, "one-more")), std::runtime_error);
  EXPECT_EQ(queues_.queues(), RemoteQueues::kMostNames + 1);
}

}  // namespace
}  // namespace tutti::remote
