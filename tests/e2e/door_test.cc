// The doors, between real processes: TLS with client certificates, full Node objects, questions
// asked by hand, bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/e2e_bed.h"
#include "tests/support/control_plane/test_certificates.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MutualTlsTest : public E2eBed<MutualTlsTest> {
 public:
  static Options BedOptions() {
    certificates_ = new TestCertificates();
    const TestCertificates& c = *certificates_;
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.tutti.extender_extra = ", tls: {certFile: " + c.server_cert() +
                                   ", keyFile: " + c.server_key() + ", clientCAFile: " + c.ca() +
                                   "}";
    options.scheduler.https = true;
    options.scheduler.extra_extender = "  enableHTTPS: true\n  tlsConfig: {caFile: " + c.ca() +
                                       ", certFile: " + c.client_cert() +
                                       ", keyFile: " + c.client_key() + "}\n";
    return options;
  }
  static void EndSuite() { delete std::exchange(certificates_, nullptr); }

 protected:
  // Of a filter call with this client certificate; empty: with none.
  static absl::StatusOr<kube::Response> Filter(const std::string& cert, const std::string& key) {
    kube::Credentials caller;
    caller.server = "https://" + tutti().door("extender");
    caller.ca_file = certificates_->ca();
    if (!cert.empty()) {
      caller.client_cert_data = ReadFile(cert);
      caller.client_key_data = ReadFile(key);
    }
    const base::SystemClock clock;
    const auto client = kube::Client::Create(caller, clock);
    if (!client.ok()) return client.status();
    kube::Request request;
    request.method = "POST";
    request.path = "/filter";
    request.timeout = std::chrono::seconds(5);
    request.body = json{
        {"Pod", PodJson("by-hand", PodTemplate{})},
        {"Nodes", nullptr},
        {"NodeNames",
         {"node-0"}}}.dump();
    return (*client)->Call(std::move(request));
  }
  inline static TestCertificates* certificates_ = nullptr;
};

TEST_F(MutualTlsTest, AGangIsBoundThroughIt) {
  ASSERT_TRUE(plane().CreatePods(4, "tls", GangPod("tls", 4, "1")).ok());
  EXPECT_TRUE(AllBound("tls", 4));
  ASSERT_TRUE(plane().CreatePods(2, "plain", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("plain", 2));
}

// Parked side by side, binds would need a connection each over HTTP/1.1.
TEST_F(MutualTlsTest, KubeSchedulerSendsItsCallsOverOneHttp2Connection) {
  const auto counted = [](const std::string& what) {
    return tutti().Metric("tutti_http_" + what + "_total{door=\"extender\",protocol=\"HTTP/2\"}");
  };
  ASSERT_TRUE(plane().CreatePods(16, "shared", GangPod("shared", 16, "1")).ok());
  EXPECT_TRUE(AllBound("shared", 16));
  EXPECT_GE(counted("requests"), 32);  // filter and bind of each
  // Calls that were made before the first connection stood may have opened one, too.
  EXPECT_LE(counted("connections"), 3);
  EXPECT_EQ(tutti().Metric("tutti_http_requests_total{door=\"extender\",protocol=\"HTTP/1.1\"}"),
            0);
}

TEST_F(MutualTlsTest, OnlyCallersWithACertificateOfTheCaAreServed) {
  const TestCertificates strangers;
  const absl::StatusOr<kube::Response> known =
      Filter(certificates_->client_cert(), certificates_->client_key());
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_EQ(known->status, 200);
  EXPECT_FALSE(Filter("", "").ok());
  EXPECT_FALSE(Filter(strangers.client_cert(), strangers.client_key()).ok());
}

TEST_F(MutualTlsTest, PlainHttpIsNotAnswered) {
  EXPECT_THAT(Ask("filter", PodJson("by-hand", PodTemplate{}), {"node-0"}),
              Not(HasSubstr("NodeNames")));
  EXPECT_TRUE(tutti().ready());
}

class FullNodesTest : public E2eBed<FullNodesTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.scheduler.node_cache_capable = false;
    return options;
  }
};

