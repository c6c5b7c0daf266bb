// The dialects of other systems, on the real control plane.
#include <gmock/gmock.h>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/e2e/tutti_program.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {
namespace {

using nlohmann::json;

class SchedulerPluginsTest : public E2eBed<SchedulerPluginsTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    return options;
  }

 protected:
  static json Crd() {
    const json any = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    return {{"apiVersion", "apiextensions.k8s.io/v1"},
            {"kind", "CustomResourceDefinition"},
            {"metadata",
             {{"name", "podgroups.scheduling.x-k8s.io"},
              {"annotations",
               {{"api-approved.kubernetes.io",
                 "https://github.com/kubernetes-sigs/scheduler-plugins/pull/50"}}}}},
            {"spec",
             {{"group", "scheduling.x-k8s.io"},
              {"scope", "Namespaced"},
              {"names", {{"kind", "PodGroup"}, {"plural", "podgroups"}}},
              {"versions", json::array({{{"name", "v1alpha1"},
                                         {"served", true},
                                         {"storage", true},
                                         {"schema", {{"openAPIV3Schema", any}}}}})}}}};
  }
  static json Group(const std::string& name, int min_member) {
    return {{"apiVersion", "scheduling.x-k8s.io/v1alpha1"},
            {"kind", "PodGroup"},
            {"metadata", {{"name", name}}},
            {"spec", {{"minMember", min_member}}}};
  }
  static PodTemplate Labelled(const std::string& group) {
    PodTemplate pod;
    pod.labels = {{"scheduling.x-k8s.io/pod-group", group}};
    pod.requests["cpu"] = "1";
    return pod;
  }
  static constexpr char kGroups[] =
      "/apis/scheduling.x-k8s.io/v1alpha1/namespaces/default/podgroups";
};

TEST_F(SchedulerPluginsTest, ACrdThatComesLaterIsFoundAndAPodGroupMakesAGang) {
  ASSERT_TRUE(
      plane().Send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Crd()).ok());
  ASSERT_TRUE(plane().WaitFor([&] { return plane().Send("POST", kGroups, Group("pg", 3)).ok(); }));
  // Pods before Tutti has looked again at the CRD: they wait for the size.
  ASSERT_TRUE(plane().CreatePods(2, "pg", Labelled("pg")).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("pg"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "pg-last", Labelled("pg")).ok());
  EXPECT_TRUE(
      plane().WaitFor([&] { return plane().CountBound("pg") == 3; }, std::chrono::seconds(60)));
}

class NativeGangTest : public E2eBed<NativeGangTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.plane.feature_gates = {"GenericWorkload=true"};
    options.plane.runtime_config = {"scheduling.k8s.io/v1beta1=true"};
    return options;
  }
};

TEST_F(NativeGangTest, TheNativePodGroupIsBoundWholeThroughTutti) {
  const json group = {{"apiVersion", "scheduling.k8s.io/v1beta1"},
                      {"kind", "PodGroup"},
                      {"metadata", {{"name", "native"}}},
                      {"spec", {{"schedulingPolicy", {{"gang", {{"minCount", 3}}}}}}}};
  ASSERT_TRUE(
      plane()
          .Send("POST", "/apis/scheduling.k8s.io/v1beta1/namespaces/default/podgroups", group)
          .ok());
  PodTemplate pod;
  pod.extra_spec = R"({"schedulingGroup":{"podGroupName":"native"}})";
  pod.requests["cpu"] = "1";
  ASSERT_TRUE(plane().CreatePods(2, "native", pod).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("native"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "native-last", pod).ok());
  EXPECT_TRUE(AllBound("native", 3));
}

