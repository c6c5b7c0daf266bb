#include "importer/kueue_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Two teams that borrow from each other, of two flavors, as Kueue's documentation has them.
constexpr char kTeams[] = R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: team-a}
spec:
  namespaceSelector: {}
  cohortName: all
  preemption: {reclaimWithinCohort: Any, withinClusterQueue: LowerPriority}
  resourceGroups:
  - coveredResources: [cpu, memory]
    flavors:
    - name: on-demand
      resources:
      - {name: cpu, nominalQuota: 9, borrowingLimit: 1}
      - {name: memory, nominalQuota: 36Gi, lendingLimit: 30Gi}
    - name: spot
      resources:
      - {name: cpu, nominalQuota: 18, borrowingLimit: 500m}
      - {name: memory, nominalQuota: 72Gi}
---
apiVersion: kueue.x-k8s.io/v1beta1
kind: ClusterQueue
metadata: {name: team-b}
spec:
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team-b}}
  cohort: all
  queueingStrategy: StrictFIFO
  stopPolicy: Hold
  fairSharing: {weight: 750m}
  preemption: {reclaimWithinCohort: Any}
  resourceGroups:
  - coveredResources: [cpu]
    flavors:
    - name: spot
      resources: [{name: cpu, nominalQuota: 12}]
)";

TEST(KueueQueuesTest, FlavorsAreTakenTogetherAndTheCohortHasWhatItsMembersHave) {
  const ImportWorld world(Peer::kKueue, kTeams);
  EXPECT_EQ(world.Spec("team-a"),
            R"({"parent":"all","guaranteed":{"cpu":"27","memory":"108Gi"},)"
            R"("borrowLimit":{"cpu":"1500m"},"lendLimit":{"memory":"102Gi"},"weight":4})");
  EXPECT_EQ(world.Spec("team-b"),
            R"({"parent":"all","guaranteed":{"cpu":"12"},"weight":3,)"
            R"("queueingStrategy":"StrictFIFO","namespaces":["team-b"],"state":"Held"})");
  EXPECT_EQ(world.Spec("all"), R"({"guaranteed":{"cpu":"39","memory":"108Gi"},)"
                               R"("limit":{"cpu":"39","memory":"108Gi"},"weight":4})");
  EXPECT_THAT(
      world.Changed("ClusterQueue team-a"),
      Contains("spec.resourceGroups: the flavors on-demand, spot are one here: 27 cpu in "
               "all, of whichever nodes -> import their ResourceFlavors, with nodeLabels, or "
               "give the pods the flavor's nodeLabels as nodeSelector"));
  EXPECT_THAT(world.Ignored("ClusterQueue team-a"),
              ElementsAre(HasSubstr("spec.preemption.withinClusterQueue: LowerPriority: ")));
  EXPECT_EQ(CountOf(Verdict::kConflict, world.imported), 0u);
}

std::string Flavor(const std::string& name, const std::string& labels) {
  return "\n---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: " +
         name + "}\nspec: {" + (labels.empty() ? "" : "nodeLabels: {" + labels + "}") + "}\n";
}

// Memory has no quota in team-b; of both, all flavors have labels.
TEST(KueueQueuesTest, FlavorsWithLabelsStayWhatTheyAre) {
  const ImportWorld world(Peer::kKueue, kTeams + Flavor("on-demand", "kind: steady") +
                                            Flavor("spot", "kind: spot, zone: a"));
  EXPECT_EQ(world.Spec("team-a"),
            R"({"parent":"all","flavors":[{"name":"on-demand",)"
            R"("guaranteed":{"cpu":"9","memory":"36Gi"},"borrowLimit":{"cpu":"1"},)"
            R"("lendLimit":{"memory":"30Gi"}},{"name":"spot",)"
            R"("guaranteed":{"cpu":"18","memory":"72Gi"},"borrowLimit":{"cpu":"500m"}}],)"
            R"("weight":4})");
  EXPECT_EQ(world.Spec("team-b"),
            R"({"parent":"all","flavors":[{"name":"spot","guaranteed":{"cpu":"12"}}],"weight":3,)"
            R"("queueingStrategy":"StrictFIFO","namespaces":["team-b"],"state":"Held"})");
  EXPECT_EQ(world.Spec("all"),
            R"({"flavors":[{"name":"on-demand","guaranteed":{"cpu":"9","memory":"36Gi"},)"
            R"("limit":{"cpu":"9","memory":"36Gi"}},{"name":"spot",)"
            R"("guaranteed":{"cpu":"30","memory":"72Gi"},"limit":{"cpu":"30","memory":"72Gi"}}],)"
            R"("weight":4})");
  EXPECT_THAT(world.Changed("ResourceFlavor spot"),
              ElementsAre(HasSubstr("flavors stand in Tutti's configuration")));
  EXPECT_THAT(world.Changed("All of them"),
              Contains(HasSubstr(R"(args of HierarchicalQueues: {flavors: [)"
                                 R"({"name":"spot","nodeLabels":{"kind":"spot","zone":"a"}},)"
                                 R"({"name":"on-demand","nodeLabels":{"kind":"steady"}}]})")))
      << "those with more labels first";
  EXPECT_EQ(CountOf(Verdict::kConflict, world.imported), 0u);
}

