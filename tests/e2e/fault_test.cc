// Faults between Tutti and the real API server: whatever breaks, gangs end whole and nothing is
// held afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/support/fault_proxy.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Action = HttpFaultProxy::Action;

constexpr char kTimes[] =
    "gang: {waitTimeout: 3s, backoff: {initial: 1s, max: 2s}, repairTimeout: 20s}\n";
constexpr char kPodWatch[] = "/api/v1/pods?watch=1";
constexpr char kPodList[] = "/api/v1/pods?limit";
constexpr int kCpus = 16;

std::string StatusJson(int code, const std::string& reason) {
  return json{{"kind", "Status"}, {"apiVersion", "v1"},          {"status", "Failure"},
              {"reason", reason}, {"message", "made by a test"}, {"code", code}}
      .dump();
}

// With a proxy that speaks HTTP between Tutti and the API server.
template <class Suite>
class ProxyBed : public E2eBed<Suite> {
 public:
  static void PrepareTutti(TuttiOptions& options) {
    proxy_ = new HttpFaultProxy(E2eBed<Suite>::plane().client());
    options.kubeconfig = E2eBed<Suite>::plane().KubeconfigFor(proxy_->url(), "kubeconfig-proxy");
  }
  static void EndSuite() { delete std::exchange(proxy_, nullptr); }

 protected:
  static HttpFaultProxy& proxy() { return *proxy_; }

 private:
  inline static HttpFaultProxy* proxy_ = nullptr;
};

// The API server's replies, one by one.
class ReplyFaultTest : public ProxyBed<ReplyFaultTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.kubelet = true;
    options.tutti.extra = kTimes;
    options.tutti.extender_port = FreePort();
    return options;
  }

 protected:
  static bool AllActed() {
    return plane().WaitFor([] { return proxy().AllActed(); }, std::chrono::seconds(20));
  }
  static bool AllScheduledOnce(const std::string& gang, int members) {
    return plane().WaitFor([&] {
      return CountEvents("Scheduled", "Successfully assigned default/" + gang + "-") == members;
    });
  }
  void TearDown() override {
    EXPECT_TRUE(plane_ == nullptr || AllActed()) << "a fault never happened";
    ProxyBed<ReplyFaultTest>::TearDown();
  }
};

// kubernetes#96579: the bind was done, its reply got lost.
TEST_F(ReplyFaultTest, Bug6ABindWhoseReplyIsLostIsNoFailure) {
  proxy().Add({.method = "POST", .target_part = "/lost-1/binding", .action = Action::kCutAfter});
  proxy().Add({.method = "POST", .target_part = "/lost-2/binding", .action = Action::kCutReply});
  ASSERT_TRUE(plane().CreatePods(4, "lost", GangPod("lost", 4, "1")).ok());
  EXPECT_TRUE(AllBound("lost", 4));
  EXPECT_TRUE(AllScheduledOnce("lost", 4));
  EXPECT_EQ(CountEvents("FailedScheduling", "", "lost-"), 0);
  ExpectNothingLeaked(kCpus);
}

// kubernetes#26043: a failed bind, and then another try, must not be charged twice.
TEST_F(ReplyFaultTest, Bug5BindsThatFailAreTriedAgainAndChargedOnce) {
  proxy().Add({.method = "POST",
               .target_part = "/failed-0/binding",
               .status = 409,
               .body = StatusJson(409, "Conflict")});
  proxy().Add({.method = "POST",
               .target_part = "/failed-1/binding",
               .times = 2,
               .status = 500,
               .body = StatusJson(500, "InternalError")});
  proxy().Add({.method = "POST", .target_part = "/failed-2/binding", .action = Action::kCutBefore});
  ASSERT_TRUE(plane().CreatePods(4, "failed", GangPod("failed", 4, "1")).ok());
  EXPECT_TRUE(AllBound("failed", 4));
  ExpectNothingLeaked(kCpus);
}

