// What only kube-scheduler judges: it refuses planned nodes, and gangs end whole all the same or
// hold nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr char kTimes[] =
    "gang: {waitTimeout: 5s, backoff: {initial: 1s, max: 2s}, repairTimeout: 5s}\n";

PodTemplate Labelled(const std::string& gang, int members, const std::string& spec) {
  PodTemplate pod = GangPod(gang, members, "1");
  pod.labels = {{"app", gang}};
  pod.extra_spec = spec;
  return pod;
}

std::string AntiAffinity(const std::string& app, const std::string& topology) {
  return absl::StrFormat(
      R"({"affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[
         {"labelSelector":{"matchLabels":{"app":"%s"}},"topologyKey":"%s"}]}}})",
      app, topology);
}

std::string Spread(const std::string& app, const std::string& topology) {
  return absl::StrFormat(
      R"({"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"%s",
         "whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"%s"}}}]})",
      topology, app);
}

// The same with and without the webhook: four nodes in two zones.
template <class Way>
class RefereeTest : public E2eBed<RefereeTest<Way>> {
 public:
  using Bed = E2eBed<RefereeTest<Way>>;
  static typename Bed::Options BedOptions() {
    typename Bed::Options options;
    options.nodes = 0;
    options.kubelet = true;
    options.tutti.webhook = Way::kWebhook;
    options.tutti.extra = kTimes;
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    for (const char* zone : {"east", "west"}) {
      NodeTemplate node;
      node.prefix = zone;
      node.cpu = "4";
      node.labels = {{"topology.kubernetes.io/zone", zone}};
      ASSERT_TRUE(Bed::plane().AddNodes(2, node).ok());
    }
  }

 protected:
  static std::multiset<std::string> NodesOf(const std::string& prefix) {
    std::multiset<std::string> nodes;
    for (const json& pod : Bed::plane().Pods("default")) {
      const bool ours = pod["metadata"]["name"].template get<std::string>().starts_with(prefix);
      if (ours && pod["spec"].contains("nodeName")) nodes.insert(pod["spec"]["nodeName"]);
    }
    return nodes;
  }
  static int InZone(const std::string& prefix, const std::string& zone) {
    int count = 0;
    for (const std::string& node : NodesOf(prefix)) count += node.starts_with(zone) ? 1 : 0;
    return count;
  }
};

TYPED_TEST_SUITE(RefereeTest, WaysIn, WayName);

TYPED_TEST(RefereeTest, MembersThatAvoidEachOtherEndOnNodesOfTheirOwn) {
  const PodTemplate pod = Labelled("apart", 4, AntiAffinity("apart", "kubernetes.io/hostname"));
  ASSERT_TRUE(this->plane().CreatePods(4, "apart", pod).ok());
  EXPECT_TRUE(this->AllBound("apart", 4));
  const std::multiset<std::string> nodes = this->NodesOf("apart-");
  EXPECT_EQ(std::set<std::string>(nodes.begin(), nodes.end()).size(), 4u);
  this->ExpectNothingLeaked(16);
}

TYPED_TEST(RefereeTest, MembersThatAvoidEachOthersZoneFindOneEach) {
  const PodTemplate pod =
      Labelled("zones", 2, AntiAffinity("zones", "topology.kubernetes.io/zone"));
  ASSERT_TRUE(this->plane().CreatePods(2, "zones", pod).ok());
  EXPECT_TRUE(this->AllBound("zones", 2));
  EXPECT_EQ(this->InZone("zones-", "east"), 1);
}

TYPED_TEST(RefereeTest, MembersAreSpreadAsTheirConstraintSays) {
  const PodTemplate pod = Labelled("even", 6, Spread("even", "topology.kubernetes.io/zone"));
  ASSERT_TRUE(this->plane().CreatePods(6, "even", pod).ok());
  EXPECT_TRUE(this->AllBound("even", 6));
  EXPECT_EQ(this->InZone("even-", "east"), 3);
  this->ExpectNothingLeaked(16);
}

// Five that must not meet on four nodes: never bound in part, and the others are not held up.
TYPED_TEST(RefereeTest, AGangThatKubeSchedulerCanNeverPlaceHoldsNobodyUp) {
  const PodTemplate pod = Labelled("never", 5, AntiAffinity("never", "kubernetes.io/hostname"));
  ASSERT_TRUE(this->plane().CreatePods(5, "never", pod).ok());
  ASSERT_TRUE(this->plane().CreatePods(4, "others", GangPod("others", 4, "1")).ok());
  EXPECT_TRUE(this->AllBound("others", 4));
  EXPECT_EQ(this->plane().CountBound("never"), 0);
  this->ExpectNothingLeaked(16);
}

