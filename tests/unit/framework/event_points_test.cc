#include "framework/event_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plugin_world.h"

namespace tutti::framework {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PluginWorld;
using testing::PointFunctions;

PointFunctions Hears(ClusterEventKinds kinds, std::function<QueueingHint()> hint) {
  PointFunctions functions;
  functions.events = kinds;
  functions.on_event = [hint](const ClusterEventView&) { return hint(); };
  return functions;
}
ClusterEventView Event(ClusterEventKind kind) {
  ClusterEventView event;
  event.kind = kind;
  return event;
}

TEST(EventPointsTest, EachHearsOfItsKindsAndAnyOfThemCanMakeAPassDue) {
  PluginWorld w;
  int nodes = 0;
  int pods = 0;
  w.AddPoints("Nodes", Hears(KindBit(ClusterEventKind::kNodeAdded), [&] {
                ++nodes;
                return QueueingHint::kQueueSkip;
              }));
  w.AddPoints(
      "Pods",
      Hears(KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kNodeAdded), [&] {
        ++pods;
        return pods == 2 ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
      }));
  const Plugins plugins = w.Plugins();
  const EventPoints points(plugins);
  EXPECT_TRUE(points.Wants(ClusterEventKind::kPodBound));
  EXPECT_FALSE(points.Wants(ClusterEventKind::kGangGone));
  EXPECT_FALSE(points.Tell(Event(ClusterEventKind::kNodeAdded)));
  EXPECT_TRUE(points.Tell(Event(ClusterEventKind::kPodBound)));
  EXPECT_FALSE(points.Tell(Event(ClusterEventKind::kGangGone)));
  EXPECT_EQ(nodes, 1);
  EXPECT_EQ(pods, 2);
}

TEST(EventPointsTest, OneThatFailsKeepsNobodyFromHearingAndMakesAPassDue) {
  PluginWorld w;
  w.AddPoints("Bad",
              Hears(KindBit(ClusterEventKind::kPodBound), []() -> QueueingHint { throw 1; }));
  w.AddPoints("Good",
              Hears(KindBit(ClusterEventKind::kPodBound), [] { return QueueingHint::kQueueSkip; }));
  const Plugins plugins = w.Plugins();
  EXPECT_TRUE(EventPoints(plugins).Tell(Event(ClusterEventKind::kPodBound)));
  EXPECT_THAT(w.failures, ElementsAre(HasSubstr("Bad ClusterEvent")));
}

TEST(EventPointsTest, NoKindOrAnUnknownOneIsAFailure) {
  PluginWorld w;
  w.AddPoints("None", Hears(0, [] { return QueueingHint::kQueueSkip; }));
  w.AddPoints("Unknown", Hears(1u << 20 | KindBit(ClusterEventKind::kPodBound),
                               [] { return QueueingHint::kQueue; }));
  const Plugins plugins = w.Plugins();
  const EventPoints points(plugins);
  EXPECT_THAT(w.failures, ElementsAre(HasSubstr("None EventsToRegister"),
                                      HasSubstr("Unknown EventsToRegister")));
  EXPECT_TRUE(points.Tell(Event(ClusterEventKind::kPodBound))) << "what we know is still told";
}

}  // namespace
}  // namespace tutti::framework
