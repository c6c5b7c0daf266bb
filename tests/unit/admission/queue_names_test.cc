#include "admission/queue_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "objects/json_object_view.h"

namespace tutti::admission {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Names = std::set<std::string>;

const std::vector<std::string> kDialects = {"annotations", "podgroup",    "scheduling-x-k8s-io",
                                            "volcano",     "yunikorn",    "kueue",
                                            "kai",         "koordinator", "godel"};

Names NamesIn(std::string_view group, std::string_view resource, const std::string& text) {
  const SubmitRules rules = SubmitRulesFor(kDialects);
  const WorkloadKind* const kind = rules.Find(group, resource);
  const auto object = objects::JsonObjectView::Parse(text);
  EXPECT_TRUE(kind != nullptr && object.ok()) << resource << ": " << text;
  if (kind == nullptr || !object.ok()) return {};
  return QueuesNamedBy(*object, *kind, rules.markers);
}

Names NamesOfPod(const json& metadata) {
  return NamesIn("", "pods", json{{"metadata", metadata}}.dump());
}

// `$X` is metadata that names the queue x.
std::string Marked(std::string text) {
  for (size_t at = 0; (at = text.find('$', at)) != std::string::npos;) {
    const std::string name(1, static_cast<char>(std::tolower(text[at + 1])));
    text.replace(at, 2, R"({"labels":{"tutti.dev/queue":")" + name + "\"}}");
  }
  return text;
}

TEST(QueueNamesTest, EachKindIsReadWhereItsPodsGetTheirMetadata) {
  struct Case {
    const char* group;
    const char* resource;
    const char* text;
    Names expected;
  };
  const Case cases[] = {
      {"", "pods", R"({"metadata":$A})", {"a"}},
      {"", "replicationcontrollers", R"({"spec":{"template":{"metadata":$A}}})", {"a"}},
      {"apps", "daemonsets", R"({"spec":{"template":{"metadata":$A}}})", {"a"}},
      {"apps", "deployments", R"({"metadata":$A,"spec":{"template":{"metadata":$B}}})", {"a", "b"}},
      {"apps", "replicasets", R"({"spec":{"template":{"metadata":$A}}})", {"a"}},
      {"apps", "statefulsets", R"({"spec":{"template":{"metadata":$A}}})", {"a"}},
      {"batch", "jobs", R"({"metadata":$A,"spec":{"template":{"metadata":$A}}})", {"a"}},
      {"batch",
       "cronjobs",
       R"({"metadata":$A,"spec":{"jobTemplate":{"metadata":$B,
           "spec":{"template":{"metadata":$C}}}}})",
       {"a", "b", "c"}},
      {"jobset.x-k8s.io",
       "jobsets",
       R"({"metadata":$A,"spec":{"replicatedJobs":[{"name":"x"},{"template":{"metadata":$B,
           "spec":{"template":{"metadata":$C}}}},{"template":{"metadata":$D}}]}})",
       {"a", "b", "c", "d"}},
      {"leaderworkerset.x-k8s.io",
       "leaderworkersets",
       R"({"spec":{"leaderWorkerTemplate":{"leaderTemplate":{"metadata":$A},
           "workerTemplate":{"metadata":$B}}}})",
       {"a", "b"}},
      {"kubeflow.org",
       "jaxjobs",
       R"({"spec":{"jaxReplicaSpecs":{"Worker":{"template":{"metadata":$A}}}}})",
       {"a"}},
      {"kubeflow.org",
       "mpijobs",
       R"({"spec":{"mpiReplicaSpecs":{"Launcher":{"template":{"metadata":$A}},
           "Worker":{"template":{"metadata":$B}}}}})",
       {"a", "b"}},
      {"kubeflow.org",
       "paddlejobs",
       R"({"spec":{"paddleReplicaSpecs":{"Worker":{"template":{"metadata":$A}}}}})",
       {"a"}},
      {"kubeflow.org",
       "pytorchjobs",
       R"({"spec":{"pytorchReplicaSpecs":{"Master":{"template":{"metadata":$A}}}}})",
       {"a"}},
      {"kubeflow.org",
       "tfjobs",
       R"({"spec":{"tfReplicaSpecs":{"PS":{"template":{"metadata":$A}}}}})",
       {"a"}},
      {"kubeflow.org",
       "xgboostjobs",
       R"({"spec":{"xgbReplicaSpecs":{"Master":{"template":{"metadata":$A}}}}})",
       {"a"}},
      {"ray.io",
       "rayclusters",
       R"({"spec":{"headGroupSpec":{"template":{"metadata":$A}},
           "workerGroupSpecs":[{"template":{"metadata":$B}}]}})",
       {"a", "b"}},
      {"ray.io",
       "rayjobs",
       R"({"spec":{"submitterPodTemplate":{"metadata":$A},"rayClusterSpec":{
           "headGroupSpec":{"template":{"metadata":$B}},
           "workerGroupSpecs":[{"template":{"metadata":$C}}]}}})",
       {"a", "b", "c"}},
      {"ray.io",
       "rayservices",
       R"({"spec":{"rayClusterConfig":{"headGroupSpec":{"template":{"metadata":$A}},
           "workerGroupSpecs":[{},{"template":{"metadata":$B}}]}}})",
       {"a", "b"}},
      {"scheduling.k8s.io", "podgroups", R"({"metadata":$A,"spec":{"queue":"not read"}})", {"a"}},
      {"scheduling.x-k8s.io", "podgroups", R"({"metadata":$A,"spec":{"queue":"q"}})", {"a", "q"}},
      {"scheduling.volcano.sh", "podgroups", R"({"spec":{"queue":"q"}})", {"q"}},
      {"scheduling.run.ai", "podgroups", R"({"spec":{"queue":"q"}})", {"q"}},
      {"scheduling.sigs.k8s.io", "podgroups", R"({"spec":{"queue":"q"}})", {"q"}},
      {"scheduling.godel.kubewharf.io", "podgroups", R"({"spec":{"queue":"q"}})", {"q"}},
  };
  std::set<std::pair<std::string_view, std::string_view>> tried;
  for (const Case& c : cases) {
    EXPECT_EQ(NamesIn(c.group, c.resource, Marked(c.text)), c.expected)
        << c.resource << "." << c.group;
    tried.emplace(c.group, c.resource);
  }
  EXPECT_EQ(tried.size(), SubmitRulesFor(kDialects).kinds.size()) << "a kind is not tried";
}

