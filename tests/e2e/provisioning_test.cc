// Nodes for gangs by ProvisioningRequest on the real control plane; the test is the autoscaler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/str_replace.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr char kAll[] = "/apis/autoscaling.x-k8s.io/v1/provisioningrequests";
constexpr char kRequests[] =
    "/apis/autoscaling.x-k8s.io/v1/namespaces/default/provisioningrequests/";
constexpr char kTemplates[] = "/api/v1/namespaces/default/podtemplates";
constexpr char kClass[] = "best-effort-atomic-scale-up.autoscaling.x-k8s.io";
constexpr char kConsume[] = "autoscaling.x-k8s.io/consume-provisioning-request";
constexpr char kClassName[] = "autoscaling.x-k8s.io/provisioning-class-name";

// `provisioning` of deploy/examples/provisioning.yaml, in a hurry.
std::string Example() {
  std::ostringstream text;
  text << std::ifstream(TUTTI_SOURCE_DIR "/deploy/examples/provisioning.yaml").rdbuf();
  return absl::StrReplaceAll(
      text.str().substr(text.str().find("provisioning:\n")),
      {{"delay: 30s", "delay: 0s"}, {"{initial: 1m, max: 30m}", "{initial: 10ms, max: 10ms}"}});
}

// With the rights of deploy/rbac.yaml and no more. The CRD comes after Tutti.
template <class Way>
class ProvisioningTest : public E2eBed<ProvisioningTest<Way>> {
 public:
  using Bed = E2eBed<ProvisioningTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 2;
    options.node.cpu = "1";
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra =
        "plugins:\n- name: HierarchicalQueues\n  args:\n    defaultQueue: shared\n"
        "    queues: [{name: shared}, {name: narrow, limit: {cpu: 2}}]\n" +
        Example();
    return options;
  }
  static void PrepareTutti(TuttiOptions& options) {
    ControlPlane& plane = Bed::plane();
    ASSERT_TRUE(plane.WaitFor([&] { return plane.Get("/api/v1/namespaces/kube-system").ok(); }));
    const absl::Status rights = CreateManifests(plane, TUTTI_SOURCE_DIR "/deploy/rbac.yaml");
    ASSERT_TRUE(rights.ok()) << rights;
    options.kubeconfig = plane.ServiceAccountKubeconfig();
  }

 protected:
  void SetUp() override {
    Bed::SetUp();
    if (this->IsSkipped() || this->HasFatalFailure()) return;
    if (!Bed::plane().Get(kAll).ok()) {
      // Without the kind Tutti goes on, says so, and finds it when it comes.
      ASSERT_TRUE(Bed::plane().WaitFor([] { return Outcomes("error") > 0; }));
      const absl::Status created =
          CreateManifests(Bed::plane(), TUTTI_SOURCE_DIR
                          "/tests/e2e/crds/autoscaling.x-k8s.io_provisioningrequests.yaml");
      ASSERT_TRUE(created.ok()) << created;
      ASSERT_TRUE(Bed::plane().WaitFor([] { return Bed::plane().Get(kAll).ok(); }));
    }
    ASSERT_TRUE(Bed::plane().WaitFor([] { return Requests("").empty(); }))
        << "the last case's are left";
  }
  void TearDown() override {
    Bed::TearDown();
    if (this->IsSkipped() || Bed::plane_ == nullptr) return;
    const absl::StatusOr<json> nodes = Bed::plane().Get("/api/v1/nodes");
    if (!nodes.ok()) return;
    for (const json& node : nodes->at("items")) {
      const std::string name = node["metadata"]["name"];
      if (name.starts_with("more-"))
        (void)Bed::plane().Send("DELETE", "/api/v1/nodes/" + name, nullptr);
    }
  }

  static double Outcomes(const std::string& outcome) {
    return Bed::tutti().Metric("tutti_provisioning_outcomes_total{outcome=\"" + outcome + "\"}");
  }
  // Of this gang; "": all.
  static std::vector<json> Requests(const std::string& gang) {
    const std::string query =
        gang.empty() ? std::string() : "?labelSelector=tutti.dev%2Fgang%3D" + gang;
    const absl::StatusOr<json> list = Bed::plane().Get(kAll + query);
    return list.ok() ? list->at("items").get<std::vector<json>>() : std::vector<json>();
  }
  // The one request of the gang other than `before`, once it is there; null: none came.
  static json AwaitRequest(const std::string& gang, const std::string& before = "") {
    json found;
    Bed::plane().WaitFor(
        [&] {
          for (const json& request : Requests(gang)) {
            if (request["metadata"]["uid"] != before) found = request;
          }
          return !found.is_null();
        },
        std::chrono::seconds(40));
    return found;
  }
  // As the autoscaler does.
  static absl::Status SetCondition(const json& request, const std::string& type) {
    const json condition = {{"type", type},
                            {"status", "True"},
                            {"reason", "Tested"},
                            {"message", "the test says so"},
                            {"lastTransitionTime", "2027-01-15T08:00:00Z"}};
    return Bed::plane()
        .Send("PATCH", kRequests + request["metadata"]["name"].get<std::string>() + "/status",
              {{"status", {{"conditions", json::array({condition})}}}},
              "application/merge-patch+json")
        .status();
  }
  static bool Annotated(const std::string& pod, const std::string& request) {
    const json annotations =
        Bed::Pod(pod).value(json::json_pointer("/metadata/annotations"), json::object());
    return annotations.value(kConsume, "") == request &&
           annotations.value(kClassName, "") == kClass;
  }
  static absl::Status Submit(const std::string& gang, int members, const std::string& queue = "") {
    PodTemplate pod = GangPod(gang, members, "1");
    if (!queue.empty()) pod.labels["tutti.dev/queue"] = queue;
    return Bed::plane().CreatePods(members, gang, pod);
  }
  static absl::Status AddNodes(int count) {
    NodeTemplate node;
    node.prefix = "more";
    node.cpu = "1";
    return Bed::plane().AddNodes(count, node);
  }
};

