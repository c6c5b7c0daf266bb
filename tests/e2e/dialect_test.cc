// The dialects of other systems, on the real control plane.
#include <gmock/gmock.h>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"

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
