// Two of us, one at a time: leadership by our own Lease and by kube-scheduler's, and starts in the
// middle of everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr base::Duration kTakeover = std::chrono::seconds(15);

// Each replica beside a kube-scheduler of its own, as deployed.
class FailoverTest : public E2eBed<FailoverTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.nodes = 15;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.tutti.extra = kOwn;
    options.scheduler.leader_elect = true;
    return options;
  }

 protected:
  static constexpr char kOwn[] =  // every time as it is by default
      "leaderElection: {mode: own, leaseName: tutti}\n"
      "gang: {waitTimeout: 5s, backoff: {initial: 1s, max: 2s}, repairTimeout: 20s}\n";
  static std::map<std::string, std::string> Bound() {
    std::map<std::string, std::string> bound;
    for (const json& pod : plane().Pods("default")) {
      if (pod["spec"].contains("nodeName")) bound[pod["metadata"]["uid"]] = pod["spec"]["nodeName"];
    }
    return bound;
  }
};

// k8s-spark-scheduler#43: the new leader must not decide on what the old one had not written yet.
TEST_F(FailoverTest, Bug15TheStandbyFinishesTheGangOfALeaderThatWasKilled) {
  TuttiOptions options = tutti_options_;
  options.name = "standby";
  absl::StatusOr<TuttiProcess> standby =
      TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(standby.ok()) << standby.status();
  ASSERT_TRUE(plane().WaitFor(
      [&] { return standby->Fetch("/readyz").find("standby") != std::string::npos; }));
  EXPECT_THAT(standby->Fetch("/readyz"), StartsWith("HTTP/1.1 503"));
  const json probe = {{"Pod", PodJson("probe", PodTemplate{})}, {"NodeNames", {"node-0"}}};
  EXPECT_THAT(standby->Post("extender", "/filter", probe.dump()), StartsWith("HTTP/1.1 503"));

  ASSERT_TRUE(plane().CreatePods(60, "train", GangPod("train", 60, "1")).ok());
  ASSERT_TRUE(plane().WaitFor([] { return plane().CountBound("train") > 0; }));
  plane().StopScheduler();
  tutti().process().Kill();
  const std::map<std::string, std::string> before = Bound();
  EXPECT_TRUE(plane().WaitFor([&] { return standby->ready(); }, kTakeover));
  SchedulerOptions scheduler;
  scheduler.name = "second";
  scheduler.leader_elect = true;
  scheduler.extender = standby->door("extender");
  ASSERT_TRUE(plane().StartScheduler(scheduler).ok());
  EXPECT_TRUE(AllBound("train", 60));
  const std::map<std::string, std::string> after = Bound();
  for (const auto& [uid, node] : before) {
    ASSERT_TRUE(after.contains(uid)) << "a member was evicted";
    EXPECT_EQ(after.at(uid), node);
  }
  *tutti_ = *std::move(standby);
  ExpectNothingLeaked(60);
}

class FollowTest : public E2eBed<FollowTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.tutti.extra = "leaderElection: {mode: follow}\n";
    options.wait_ready = false;  // nobody leads yet
    options.scheduler.leader_elect = true;
    return options;
  }
};

TEST_F(FollowTest, TheReplicaBesideTheLeadingKubeSchedulerServesAndNoOther) {
  TuttiOptions options;
  options.name = "elsewhere";
  options.webhook = false;
  options.extra = "leaderElection: {mode: follow, identity: another-host}\n";
  absl::StatusOr<TuttiProcess> elsewhere =
      TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  ASSERT_TRUE(plane().CreatePods(8, "led", GangPod("led", 8, "1")).ok());
  EXPECT_TRUE(AllBound("led", 8));
  EXPECT_THAT(elsewhere->Fetch("/readyz"), HasSubstr("standby"));
  EXPECT_EQ(tutti().Metric("tutti_leader "), 1);
  EXPECT_EQ(elsewhere->Metric("tutti_leader "), 0);

  plane().StopScheduler();
  EXPECT_TRUE(plane().WaitFor([] { return !tutti().ready(); }, std::chrono::seconds(30)));
  SchedulerOptions scheduler;
  scheduler.name = "second";
  scheduler.leader_elect = true;
  scheduler.extender = tutti().door("extender");
  ASSERT_TRUE(plane().StartScheduler(scheduler).ok());
  ASSERT_TRUE(plane().CreatePods(8, "again", GangPod("again", 8, "1")).ok());
  EXPECT_TRUE(AllBound("again", 8));
}

class RestartTest : public E2eBed<RestartTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.kubelet = true;
    options.tutti.extra =
        "gang: {waitTimeout: 5s, backoff: {initial: 1s, max: 2s}, repairTimeout: 10s}\n";
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) { options.extender_port = FreePort(); }

 protected:
  static double Gangs(const std::string& phase) {
    return tutti().Metric("tutti_gangs{phase=\"" + phase + "\"}");
  }
};

// kueue#1654 and KAI#1217: what was bound, gated and finished before the restart is so after it.
TEST_F(RestartTest, Bug9Bug28ARestartKnowsWhatWasBoundWaitingAndFinished) {
  ASSERT_TRUE(plane().CreatePods(4, "runs", GangPod("runs", 4, "2")).ok());
  ASSERT_TRUE(plane().CreatePods(2, "ends", GangPod("ends", 2, "4")).ok());
  ASSERT_TRUE(AllBound("runs", 4));
  ASSERT_TRUE(AllBound("ends", 2));
  kubelet().Finish("ends");
  ASSERT_TRUE(plane().WaitFor([] {
    return Pod("ends-0")["status"]["phase"] == "Succeeded" &&
           Pod("ends-1")["status"]["phase"] == "Succeeded";
  }));
  ASSERT_TRUE(plane().CreatePods(4, "waits", GangPod("waits", 4, "4")).ok());
  ASSERT_TRUE(SawReason("waits", "WaitingForCapacity"));
  ASSERT_TRUE(plane().WaitFor([] { return Gangs("Scheduled") == 2 && Gangs("Waiting") == 1; }))
      << tutti().Fetch("/metrics");
  const double held = Reservations();
  tutti().process().Kill();
  StartTutti();
  EXPECT_TRUE(plane().WaitFor([&] {
    return Gangs("Scheduled") == 2 && Gangs("Waiting") == 1 && Reservations() == held;
  })) << tutti().Fetch("/metrics");
  EXPECT_EQ(plane().CountBound("waits"), 0);
  plane().DeletePods("runs");
  EXPECT_TRUE(AllBound("waits", 4));
  ExpectNothingLeaked(16);
}

TEST_F(RestartTest, AGangThatWasReleasedInPartIsFinished) {
  ASSERT_TRUE(plane().CreatePods(4, "first", GangPod("first", 4, "4")).ok());
  ASSERT_TRUE(AllBound("first", 4));
  ASSERT_TRUE(plane().CreatePods(16, "gated", GangPod("gated", 16, "1")).ok());
  ASSERT_TRUE(SawReason("gated", "WaitingForCapacity"));
  plane().DeletePods("first");
  ASSERT_TRUE(plane().WaitFor([] {
    for (const json& pod : plane().Pods("default")) {
      if (pod["metadata"]["name"].get<std::string>().starts_with("gated-") &&
          !pod["spec"].contains("schedulingGates"))
        return true;
    }
    return false;
  }));
  tutti().process().Kill();
  StartTutti();
  EXPECT_TRUE(AllBound("gated", 16));
  ExpectNothingLeaked(16);
}

}  // namespace
}  // namespace tutti::testing