class CompositeGangTest : public E2eBed<CompositeGangTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.plane.feature_gates = {"GenericWorkload=true", "TopologyAwareWorkloadScheduling=true",
                                   "CompositePodGroup=true"};
    // With them 1.37 does not bind what is ungated of a tree that has a gated pod in it.
    options.plane.gates_of_scheduler = false;
    options.plane.runtime_config = {"scheduling.k8s.io/v1beta1=true",
                                    "scheduling.k8s.io/v1alpha3=true"};
    return options;
  }

 protected:
  static absl::Status Create(const std::string& version, const std::string& resource,
                             const std::string& kind, const std::string& name, json spec) {
    spec["workloadRef"] = {{"workloadName", "train"}, {"templateName", name}};
    const json object = {{"apiVersion", "scheduling.k8s.io/" + version},
                         {"kind", kind},
                         {"metadata", {{"name", name}}},
                         {"spec", std::move(spec)}};
    return plane()
        .Send(
            "POST",
            absl::StrFormat("/apis/scheduling.k8s.io/%s/namespaces/default/%s", version, resource),
            object)
        .status();
  }
};

TEST_F(CompositeGangTest, SoManyOfItsGroupsStartTogetherEachWhole) {
  const absl::Status top = Create("v1alpha3", "compositepodgroups", "CompositePodGroup", "top",
                                  {{"schedulingPolicy", {{"gang", {{"minGroupCount", 2}}}}}});
  ASSERT_TRUE(top.ok()) << top;
  for (const char* name : {"g0", "g1", "g2"}) {
    const absl::Status group = Create("v1beta1", "podgroups", "PodGroup", name,
                                      {{"parentCompositePodGroupName", "top"},
                                       {"schedulingPolicy", {{"gang", {{"minCount", 2}}}}}});
    ASSERT_TRUE(group.ok()) << group;
  }
  const auto member = [](const char* group) {
    PodTemplate pod;
    pod.extra_spec = absl::StrFormat(R"({"schedulingGroup":{"podGroupName":"%s"}})", group);
    pod.requests["cpu"] = "1";
    return pod;
  };
  ASSERT_TRUE(plane().CreatePods(1, "composite-g0", member("g0")).ok());
  ASSERT_TRUE(plane().CreatePods(2, "composite-g1", member("g1")).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("composite-g"), 0) << "one group of two";
  ASSERT_TRUE(plane().CreatePods(2, "composite-g2", member("g2")).ok());
  EXPECT_TRUE(AllBound("composite-g1", 2));
  EXPECT_TRUE(AllBound("composite-g2", 2));
  EXPECT_EQ(plane().CountBound("composite-g0"), 0);
}

class NativeGangOn136Test : public E2eBed<NativeGangOn136Test> {
 public:
  static Options BedOptions() {
    Options options;
    options.plane.version = "v1.36.3";
    options.plane.feature_gates = {"GenericWorkload=true", "GangScheduling=true"};
    options.plane.runtime_config = {"scheduling.k8s.io/v1alpha2=true"};
    options.node.cpu = "4";
    return options;
  }
};

TEST_F(NativeGangOn136Test, TheNativePodGroupIsBoundWholeThroughTutti) {
  const json group = {{"apiVersion", "scheduling.k8s.io/v1alpha2"},
                      {"kind", "PodGroup"},
                      {"metadata", {{"name", "native"}}},
                      {"spec", {{"schedulingPolicy", {{"gang", {{"minCount", 3}}}}}}}};
  const absl::StatusOr<json> made =
      plane().Send("POST", "/apis/scheduling.k8s.io/v1alpha2/namespaces/default/podgroups", group);
  ASSERT_TRUE(made.ok()) << made.status();
  PodTemplate pod;
  pod.extra_spec = R"({"schedulingGroup":{"podGroupName":"native"}})";
  pod.requests["cpu"] = "1";
  ASSERT_TRUE(plane().CreatePods(2, "native", pod).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("native"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "native-last", pod).ok());
  EXPECT_TRUE(AllBound("native", 3));
}