TEST(KueueQueuesTest, WhereOneQueueOfACohortHasNoSuchFlavorsAllAreTakenTogether) {
  const std::string bare = kTeams + Flavor("on-demand", "kind: steady") + Flavor("spot", "");
  EXPECT_THAT(ImportWorld(Peer::kKueue, bare).Spec("team-a"), Not(HasSubstr("flavors")));
  EXPECT_THAT(ImportWorld(Peer::kKueue, bare).Ignored("ResourceFlavor on-demand"), SizeIs(2));
  const std::string other = std::string(kTeams) + R"(
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: team-c}
spec:
  cohortName: all
  namespaceSelector: {}
  resourceGroups:
  - flavors: [{name: any, resources: [{name: cpu, nominalQuota: 1}]}]
)" + Flavor("on-demand", "kind: steady") +
                            Flavor("spot", "kind: spot") + Flavor("any", "");
  EXPECT_THAT(ImportWorld(Peer::kKueue, other).Spec("team-b"), Not(HasSubstr("flavors")))
      << "team-c may use any node, and would have to heed the flavors of the cohort";
}

TEST(KueueQueuesTest, OneOfTwoResourceGroupsMayHaveFlavors) {
  const std::string both = R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: a}
spec:
  namespaceSelector: {}
  flavorFungibility: {whenCanBorrow: TryNextFlavor, whenCanPreempt: MayStopSearch}
  resourceGroups:
  - flavors: [{name: default, resources: [{name: cpu, nominalQuota: 64}]}]
  - flavors:
    - {name: h100, resources: [{name: nvidia.com/gpu, nominalQuota: 8}]}
    - {name: a100, resources: [{name: nvidia.com/gpu, nominalQuota: 16}]}
)" + Flavor("default", "") +
                           Flavor("a100", "gpu: a100") + Flavor("h100", "gpu: h100");
  EXPECT_EQ(ImportWorld(Peer::kKueue, both).Spec("a"),
            R"({"guaranteed":{"cpu":"64"},"limit":{"cpu":"64"},"flavors":[)"
            R"({"name":"h100","guaranteed":{"nvidia.com/gpu":"8"},"limit":{"nvidia.com/gpu":"8"}},)"
            R"({"name":"a100","guaranteed":{"nvidia.com/gpu":"16"},)"
            R"("limit":{"nvidia.com/gpu":"16"}}],)"
            R"("flavorFungibility":{"whenCanBorrow":"TryNextFlavor","whenCanPreempt":"Preempt"}})");
  const ImportWorld two(Peer::kKueue, both + Flavor("default", "kind: cpu"));
  EXPECT_THAT(two.Spec("a"), Not(HasSubstr("flavors"))) << "a gang has one flavor for all";
}

TEST(KueueQueuesTest, WithoutACohortNothingIsBorrowed) {
  const ImportWorld world(Peer::kKueue, R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: alone}
spec:
  namespaceSelector: {}
  resourceGroups:
  - coveredResources: [nvidia.com/gpu]
    flavors: [{name: a100, resources: [{name: nvidia.com/gpu, nominalQuota: 8}]}]
)");
  EXPECT_EQ(world.Spec("alone"),
            R"({"guaranteed":{"nvidia.com/gpu":"8"},"limit":{"nvidia.com/gpu":"8"}})");
  EXPECT_THAT(world.Changed("ClusterQueue alone"), IsEmpty());
}

TEST(KueueQueuesTest, CohortsOfCohortsAddUp) {
  const ImportWorld world(Peer::kKueue, R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: Cohort
metadata: {name: lab}
spec:
  parentName: university
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: f, resources: [{name: cpu, nominalQuota: 5, borrowingLimit: 3, lendingLimit: 2}]}]
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: group}
spec:
  cohortName: lab
  namespaceSelector: {}
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: f, resources: [{name: cpu, nominalQuota: 10}]}]
)");
  EXPECT_EQ(world.Spec("university"), R"({"guaranteed":{"cpu":"15"},"limit":{"cpu":"15"}})");
  EXPECT_EQ(world.Spec("lab"),
            R"({"parent":"university","guaranteed":{"cpu":"15"},"borrowLimit":{"cpu":"3"},)"
            R"("lendLimit":{"cpu":"2"}})");
  EXPECT_EQ(world.Spec("group"), R"({"parent":"lab","guaranteed":{"cpu":"10"}})");
  // Parents first, whatever the order of the file.
  EXPECT_EQ(world.imported.queues[0].name, "university");
  EXPECT_EQ(world.imported.queues[1].name, "lab");
}