TEST(QueueNamesTest, LabelAndAnnotationBothCountWhicheverWins) {
  EXPECT_THAT(NamesOfPod({{"labels", {{"tutti.dev/queue", "a"}}},
                          {"annotations", {{"tutti.dev/queue", "b"}}}}),
              ElementsAre("a", "b"));
  EXPECT_THAT(NamesOfPod({{"annotations", {{"tutti.dev/queue", ""}}}}), IsEmpty());
  EXPECT_THAT(NamesOfPod({{"labels", nullptr}, {"annotations", {{"other", "b"}}}}), IsEmpty());
}

TEST(QueueNamesTest, TheMarkersOfDialectsCountWhereTheyBelong) {
  EXPECT_THAT(NamesOfPod({{"labels",
                           {{"kueue.x-k8s.io/queue-name", "a"},
                            {"kai.scheduler/queue", "b"},
                            {"quota.scheduling.koordinator.sh/name", "c"},
                            {"yunikorn.apache.org/queue", "d"}}},
                          {"annotations", {{"scheduling.volcano.sh/queue-name", "e"}}}}),
              ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(NamesOfPod({{"annotations", {{"kueue.x-k8s.io/queue-name", "a"}}},
                          {"labels", {{"scheduling.volcano.sh/queue-name", "e"}}}}),
              IsEmpty());
}

TEST(QueueNamesTest, ALabelThatOthersUseCountsOnlyInAYunikornTaskGroup) {
  EXPECT_THAT(NamesOfPod({{"labels", {{"queue", "celery"}}}}), IsEmpty());
  for (const char* beside :
       {"yunikorn.apache.org/task-group-name", "yunikorn.apache.org/task-groups"}) {
    EXPECT_THAT(NamesOfPod({{"labels", {{"queue", "root.a"}}}, {"annotations", {{beside, "[]"}}}}),
                ElementsAre("root.a"));
  }
}

}  // namespace
}  // namespace tutti::admission
