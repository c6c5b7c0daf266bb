// Two of us, one at a time: leadership by our own Lease and by kube-scheduler's, and starts in the
// middle of everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/escaping.h"
#include "tests/e2e/admission_review.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/support/control_plane/test_certificates.h"

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

// Two that serve the webhook with one certificate, which they have made themselves.
class SharedWebhookTest : public E2eBed<SharedWebhookTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook_extra = "  secretName: tutti-webhook-tls\n";
    options.tutti.extra = "leaderElection: {mode: own, leaseName: tutti}\n";
    options.scheduler.leader_elect = true;
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    ASSERT_TRUE(plane().WaitFor([] { return plane().Get("/api/v1/namespaces/kube-system").ok(); }));
  }

 protected:
  static constexpr char kRegistered[] =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/tutti";
  static json Registered() {
    const absl::StatusOr<json> found = plane().Get(kRegistered);
    return found.ok() ? found->at("webhooks").at(0).at("clientConfig") : json();
  }
  static json Secret() {
    const absl::StatusOr<json> found =
        plane().Get("/api/v1/namespaces/kube-system/secrets/tutti-webhook-tls");
    return found.ok() ? *found : json();
  }
  static std::string Url(const TuttiProcess& process) {
    return "https://" + process.door("webhook") + "/mutate";
  }
  static bool Pinned(const std::string& pod) {
    return Pod(pod)["metadata"].value("/annotations/tutti.dev~1pinned-nodes"_json_pointer, "") !=
           "";
  }
  static double Planned(const TuttiProcess& process) {
    return process.Metric("tutti_admissions_total{outcome=\"planned\"}");
  }
};

TEST_F(SharedWebhookTest, TheWebhookGoesOnBeingCalledWhenTheLeaderIsKilled) {
  TuttiOptions options = tutti_options_;
  options.name = "standby";
  absl::StatusOr<TuttiProcess> standby =
      TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(standby.ok()) << standby.status();
  ASSERT_TRUE(plane().WaitFor(
      [&] { return standby->Fetch("/readyz").find("standby") != std::string::npos; }));
  EXPECT_EQ(Secret()["type"], "kubernetes.io/tls");
  EXPECT_EQ(Registered()["url"], Url(tutti())) << "only the leader registers";
  EXPECT_EQ(Registered()["caBundle"], Secret()["data"]["ca.crt"]);
  const std::string expiry = "tutti_webhook_certificate_expiry_timestamp_seconds ";
  EXPECT_GT(tutti().Metric(expiry), 0);
  EXPECT_EQ(standby->Metric(expiry), tutti().Metric(expiry)) << "they show the same certificate";

  ASSERT_TRUE(plane().CreatePods(4, "before", GangPod("before", 4, "1")).ok());
  EXPECT_TRUE(AllBound("before", 4));
  EXPECT_TRUE(Pinned("before-0"));
  EXPECT_EQ(Planned(tutti()), 4);
  EXPECT_EQ(Planned(*standby), 0);

  plane().StopScheduler();
  tutti().process().Kill();
  ASSERT_TRUE(plane().WaitFor([&] { return standby->ready(); }, kTakeover));
  EXPECT_EQ(Registered()["url"], Url(*standby)) << "registered before it is ready";
  SchedulerOptions scheduler;
  scheduler.name = "second";
  scheduler.leader_elect = true;
  scheduler.extender = standby->door("extender");
  ASSERT_TRUE(plane().StartScheduler(scheduler).ok());
  ASSERT_TRUE(plane().CreatePods(4, "after", GangPod("after", 4, "1")).ok());
  EXPECT_TRUE(AllBound("after", 4));
  EXPECT_TRUE(Pinned("after-0"));
  EXPECT_EQ(Planned(*standby), 4);
  *tutti_ = *std::move(standby);
}

TEST_F(SharedWebhookTest, WhatSomebodyHasChangedIsRegisteredAgain) {
  const json right = Registered();
  json wrong = {{"webhooks", plane().Get(kRegistered)->at("webhooks")}};
  const TestCertificates others;
  wrong["webhooks"][0]["clientConfig"]["caBundle"] = absl::Base64Escape(ReadFile(others.ca()));
  const absl::Status changed =
      plane().Send("PATCH", kRegistered, wrong, "application/merge-patch+json").status();
  ASSERT_TRUE(changed.ok()) << changed;
  EXPECT_TRUE(plane().WaitFor([&] { return Registered() == right; }, std::chrono::seconds(30)))
      << Registered();
  ASSERT_TRUE(plane().CreatePods(4, "again", GangPod("again", 4, "1")).ok());
  EXPECT_TRUE(AllBound("again", 4));
  EXPECT_TRUE(Pinned("again-0"));
}

// Calls may reach it while Services and load balancers have not heard yet who leads.
TEST_F(SharedWebhookTest, AStandbyThatIsCalledGatesAndTheLeaderPlans) {
  TuttiOptions options = tutti_options_;
  options.name = "called";
  absl::StatusOr<TuttiProcess> standby =
      TuttiProcess::Start(plane(), options, /*wait_ready=*/false);
  ASSERT_TRUE(standby.ok()) << standby.status();
  json pod = PodJson("gated-0", GangPod("gated", 1, "1"));
  const absl::StatusOr<json> answer = Review(*standby, pod, "review-1", /*dry_run=*/false);
  ASSERT_TRUE(answer.ok()) << answer.status();
  std::string patch;
  ASSERT_TRUE(absl::Base64Unescape(answer->value("patch", ""), &patch)) << *answer;
  EXPECT_THAT(patch, HasSubstr("tutti.dev/gang"));
  pod["spec"]["schedulingGates"] = json::array({{{"name", "tutti.dev/gang"}}});
  ASSERT_TRUE(plane().Send("POST", "/api/v1/namespaces/default/pods", pod).ok());
  EXPECT_TRUE(AllBound("gated", 1));
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