TEST(KueueQueuesTest, SomeFlavorsWithoutABorrowingLimitMeanNone) {
  const ImportWorld world(Peer::kKueue, R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: a}
spec:
  cohortName: all
  namespaceSelector: {}
  resourceGroups:
  - flavors:
    - {name: f, resources: [{name: cpu, nominalQuota: 1, borrowingLimit: 1}]}
    - {name: g, resources: [{name: cpu, nominalQuota: 1}]}
)");
  EXPECT_EQ(world.Spec("a"), R"({"parent":"all","guaranteed":{"cpu":"2"}})");
  EXPECT_THAT(world.Changed("ClusterQueue a"),
              Contains(HasSubstr("some flavors of cpu have no borrowingLimit")));
}

std::string WithSelector(const std::string& selector) {
  return "apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: cq}\nspec:\n" +
         selector;
}

constexpr char kLocalQueue[] =
    "\n---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\n"
    "metadata: {name: main, namespace: team-x}\nspec: {clusterQueue: cq}\n";

TEST(KueueQueuesTest, NamespacesByNameAreUnderstood) {
  const std::string one =
      "  namespaceSelector: {matchExpressions: [{key: "
      "kubernetes.io/metadata.name, operator: In, values: [x, y]}]}";
  const ImportWorld world(Peer::kKueue, WithSelector(one));
  EXPECT_EQ(world.Spec("cq"), R"({"namespaces":["x","y"]})");
  EXPECT_THAT(world.Changed("ClusterQueue cq"), IsEmpty());
}

TEST(KueueQueuesTest, OtherLabelsBecomeTheNamespacesOfItsLocalQueues) {
  const std::string labels = WithSelector("  namespaceSelector: {matchLabels: {team: x}}");
  const ImportWorld with(Peer::kKueue, labels + kLocalQueue);
  EXPECT_EQ(with.Spec("cq"), R"({"namespaces":["team-x"]})");
  EXPECT_THAT(with.Changed("ClusterQueue cq"), ElementsAre(HasSubstr("team-x")));
  const ImportWorld without(Peer::kKueue, labels);
  EXPECT_EQ(without.Spec("cq"), "{}");
  EXPECT_THAT(without.Changed("ClusterQueue cq"), ElementsAre(HasSubstr("open to all")));
}

TEST(KueueQueuesTest, NoSelectorLetsNobodyInAsInKueue) {
  const ImportWorld world(Peer::kKueue, WithSelector("  queueingStrategy: BestEffortFIFO"));
  EXPECT_EQ(world.Spec("cq"), R"({"state":"Held"})");
  EXPECT_THAT(world.Changed("ClusterQueue cq"), SizeIs(1));
}

TEST(KueueQueuesTest, LocalQueuesKeepTheirNames) {
  const ImportWorld world(Peer::kKueue, WithSelector("  namespaceSelector: {}") + kLocalQueue);
  EXPECT_EQ(world.Spec("main", "LocalQueue"), R"({"queue":"cq"})");
  ASSERT_THAT(world.imported.local_queues, SizeIs(1));
  EXPECT_EQ(world.imported.local_queues[0].ns, "team-x");
  const ImportWorld lost(Peer::kKueue, kLocalQueue);
  EXPECT_THAT(lost.Conflicts("LocalQueue team-x/main"),
              ElementsAre(AllOf(HasSubstr("there is no ClusterQueue cq"), HasSubstr("->"))));
}

TEST(KueueQueuesTest, FlavorsThemselvesAreReported) {
  const ImportWorld world(Peer::kKueue, R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: ResourceFlavor
metadata: {name: spot}
spec: {nodeLabels: {instance: spot}, tolerations: [{key: spot}]}
)");
  EXPECT_THAT(world.Ignored("ResourceFlavor spot"), SizeIs(3));
  EXPECT_TRUE(world.imported.queues.empty());
}

TEST(KueueQueuesTest, ACohortAndAClusterQueueOfOneNameAreInConflict) {
  std::string text = kTeams;
  text.replace(text.find("{name: team-a}"), 14, "{name: all}");
  const ImportWorld world(Peer::kKueue, text);
  EXPECT_THAT(world.Conflicts("Cohort all, of which there is no object"),
              Contains("ClusterQueue all is Queue all as well: names are unique -> rename one of "
                       "them"));
}

TEST(KueueQueuesTest, CohortsInACircleAreInConflict) {
  const ImportWorld world(Peer::kKueue, R"(
apiVersion: kueue.x-k8s.io/v1beta2
kind: Cohort
metadata: {name: a}
spec: {parentName: b}
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: Cohort
metadata: {name: b}
spec: {parentName: a}
)");
  EXPECT_THAT(world.Conflicts("Cohort a"), ElementsAre(HasSubstr("above itself")));
  EXPECT_THAT(world.Conflicts("Cohort b"), ElementsAre(HasSubstr("above itself")));
}

}  // namespace
}  // namespace tutti::importer
