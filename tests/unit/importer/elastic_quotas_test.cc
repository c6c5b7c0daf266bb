#include "importer/elastic_quotas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ElasticQuotasTest, OfSchedulerPluginsTheNamespaceIsTheQueue) {
  const ImportWorld world(Peer::kElasticQuota, R"(
apiVersion: scheduling.x-k8s.io/v1alpha1
kind: ElasticQuota
metadata: {name: quota, namespace: team-a}
spec:
  max: {cpu: 6}
  min: {cpu: 4}
)");
  EXPECT_EQ(world.Spec("team-a"),
            R"({"guaranteed":{"cpu":"4"},"limit":{"cpu":"6"},"namespaces":["team-a"]})");
  EXPECT_THAT(world.Changed("ElasticQuota team-a/quota"), IsEmpty());
}

TEST(ElasticQuotasTest, TwoOfOneNamespaceAreInConflict) {
  constexpr char kQuota[] =
      "apiVersion: scheduling.x-k8s.io/v1alpha1\nkind: ElasticQuota\n"
      "metadata: {name: %, namespace: team-a}\nspec: {min: {cpu: 1}}\n---\n";
  std::string text;
  for (const char* name : {"one", "two"}) {
    text += kQuota;
    text.replace(text.find('%'), 1, name);
  }
  const ImportWorld world(Peer::kElasticQuota, text);
  EXPECT_THAT(world.Conflicts("ElasticQuota team-a/two"),
              ElementsAre(HasSubstr("ElasticQuota team-a/one is Queue team-a as well")));
}

// As Koordinator's documentation writes it.
constexpr char kKoordinator[] = R"(
apiVersion: scheduling.sigs.k8s.io/v1alpha1
kind: ElasticQuota
metadata:
  name: parent
  namespace: default
  labels:
    quota.scheduling.koordinator.sh/is-parent: "true"
    quota.scheduling.koordinator.sh/parent: koordinator-root-quota
spec:
  max: {cpu: 20, memory: 40Gi}
  min: {cpu: 10, memory: 20Gi}
---
apiVersion: scheduling.sigs.k8s.io/v1alpha1
kind: ElasticQuota
metadata:
  name: child-a
  namespace: default
  labels:
    quota.scheduling.koordinator.sh/is-parent: "false"
    quota.scheduling.koordinator.sh/parent: parent
    quota.scheduling.koordinator.sh/allow-lent-resource: "false"
  annotations:
    quota.scheduling.koordinator.sh/shared-weight: '{"cpu": "5", "memory": "10Gi"}'
    quota.scheduling.koordinator.sh/namespaces: '["team-a", "team-b"]'
    quota.scheduling.koordinator.sh/runtime: '{"cpu": "4"}'
spec:
  max: {cpu: 20, memory: 20Gi}
  min: {cpu: 5, memory: 10Gi}
---
apiVersion: scheduling.sigs.k8s.io/v1alpha1
kind: ElasticQuota
metadata: {name: koordinator-system-quota, namespace: koordinator-system}
---
apiVersion: scheduling.sigs.k8s.io/v1alpha1
kind: ElasticQuota
metadata: {name: koordinator-root-quota, namespace: koordinator-system}
)";

TEST(ElasticQuotasTest, OfKoordinatorTheLabelsMakeTheTree) {
  const ImportWorld world(Peer::kElasticQuota, kKoordinator);
  EXPECT_EQ(world.Spec("parent"),
            R"({"guaranteed":{"cpu":"10","memory":"20Gi"},"limit":{"cpu":"20","memory":"40Gi"},)"
            R"("weight":20})");
  EXPECT_EQ(world.Spec("child-a"),
            R"({"parent":"parent","guaranteed":{"cpu":"5","memory":"10Gi"},)"
            R"("limit":{"cpu":"20","memory":"20Gi"},"lendLimit":{"cpu":"0","memory":"0"},)"
            R"("weight":5,"namespaces":["team-a","team-b"]})");
  EXPECT_THAT(world.imported.queues, SizeIs(2));
  EXPECT_THAT(world.Ignored("ElasticQuota koordinator-system/koordinator-root-quota"), SizeIs(1));
  EXPECT_THAT(
      world.Changed("ElasticQuota default/child-a"),
      ElementsAre(HasSubstr("metadata.annotations.quota.scheduling.koordinator.sh/shared-weight: "),
                  HasSubstr("metadata.annotations.quota.scheduling.koordinator.sh/namespaces: ")));
}

TEST(ElasticQuotasTest, GuaranteesAboveTheParentsAreInConflict) {
  std::string text = kKoordinator;
  text.replace(text.find("min: {cpu: 5,"), 13, "min: {cpu: 11,");
  const ImportWorld world(Peer::kElasticQuota, text);
  EXPECT_THAT(world.Conflicts("ElasticQuota default/parent"),
              ElementsAre("the queues below it are guaranteed 11 cpu, and it has 10 to promise -> "
                          "raise what it is guaranteed and its limit, or lower what they are "
                          "guaranteed"));
}

TEST(ElasticQuotasTest, AnAnnotationThatIsNoJsonIsNamed) {
  const ImportWorld world(Peer::kElasticQuota, R"(
apiVersion: scheduling.sigs.k8s.io/v1alpha1
kind: ElasticQuota
metadata:
  name: a
  annotations: {quota.scheduling.koordinator.sh/shared-weight: '{"cpu": '}
)");
  EXPECT_THAT(world.Conflicts("ElasticQuota a"),
              ElementsAre(HasSubstr("shared-weight: expected JSON: ")));
}

}  // namespace
}  // namespace tutti::importer
