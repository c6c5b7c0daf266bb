#include "queue/hierarchical_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <stdexcept>

#include "absl/strings/str_format.h"
#include "tests/support/queue_args.h"
#include "tutti/testing/fake_host.h"

namespace tutti::plugins {
namespace {

using ::testing::AllOf;
using testing::FakeHost;
using ::testing::HasSubstr;
using testing::QueueArgs;

std::string Refused(const QueueArgs& args) {
  FakeHost host;
  try {
    testing::MakePlugin<HierarchicalQueues>(host, args.entries());
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(HierarchicalQueuesTest, ABadTreeIsRefusedWithEveryMistake) {
  EXPECT_EQ(Refused(QueueArgs().Queue("a").Limit("nvidia.com/gpu", "8").Queue("b", "a")), "");
  EXPECT_EQ(Refused(QueueArgs()), "") << "queues may come as objects";
  EXPECT_THAT(Refused(QueueArgs().Flag("queueObjects", false)),
              HasSubstr("/queues: expected a list of queues"));
  EXPECT_THAT(Refused(QueueArgs().Queue("")), HasSubstr("a queue has no name"));
  EXPECT_THAT(Refused(QueueArgs()
                          .Queue("a", "nowhere")
                          .Limit("cpu", "many")
                          .String("minRuntime", "10 minutes")
                          .String("state", "Ajar")
                          .UserLimit("cpu", "few")
                          .String("maxRunTimeAction", "Evict")
                          .Integer("maxRunningGangsPerUser", -1)
                          .Integer("weight", 0)),
              AllOf(HasSubstr("there is no queue nowhere"),
                    HasSubstr("expected an amount such as 16, 500m, 1.5Gi or 2k, got \"many\""),
                    HasSubstr("expected a whole number with a unit"),
                    HasSubstr("expected one of Open, Held, Closed, got \"Ajar\""),
                    HasSubstr("/queues/0/userLimit/cpu: expected an amount"),
                    HasSubstr("/queues/0/maxRunTimeAction: Evict needs maxRunTime"),
                    HasSubstr("/queues/0/maxRunningGangsPerUser: expected 0 to"),
                    HasSubstr("expected 1 to 1000000, got 0")));
  EXPECT_THAT(
      Refused(QueueArgs().Queue("a").Global("defaultQueue", "b").Flag("queueObjects", false)),
      HasSubstr("there is no queue b: name one of `queues`"));
  EXPECT_THAT(Refused(QueueArgs().Queue("a").String("limits", "8")), HasSubstr("unknown key"));
}

// Ops bug 29: what can never be kept is refused before it can stop anything.
TEST(HierarchicalQueuesTest, Bug29AQueueIsNotGuaranteedWhatItMayNeverHold) {
  EXPECT_EQ(Refused(QueueArgs().Queue("p").Guaranteed("cpu", "4").Limit("cpu", "4")), "");
  EXPECT_THAT(Refused(QueueArgs().Queue("p").Guaranteed("cpu", "5").Limit("cpu", "4")),
              HasSubstr("queue p is guaranteed 5000 of a resource of which it may hold 4000"));
  EXPECT_THAT(
      Refused(QueueArgs().Queue("p").Limit("cpu", "4").Queue("c", "p").Guaranteed("cpu", "5")),
      HasSubstr("queue p: the queues below it are guaranteed 5000"));
  EXPECT_EQ(Refused(QueueArgs().Queue("p").Limit("cpu", "4").Queue("c", "p").Limit("cpu", "5")), "")
      << "a limit that is never reached promises nothing";
}

// One mistake in the queue; which one, the number says.
void Spoil(QueueArgs& args, uint64_t mistake) {
  switch (mistake % 6) {
    case 0:
      args.String("parent", "nowhere");
      break;
    case 1:
      args.Integer("weight", 0);
      break;
    case 2:
      args.String("state", "Ajar");
      break;
    case 3:
      args.Limit("cpu", "many");
      break;
    case 4:
      args.String("minRuntime", "soon");
      break;
    default:
      for (int i = 0; i < 30; ++i) args.String(absl::StrFormat("namespaces/%d", i), "team");
      args.Integer("namespaces/30", 7);
  }
}

// Ops bug 30: the last of many is checked as the first is, and so is what comes after a mistake.
TEST(HierarchicalQueuesTest, Bug30EveryQueueIsCheckedHoweverManyThereAre) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    QueueArgs args;
    std::set<uint64_t> wrong;
    const uint64_t queues = 1 + random() % 300;
    for (uint64_t q = 0; q < queues; ++q) {
      args.Queue(absl::StrFormat("q%d", q));
      if (random() % 3 != 0 && q + 1 < queues) continue;
      Spoil(args, random());
      wrong.insert(q);
    }
    const std::string refusal = Refused(args);
    for (uint64_t q = 0; q < queues; ++q) {
      const bool named = refusal.find(absl::StrFormat("/queues/%d/", q)) != std::string::npos;
      ASSERT_EQ(named, wrong.contains(q)) << "seed " << seed << ", queue " << q << ": " << refusal;
    }
  }
}

TEST(HierarchicalQueuesTest, AGangIsInTheQueueItNamesElseItsNamespacesElseTheDefault) {
  FakeHost host;
  const auto plugin =
      testing::MakePlugin<HierarchicalQueues>(host, QueueArgs()
                                                        .Queue("shared")
                                                        .Queue("top")
                                                        .Queue("team", "top")
                                                        .String("namespaces/0", "team-a")
                                                        .Global("defaultQueue", "shared")
                                                        .entries());
  const auto queue_of = [&](std::string_view queue, std::string_view namespace_name) {
    GangView gang;
    gang.queue = queue;
    gang.namespace_name = namespace_name;
    return plugin->Describe(plugin->QueueOf(gang)).name;
  };
  EXPECT_EQ(queue_of("", "any"), "shared");
  EXPECT_EQ(queue_of("", "team-a"), "team");
  EXPECT_EQ(queue_of("shared", "team-a"), "shared");
  EXPECT_EQ(queue_of("team", "any"), "(none)") << "a label alone opens no queue to a tenant";
  EXPECT_EQ(queue_of("top", "any"), "(none)") << "gangs wait in leaves";
  EXPECT_EQ(queue_of("lost", "any"), "(none)");
}

// The plugin, told of objects as the host tells it.
class Objects {
 public:
  explicit Objects(const QueueArgs& args = QueueArgs())
      : plugin(testing::MakePlugin<HierarchicalQueues>(host, args.entries())) {}

