// `tutti import` against the real API server: lists of several pages, server-side apply, and what
// that says of who changed what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/e2e/e2e_bed.h"
#include "tests/e2e/tutti_program.h"
#include "tests/support/control_plane/manifests.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSource[] = "/apis/scheduling.volcano.sh/v1beta1/queues";
constexpr char kQueues[] = "/apis/tutti.dev/v1beta1/queues";
constexpr int kMany = 510;  // more than a page

class ImportTest : public E2eBed<ImportTest> {
 public:
  static Options BedOptions() {
    Options options;
    options.nodes = 1;
    // Its webhook sees to it that the tree is right at every moment.
    options.tutti.extra = "plugins: [{name: HierarchicalQueues}]\n";
    return options;
  }
  static void PrepareTutti(TuttiOptions&) {
    for (const char* kind : {"queues", "localqueues"}) {
      const std::string file =
          absl::StrFormat("%s/deploy/crds/tutti.dev_%s.yaml", TUTTI_SOURCE_DIR, kind);
      const absl::Status made = CreateManifests(plane(), file);
      ASSERT_TRUE(made.ok()) << made;
    }
    ASSERT_TRUE(plane().WaitFor([] { return plane().Get(kQueues).ok(); }));
  }

 protected:
  static Ran Run(std::vector<std::string> arguments) {
    return RunTutti(plane(), std::move(arguments));
  }

  static json VolcanoQueue(const std::string& name, const json& spec) {
    return {{"apiVersion", "scheduling.volcano.sh/v1beta1"},
            {"kind", "Queue"},
            {"metadata", {{"name", name}}},
            {"spec", spec}};
  }

  // Volcano's Queue as a CRD, and many of them below one.
  static void MakeSource() {
    const json any = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    const json crd = {{"apiVersion", "apiextensions.k8s.io/v1"},
                      {"kind", "CustomResourceDefinition"},
                      {"metadata", {{"name", "queues.scheduling.volcano.sh"}}},
                      {"spec",
                       {{"group", "scheduling.volcano.sh"},
                        {"scope", "Cluster"},
                        {"names", {{"kind", "Queue"}, {"plural", "queues"}}},
                        {"versions", json::array({{{"name", "v1beta1"},
                                                   {"served", true},
                                                   {"storage", true},
                                                   {"schema", {{"openAPIV3Schema", any}}}}})}}}};
    ASSERT_TRUE(
        plane().Send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd).ok());
    const json top = VolcanoQueue("top", {{"deserved", {{"cpu", "64"}, {"memory", "1.5Ti"}}},
                                          {"capability", {{"cpu", "64500m"}}}});
    ASSERT_TRUE(plane().WaitFor([&] { return plane().Send("POST", kSource, top).ok(); }));
    for (int i = 0; i < kMany; ++i) {
      json spec = {{"parent", "top"}, {"weight", 1 + i % 7}};
      if (i == 0) spec["deserved"] = {{"cpu", "60"}};
      const json queue = VolcanoQueue(absl::StrFormat("below-%d", i), spec);
      ASSERT_TRUE(plane().Send("POST", kSource, queue).ok()) << i;
    }
  }
  static json Queue(const std::string& name) {
    const absl::StatusOr<json> queue = plane().Get(std::string(kQueues) + "/" + name);
    return queue.ok() ? *queue : json();
  }
};

