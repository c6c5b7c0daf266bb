#include "queue/part_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "queue/hierarchical_queues.h"
#include "tests/support/queue_args.h"
#include "tutti/testing/fake_host.h"

namespace tutti::plugins {
namespace {

using testing::FakeHost;
using ::testing::IsEmpty;
using testing::QueueArgs;

TEST(PartLimitsTest, GangsThatNameNobodyShareTheAccountOfTheirNamespace) {
  EXPECT_EQ(AccountOf(PartKind::kUser, "ada", "a"), "user ada");
  EXPECT_EQ(AccountOf(PartKind::kUser, "", "a"), "namespace a");
  EXPECT_EQ(AccountOf(PartKind::kGroup, "vision", "b"), "group vision");
  EXPECT_EQ(AccountOf(PartKind::kGroup, "", "b"), "namespace b");
}

// The plugin, told of gangs of one class of pods as the host tells it.
class Gangs {
 public:
  explicit Gangs(const QueueArgs& args)
      : plugin(testing::MakePlugin<HierarchicalQueues>(host, args.entries())) {}

  struct Gang {
    uint64_t arrival;
    std::string_view user;
    int64_t cpu = 1000;
    std::string_view queue = "q";
    std::string_view group = "";
  };
  template <class Call>
  auto With(const Gang& gang, const Call& call) {
    const std::vector<PodClassView::Request> requests = {{kCpu, gang.cpu}, {kPods, 1}};
    PodClassView pods;
    pods.requests = requests;
    const std::vector<std::string_view> fields(1, gang.group);
    pods.fields = fields;
    GangView view;
    view.namespace_name = "team";
    view.queue = gang.queue;
    view.user = gang.user;
    view.arrival = gang.arrival;
    view.classes = {&pods, 1};
    return call(view);
  }
  Status Asks(const Gang& gang) {
    return With(gang, [&](const GangView& view) { return plugin->PreEnqueue(view, {}); });
  }
  Status Reserve(const Gang& gang) {
    return With(gang, [&](const GangView& view) { return plugin->Reserve(view, {}, {}); });
  }
  void Unreserve(const Gang& gang) {
    With(gang, [&](const GangView& view) { plugin->Unreserve(view, {}); });
  }
  QueueingHint Tell(ClusterEventKind kind, const Gang& gang, bool was_reserved = false) {
    return With(gang, [&](GangView view) {
      PlacedPodView pod;
      pod.gang_arrival = gang.arrival;
      pod.requests = view.classes[0].requests;
      pod.fields = view.classes[0].fields;
      view.classes = {};
      ClusterEventView event;
      event.kind = kind;
      event.pod = &pod;
      event.gang = &view;
      event.was_reserved = was_reserved;
      return plugin->OnClusterEvent(event);
    });
  }
  // That gangs of the user which ask for so much, or more, are refused, and for what.
  std::string Refused(const Gang& gang) {
    const Status status = Asks(gang);
    return status.ok() ? "" : std::string(host.ReasonCode(status.reason()));
  }