TEST_F(ReplyFaultTest, Bug5AMemberWhoseBindFailsAgainAndAgainIsPlannedAnew) {
  proxy().Add({.method = "POST",
               .target_part = "/stubborn-0/binding",
               .times = 4,
               .status = 500,
               .body = StatusJson(500, "InternalError")});
  ASSERT_TRUE(plane().CreatePods(4, "stubborn", GangPod("stubborn", 4, "1")).ok());
  EXPECT_TRUE(AllBound("stubborn", 4));
  ExpectNothingLeaked(kCpus);
}

// HAMi#1927: the pod goes away between filter and the end of bind.
TEST_F(ReplyFaultTest, Bug2APodDeletedDuringItsBindLeavesNothing) {
  proxy().Add({.method = "POST", .target_part = "/gone-0/binding", .action = Action::kHang});
  ASSERT_TRUE(plane().CreatePods(2, "gone", GangPod("gone", 2, "4")).ok());
  ASSERT_TRUE(AllActed());
  ASSERT_TRUE(AllBound("gone", 1));
  ASSERT_TRUE(
      plane()
          .Send("DELETE", "/api/v1/namespaces/default/pods/gone-0?gracePeriodSeconds=0", nullptr)
          .ok());
  EXPECT_TRUE(plane().WaitFor([] { return Reservations() == 0; }));
  ASSERT_TRUE(plane()
                  .Send("POST", "/api/v1/namespaces/default/pods",
                        PodJson("gone-0", GangPod("gone", 2, "4")))
                  .ok());
  EXPECT_TRUE(AllBound("gone", 2));
  ExpectNothingLeaked(kCpus);
}

TEST_F(ReplyFaultTest, RequestsThatComeTooFastForTheServerAreRepeatedLater) {
  proxy().Add({.method = "POST",
               .target_part = "/binding",
               .times = 4,
               .status = 429,
               .body = StatusJson(429, "TooManyRequests"),
               .headers = {{"Retry-After", "1"}}});
  ASSERT_TRUE(plane().CreatePods(4, "throttled", GangPod("throttled", 4, "1")).ok());
  EXPECT_TRUE(AllBound("throttled", 4));
  EXPECT_EQ(CountEvents("FailedScheduling", "", "throttled-"), 0);
}

// kubernetes#106102: deletions that no watch has shown.
TEST_F(ReplyFaultTest, Bug4PodsThatWentWhileTheWatchWasBrokenAreNotCharged) {
  ASSERT_TRUE(plane().CreatePods(4, "unseen", GangPod("unseen", 4, "4")).ok());
  ASSERT_TRUE(AllBound("unseen", 4));
  proxy().Add({.method = "GET", .target_part = kPodWatch, .action = Action::kHang});
  proxy().BreakConnections();
  ASSERT_TRUE(AllActed());
  plane().DeletePods("unseen");
  ASSERT_TRUE(plane().CreatePods(4, "next", GangPod("next", 4, "4")).ok());
  const double relists =
      tutti().Metric("tutti_watch_restarts_total{cause=\"expired\",resource=\"pods\"}");
  proxy().Add({.method = "GET",
               .target_part = kPodWatch,
               .status = 410,
               .body = StatusJson(410, "Expired")});
  proxy().BreakConnections();
  EXPECT_TRUE(AllBound("next", 4));
  EXPECT_GT(tutti().Metric("tutti_watch_restarts_total{cause=\"expired\",resource=\"pods\"}"),
            relists);
  ExpectNothingLeaked(kCpus);
}

TEST_F(ReplyFaultTest, WatchesCutWhileGangsComeAndGoMissNothing) {
  for (int round = 0; round < 6; ++round) {
    const std::string gang = absl::StrFormat("cut%d", round);
    ASSERT_TRUE(plane().CreatePods(4, gang, GangPod(gang, 4, "2")).ok());
    proxy().BreakConnections();
    EXPECT_TRUE(AllBound(gang, 4));
    plane().DeletePods(gang);
    proxy().BreakConnections();
  }
  ExpectNothingLeaked(kCpus);
}