  using Spec = std::vector<ConfigEntry>;
  static ConfigEntry Text(const std::string& pointer, const std::string& text) {
    return {pointer, ConfigKind::kString, text, "queue"};
  }
  void Set(std::string_view name, Spec spec, int64_t generation = 1) {
    Config config(std::move(spec));
    plugin->OnObject({"queues", "", name, generation}, config);
  }
  void Remove(std::string_view name) { plugin->OnObjectGone({"queues", "", name}); }
  void SetLocal(std::string_view namespace_name, std::string_view name, const std::string& queue) {
    Config config({Text("/queue", queue)});
    plugin->OnObject({"localqueues", namespace_name, name}, config);
  }
  std::vector<ConfigError> Check(std::string_view name, Spec spec) const {
    Config config(std::move(spec));
    plugin->CheckObject({"queues", "", name}, config);
    return config.errors();
  }
  QueueDescription Of(std::string_view queue, std::string_view namespace_name = "any") const {
    GangView gang;
    gang.queue = queue;
    gang.namespace_name = namespace_name;
    return plugin->Describe(plugin->QueueOf(gang));
  }
  Status Asks(std::string_view queue, std::chrono::nanoseconds duration = {}) const {
    GangView gang;
    gang.queue = queue;
    gang.arrival = 1;
    gang.duration = duration;
    return plugin->PreEnqueue(gang, {});
  }