TYPED_TEST(RefereeTest, AMemberGoesWhereItsVolumeIs) {
  const json affinity = {
      {"required",
       {{"nodeSelectorTerms",
         json::array({{{"matchExpressions", json::array({{{"key", "kubernetes.io/hostname"},
                                                          {"operator", "In"},
                                                          {"values", {"west-1"}}}})}}})}}}};
  const json volume = {{"metadata", {{"name", "disk"}}},
                       {"spec",
                        {{"capacity", {{"storage", "1Gi"}}},
                         {"accessModes", {"ReadWriteOnce"}},
                         {"storageClassName", "local"},
                         {"local", {{"path", "/disk"}}},
                         {"claimRef", {{"namespace", "default"}, {"name", "data"}}},
                         {"nodeAffinity", affinity}}}};
  const json claim = {
      {"metadata",
       {{"name", "data"}, {"annotations", {{"pv.kubernetes.io/bind-completed", "yes"}}}}},
      {"spec",
       {{"accessModes", {"ReadWriteOnce"}},
        {"storageClassName", "local"},
        {"volumeName", "disk"},
        {"resources", {{"requests", {{"storage", "1Gi"}}}}}}}};
  ControlPlane& plane = this->plane();
  const absl::StatusOr<json> made =
      plane.Send("POST", "/api/v1/namespaces/default/persistentvolumeclaims", claim);
  ASSERT_TRUE(made.ok()) << made.status();
  json bound = volume;
  bound["spec"]["claimRef"]["uid"] = made->at("metadata")["uid"];
  ASSERT_TRUE(plane.Send("POST", "/api/v1/persistentvolumes", bound).ok());
  const auto set_phase = [&](const std::string& path) {
    return plane.Send("PATCH", path + "/status", {{"status", {{"phase", "Bound"}}}},
                      "application/merge-patch+json");
  };
  ASSERT_TRUE(set_phase("/api/v1/persistentvolumes/disk").ok());
  ASSERT_TRUE(set_phase("/api/v1/namespaces/default/persistentvolumeclaims/data").ok());
  ASSERT_TRUE(plane
                  .CreatePods(2, "disk",
                              [](int i) {
                                return Labelled("disk", 2,
                                                i == 0 ? R"({"volumes":[{"name":"data",
                                        "persistentVolumeClaim":{"claimName":"data"}}]})"
                                                       : "");
                              })
                  .ok());
  EXPECT_TRUE(this->AllBound("disk", 2));
  EXPECT_EQ(this->Pod("disk-0")["spec"]["nodeName"], "west-1");
}

// volcano#4888: what a node loses and gets back.
TYPED_TEST(RefereeTest, Bug20ANodeThatFlapsIsUsedAgain) {
  ControlPlane& plane = this->plane();
  const auto set_cpu = [&](const std::string& cpu) {
    return plane
        .Send("PATCH", "/api/v1/nodes/west-1/status",
              {{"status", {{"allocatable", {{"cpu", cpu}}}}}}, "application/merge-patch+json")
        .status();
  };
  ASSERT_TRUE(set_cpu("0").ok());
  // A plan made before Tutti has seen it would be pinned there.
  const json probe = PodJson("probe", GangPod("probe", 2, "4"));
  ASSERT_TRUE(plane.WaitFor([&] {
    return this->Ask("filter-dryrun", probe, {"west-1"}).find("NodeNames\":[]") !=
           std::string::npos;
  }));
  ASSERT_TRUE(plane.CreatePods(4, "flap", GangPod("flap", 4, "4")).ok());
  EXPECT_TRUE(this->SawReason("flap", "ExceedsCluster"));
  ASSERT_TRUE(set_cpu("4").ok());
  EXPECT_TRUE(this->AllBound("flap", 4));
  plane.DeletePods("flap");

  NodeTemplate node;
  node.prefix = "west";
  node.cpu = "4";
  node.labels = {{"topology.kubernetes.io/zone", "west"}};
  for (const char* name : {"west-0", "west-1"})
    ASSERT_TRUE(plane.Send("DELETE", std::string("/api/v1/nodes/") + name, nullptr).ok());
  // Dry run leaves nodes that it does not know to kube-scheduler.
  ASSERT_TRUE(plane.WaitFor([&] {
    return this->Ask("filter-dryrun", probe, {"west-0", "west-1"})
               .find("[\"west-0\",\"west-1\"]") != std::string::npos;
  }));
  ASSERT_TRUE(plane.CreatePods(4, "gone", GangPod("gone", 4, "4")).ok());
  EXPECT_TRUE(this->SawReason("gone", "ExceedsCluster"));
  EXPECT_EQ(plane.CountBound("gone"), 0);
  ASSERT_TRUE(plane.AddNodes(2, node).ok());
  EXPECT_TRUE(this->AllBound("gone", 4));
}