TEST_F(ReplyFaultTest, AReleaseThatFailsOnceIsWrittenAgain) {
  ASSERT_TRUE(plane().CreatePods(4, "before", GangPod("before", 4, "4")).ok());
  ASSERT_TRUE(AllBound("before", 4));
  ASSERT_TRUE(plane().CreatePods(4, "after", GangPod("after", 4, "4")).ok());
  ASSERT_TRUE(SawReason("after", "WaitingForCapacity"));
  proxy().Add({.method = "PATCH",
               .target_part = "/pods/after-1",
               .status = 500,
               .body = StatusJson(500, "InternalError")});
  proxy().Add({.method = "PATCH", .target_part = "/pods/after-2", .action = Action::kCutAfter});
  plane().DeletePods("before");
  EXPECT_TRUE(AllBound("after", 4));
}

// kueue#5276: nothing may be answered from half a picture.
TEST_F(ReplyFaultTest, Bug9NothingIsAnsweredBeforeEveryListHasArrived) {
  ASSERT_TRUE(plane().CreatePods(3, "old", GangPod("old", 3, "4")).ok());
  ASSERT_TRUE(AllBound("old", 3));
  tutti().process().Kill();
  proxy().Add({.method = "GET", .target_part = kPodList, .action = Action::kCutReply});
  proxy().Add({.method = "GET", .target_part = kPodList, .action = Action::kHang});
  StartTutti(/*wait_ready=*/false);
  ASSERT_TRUE(AllActed());
  EXPECT_THAT(tutti().Fetch("/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(tutti().Fetch("/readyz"), HasSubstr("pods"));
  const json pod = PodJson("by-hand", PodTemplate{});
  EXPECT_THAT(Ask("filter", pod, {"node-0"}), StartsWith("HTTP/1.1 503"));
  proxy().BreakConnections();
  EXPECT_TRUE(plane().WaitFor([] { return tutti().ready(); }));
  EXPECT_THAT(Ask("filter", pod, {"node-0"}), StartsWith("HTTP/1.1 200"));
  // The picture is whole: three of four nodes are taken.
  ASSERT_TRUE(plane().CreatePods(2, "two", GangPod("two", 2, "4")).ok());
  EXPECT_TRUE(SawReason("two", "WaitingForCapacity"));
  EXPECT_EQ(plane().CountBound("two"), 0);
}

// An API server that takes two Bindings a second: many more than that can be had in
// kube-scheduler's time for a bind.
class SlowServerTest : public ProxyBed<SlowServerTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "16";
    options.tutti.client_extra = ", maxInFlight: 3";  // two of them writes
    return options;
  }
};

TEST_F(SlowServerTest, PodsComeToBindNoFasterThanTheyAreWritten) {
  constexpr int kPods = 48;
  for (int i = 0; i < kPods; ++i) {
    proxy().Add({.method = "POST",
                 .target_part = absl::StrFormat("/many-%d/binding", i),
                 .status = 429,
                 .body = StatusJson(429, "TooManyRequests"),
                 .headers = {{"Retry-After", "1"}}});
  }
  // Each a gang of its own, so that none waits for another to be created.
  const auto alone = [](int i) { return GangPod(absl::StrFormat("many%d", i), 1, "1"); };
  ASSERT_TRUE(plane().CreatePods(kPods, "many", alone).ok());
  EXPECT_TRUE(plane().WaitFor([] { return plane().CountBound("many") == kPods; },
                              std::chrono::seconds(90)));
  EXPECT_TRUE(proxy().AllActed());
  EXPECT_GT(tutti().Metric("tutti_filter_holds_total"), 0);
  EXPECT_EQ(tutti().Metric("tutti_bind_conflicts_total"), 0);
  EXPECT_EQ(CountEvents("FailedScheduling", "", "many-"), 0);
}

