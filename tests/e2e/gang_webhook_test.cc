// Gangs on the real control plane with the admission webhook: plan at admission, gates for those
// that must wait.
#include <gmock/gmock.h>

#include <set>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

class GangWebhookTest : public E2eBed<GangWebhookTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.nodes = 4;
    options.node.cpu = "4";
    options.tutti.extra =
        "gang: {waitTimeout: 3s, backoff: {initial: 1s, max: 2s}, repairTimeout: 5s}\n";
    return options;
  }
};

TEST_F(GangWebhookTest, AGangThatFitsIsPinnedInItsCreateAndBoundWhole) {
  ASSERT_TRUE(plane().CreatePods(4, "fits", GangPod("fits", 4, "1")).ok());
  EXPECT_TRUE(AllBound("fits", 4));
  for (int i = 0; i < 4; ++i) {
    const json pod = Pod("fits-" + std::to_string(i));
    EXPECT_FALSE(pod["spec"].contains("schedulingGates"));
    EXPECT_EQ(pod["metadata"]["annotations"]["tutti.dev/pinned-nodes"], pod["spec"]["nodeName"]);
  }
  EXPECT_GE(tutti().Metric("tutti_api_requests_total{code=\"201\",verb=\"bind\"}"), 4);
  EXPECT_THAT(tutti().Fetch("/debug/invariants"), ::testing::EndsWith("\r\n\r\nok\n"));
}

TEST_F(GangWebhookTest, NoMemberIsBoundBeforeTheLastOneExists) {
  ASSERT_TRUE(plane().CreatePods(3, "part", GangPod("part", 4, "1")).ok());
  // A pod of no gang that was created later is bound: kube-scheduler has been through the queue.
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("part"), 0);
  PodTemplate last = GangPod("part", 4, "1");
  ASSERT_TRUE(plane().CreatePods(1, "part-last", last).ok());
  EXPECT_TRUE(AllBound("part", 4));
}

TEST_F(GangWebhookTest, WorkersStartWhenTheDriverIsReady) {
  PodTemplate driver = GangPod("ordered", 3, "1");
  driver.annotations["tutti.dev/role"] = "driver";
  PodTemplate worker = GangPod("ordered", 3, "1");
  worker.annotations["tutti.dev/role"] = "worker";
  worker.annotations["tutti.dev/start-after"] = "driver";
  ASSERT_TRUE(plane().CreatePods(2, "ordered-worker", worker).ok());
  ASSERT_TRUE(plane().CreatePods(1, "ordered-driver", driver).ok());
  EXPECT_TRUE(AllBound("ordered-driver", 1));
  EXPECT_TRUE(SawReason("ordered", "WaitingForRole"));
  EXPECT_EQ(plane().CountBound("ordered-worker"), 0);
  const json ready = {{"status",
                       {{"phase", "Running"},
                        {"conditions", json::array({{{"type", "Ready"}, {"status", "True"}}})}}}};
  ASSERT_TRUE(plane()
                  .Send("PATCH", "/api/v1/namespaces/default/pods/ordered-driver-0/status", ready,
                        "application/strategic-merge-patch+json")
                  .ok());
  EXPECT_TRUE(AllBound("ordered-worker", 2));
}

TEST_F(GangWebhookTest, AGangGrowsToItsMaximumAndNoFurther) {
  PodTemplate pod = GangPod("elastic", 2, "1");
  pod.annotations["tutti.dev/max-member"] = "3";
  ASSERT_TRUE(plane().CreatePods(5, "elastic", pod).ok());
  EXPECT_TRUE(plane().WaitFor([] { return plane().CountBound("elastic") == 3; }));
  EXPECT_TRUE(SawReason("elastic", "GangAtMax"));
  EXPECT_EQ(plane().CountBound("elastic"), 3);
  for (int i = 0; i < 5; ++i) {
    const std::string name = "elastic-" + std::to_string(i);
    if (!Pod(name)["spec"].contains("nodeName")) continue;
    ASSERT_TRUE(
        plane()
            .Send("DELETE", "/api/v1/namespaces/default/pods/" + name + "?gracePeriodSeconds=0", {})
            .ok());
    break;
  }
  EXPECT_TRUE(plane().WaitFor([] { return plane().CountBound("elastic") == 3; }));
}

TEST_F(GangWebhookTest, AGangThatMustWaitIsGatedAndPlacedWhenRoomIsFree) {
  ASSERT_TRUE(plane().CreatePods(4, "first", GangPod("first", 4, "3")).ok());
  ASSERT_TRUE(AllBound("first", 4));
  ASSERT_TRUE(plane().CreatePods(3, "second", GangPod("second", 3, "3")).ok());
  EXPECT_TRUE(SawReason("second", "WaitingForCapacity"));
  EXPECT_EQ(Pod("second-0")["spec"]["schedulingGates"][0]["name"], "tutti.dev/gang");
  EXPECT_EQ(plane().CountBound("second"), 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(plane()
                    .Send("DELETE",
                          "/api/v1/namespaces/default/pods/first-" + std::to_string(i) +
                              "?gracePeriodSeconds=0",
                          nullptr)
                    .ok());
  }
  EXPECT_TRUE(AllBound("second", 3));
}