// The markers of other schedulers, with the CRDs of deploy/crds.
class PeersTest : public E2eBed<PeersTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    for (const char* group : {"scheduling.volcano.sh", "scheduling.run.ai",
                              "scheduling.sigs.k8s.io", "scheduling.godel.kubewharf.io"}) {
      const absl::Status status = CreateManifests(
          plane(), absl::StrFormat("%s/deploy/crds/%s_podgroups.yaml", TUTTI_SOURCE_DIR, group));
      ASSERT_TRUE(status.ok()) << status;
    }
  }

 protected:
  using Markers = std::map<std::string, std::string>;

  static PodTemplate Marked(const Markers& labels, const Markers& annotations) {
    PodTemplate pod;
    pod.labels = labels;
    pod.annotations = annotations;
    pod.requests["cpu"] = "1";
    return pod;
  }
  static void CreatePodGroup(const std::string& api_version, const std::string& name,
                             const json& spec) {
    const std::string path = absl::StrFormat("/apis/%s/namespaces/default/podgroups", api_version);
    const json group = {{"apiVersion", api_version},
                        {"kind", "PodGroup"},
                        {"metadata", {{"name", name}}},
                        {"spec", spec}};
    // The API server takes a while to serve a new CRD.
    ASSERT_TRUE(plane().WaitFor([&] { return plane().Send("POST", path, group).ok(); }));
  }
  // Nothing of `name` is bound while the last of its pods is missing, and then all are.
  static void BindsOnlyWhole(const std::string& name, int count, const PodTemplate& pod,
                             const PodTemplate& last) {
    ASSERT_TRUE(plane().CreatePods(count - 1, name, pod).ok());
    ASSERT_TRUE(plane().CreatePods(1, "probe-" + name, PodTemplate{}).ok());
    EXPECT_TRUE(AllBound("probe-" + name, 1));
    EXPECT_EQ(plane().CountBound(name), 0);
    ASSERT_TRUE(plane().CreatePods(1, name + "-last", last).ok());
    // A PodGroup's CRD may have come after Tutti's first look.
    EXPECT_TRUE(plane().WaitFor([&] { return plane().CountBound(name) == count; },
                                std::chrono::seconds(60)));
  }
};

TEST_F(PeersTest, AVolcanoPodGroupWaitsForItsTasks) {
  CreatePodGroup("scheduling.volcano.sh/v1beta1", "volcano",
                 {{"minMember", 3}, {"minTaskMember", {{"ps", 1}, {"worker", 2}}}});
  const auto task = [](const char* name) {
    return Marked({},
                  {{"scheduling.k8s.io/group-name", "volcano"}, {"volcano.sh/task-spec", name}});
  };
  BindsOnlyWhole("volcano", 4, task("worker"), task("ps"));
}

TEST_F(PeersTest, PeopleAreToldWhatWasUnderstoodOfAVolcanoGangAndWhatContradictsIt) {
  using ::testing::ContainsRegex;
  CreatePodGroup("scheduling.volcano.sh/v1beta1", "report",
                 {{"minMember", 3}, {"networkTopology", {{"mode", "hard"}}}});
  const PodTemplate pod =
      Marked({}, {{"scheduling.k8s.io/group-name", "report"}, {"tutti.dev/min-member", "5"}});
  ASSERT_TRUE(plane().CreatePods(2, "report", pod).ok());
  // Its CRD may have come after Tutti's first look.
  ASSERT_TRUE(plane().WaitFor(
      [] {
        return CountEvents("MarkersConflict", "gang report: annotation tutti.dev/min-member ") > 0;
      },
      std::chrono::seconds(60)));
  EXPECT_GE(tutti().Metric("tutti_gang_marker_conflicts_total "), 1);

  const Ran described =
      RunTutti(plane(), {"gang", "describe", "report", "--server", tutti().door("control")});
  EXPECT_EQ(described.exit, 0);
  EXPECT_THAT(
      described.text,
      ContainsRegex("annotation tutti.dev/min-member +5 +annotations +Conflict +minMember is "
                    "3: PodGroup spec.minMember goes before what pods say"));
  EXPECT_THAT(described.text,
              ContainsRegex("PodGroup spec.minMember +3 +volcano +Understood +minMember 3"));
  EXPECT_THAT(
      described.text,
      ContainsRegex("PodGroup spec.networkTopology +<none> +volcano +Ignored +where gangs"));
  const Ran why = RunTutti(plane(), {"why", "gang/report", "--server", tutti().door("control")});
  EXPECT_THAT(why.text, ContainsRegex("1 ignored, 1 in conflict"));

  // The conflict is no hindrance, and is told once however many pods come with it.
  ASSERT_TRUE(plane().CreatePods(1, "report-last", pod).ok());
  EXPECT_TRUE(AllBound("report", 3));
  EXPECT_EQ(CountEvents("MarkersConflict", "gang report:"), 1);
}