TEST_F(FullNodesTest, GangsAndPlainPodsPassWithWholeNodeObjects) {
  ASSERT_TRUE(plane().CreatePods(3, "full", GangPod("full", 4, "3")).ok());
  ASSERT_TRUE(plane().CreatePods(4, "plain", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("plain", 4));
  EXPECT_EQ(plane().CountBound("full"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "full-last", GangPod("full", 4, "3")).ok());
  EXPECT_TRUE(AllBound("full", 4));
}

class DoorTest : public E2eBed<DoorTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.webhook = false;
    options.tutti.extender_extra = ", maxBodyBytes: 65536";
    return options;
  }

 protected:
  static std::vector<std::string> AllNodes() { return {"node-0", "node-1", "node-2", "node-3"}; }
  static json Answer(const std::string& reply) {
    const size_t body = reply.find("\r\n\r\n");
    if (!reply.starts_with("HTTP/1.1 200") || body == std::string::npos) return reply;
    return json::parse(reply.substr(body + 4));
  }
};

TEST_F(DoorTest, FilterDryRunNamesTheNodesWithRoomForAMemberThatIsHeld) {
  // Three nodes are taken; of a gang of two only one member exists, so that filter holds it.
  ASSERT_TRUE(plane().CreatePods(3, "taken", GangPod("taken", 3, "4")).ok());
  ASSERT_TRUE(AllBound("taken", 3));
  ASSERT_TRUE(plane().CreatePods(1, "lone", GangPod("lone", 2, "2")).ok());
  ASSERT_TRUE(SawReason("lone", "WaitingForMembers"));
  std::string free_node;
  for (const std::string& node : AllNodes()) {
    const json pods = plane().Pods("default");
    const bool taken = std::any_of(pods.begin(), pods.end(), [&](const json& pod) {
      return pod["spec"].value("nodeName", "") == node;
    });
    if (!taken) free_node = node;
  }
  const json held = Answer(Ask("filter", Pod("lone-0"), AllNodes()));
  EXPECT_EQ(held["NodeNames"], json::array());
  EXPECT_THAT(held["FailedAndUnresolvableNodes"].dump(), HasSubstr("tutti/WaitingForMembers"));
  const json fits = Answer(Ask("filter-dryrun", Pod("lone-0"), AllNodes()));
  EXPECT_EQ(fits["NodeNames"], json::array({free_node})) << fits;
}

TEST_F(DoorTest, UnknownAndRepeatedNodeNamesPassForPodsOfNoGang) {
  const std::vector<std::string> names = {"node-1", "made-up", "node-1"};
  const json answer = Answer(Ask("filter", PodJson("by-hand", PodTemplate{}), names));
  EXPECT_EQ(answer["NodeNames"], json(names)) << answer;
}

TEST_F(DoorTest, BadRequestsAreAnsweredAndTheServerLives) {
  EXPECT_THAT(tutti().Post("extender", "/filter", std::string(100'000, ' ')),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(tutti().Post("extender", "/filter", R"({"Pod": )"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(tutti().Post("extender", "/filter", std::string(60'000, '[')),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(tutti().Post("extender", "/nothing", "{}"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(tutti().Post("metrics", "/metrics", "{}"), StartsWith("HTTP/1.1 405"));
  ASSERT_TRUE(plane().CreatePods(2, "alive", GangPod("alive", 2, "1")).ok());
  EXPECT_TRUE(AllBound("alive", 2));
}

// HAMi#3030: whoever calls bind with a uid of his own choice moves nobody's reservation.
TEST_F(DoorTest, Bug1AForgedBindBindsNothingAndFreesNothing) {
  ASSERT_TRUE(plane().CreatePods(1, "victim", GangPod("victim", 2, "1")).ok());
  ASSERT_TRUE(plane().WaitFor([] { return Pod("victim-0").contains("metadata"); }));
  const json victim = Pod("victim-0");
  const json forged = {{"PodName", "nobody"},
                       {"PodNamespace", "default"},
                       {"PodUID", victim["metadata"]["uid"]},
                       {"Node", "node-0"}};
  const double conflicts = tutti().Metric("tutti_bind_conflicts_total");
  EXPECT_THAT(tutti().Post("extender", "/bind", forged.dump()), HasSubstr("nothing was bound"));
  json early = forged;
  early["PodName"] = "victim-0";
  EXPECT_THAT(tutti().Post("extender", "/bind", early.dump()),
              HasSubstr("tutti/WaitingForMembers"));
  EXPECT_EQ(plane().CountBound("victim"), 0);
  EXPECT_EQ(tutti().Metric("tutti_bind_conflicts_total"), conflicts + 2);
  ASSERT_TRUE(plane().CreatePods(1, "victim-last", GangPod("victim", 2, "1")).ok());
  EXPECT_TRUE(AllBound("victim", 2));
}

}  // namespace
}  // namespace tutti::testing