// KAI#2074: a pod whose bind is refused whatever happens.
TYPED_TEST(RefereeTest, Bug22AMemberWhoseBindIsAlwaysDeniedDoesNotStopTheOthers) {
  ControlPlane& plane = this->plane();
  const std::string policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic";
  const json policy = {
      {"metadata", {{"name", "doomed"}}},
      {"spec",
       {{"matchConstraints",
         {{"resourceRules", json::array({{{"apiGroups", {""}},
                                          {"apiVersions", {"v1"}},
                                          {"operations", {"CREATE"}},
                                          {"resources", {"pods/binding"}}}})}}},
        {"validations",
         json::array({{{"expression", "!object.metadata.name.startsWith('doomed-0')"}}})}}}};
  ASSERT_TRUE(plane.Send("POST", policies + "ies", policy).ok());
  ASSERT_TRUE(plane
                  .Send("POST", policies + "ybindings",
                        {{"metadata", {{"name", "doomed"}}},
                         {"spec", {{"policyName", "doomed"}, {"validationActions", {"Deny"}}}}})
                  .ok());
  const json probe = {{"metadata", {{"name", "doomed-0"}}}, {"target", {{"name", "east-0"}}}};
  ASSERT_TRUE(plane.WaitFor([&] {
    const absl::Status status =
        plane.Send("POST", "/api/v1/namespaces/default/pods/doomed-0/binding", probe).status();
    return status.message().find("denied") != std::string::npos;
  }));
  ASSERT_TRUE(plane.CreatePods(2, "doomed", GangPod("doomed", 2, "1")).ok());
  for (int round = 0; round < 3; ++round) {
    const std::string gang = absl::StrFormat("fine%d", round);
    ASSERT_TRUE(plane.CreatePods(4, gang, GangPod(gang, 4, "1")).ok());
    EXPECT_TRUE(this->AllBound(gang, 4));
  }
  // The other member was bound, so the gang is taken apart at the repair timeout.
  EXPECT_TRUE(this->SawReason("doomed", "PartialGangEvicted"));
  EXPECT_TRUE(plane.WaitFor([&] { return plane.CountBound("doomed") == 0; }));
  ASSERT_TRUE(plane.Send("DELETE", policies + "ybindings/doomed", nullptr).ok());
  ASSERT_TRUE(plane.Send("DELETE", policies + "ies/doomed", nullptr).ok());
  this->ExpectNothingLeaked(16);
}

// A plain pod that went round Tutti and the scheduler takes the room of a plan.
TYPED_TEST(RefereeTest, ANodeThatIsTakenBeforeTheBindIsReplaced) {
  ControlPlane& plane = this->plane();
  ASSERT_TRUE(plane.CreatePods(1, "robbed", Labelled("robbed", 2, "")).ok());
  PodTemplate thief;
  thief.requests["cpu"] = "4";
  for (const char* node : {"east-0", "east-1", "west-0"}) {
    thief.extra_spec = absl::StrFormat(R"({"nodeName":"%s"})", node);
    ASSERT_TRUE(plane.CreatePods(1, std::string("thief-") + node, thief).ok());
  }
  ASSERT_TRUE(plane.CreatePods(1, "robbed-last", Labelled("robbed", 2, "")).ok());
  if (TypeParam::kWebhook) {
    // The first member may be pinned to a node that is full now; then a new pod is the way out.
    plane.WaitFor([&] { return plane.CountBound("robbed") == 2; }, std::chrono::seconds(2));
    EXPECT_NE(plane.CountBound("robbed"), 1);
  } else {
    EXPECT_TRUE(this->AllBound("robbed", 2));
    EXPECT_EQ(this->NodesOf("robbed-").count("west-1"), 2u);
  }
  this->ExpectNothingLeaked(16);
}

}  // namespace
}  // namespace tutti::testing
