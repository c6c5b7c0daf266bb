// A plugin that is a process of its own decides on the real control plane; and where it hangs or
// dies, kube-scheduler goes on without it until it is back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr char kCircuit[] = "tutti_plugin_circuit_state{plugin=\"RemoteHeadroom\"} ";

// Four nodes of 4 cpu, of which the plugin keeps one free: room for 12 pods while it is asked, and
// for 16 while it is not.
class RemotePluginTest : public E2eBed<RemotePluginTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    options.extra = "plugins:\n- name: RemoteHeadroom\n  address: " + Address() +
                    "\n  timeout: 200ms\n  onError: Skip\n" +
                    "  args: {percent: 25, resources: [cpu]}\n";
    StartPlugin();
  }
  static void EndSuite() { delete std::exchange(plugin_, nullptr); }

 protected:
  static std::string Address() { return "unix://" + plane().dir() + "/headroom.sock"; }
  static void StartPlugin() {
    absl::StatusOr<Process> started =
        Process::Start({TUTTI_PLUGIN_SERVER, "NodeHeadroom", "RemoteHeadroom", Address()},
                       plane().dir() + "/headroom.log");
    ASSERT_TRUE(started.ok()) << started.status();
    delete std::exchange(plugin_, nullptr);
    plugin_ = new Process(*std::move(started));
  }
  static void AskAboutAPod() {
    const json pod = {
        {"metadata", {{"name", "asked"}, {"namespace", "default"}}},
        {"spec",
         {{"containers",
           json::array({{{"name", "c"}, {"resources", {{"requests", {{"cpu", "1"}}}}}}})}}}};
    Ask("filter", pod, {"node-0"});
  }
  // Asks until the breaker is in this state: it is its questions that open it, and one that closes
  // it again.
  static bool CircuitBecomes(double state) {
    return plane().WaitFor(
        [&] {
          AskAboutAPod();
          return tutti().Metric(kCircuit) == state;
        },
        std::chrono::seconds(60));
  }
  static void ExpectObeyed(const std::string& name) {
    ASSERT_TRUE(plane().DeleteAllPods().ok());
    ASSERT_TRUE(plane().CreatePods(12, name, GangPod(name, 12, "1")).ok());
    EXPECT_TRUE(AllBound(name, 12));
    const std::string late = name + "late";
    ASSERT_TRUE(plane().CreatePods(1, late, GangPod(late, 1, "1")).ok());
    EXPECT_TRUE(SawReason(late, "NodeHeadroom"));
    EXPECT_EQ(plane().CountBound(late), 0);
  }
  // Gangs and pods of no gang are bound, past what the plugin would have kept free.
  static void ExpectScheduledWithoutIt(const std::string& name) {
    ASSERT_TRUE(plane().DeleteAllPods().ok());
    ASSERT_TRUE(plane().CreatePods(13, name, GangPod(name, 13, "1")).ok());
    EXPECT_TRUE(AllBound(name, 13));
    PodTemplate plain;
    plain.requests["cpu"] = "1";
    ASSERT_TRUE(plane().CreatePods(3, name + "plain", plain).ok());
    EXPECT_TRUE(AllBound(name + "plain", 3));
    EXPECT_TRUE(tutti().ready());
  }

  inline static Process* plugin_ = nullptr;
};

TEST_F(RemotePluginTest, Decides) {
  ExpectObeyed("obeyed");
  EXPECT_EQ(tutti().Metric(kCircuit), 0);
}

TEST_F(RemotePluginTest, WhileItHangsSchedulingGoesOnAndAfterwardsItDecidesAgain) {
  plugin_->Pause();
  EXPECT_TRUE(CircuitBecomes(2));
  ExpectScheduledWithoutIt("hung");
  plugin_->Resume();
  EXPECT_TRUE(CircuitBecomes(0));
  ExpectObeyed("awake");
}

TEST_F(RemotePluginTest, WhileItIsDeadSchedulingGoesOnAndANewOneTakesItsPlace) {
  plugin_->Kill();
  EXPECT_TRUE(CircuitBecomes(2));
  ExpectScheduledWithoutIt("dead");
  StartPlugin();
  EXPECT_TRUE(CircuitBecomes(0));
  ExpectObeyed("reborn");
}

}  // namespace
}  // namespace tutti::testing
