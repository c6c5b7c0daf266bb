// The points around placing and binding on the real control plane: victims are evicted through the
// API, a limit holds gangs by its accounts, a plugin out of a shared object makes a bind wait and
// annotates what is bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

template <class Way>
class PluginPointsTest : public E2eBed<PluginPointsTest<Way>> {
 public:
  using Bed = E2eBed<PluginPointsTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 4;
    options.node.cpu = "4";
    options.kubelet = true;  // what is evicted goes
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = std::string(R"(plugins:
- name: GangPreemption
- name: NamespaceLimits
  args: {limits: [{namespace: limited, resource: cpu, amount: 4000}]}
- name: StartAfter
  library: )") + TUTTI_TEST_OBJECTS +
                          "/start_after_so.so\n";
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    ASSERT_TRUE(Bed::plane()
                    .Send("POST", "/apis/scheduling.k8s.io/v1/priorityclasses",
                          {{"metadata", {{"name", "urgent"}}}, {"value", 1000}})
                    .ok());
    ASSERT_TRUE(Bed::plane()
                    .Send("POST", "/api/v1/namespaces", {{"metadata", {{"name", "limited"}}}})
                    .ok());
  }
};

TYPED_TEST_SUITE(PluginPointsTest, WaysIn, WayName);

TYPED_TEST(PluginPointsTest, AGangThatMattersMoreGetsTheRoomOfAWholeGangAndOthersStay) {
  for (const char* low : {"low-a", "low-b"}) {
    ASSERT_TRUE(this->plane().CreatePods(2, low, GangPod(low, 2, "4")).ok());
    ASSERT_TRUE(this->AllBound(low, 2));
  }
  PodTemplate urgent = GangPod("urgent", 2, "3");
  urgent.extra_spec = R"({"priorityClassName":"urgent"})";
  ASSERT_TRUE(this->plane().CreatePods(2, "urgent", urgent).ok());
  EXPECT_TRUE(this->AllBound("urgent", 2));
  const int left_a = this->plane().CountBound("low-a");
  const int left_b = this->plane().CountBound("low-b");
  EXPECT_EQ(left_a + left_b, 2);
  EXPECT_NE(left_a, 1) << "one gang as a whole, not a member of each";
  EXPECT_TRUE(this->plane().WaitFor(
      [&] { return this->CountEvents("Evicted", "makes room for gang urgent", "low-") == 2; }));
}

TYPED_TEST(PluginPointsTest, MembersThatAGangCanDoWithoutGoBeforeAnybodyElse) {
  ASSERT_TRUE(this->plane().CreatePods(2, "needed", GangPod("needed", 2, "4")).ok());
  ASSERT_TRUE(this->AllBound("needed", 2));
  ASSERT_TRUE(this->plane().CreatePods(2, "elastic", GangPod("elastic", 1, "4")).ok());
  ASSERT_TRUE(this->AllBound("elastic", 2));
  PodTemplate urgent = GangPod("urgent", 1, "3");
  urgent.extra_spec = R"({"priorityClassName":"urgent"})";
  ASSERT_TRUE(this->plane().CreatePods(1, "urgent", urgent).ok());
  EXPECT_TRUE(this->AllBound("urgent", 1));
  EXPECT_EQ(this->plane().CountBound("elastic"), 1);
  EXPECT_EQ(this->plane().CountBound("needed"), 2);
}

TYPED_TEST(PluginPointsTest, NobodyIsEvictedForAGangThatWouldNotFitAllTheSame) {
  ASSERT_TRUE(this->plane().CreatePods(4, "low", GangPod("low", 4, "4")).ok());
  ASSERT_TRUE(this->AllBound("low", 4));
  PodTemplate urgent = GangPod("huge", 5, "3");
  urgent.extra_spec = R"({"priorityClassName":"urgent"})";
  ASSERT_TRUE(this->plane().CreatePods(5, "huge", urgent).ok());
  ASSERT_TRUE(this->SawReason("huge", "ExceedsCluster"));
  EXPECT_EQ(this->plane().CountBound("low"), 4);
}

TYPED_TEST(PluginPointsTest, ALimitHoldsAGangUntilItsNamespaceHasRoom) {
  PodTemplate first = GangPod("first", 3, "1");
  PodTemplate second = GangPod("second", 2, "1");
  first.ns = second.ns = "limited";
  ASSERT_TRUE(this->plane().CreatePods(3, "first", first).ok());
  ASSERT_TRUE(this->AllBound("first", 3, "limited"));
  ASSERT_TRUE(this->plane().CreatePods(2, "second", second).ok());
  EXPECT_TRUE(this->SawReason("second", "NamespaceOverLimit"));
  EXPECT_EQ(this->plane().CountBound("second", "limited"), 0);
  this->plane().DeletePods("first", "limited");
  EXPECT_TRUE(this->AllBound("second", 2, "limited"));
}

TYPED_TEST(PluginPointsTest, ABindWaitsForItsTurnAndWhatIsBoundIsAnnotatedAndCounted) {
  const std::string started = "tutti_plugin_counters_total{counter=\"StartAfter/started_total\"";
  const double before = this->tutti().Metric(started);
  PodTemplate worker = GangPod("workers", 2);
  worker.annotations["example.com/start-after"] = "server-0";
  ASSERT_TRUE(this->plane().CreatePods(2, "worker", worker).ok());
  const auto parked = [&] { return this->tutti().Metric("tutti_bind_parked ") >= 1; };
  ASSERT_TRUE(this->plane().WaitFor(parked, std::chrono::seconds(20)));
  EXPECT_EQ(this->plane().CountBound("worker"), 0);
  const PodTemplate server;  // written in place, GCC 12 breaks down here
  ASSERT_TRUE(this->plane().CreatePods(1, "server", server).ok());
  ASSERT_TRUE(this->AllBound("server", 1));
  EXPECT_TRUE(this->AllBound("worker", 2));
  for (const char* name : {"server-0", "worker-0", "worker-1"}) {
    const json pod = this->Pod(name);
    EXPECT_EQ(pod["metadata"]["annotations"].value("example.com/started-on", ""),
              pod["spec"].value("nodeName", "?"))
        << pod;
  }
  const auto told = [&] { return this->tutti().Metric(started) == before + 3; };
  EXPECT_TRUE(this->plane().WaitFor(told));
  EXPECT_GT(this->tutti().Metric("tutti_plugin_execution_duration_seconds_count{extension_point="
                                 "\"PreBind\",plugin=\"StartAfter\""),
            0);
}

}  // namespace
}  // namespace tutti::testing