  FakeHost host;
  std::unique_ptr<HierarchicalQueues> plugin;
};

constexpr Gangs::Gang kNext{9, "ada"};

TEST(PartLimitsTest, TheReasonHasWhatTheGangNeedsAndWhatItsUserHasLeft) {
  Gangs w(QueueArgs().Queue("top").UserLimit("cpu", "4").Queue("q", "top"));
  ASSERT_TRUE(w.Reserve({1, "ada", 3000}).ok());
  const Status more = w.Asks({2, "ada", 2000});
  EXPECT_EQ(more.code(), Code::kPending);
  EXPECT_EQ(w.host.ReasonCode(more.reason()), "QueueUserOverLimit");
  EXPECT_EQ(more.need(), 2000);
  EXPECT_EQ(more.have(), 1000);
  EXPECT_EQ(more.message(), "user ada: cpu in queue top");
  EXPECT_TRUE(w.Asks({2, "ada", 1000}).ok());
  EXPECT_TRUE(w.Asks({2, "bob", 4000}).ok());
  EXPECT_TRUE(w.Asks({2, "", 4000}).ok());
  const Status never = w.Asks({2, "", 5000});
  EXPECT_EQ(never.code(), Code::kUnschedulableAndUnresolvable);
  EXPECT_EQ(w.host.ReasonCode(never.reason()), "QueueUserOverLimit");
  EXPECT_EQ(never.have(), 4000);
  EXPECT_EQ(never.message(), "namespace team: cpu in queue top");
}

TEST(PartLimitsTest, TheNumberOfAUsersGangsIsBounded) {
  Gangs w(QueueArgs().Queue("q").Integer("maxRunningGangsPerUser", 2));
  ASSERT_TRUE(w.Reserve({1, "ada"}).ok());
  ASSERT_TRUE(w.Reserve({2, "ada"}).ok());
  const Status third = w.Asks({3, "ada"});
  EXPECT_EQ(third.code(), Code::kPending);
  EXPECT_EQ(w.host.ReasonCode(third.reason()), "QueueUserTooManyGangs");
  EXPECT_EQ(third.need(), 3);
  EXPECT_EQ(third.have(), 2);
  EXPECT_EQ(third.message(), "user ada: queue q");
  EXPECT_TRUE(w.Reserve({1, "ada"}).ok()) << "more members of one that runs";
  EXPECT_TRUE(w.Reserve({4, "bob"}).ok());
}

// What the queue lacks is said first, but for what can never be.
TEST(PartLimitsTest, WhatCanNeverBeIsSaidFirst) {
  Gangs w(QueueArgs().Queue("q").Limit("cpu", "6").UserLimit("cpu", "4"));
  ASSERT_TRUE(w.Reserve({1, "ada", 4000}).ok());
  EXPECT_EQ(w.Refused({2, "ada", 2000}), "QueueUserOverLimit");
  EXPECT_EQ(w.Refused({2, "ada", 3000}), "QueueOverLimit");
  EXPECT_EQ(w.Refused({2, "ada", 5000}), "QueueUserOverLimit");
  EXPECT_EQ(w.Refused({2, "ada", 7000}), "QueueLimitTooLow");
}

TEST(PartLimitsTest, WhatAUserHoldsIsGivenBackHoweverItEnds) {
  Gangs w(QueueArgs().Queue("q").Integer("maxRunningGangsPerUser", 1));
  const Gangs::Gang gang{1, "ada"};
  using enum ClusterEventKind;
  w.Tell(kGangArrived, gang);
  EXPECT_EQ(w.Refused(kNext), "");
  ASSERT_TRUE(w.Reserve(gang).ok());
  EXPECT_EQ(w.Refused(kNext), "QueueUserTooManyGangs");
  w.Unreserve(gang);
  EXPECT_EQ(w.Refused(kNext), "") << "lost its place";
  ASSERT_TRUE(w.Reserve(gang).ok());
  w.Tell(kPodBound, gang, /*was_reserved=*/true);
  EXPECT_EQ(w.Refused(kNext), "QueueUserTooManyGangs");
  EXPECT_EQ(w.Tell(kPodRemoved, gang), QueueingHint::kQueue) << "those that wait may go now";
  EXPECT_EQ(w.Refused(kNext), "") << "its pod ended";
  ASSERT_TRUE(w.Reserve(gang).ok());
  EXPECT_EQ(w.Tell(kGangGone, gang), QueueingHint::kQueue);
  EXPECT_EQ(w.Refused(kNext), "") << "it is gone";
}

TEST(PartLimitsTest, WhatRunsAlreadyWhenTheProcessStartsCounts) {
  Gangs w(QueueArgs().Queue("q").Integer("maxRunningGangsPerUser", 1));
  const Gangs::Gang gang{1, "ada"};
  w.Tell(ClusterEventKind::kPodBound, gang);
  w.Tell(ClusterEventKind::kGangArrived, gang);
  EXPECT_EQ(w.Refused(kNext), "QueueUserTooManyGangs");
  w.Tell(ClusterEventKind::kPodRemoved, gang);
  w.Tell(ClusterEventKind::kGangGone, gang);
  EXPECT_EQ(w.Refused(kNext), "");
}

// Its queue comes later than it does.
TEST(PartLimitsTest, AGangThatCameBeforeItsQueueCountsForItsUser) {
  Gangs w(QueueArgs().Queue("other"));
  const Gangs::Gang gang{1, "ada"};
  w.Tell(ClusterEventKind::kGangArrived, gang);
  w.Tell(ClusterEventKind::kPodBound, gang);
  Config spec({{"/maxRunningGangsPerUser", ConfigKind::kInteger, "1", "queue"}});
  w.plugin->OnObject({"queues", "", "q", 1}, spec);
  EXPECT_THAT(spec.errors(), IsEmpty());
  EXPECT_EQ(w.Refused(kNext), "QueueUserTooManyGangs");
  EXPECT_EQ(w.Refused({9, "bob"}), "");
}

TEST(PartLimitsTest, TheUsersNearestToTheirBoundsAreTold) {
  Gangs gangs(QueueArgs().Queue("q").UserLimit("cpu", "100").Integer("maxRunningGangsPerUser", 20));
  std::vector<std::string> users;
  for (char c = 'a'; c < 'a' + 12; ++c) users.push_back(std::string("u") + c);
  for (uint64_t i = 0; i < users.size(); ++i) {
    ASSERT_TRUE(gangs.Reserve({i + 1, users[i], 1000 * static_cast<int64_t>(i + 1)}).ok());
  }
  ASSERT_TRUE(gangs.Reserve({20, "many", 1}).ok());
  ASSERT_TRUE(gangs.Reserve({21, "many", 1}).ok());
  ASSERT_TRUE(gangs.Reserve({22, "many", 1}).ok());
  const std::vector<QueuePart> told = gangs.plugin->Describe(QueueId(1)).users;
  ASSERT_EQ(told.size(), QueueDescription::kMostParts);
  EXPECT_EQ(told[0].name, "user many") << "3 of 20 gangs are more than 12 of 100 CPUs";
  EXPECT_EQ(told[0].running, 3);
  EXPECT_EQ(told[0].most_running, 20);
  EXPECT_EQ(told[1].name, "user ul");
  ASSERT_EQ(told[1].amounts.size(), 1u);
  EXPECT_EQ(told[1].amounts[0].used, 12'000);
  EXPECT_EQ(told[1].amounts[0].limit, 100'000);
}

TEST(PartLimitsTest, AQueueThatWaitsForAUserIsAwakeWhenThatUsersGangEnds) {
  Gangs w(QueueArgs().Queue("q").UserLimit("cpu", "1"));
  const QueueId queue(1);
  const Gangs::Gang runs{1, "ada"};
  ASSERT_TRUE(w.Reserve(runs).ok());
  const auto round = [&](const Gangs::Gang& gang) {
    w.plugin->BeginRound({&queue, 1});
    if (!w.plugin->NextQueue()) return std::string("asleep");
    const std::string refused = w.Refused(gang);
    w.With(gang, [&](const GangView& view) {
      w.plugin->Served(queue, &view, refused.empty() ? QueueOutcome::kPlaced : QueueOutcome::kHeld,
                       false);
    });
    return refused;
  };
  EXPECT_EQ(round(kNext), "QueueUserOverLimit");
  EXPECT_EQ(round(kNext), "asleep") << "nothing has changed";
  w.Tell(ClusterEventKind::kGangArrived, {7, "bob"});
  EXPECT_EQ(round({7, "bob"}), "") << "it is not full for others";
  EXPECT_EQ(round(kNext), "QueueUserOverLimit");
  w.Unreserve(runs);
  EXPECT_EQ(round(kNext), "");
}

TEST(PartLimitsTest, AStrictQueueDoesNotWaitForOneUser) {
  Gangs w(QueueArgs()
              .Queue("q")
              .String("queueingStrategy", "StrictFIFO")
              .Limit("cpu", "3")
              .UserLimit("cpu", "2"));
  const QueueId queue(1);
  const auto stays = [&](const Gangs::Gang& gang) {
    w.plugin->BeginRound({&queue, 1});
    EXPECT_FALSE(w.Asks(gang).ok());
    return w.With(gang, [&](const GangView& view) {
      return w.plugin->Served(queue, &view, QueueOutcome::kHeld, /*more=*/true);
    });
  };
  ASSERT_TRUE(w.Reserve({1, "ada", 2000}).ok());
  EXPECT_TRUE(stays({2, "ada", 1000})) << "those behind it are tried";
  EXPECT_FALSE(stays({3, "bob", 2000})) << "the queue itself is full";
}

TEST(PartLimitsTest, AGroupIsBoundedOverAllItsUsers) {
  Gangs gangs(
      QueueArgs().Queue("q").String("groupLimit/cpu", "3").Integer("maxRunningGangsPerGroup", 2));
  ASSERT_TRUE(gangs.Reserve({1, "ada", 2000, "q", "vision"}).ok());
  const Status over = gangs.Asks({2, "bob", 2000, "q", "vision"});
  EXPECT_EQ(gangs.host.ReasonCode(over.reason()), "QueueGroupOverLimit");
  EXPECT_EQ(over.message(), "group vision: cpu in queue q");
  EXPECT_EQ(over.have(), 1000);
  EXPECT_TRUE(gangs.Asks({3, "ada", 3000, "q", "speech"}).ok());
  ASSERT_TRUE(gangs.Reserve({4, "bob", 1, "q", "vision"}).ok());
  EXPECT_EQ(gangs.host.ReasonCode(gangs.Asks({5, "bob", 1, "q", "vision"}).reason()),
            "QueueGroupTooManyGangs");
  ASSERT_TRUE(gangs.Reserve({6, "ada", 3000}).ok()) << "those that name none share one account";
  EXPECT_EQ(gangs.Asks({7, "bob", 1000}).message(), "namespace team: cpu in queue q");
  gangs.Unreserve({1, "ada", 2000, "q", "vision"});
  EXPECT_TRUE(gangs.Asks({2, "bob", 2000, "q", "vision"}).ok());
  ASSERT_EQ(gangs.plugin->Describe(QueueId(1)).groups.size(), 2u);
  EXPECT_EQ(gangs.plugin->Describe(QueueId(1)).groups[0].name, "namespace team");
}

TEST(PartLimitsTest, WhoIsNamedHasABoundOfItsOwnInsteadOfThatForEverybody) {
  Gangs gangs(QueueArgs()
                  .Queue("q")
                  .UserLimit("cpu", "1")
                  .String("limits/0/users/0", "ada")
                  .String("limits/0/groups/0", "vision")
                  .String("limits/0/limit/cpu", "4")
                  .String("limits/1/users/0", "root")
                  .Integer("limits/1/maxRunningGangs", 1));
  EXPECT_FALSE(gangs.Asks({1, "bob", 2000}).ok());
  EXPECT_TRUE(gangs.Asks({1, "ada", 4000}).ok());
  EXPECT_TRUE(gangs.Asks({1, "root", 50'000}).ok()) << "it is bounded in number alone";
  ASSERT_TRUE(gangs.Reserve({2, "ada", 3000, "q", "vision"}).ok());
  ASSERT_TRUE(gangs.Reserve({3, "root", 1000, "q", "vision"}).ok());
  EXPECT_EQ(gangs.Asks({4, "bob", 1000, "q", "vision"}).message(), "group vision: cpu in queue q");
  EXPECT_TRUE(gangs.Asks({4, "bob", 1000, "q", "speech"}).ok()) << "groups have no bound here";
  EXPECT_EQ(gangs.host.ReasonCode(gangs.Asks({5, "root", 1}).reason()), "QueueUserTooManyGangs");
}

TEST(PartLimitsTest, LimitsThatCannotBeAreRefused) {
  FakeHost host;
  std::string refused;
  try {
    testing::MakePlugin<HierarchicalQueues>(host, QueueArgs()
                                                      .Queue("q")
                                                      .String("limits/0/users/0", "ada")
                                                      .String("limits/1/users/0", "ada")
                                                      .String("limits/2/groups/0", "*")
                                                      .String("limits/3/limit/cpu", "few")
                                                      .entries());
  } catch (const std::invalid_argument& error) {
    refused = error.what();
  }
  using ::testing::HasSubstr;
  EXPECT_THAT(refused, HasSubstr("/queues/0/limits/1/users/0: user ada is in limits twice"));
  EXPECT_THAT(refused, HasSubstr("for all others there is groupLimit"));
  EXPECT_THAT(refused, HasSubstr("/queues/0/limits/3: expected whom it is for"));
  EXPECT_THAT(refused, HasSubstr("/queues/0/limits/3/limit/cpu: expected an amount"));
}

}  // namespace
}  // namespace tutti::plugins