TEST_F(GangWebhookTest, AGangThatCanNeverFitSaysSoAndHoldsNobodyUp) {
  ASSERT_TRUE(plane().CreatePods(5, "giant", GangPod("giant", 5, "3")).ok());
  EXPECT_TRUE(SawReason("giant", "ExceedsCluster"));
  ASSERT_TRUE(plane().CreatePods(4, "small", GangPod("small", 4, "3")).ok());
  EXPECT_TRUE(AllBound("small", 4));
  EXPECT_EQ(plane().CountBound("giant"), 0);
}

TEST_F(GangWebhookTest, ADryRunLeavesNoTrace) {
  for (int i = 0; i < 3; ++i) {
    const json pod = PodJson("ghost-" + std::to_string(i), GangPod("ghost", 4, "4"));
    ASSERT_TRUE(plane().Send("POST", "/api/v1/namespaces/default/pods?dryRun=All", pod).ok());
  }
  // The whole cluster is still to be had at once.
  ASSERT_TRUE(plane().CreatePods(4, "whole", GangPod("whole", 4, "4")).ok());
  EXPECT_TRUE(AllBound("whole", 4));
}

TEST_F(GangWebhookTest, MembersThatNeverComeGiveTheirRoomBackAtTheTimeout) {
  ASSERT_TRUE(plane().CreatePods(3, "stuck", GangPod("stuck", 4, "4")).ok());
  ASSERT_TRUE(plane().CreatePods(4, "other", GangPod("other", 4, "4")).ok());
  EXPECT_TRUE(AllBound("other", 4));
  EXPECT_EQ(plane().CountBound("stuck"), 0);
}

TEST_F(GangWebhookTest, InterleavedGangsNeverHoldHalfOfEachOther) {
  // A C B D: two gangs of two, each needing half of the cluster's nodes whole, members arriving in
  // turn.
  for (int round = 0; round < 2; ++round) {
    for (const char* gang : {"a", "b", "c"}) {
      ASSERT_TRUE(
          plane().CreatePods(1, absl::StrFormat("%s%d", gang, round), GangPod(gang, 2, "4")).ok());
    }
  }
  // Four nodes: two of the three gangs run, the third waits whole.
  const auto bound = [&](const char* gang) {
    return plane().CountBound(std::string(gang) + "0") +
           plane().CountBound(std::string(gang) + "1");
  };
  EXPECT_TRUE(plane().WaitFor([&] { return bound("a") + bound("b") + bound("c") == 4; }));
  for (const char* gang : {"a", "b", "c"}) EXPECT_NE(bound(gang), 1) << gang;
}

TEST_F(GangWebhookTest, WrongMarkersAreAnsweredWithAWarningAndAReason) {
  PodTemplate pod = GangPod("broken", 1);
  pod.annotations["tutti.dev/min-member"] = "many";
  ASSERT_TRUE(plane().CreatePods(1, "broken", pod).ok());
  EXPECT_TRUE(SawReason("broken", "Misconfigured"));
  EXPECT_EQ(plane().CountBound("broken"), 0);
}

TEST_F(GangWebhookTest, PodsOfNoGangAreLeftAlone) {
  ASSERT_TRUE(plane().CreatePods(8, "plain", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("plain", 8));
  EXPECT_FALSE(Pod("plain-0")["metadata"].contains("annotations"));
}

TEST_F(GangWebhookTest, AMemberRecreatedUnderItsNameIsPlacedAgain) {
  ASSERT_TRUE(plane().CreatePods(2, "again", GangPod("again", 2, "1")).ok());
  ASSERT_TRUE(AllBound("again", 2));
  ASSERT_TRUE(
      plane()
          .Send("DELETE", "/api/v1/namespaces/default/pods/again-1?gracePeriodSeconds=0", nullptr)
          .ok());
  ASSERT_TRUE(plane().WaitFor([&] { return plane().CountBound("again") == 1; }));
  ASSERT_TRUE(plane()
                  .Send("POST", "/api/v1/namespaces/default/pods",
                        PodJson("again-1", GangPod("again", 2, "1")))
                  .ok());
  EXPECT_TRUE(AllBound("again", 2));
}

TEST_F(GangWebhookTest, RestrictionsOfThePodAreKeptBesideThePin) {
  PodTemplate pod = GangPod("picky", 2, "1");
  pod.extra_spec = R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
      {"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In",
       "values":["node-1","node-2"]}]}]}}}})";
  ASSERT_TRUE(plane().CreatePods(2, "picky", pod).ok());
  EXPECT_TRUE(AllBound("picky", 2));
  const std::set<std::string> allowed = {"node-1", "node-2"};
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(allowed.contains(Pod("picky-" + std::to_string(i))["spec"]["nodeName"]));
}

}  // namespace
}  // namespace tutti::testing
