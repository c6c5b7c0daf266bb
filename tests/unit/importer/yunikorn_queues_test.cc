#include "importer/yunikorn_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// As YuniKorn's documentation writes it.
constexpr char kQueues[] = R"(
partitions:
  - name: default
    placementrules:
      - name: tag
        value: namespace
        create: true
      - name: provided
    queues:
      - name: Namespaces
        parent: true
        maxapplications: 12
        submitacl: '*'
        resources:
          guaranteed: {memory: 1G, vcore: 10}
          max: {memory: 10G, vcore: 100}
        properties:
          priority.offset: "-5"
          preemption.policy: fence
        queues:
          - name: level1
            maxapplications: 8
            resources:
              guaranteed: {memory: 500M, vcore: 5500m, nvidia.com/gpu: 2}
              max: {memory: 5G, vcore: 50}
            properties:
              application.sort.policy: fair
              preemption.delay: 1m30s
              preemption.policy: disabled
            limits:
              - limit: the one who trains
                users: [ada]
                groups: [vision]
                maxresources: {vcore: 20}
              - limit: everybody
                users: ["*"]
                groups: ["*"]
                maxapplications: 2
)";

TEST(YuniKornQueuesTest, TheTreeByItsPaths) {
  const ImportWorld world(Peer::kYuniKorn, kQueues);
  EXPECT_EQ(world.error, "");
  EXPECT_EQ(world.Spec("root"), "{}");
  EXPECT_EQ(world.Spec("root.namespaces"),
            R"({"parent":"root","guaranteed":{"cpu":"10","memory":"1G"},)"
            R"("limit":{"cpu":"100","memory":"10G"},"priority":-5,"maxRunningGangs":12})");
  EXPECT_EQ(world.Spec("root.namespaces.level1"),
            R"({"parent":"root.namespaces",)"
            R"("guaranteed":{"cpu":"5500m","memory":"500M","nvidia.com/gpu":"2"},)"
            R"("limit":{"cpu":"50","memory":"5G"},"maxRunningGangs":8,)"
            R"("maxRunningGangsPerUser":2,"maxRunningGangsPerGroup":2,)"
            R"("limits":[{"users":["ada"],"groups":["vision"],"limit":{"cpu":"20"}}],)"
            R"("reclaimable":false,)"
            R"("reclaimDelay":"90s"})");
}

TEST(YuniKornQueuesTest, WhatChangesAndWhatIsIgnored) {
  const ImportWorld world(Peer::kYuniKorn, kQueues);
  EXPECT_THAT(world.Changed("queue root.namespaces"),
              ElementsAre("name: Namespaces: names are lower case here -> pods must name "
                          "root.namespaces",
                          HasSubstr("properties.preemption.policy: fence: ")));
  EXPECT_THAT(world.Ignored("queue root.namespaces"), ElementsAre(HasSubstr("submitacl: *: ")));
  EXPECT_THAT(world.Changed("queue root.namespaces.level1"),
              ElementsAre(HasSubstr("properties.application.sort.policy: fair: "),
                          HasSubstr("limits: users and groups are whom labels"),
                          HasSubstr("limits[1].groups: *: each group")));
  EXPECT_THAT(world.Ignored("queue root.namespaces.level1"), IsEmpty());
  EXPECT_THAT(world.Changed("Partition default"),
              ElementsAre(HasSubstr("placementrules[0].value: namespace: "),
                          HasSubstr("placementrules[0].create: ")));
}

TEST(YuniKornQueuesTest, ALimitOfNothingIsInConflict) {
  const ImportWorld world(Peer::kYuniKorn, R"(
partitions:
- queues:
  - {name: root, limits: [{limit: none, users: [ada]}]}
)");
  EXPECT_THAT(world.Conflicts("queue root"), ElementsAre(HasSubstr("limits[0].maxresources: ")));
}

TEST(YuniKornQueuesTest, ARootThatIsThereIsNotAddedAgain) {
  const ImportWorld world(Peer::kYuniKorn, R"(
partitions:
- queues:
  - name: root
    queues:
    - name: a
)");
  EXPECT_EQ(world.imported.queues.size(), 2u);
  EXPECT_EQ(world.Spec("root.a"), R"({"parent":"root","reclaimDelay":"30s"})");
}

TEST(YuniKornQueuesTest, WithoutPreemptionNothingIsTakenBack) {
  const ImportWorld world(Peer::kYuniKorn, R"(
partitions:
- {name: default, preemption: {enabled: false}, queues: [{name: root}]}
)");
  EXPECT_EQ(world.Spec("root"), R"({"reclaimable":false,"reclaimDelay":"30s"})");
}

TEST(YuniKornQueuesTest, TheConfigMapIsReadAsWell) {
  const ImportWorld world(Peer::kYuniKorn, R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: yunikorn-configs, namespace: yunikorn}
data:
  service.schedulingInterval: 1s
  queues.yaml: |
    partitions:
      - name: default
        queues:
          - name: root
            resources: {max: {vcore: bad}}
)");
  EXPECT_EQ(world.error, "");
  EXPECT_THAT(world.Conflicts("queue root"),
              ElementsAre(HasSubstr("resources.max.vcore: expected an amount from 0, such as")));
  EXPECT_EQ(world.imported.reports[1].where, "yunikorn-configs/queues.yaml:4");
}

TEST(YuniKornQueuesTest, AConfigMapWhoseTextIsBrokenNamesThePlace) {
  const ImportWorld world(Peer::kYuniKorn,
                          "kind: ConfigMap\nmetadata: {name: c}\ndata: {queues.yaml: \"a: [\"}\n");
  EXPECT_THAT(world.Conflicts("ConfigMap c"),
              ElementsAre(HasSubstr("data.queues.yaml: c/queues.yaml:1:")));
}

TEST(YuniKornQueuesTest, TwoPartitionsHaveTwoRoots) {
  const ImportWorld world(Peer::kYuniKorn,
                          "partitions: [{name: a, queues: []}, {name: b, queues: []}]");
  EXPECT_THAT(world.Conflicts("queue root, which YuniKorn adds"),
              ElementsAre(HasSubstr("is Queue root as well")));
}

TEST(YuniKornQueuesTest, NamesThatNoObjectMayHaveAreInConflict) {
  const ImportWorld world(Peer::kYuniKorn, "partitions: [{queues: [{name: a_b}]}]");
  EXPECT_THAT(world.Conflicts("queue root.a_b"),
              ElementsAre(HasSubstr("\"root.a_b\" cannot be the name of an object of the API")));
}

TEST(YuniKornQueuesTest, AQueueThatMayHaveOthersTakesGangsHere) {
  const ImportWorld world(
      Peer::kYuniKorn, "partitions: [{queues: [{name: root, queues: [{name: p, parent: true}]}]}]");
  EXPECT_THAT(world.Changed("queue root.p"), ElementsAre(HasSubstr("parent: it has no queues")));
  EXPECT_THAT(world.Changed("queue root"), IsEmpty());
}

TEST(YuniKornQueuesTest, WrongShapesNameThePlace) {
  for (const char* text : {"partitions: 5", "partitions: [{queues: {a: b}}]", "partitions: [7]",
                           "partitions: [{queues: [text]}]", "partitions: [{queues: [{}]}]"}) {
    const ImportWorld world(Peer::kYuniKorn, text);
    EXPECT_EQ(world.error, "") << text;
    EXPECT_GT(CountOf(Verdict::kConflict, world.imported), 0u) << text;
  }
}

}  // namespace
}  // namespace tutti::importer