  FakeHost host;
  std::unique_ptr<HierarchicalQueues> plugin;
};

TEST(HierarchicalQueuesTest, NumberZeroIsForGangsThatMayWaitInNoQueue) {
  Objects w(QueueArgs().Queue("a"));
  EXPECT_EQ(w.plugin->queues(), 2u);
  EXPECT_EQ(w.plugin->Describe(QueueId(0)).name, "(none)");
  EXPECT_EQ(w.plugin->Describe(QueueId(1)).state, "Open");
  EXPECT_EQ(w.plugin->Describe(QueueId(1)).share, 0);
}

TEST(HierarchicalQueuesTest, QueuesComeAndGoAsObjectsAndKeepTheirNumbers) {
  Objects w(QueueArgs().Queue("a"));
  EXPECT_EQ(w.Of("b").name, "(none)");
  w.Set("b", {Objects::Text("/parent", "a"), Objects::Text("/limit/cpu", "8")}, 7);
  EXPECT_EQ(w.Of("b").name, "b");
  EXPECT_EQ(w.Of("b").parent, "a");
  EXPECT_EQ(w.Of("b").generation, 7);
  EXPECT_EQ(w.Of("a").name, "(none)") << "it is no leaf any more";
  w.Set("c", {});
  w.Remove("b");
  EXPECT_EQ(w.Of("b").name, "(none)");
  EXPECT_EQ(w.Of("a").name, "a");
  EXPECT_EQ(w.plugin->Describe(QueueId(3)).name, "c");
  EXPECT_EQ(w.plugin->Describe(QueueId(2)).name, "") << "a number is not given to another queue";
  w.Set("b", {});
  EXPECT_EQ(w.plugin->Describe(QueueId(2)).name, "b");
}

TEST(HierarchicalQueuesTest, AWrongObjectHoldsItsOwnSubtreeAndNobodyElse) {
  Objects w;
  w.Set("fine", {});
  w.Set("orphan", {Objects::Text("/parent", "later")});
  w.Set("below", {Objects::Text("/parent", "orphan")});
  w.Set("garbled", {Objects::Text("/limit/cpu", "many"), Objects::Text("/state", "Ajar")});
  EXPECT_TRUE(w.Asks("fine").ok());
  EXPECT_EQ(w.host.ReasonCode(w.Asks("below").reason()), "QueueMisconfigured");
  EXPECT_THAT(w.Asks("below").message(), HasSubstr("there is no queue later"));
  EXPECT_THAT(w.Of("garbled").problem,
              AllOf(HasSubstr("queue garbled: spec/limit/cpu: expected an amount"),
                    HasSubstr("spec/state: expected one of Open, Held, Closed")));
  w.Set("later", {});
  EXPECT_TRUE(w.Asks("below").ok()) << w.Asks("below").message();
}

TEST(HierarchicalQueuesTest, AnObjectDoesNotReplaceWhatIsConfigured) {
  Objects w(QueueArgs().Queue("a").Limit("cpu", "1"));
  w.Set("a", {Objects::Text("/state", "Closed")});
  EXPECT_EQ(w.Of("a").state, "Open");
  EXPECT_THAT(w.Of("a").problem, HasSubstr("is in the configuration as well"));
  EXPECT_TRUE(w.Asks("a").ok());
  w.Remove("a");
  EXPECT_EQ(w.Of("a").name, "a");
  EXPECT_EQ(w.Of("a").problem, "");
}

TEST(HierarchicalQueuesTest, ALocalQueueStandsForItsQueueInItsNamespaceOnly) {
  Objects w(QueueArgs().Queue("a").Queue("b").String("namespaces/0", "team-b"));
  w.SetLocal("team-a", "mine", "a");
  w.SetLocal("team-a", "default", "a");
  w.SetLocal("team-a", "theirs", "b");
  EXPECT_EQ(w.Of("mine", "team-a").name, "a");
  EXPECT_EQ(w.Of("", "team-a").name, "a") << "the handle for gangs that name none";
  EXPECT_EQ(w.Of("mine", "team-c").name, "(none)");
  EXPECT_EQ(w.Of("", "team-c").name, "(none)");
  EXPECT_EQ(w.Of("theirs", "team-a").name, "(none)") << "a handle opens no queue to a tenant";
  w.plugin->OnObjectGone({"localqueues", "team-a", "mine"});
  EXPECT_EQ(w.Of("mine", "team-a").name, "(none)");
}

TEST(HierarchicalQueuesTest, WhatWouldBeWrongIsToldBeforeItIsWritten) {
  Objects w;
  w.Set("top", {Objects::Text("/guaranteed/cpu", "4")});
  w.Set("a", {Objects::Text("/parent", "top"), Objects::Text("/guaranteed/cpu", "3")});
  EXPECT_THAT(w.Check("b", {Objects::Text("/parent", "top")}), ::testing::IsEmpty());
  const auto only = [](std::vector<ConfigError> errors) {
    return errors.size() == 1 ? errors[0].pointer + ": " + errors[0].message : "not one error";
  };
  EXPECT_THAT(
      only(w.Check("b", {Objects::Text("/parent", "top"), Objects::Text("/guaranteed/cpu", "2")})),
      HasSubstr("queue top: the queues below it are guaranteed"));
  const auto circle = w.Check("top", {Objects::Text("/parent", "a")});
  ASSERT_EQ(circle.size(), 2u) << "each queue in the circle";
  EXPECT_THAT(circle[0].message, HasSubstr("queue top is above itself"));
  EXPECT_THAT(only(w.Check("b", {Objects::Text("/parent", "no")})),
              HasSubstr("/parent: queue b: there is no queue no"));
  EXPECT_THAT(only(w.Check("b", {Objects::Text("/weight", "heavy")})), HasSubstr("/weight: "));
  EXPECT_EQ(w.Of("b").name, "(none)") << "asking changes nothing";
}

TEST(HierarchicalQueuesTest, AQueueMayAskHowLongItsGangsRun) {
  using std::chrono::hours;
  Objects w(QueueArgs().Queue("a").String("maxRunTime", "2h"));
  EXPECT_TRUE(w.Asks("a", hours(2)).ok());
  const Status longer = w.Asks("a", hours(3));
  EXPECT_EQ(w.host.ReasonCode(longer.reason()), "QueueRunTimeTooLong");
  EXPECT_EQ(longer.need(), 3 * 3600);
  EXPECT_EQ(longer.have(), 2 * 3600);
  EXPECT_THAT(w.Asks("a").message(), HasSubstr("set activeDeadlineSeconds"));
}

}  // namespace
}  // namespace tutti::plugins