// The network to the API server, byte by byte.
class NetworkFaultTest : public E2eBed<NetworkFaultTest> {
 public:
  using Mode = TcpFaultProxy::Mode;
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.kubelet = true;
    options.tutti.extra = kTimes;
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    proxy_ = new TcpFaultProxy(plane().api_port());
    options.kubeconfig = plane().KubeconfigFor(
        absl::StrFormat("https://127.0.0.1:%d", proxy_->port()), "kubeconfig-proxy");
  }
  static void EndSuite() { delete std::exchange(proxy_, nullptr); }

 protected:
  static TcpFaultProxy& proxy() { return *proxy_; }
  void TearDown() override {
    if (proxy_ != nullptr) proxy_->SetMode(Mode::kPass);
    E2eBed<NetworkFaultTest>::TearDown();
  }

 private:
  inline static TcpFaultProxy* proxy_ = nullptr;
};

TEST_F(NetworkFaultTest, ConnectionsThatBreakAtAnyByteLeaveGangsWhole) {
  for (const int bytes : {0, 90, 400, 1500, 5000, 20000}) {
    const std::string gang = absl::StrFormat("at%d", bytes);
    proxy().CutRepliesAfter(bytes);
    ASSERT_TRUE(plane().CreatePods(8, gang, GangPod(gang, 8, "1")).ok());
    EXPECT_TRUE(AllBound(gang, 8)) << bytes;
    plane().DeletePods(gang);
  }
  ExpectNothingLeaked(kCpus);
}

TEST_F(NetworkFaultTest, SlowRepliesOnlyTakeLonger) {
  proxy().SetMode(Mode::kSlow);
  ASSERT_TRUE(plane().CreatePods(4, "slow", GangPod("slow", 4, "1")).ok());
  EXPECT_TRUE(AllBound("slow", 4));
  proxy().SetMode(Mode::kPass);
  ExpectNothingLeaked(kCpus);
}

TEST_F(NetworkFaultTest, BindsThatHangAreFinishedWhenTheNetworkIsBack) {
  proxy().SetMode(Mode::kHang);
  ASSERT_TRUE(plane().CreatePods(4, "hung", GangPod("hung", 4, "1")).ok());
  EXPECT_TRUE(plane().WaitFor([] { return tutti().Metric("tutti_extender_inflight ") > 0; }));
  proxy().SetMode(Mode::kPass);
  EXPECT_TRUE(AllBound("hung", 4));
  ExpectNothingLeaked(kCpus);
}

TEST_F(NetworkFaultTest, AnApiServerOutOfReachIsFoundAgain) {
  proxy().SetMode(Mode::kRefuse);
  ASSERT_TRUE(plane().CreatePods(4, "refused", GangPod("refused", 4, "1")).ok());
  EXPECT_TRUE(plane().WaitFor([] { return CountEvents("FailedScheduling", "", "refused-") > 0; }));
  EXPECT_EQ(plane().CountBound("refused"), 0);
  proxy().SetMode(Mode::kPass);
  EXPECT_TRUE(AllBound("refused", 4));
  ExpectNothingLeaked(kCpus);
}

// volcano#4692: a slow call outside must not stop the answers.
TEST_F(NetworkFaultTest, Bug23FilterAnswersWhileTheApiServerHangs) {
  const json plain = PodJson("by-hand", PodTemplate{});
  plane().PauseApiServer(true);
  for (int i = 0; i < 100; ++i) {
    const std::string reply = Ask("filter", plain, {"node-0", "node-1"});
    ASSERT_THAT(reply, StartsWith("HTTP/1.1 200")) << i;
    EXPECT_THAT(reply, HasSubstr(R"("NodeNames":["node-0","node-1"])"));
  }
  EXPECT_TRUE(tutti().ready());
  plane().PauseApiServer(false);
  ASSERT_TRUE(plane().CreatePods(4, "later", GangPod("later", 4, "1")).ok());
  EXPECT_TRUE(AllBound("later", 4));
}

}  // namespace
}  // namespace tutti::testing
