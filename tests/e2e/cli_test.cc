// The command line program against the real service and the real API server: straight, and through
// the API server's service proxy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/e2e/service_endpoint.h"
#include "tests/e2e/tutti_program.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class CliTest : public E2eBed<CliTest> {
 public:
  static Options BedOptions() {
    const std::string address = OwnAddress();
    Options options;
    options.node.cpu = "4";
    options.tutti.extra =
        absl::StrFormat("controlGateway: {listen: \"%s:0\", allowInsecure: true}\n",
                        address.empty() ? "127.0.0.1" : address);
    return options;
  }

 protected:
  static Ran Run(std::vector<std::string> arguments) {
    return RunTutti(plane(), std::move(arguments));
  }
  static Ran Straight(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", tutti().door("control")});
    return Run(std::move(arguments));
  }

  // A Service that leads to the gateway, as a Deployment would have one.
  static void ExposeGateway() {
    const std::string& door = tutti().door("controlGateway");
    const int port = std::stoi(door.substr(door.rfind(':') + 1));
    const absl::Status created =
        plane()
            .Send("POST", "/api/v1/namespaces/kube-system/services",
                  {{"apiVersion", "v1"},
                   {"kind", "Service"},
                   {"metadata", {{"name", "tutti-control"}, {"namespace", "kube-system"}}},
                   {"spec", {{"ports", json::array({{{"name", "http"}, {"port", port}}})}}}})
            .status();
    ASSERT_TRUE(created.ok() || absl::IsAlreadyExists(created)) << created;
    LeadService(plane(), "tutti-control", door);
  }
};

TEST_F(CliTest, WhySaysWhoHoldsWhatAWaitingGangNeeds) {
  ASSERT_TRUE(plane().CreatePods(3, "first", GangPod("first", 3, "4")).ok());
  ASSERT_TRUE(AllBound("first", 3));
  ASSERT_TRUE(plane().CreatePods(2, "second", GangPod("second", 2, "4")).ok());
  ASSERT_TRUE(SawReason("second", "WaitingForCapacity"));
  const Ran why = Straight({"why", "second"});
  EXPECT_EQ(why.exit, 0) << why.text;
  EXPECT_THAT(why.text, HasSubstr("Gang second in namespace default"));
  EXPECT_THAT(why.text, HasSubstr("WaitingForCapacity"));
  EXPECT_THAT(why.text, HasSubstr("gang first"));
  EXPECT_THAT(why.text, HasSubstr("What must happen"));
  EXPECT_EQ(Straight({"why", "pod/second-0"}).exit, 0);
  const Ran list = Straight({"gang", "list"});
  EXPECT_EQ(list.exit, 0) << list.text;
  EXPECT_THAT(list.text, HasSubstr("3/3"));
  EXPECT_THAT(list.text, HasSubstr("0/2"));
  EXPECT_EQ(Straight({"queue", "top"}).exit, 0);
  EXPECT_EQ(Straight({"why", "ghost"}).exit, 4);
}

TEST_F(CliTest, SimulateAnswersWithItsExitCode) {
  const auto manifest = [](int pods) {
    const std::string file = plane().dir() + "/simulate.yaml";
    WriteFile(file, absl::StrFormat(R"(apiVersion: batch/v1
kind: Job
metadata: {name: train, annotations: {tutti.dev/gang-job: "true"}}
spec:
  parallelism: %d
  template:
    metadata: {annotations: {tutti.dev/gang-job: "true"}}
    spec:
      restartPolicy: Never
      containers: [{name: c, image: none, resources: {requests: {cpu: "4"}}}]
)",
                                    pods));
    return file;
  };
  const Ran fits = Straight({"simulate", "-f", manifest(4)});
  EXPECT_EQ(fits.exit, 0) << fits.text;
  const Ran large = Straight({"simulate", "-f", manifest(5)});
  EXPECT_EQ(large.exit, 1) << large.text;
  EXPECT_THAT(large.text, HasSubstr("does not fit"));
  EXPECT_TRUE(plane().Pods("default").empty());
}

TEST_F(CliTest, KubectlUsersComeThroughTheApiServer) {
  if (OwnAddress().empty()) GTEST_SKIP() << "this machine has no address but loopback";
  ExposeGateway();
  // The API server's own view of endpoints follows.
  Ran queues;
  EXPECT_TRUE(plane().WaitFor([&] {
    queues = Run({"queue", "list"});
    return queues.exit == 0;
  })) << queues.text;
  EXPECT_THAT(queues.text, HasSubstr("default"));
  const Ran ghost = Run({"why", "ghost"});
  EXPECT_EQ(ghost.exit, 4) << ghost.text;
  const Ran elsewhere = Run({"queue", "list", "--service", "kube-system/nothing"});
  EXPECT_EQ(elsewhere.exit, 3) << elsewhere.text;
  EXPECT_THAT(elsewhere.text, HasSubstr("--server"));
}

TEST_F(CliTest, DoctorFindsTheRealKubeSchedulerInOrder) {
  const Ran doctor =
      Straight({"doctor", "--scheduler-config", plane().dir() + "/scheduler-default.yaml",
                "--extender-url", "http://" + tutti().door("extender"), "-o", "json"});
  const json findings = json::parse(doctor.text, nullptr, false);
  ASSERT_TRUE(findings.is_object()) << doctor.text;
  std::map<std::string, std::string> verdicts;
  for (const json& finding : findings["findings"])
    verdicts[finding["check"].get<std::string>()] = finding["verdict"].get<std::string>();
  for (const char* check : {"scheduler/filterVerb", "scheduler/bindVerb", "scheduler/ignorable",
                            "extender/filter", "extender/preempt", "cluster/version",
                            "webhook/registered", "webhook/caBundle", "service/control-api"})
    EXPECT_EQ(verdicts[check], "ok") << doctor.text;
  // kube-scheduler runs here without leader election, and nobody gave Tutti's account its rights.
  EXPECT_EQ(verdicts["cluster/kube-scheduler"], "problem");
  EXPECT_EQ(doctor.exit, 1);
}

}  // namespace
}  // namespace tutti::testing