TEST_F(PeersTest, AKaiPodGroupWaitsForItsSubGroups) {
  CreatePodGroup("scheduling.run.ai/v2alpha2", "kai",
                 {{"subGroups", json::array({{{"name", "leader"}, {"minMember", 1}},
                                             {{"name", "workers"}, {"minMember", 2}}})}});
  const auto member = [](const char* subgroup) {
    return Marked({{"kai.scheduler/subgroup-name", subgroup}}, {{"pod-group-name", "kai"}});
  };
  BindsOnlyWhole("kai", 4, member("workers"), member("leader"));
}

TEST_F(PeersTest, AKaiPodGroupStartsWithSomeOfItsSubGroupsEachWhole) {
  CreatePodGroup("scheduling.run.ai/v2alpha2", "replicas",
                 {{"minSubGroup", 1},
                  {"subGroups", json::array({{{"name", "r0"}, {"minMember", 2}},
                                             {{"name", "r1"}, {"minMember", 2}}})}});
  const auto member = [](const char* subgroup) {
    return Marked({{"kai.scheduler/subgroup-name", subgroup}}, {{"pod-group-name", "replicas"}});
  };
  ASSERT_TRUE(plane().CreatePods(1, "kai-r0", member("r0")).ok());
  ASSERT_TRUE(plane().CreatePods(2, "kai-r1", member("r1")).ok());
  EXPECT_TRUE(
      plane().WaitFor([&] { return plane().CountBound("kai-r1") == 2; }, std::chrono::seconds(60)));
  ASSERT_TRUE(plane().CreatePods(1, "probe-replicas", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe-replicas", 1));
  EXPECT_EQ(plane().CountBound("kai-r0"), 0) << "half a subgroup";
  ASSERT_TRUE(plane().CreatePods(1, "kai-r0-last", member("r0")).ok());
  EXPECT_TRUE(AllBound("kai-r0", 2));
}

TEST_F(PeersTest, AVolcanoSubGroupPolicyMakesGroupsByLabels) {
  CreatePodGroup(
      "scheduling.volcano.sh/v1beta1", "policy",
      {{"minMember", 2},
       {"subGroupPolicy", json::array({{{"name", "replica"},
                                        {"subGroupSize", 2},
                                        {"minSubGroups", 1},
                                        {"labelSelector", {{"matchLabels", {{"app", "policy"}}}}},
                                        {"matchLabelKeys", json::array({"replica"})}}})}});
  const auto member = [](const char* replica) {
    return Marked({{"app", "policy"}, {"replica", replica}},
                  {{"scheduling.k8s.io/group-name", "policy"}});
  };
  ASSERT_TRUE(plane().CreatePods(1, "volcano-r0", member("0")).ok());
  ASSERT_TRUE(plane().CreatePods(1, "volcano-r1", member("1")).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe-policy", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe-policy", 1));
  EXPECT_EQ(plane().CountBound("volcano-r"), 0) << "two pods, but of two groups";
  ASSERT_TRUE(plane().CreatePods(1, "volcano-r1-last", member("1")).ok());
  EXPECT_TRUE(plane().WaitFor([&] { return plane().CountBound("volcano-r1") == 2; },
                              std::chrono::seconds(60)));
  EXPECT_EQ(plane().CountBound("volcano-r0"), 0);
}

TEST_F(PeersTest, AKoordinatorPodGroupIsBoundWhole) {
  CreatePodGroup("scheduling.sigs.k8s.io/v1alpha1", "koord", {{"minMember", 3}});
  const PodTemplate pod = Marked({{"pod-group.scheduling.sigs.k8s.io", "koord"}}, {});
  BindsOnlyWhole("koord", 3, pod, pod);
}

TEST_F(PeersTest, BundledKoordinatorGangsAreBoundTogether) {
  const auto gang = [](const char* name, const char* min_available) {
    return Marked({}, {{"gang.scheduling.koordinator.sh/name", name},
                       {"gang.scheduling.koordinator.sh/min-available", min_available},
                       {"gang.scheduling.koordinator.sh/groups", R"(["default/a","default/b"])"}});
  };
  BindsOnlyWhole("bundle", 3, gang("a", "2"), gang("b", "1"));
}

TEST_F(PeersTest, AGodelPodGroupIsBoundWhole) {
  CreatePodGroup("scheduling.godel.kubewharf.io/v1alpha1", "godel", {{"minMember", 3}});
  const PodTemplate pod = Marked({{"godel.bytedance.com/pod-group-name", "godel"}},
                                 {{"godel.bytedance.com/pod-group-name", "godel"}});
  BindsOnlyWhole("godel", 3, pod, pod);
}

TEST_F(PeersTest, AYunikornApplicationWaitsForItsTaskGroups) {
  const auto member = [](const char* group) {
    return Marked({{"yunikorn.apache.org/app-id", "yunikorn"}},
                  {{"yunikorn.apache.org/task-group-name", group},
                   {"yunikorn.apache.org/task-groups",
                    R"([{"name":"head","minMember":1},{"name":"workers","minMember":2}])"}});
  };
  BindsOnlyWhole("yunikorn", 4, member("workers"), member("head"));
}

TEST_F(PeersTest, GangsThatPodsAloneMakeAreBoundWhole) {
  const std::map<std::string, PodTemplate> pods = {
      {"kueue", Marked({{"kueue.x-k8s.io/pod-group-name", "kueue"}},
                       {{"kueue.x-k8s.io/pod-group-total-count", "3"}})},
      {"armada", Marked({}, {{"armadaproject.io/gangId", "armada"},
                             {"armadaproject.io/gangCardinality", "3"}})},
      {"spark", Marked({{"spark-app-id", "spark"}, {"spark-role", "executor"}},
                       {{"spark-executor-count", "3"}})}};
  for (const auto& [name, pod] : pods) BindsOnlyWhole(name, 3, pod, pod);
}

class OwnerTest : public E2eBed<OwnerTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.node.cpu = "4";
    options.tutti.extra = "gang: {dialects: [owner]}\n";
    return options;
  }
};