TYPED_TEST_SUITE(ProvisioningTest, WaysIn, WayName);

TYPED_TEST(ProvisioningTest, AGangThatNeedsNodesGetsThemAndIsBoundWhole) {
  ASSERT_TRUE(this->Submit("train", 4).ok());
  const json request = this->AwaitRequest("train");
  ASSERT_FALSE(request.is_null());
  const std::string name = request["metadata"]["name"];
  EXPECT_EQ(request["spec"]["provisioningClassName"], kClass);
  EXPECT_EQ(request["spec"]["parameters"]["ValidUntilSeconds"], "600");
  ASSERT_EQ(request["spec"]["podSets"].size(), 1u);
  EXPECT_EQ(request["spec"]["podSets"][0]["count"], 4);
  EXPECT_EQ(request["metadata"]["ownerReferences"][0]["kind"], "Pod");
  const std::string ref = request["spec"]["podSets"][0]["podTemplateRef"]["name"];
  const absl::StatusOr<json> made = this->plane().Get(std::string(kTemplates) + "/" + ref);
  ASSERT_TRUE(made.ok()) << made.status();
  const json spec = made->at("template")["spec"];
  EXPECT_EQ(spec["containers"][0]["resources"]["requests"]["cpu"], "1");
  EXPECT_FALSE(spec.contains("schedulingGates"));
  EXPECT_TRUE(this->plane().WaitFor([&] {
    for (const char* pod : {"train-0", "train-1", "train-2", "train-3"}) {
      if (!this->Annotated(pod, name)) return false;
    }
    return true;
  }));
  EXPECT_EQ(this->plane().CountBound("train"), 0);

  const double fulfilled = this->Outcomes("fulfilled");
  ASSERT_TRUE(this->SetCondition(request, "Provisioned").ok());
  EXPECT_TRUE(this->SawReason("train", "ProvisioningRequestProvisioned"));
  ASSERT_TRUE(this->AddNodes(2).ok());
  EXPECT_TRUE(this->AllBound("train", 4));
  EXPECT_TRUE(this->Annotated("train-0", name));
  EXPECT_TRUE(this->plane().WaitFor([&] {
    const absl::StatusOr<json> templates = this->plane().Get(kTemplates);
    return this->Requests("").empty() && templates.ok() && templates->at("items").empty();
  }));
  EXPECT_TRUE(this->plane().WaitFor([&] { return this->Outcomes("fulfilled") > fulfilled; }));
}

TYPED_TEST(ProvisioningTest, AGangThatItsQueueHoldsAsksForNoNodes) {
  ASSERT_TRUE(this->Submit("runs", 1, "narrow").ok());
  ASSERT_TRUE(this->AllBound("runs", 1));
  ASSERT_TRUE(this->Submit("held", 2, "narrow").ok());
  ASSERT_TRUE(this->SawReason("held", "QueueOverLimit"));
  ASSERT_TRUE(this->Submit("short", 3).ok());
  ASSERT_FALSE(this->AwaitRequest("short").is_null()) << "whoever lacks nodes is asked for";
  EXPECT_TRUE(this->Requests("held").empty());
  EXPECT_EQ(this->Requests("").size(), 1u);
  this->plane().DeletePods("short");
  EXPECT_TRUE(this->plane().WaitFor([&] { return this->Requests("").empty(); }))
      << "the gang has gone";
}

TYPED_TEST(ProvisioningTest, WhatFailsIsDeletedAndTriedAgain) {
  ASSERT_TRUE(this->Submit("wide", 3).ok());
  const json first = this->AwaitRequest("wide");
  ASSERT_FALSE(first.is_null());
  const double failed = this->Outcomes("failed");
  ASSERT_TRUE(this->SetCondition(first, "Failed").ok());
  const json second = this->AwaitRequest("wide", first["metadata"]["uid"]);
  ASSERT_FALSE(second.is_null());
  EXPECT_EQ(second["metadata"]["name"], first["metadata"]["name"]);
  EXPECT_EQ(second["metadata"]["annotations"]["tutti.dev/provisioning-attempt"], "2");
  EXPECT_EQ(this->Requests("").size(), 1u);
  EXPECT_TRUE(this->SawReason("wide", "ProvisioningRequestFailed"));
  EXPECT_EQ(this->Outcomes("failed"), failed + 1);
  EXPECT_EQ(Tail(this->plane().dir() + "/tutti.log", 100'000).find("forbidden"), std::string::npos);
}

}  // namespace
}  // namespace tutti::testing
