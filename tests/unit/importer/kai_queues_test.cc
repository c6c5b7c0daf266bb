#include "importer/kai_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(KaiQueuesTest, UnitsAndInheritance) {
  const ImportWorld world(Peer::kKai, R"(
apiVersion: scheduling.run.ai/v2
kind: Queue
metadata: {name: research-team}
spec:
  displayName: Research Team
  resources:
    cpu: {quota: 1500, limit: 4000, overQuotaWeight: 2}
    memory: {quota: 4096, limit: -1, overQuotaWeight: 2, lendingLimit: 1024.5}
    gpu: {quota: 2, limit: 4, overQuotaWeight: 2}
---
apiVersion: scheduling.run.ai/v2
kind: Queue
metadata: {name: ml-team}
spec:
  parentQueue: research-team
  priority: 200
  reclaimMinRuntime: 1h30m
  resources:
    cpu: {quota: 500, limit: -1, overQuotaWeight: 2}
    memory: {quota: 0, limit: -1, overQuotaWeight: 2}
    gpu: {quota: 1, limit: -1, overQuotaWeight: 2}
)");
  EXPECT_EQ(world.Spec("research-team"),
            R"({"guaranteed":{"cpu":"1500m","memory":"4096M","nvidia.com/gpu":"2"},)"
            R"("limit":{"cpu":"4","nvidia.com/gpu":"4"},"lendLimit":{"memory":"1024500k"},)"
            R"("weight":2,"priority":100})");
  EXPECT_EQ(world.Spec("ml-team"),
            R"({"parent":"research-team","guaranteed":{"cpu":"500m","nvidia.com/gpu":"1"},)"
            R"("weight":2,"priority":200,"minRuntime":"90m"})");
  EXPECT_THAT(world.Changed("Queue ml-team"), IsEmpty());
}

std::string QueueWith(const std::string& resources) {
  return "apiVersion: scheduling.run.ai/v2\nkind: Queue\nmetadata: {name: a}\nspec:\n  "
         "resources: " +
         resources;
}

TEST(KaiQueuesTest, NoLimitIsTheQuotaAndNoResourceIsReported) {
  const ImportWorld world(Peer::kKai, QueueWith("{cpu: {quota: 1000}, gpu: {}}"));
  EXPECT_EQ(world.Spec("a"),
            R"({"guaranteed":{"cpu":"1"},"limit":{"cpu":"1","nvidia.com/gpu":"0"},)"
            R"("priority":100})");
  EXPECT_THAT(
      world.Changed("Queue a"),
      ElementsAre(HasSubstr("spec.resources.cpu.limit: none, or 0: nothing beyond the quota"),
                  HasSubstr("spec.resources.memory: is not there: KAI gives it none"),
                  HasSubstr("spec.resources.gpu.limit: none, or 0")));
}

TEST(KaiQueuesTest, AQuotaWithoutBoundIsNoGuarantee) {
  const ImportWorld all(Peer::kKai,
                        QueueWith("{cpu: {quota: -1, limit: -1}, memory: {quota: -1, limit: -1}, "
                                  "gpu: {quota: -1, limit: -1}}"));
  EXPECT_EQ(all.Spec("a"), R"({"priority":100,"reclaimable":false})");
  EXPECT_THAT(all.Changed("Queue a"), ElementsAre(HasSubstr("nothing is taken back from it")));
  const ImportWorld some(Peer::kKai,
                         QueueWith("{cpu: {quota: -1, limit: -1}, memory: {quota: -1, limit: -1}, "
                                   "gpu: {quota: 2, limit: -1}}"));
  EXPECT_EQ(some.Spec("a"), R"({"guaranteed":{"nvidia.com/gpu":"2"},"priority":100})");
  EXPECT_THAT(some.Changed("Queue a"), ElementsAre(HasSubstr("others may take back all")));
}

TEST(KaiQueuesTest, PartsOfADeviceAreRoundedAndSaid) {
  const ImportWorld world(Peer::kKai, QueueWith("{gpu: {quota: 2.5, limit: -1}}"));
  EXPECT_THAT(world.Spec("a"), HasSubstr(R"("guaranteed":{"nvidia.com/gpu":"3"})"));
  EXPECT_THAT(world.Changed("Queue a"),
              Contains("spec.resources.gpu.quota: 2.5 is no whole amount of nvidia.com/gpu: it is "
                       "3 here"));
}

TEST(KaiQueuesTest, WhatIsNoNumberIsNamed) {
  const ImportWorld world(Peer::kKai, QueueWith("{cpu: {quota: -x, limit: [1]}, gpu: 7}"));
  EXPECT_THAT(world.Conflicts("Queue a"),
              ElementsAre(HasSubstr("spec.resources.cpu.quota: expected an amount from 0"),
                          HasSubstr("spec.resources.cpu.limit: expected an amount from 0"),
                          "spec.resources.gpu: expected a map, got 7"));
}

TEST(KaiQueuesTest, OneWeightForAllResources) {
  const ImportWorld world(
      Peer::kKai, QueueWith("{cpu: {quota: 1, limit: -1, overQuotaWeight: 1}, memory: {quota: 1, "
                            "limit: -1, overQuotaWeight: 1}, gpu: {quota: 1, limit: -1, "
                            "overQuotaWeight: 3}}"));
  EXPECT_THAT(world.Spec("a"), HasSubstr(R"("weight":3)"));
  EXPECT_THAT(world.Changed("Queue a"),
              ElementsAre(HasSubstr("spec.resources.gpu.overQuotaWeight: ")));
}

TEST(KaiQueuesTest, RuntimesWithinAQueueAreIgnored) {
  const ImportWorld world(Peer::kKai,
                          QueueWith("{gpu: {quota: 1, limit: 1}}") + "\n  preemptMinRuntime: 5m\n");
  EXPECT_THAT(world.Spec("a"), Not(HasSubstr("minRuntime")));
  EXPECT_THAT(world.Ignored("Queue a"), ElementsAre(HasSubstr("spec.preemptMinRuntime: 5m: ")));
}

TEST(KaiQueuesTest, NumbersOfTheApiServerMayHaveExponents) {
  const ImportWorld world(
      Peer::kKai,
      R"({"apiVersion": "scheduling.run.ai/v2", "kind": "Queue", "metadata": {"name": "a"},
          "spec": {"resources": {"memory": {"quota": 1.5e+06, "limit": 2e6}}}})");
  EXPECT_THAT(world.Spec("a"),
              HasSubstr(R"("guaranteed":{"memory":"1500G"},"limit":{"memory":"2T"})"));
}

TEST(KaiQueuesTest, AParentThatIsNotThereIsAConflict) {
  const ImportWorld world(Peer::kKai, QueueWith("{}") + "\n  parentQueue: gone\n");
  EXPECT_THAT(world.Conflicts("Queue a"),
              ElementsAre(HasSubstr("there is no queue gone that could be its parent")));
}

}  // namespace
}  // namespace tutti::importer