TEST_F(OwnerTest, AGroupOfALeaderWorkerSetIsBoundWholeWithoutAnyMarkerOfOurs) {
  PodTemplate pod;
  pod.labels = {{"leaderworkerset.sigs.k8s.io/name", "serve"},
                {"leaderworkerset.sigs.k8s.io/group-index", "0"}};
  pod.annotations = {{"leaderworkerset.sigs.k8s.io/size", "3"}};
  pod.requests["cpu"] = "1";
  ASSERT_TRUE(plane().CreatePods(2, "serve", pod).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("serve"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "serve-last", pod).ok());
  EXPECT_TRUE(AllBound("serve", 3));
}

class OlderKubernetesTest : public E2eBed<OlderKubernetesTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.plane.version = "v1.36.3";
    options.node.cpu = "4";
    return options;
  }
};

TEST_F(OlderKubernetesTest, GangsAreBoundWholeOn136) {
  ASSERT_TRUE(plane().CreatePods(3, "old", GangPod("old", 4, "1")).ok());
  ASSERT_TRUE(plane().CreatePods(1, "probe", PodTemplate{}).ok());
  EXPECT_TRUE(AllBound("probe", 1));
  EXPECT_EQ(plane().CountBound("old"), 0);
  ASSERT_TRUE(plane().CreatePods(1, "old-last", GangPod("old", 4, "1")).ok());
  EXPECT_TRUE(AllBound("old", 4));
}

}  // namespace
}  // namespace tutti::testing