// One case, as each step begins with what the one before has left.
TEST_F(ImportTest, AppliesWhatTheClusterHasAndOnlyWhatHasChanged) {
  const Ran none = Run({"import", "--from", "volcano"});
  EXPECT_EQ(none.exit, 6) << none.text;
  EXPECT_THAT(none.text, HasSubstr("queues.scheduling.volcano.sh (v1beta1): not served"));
  MakeSource();
  const Ran dry = Run({"import", "--from", "volcano"});
  EXPECT_EQ(dry.exit, 0) << dry.text;
  EXPECT_THAT(dry.text, HasSubstr("511 Queues"));
  EXPECT_TRUE(plane().Get(kQueues)->at("items").empty());

  const Ran first = Run({"import", "--from", "volcano", "--apply"});
  EXPECT_EQ(first.exit, 0) << first.text;
  EXPECT_THAT(first.text, HasSubstr("\nQueue top created\nQueue below-0 created\n"));
  EXPECT_EQ(plane().Get(kQueues)->at("items").size(), kMany + 1u);
  EXPECT_EQ(Queue("top")["spec"], (json{{"guaranteed", {{"cpu", "64"}, {"memory", "1536Gi"}}},
                                        {"limit", {{"cpu", "64500m"}}}}));
  EXPECT_EQ(Queue("below-8")["spec"], (json{{"parent", "top"}, {"weight", 2}}));
  EXPECT_EQ(Queue("top")["metadata"]["managedFields"][0]["manager"], "tutti-import");

  const Ran second = Run({"import", "--from", "volcano", "--apply"});
  EXPECT_EQ(second.exit, 0) << second.text;
  EXPECT_THAT(second.text, HasSubstr("Queue top unchanged"));
  EXPECT_THAT(second.text, Not(HasSubstr(" created")));
  EXPECT_THAT(second.text, Not(HasSubstr(" configured")));

  const auto merge = [](const std::string& path, const json& spec) {
    return plane().Send("PATCH", path, {{"spec", spec}}, "application/merge-patch+json").ok();
  };
  ASSERT_TRUE(merge(std::string(kSource) + "/below-8", {{"weight", 9}}));
  const Ran third = Run({"import", "--from", "volcano", "--apply"});
  EXPECT_EQ(third.exit, 0) << third.text;
  EXPECT_THAT(third.text, HasSubstr("Queue below-8 configured"));
  EXPECT_THAT(third.text, HasSubstr("Queue below-9 unchanged"));
  EXPECT_EQ(Queue("below-8")["spec"]["weight"], 9);

  // A parent can be lowered only after what is below it.
  ASSERT_TRUE(merge(std::string(kSource) + "/top", {{"deserved", {{"cpu", "8"}}}}));
  ASSERT_TRUE(merge(std::string(kSource) + "/below-0", {{"deserved", {{"cpu", "4"}}}}));
  const Ran lower = Run({"import", "--from", "volcano", "--apply"});
  EXPECT_EQ(lower.exit, 0) << lower.text;
  EXPECT_THAT(lower.text, HasSubstr("Queue top configured\nQueue below-0 configured\n"));
  EXPECT_EQ(Queue("top")["spec"]["guaranteed"]["cpu"], "8");

  // What somebody else has changed is his, and nothing else is written.
  ASSERT_TRUE(merge(std::string(kQueues) + "/below-3", {{"weight", 100}}));
  ASSERT_TRUE(merge(std::string(kSource) + "/below-8", {{"weight", 1}}));
  const Ran fourth = Run({"import", "--from", "volcano", "--apply"});
  EXPECT_EQ(fourth.exit, 6) << fourth.text;
  EXPECT_THAT(fourth.text, HasSubstr("nothing was applied: Queue below-3: "));
  EXPECT_THAT(fourth.text, HasSubstr(".spec.weight"));
  EXPECT_EQ(Queue("below-3")["spec"]["weight"], 100);
  EXPECT_EQ(Queue("below-8")["spec"]["weight"], 9);

  // A namespace that is not there: its ClusterQueue is not written either.
  const std::string file = plane().dir() + "/kueue.yaml";
  WriteFile(file, R"(apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: cq}
spec: {namespaceSelector: {}}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: LocalQueue
metadata: {name: main, namespace: nowhere}
spec: {clusterQueue: cq}
)");
  const Ran lost = Run({"import", "--from", "kueue", "-f", file, "--apply"});
  EXPECT_EQ(lost.exit, 6) << lost.text;
  EXPECT_THAT(lost.text, HasSubstr("nothing was applied: LocalQueue nowhere/main: "));
  EXPECT_TRUE(Queue("cq").is_null());
  ASSERT_TRUE(plane().CreateNamespace("nowhere").ok());
  const Ran found = Run({"import", "--from", "kueue", "-f", file, "--apply"});
  EXPECT_EQ(found.exit, 0) << found.text;
  EXPECT_THAT(found.text, HasSubstr("Queue cq created\nLocalQueue nowhere/main created\n"));
}

}  // namespace
}  // namespace tutti::testing
