#include "queue/hierarchical_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

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
  EXPECT_THAT(Refused(QueueArgs()), HasSubstr("/queues: expected a list of queues"));
  EXPECT_THAT(Refused(QueueArgs()
                          .Queue("a", "nowhere")
                          .Limit("cpu", "many")
                          .String("minRuntime", "10 minutes")
                          .String("state", "Ajar")
                          .Integer("weight", 0)),
              AllOf(HasSubstr("there is no queue nowhere"),
                    HasSubstr("expected an amount such as 16, 500m, 1.5Gi or 2k, got \"many\""),
                    HasSubstr("expected a whole number with a unit"),
                    HasSubstr("expected one of Open, Held, Closed, got \"Ajar\""),
                    HasSubstr("expected 1 to 1000000, got 0")));
  EXPECT_THAT(Refused(QueueArgs().Queue("a").Global("defaultQueue", "b")),
              HasSubstr("there is no queue b: name one of `queues`"));
  EXPECT_THAT(Refused(QueueArgs().Queue("a").String("limits", "8")), HasSubstr("unknown key"));
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

TEST(HierarchicalQueuesTest, ThereIsOneMoreQueueForGangsThatMayWaitInNone) {
  FakeHost host;
  const auto plugin =
      testing::MakePlugin<HierarchicalQueues>(host, QueueArgs().Queue("a").entries());
  EXPECT_EQ(plugin->queues(), 2u);
  EXPECT_EQ(plugin->Describe(QueueId(0)).state, "Open");
  EXPECT_EQ(plugin->Describe(QueueId(1)).name, "(none)");
  EXPECT_EQ(plugin->Describe(QueueId(0)).share, 0);
}

}  // namespace
}  // namespace tutti::plugins
