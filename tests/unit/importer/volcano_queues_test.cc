#include "importer/volcano_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/importer/import_world.h"

namespace tutti::importer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(VolcanoQueuesTest, AmountsKeepTheirMeaning) {
  const ImportWorld world(Peer::kVolcano, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata:
  name: research
spec:
  weight: 4
  priority: 100
  reclaimable: false
  dequeueStrategy: fifo
  deserved: {cpu: "8", memory: 16Gi}
  guarantee:
    resource: {cpu: "2", nvidia.com/gpu: 1}
  capability: {cpu: 10, memory: 20480Mi}
)");
  EXPECT_EQ(world.Spec("research"),
            R"({"guaranteed":{"cpu":"8","memory":"16Gi","nvidia.com/gpu":"1"},)"
            R"("limit":{"cpu":"10","memory":"20Gi"},)"
            R"("lendLimit":{"cpu":"6","nvidia.com/gpu":"0"},)"
            R"("weight":4,"priority":100,"queueingStrategy":"StrictFIFO","reclaimable":false})");
  EXPECT_THAT(world.Changed("Queue research"), IsEmpty());
  EXPECT_THAT(world.Ignored("Queue research"), IsEmpty());
}

TEST(VolcanoQueuesTest, AGuaranteeAboveWhatIsDeservedIsAConflict) {
  const ImportWorld world(Peer::kVolcano, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: a}
spec: {deserved: {cpu: 1500m}, guarantee: {resource: {cpu: 2}}}
)");
  EXPECT_THAT(world.Conflicts("Queue a"),
              ElementsAre("spec.guarantee.resource.cpu: is more than is deserved: 2 of 1500m -> "
                          "raise deserved, or lower the guarantee"));
}

TEST(VolcanoQueuesTest, RootIsLeftOutWhereItBoundsNothing) {
  constexpr char kQueues[] = R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: root}
spec: {%s}
---
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: dept}
spec: {parent: root}
---
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: team}
spec: {parent: dept}
---
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: default}
)";
  std::string plain = kQueues;
  plain.replace(plain.find("%s"), 2, "weight: 1");
  const ImportWorld without(Peer::kVolcano, plain);
  EXPECT_EQ(without.Spec("root"), "");
  EXPECT_EQ(without.Spec("dept"), "{}");
  EXPECT_EQ(without.Spec("team"), R"({"parent":"dept"})");
  EXPECT_THAT(without.Ignored("Queue root"), SizeIs(1));

  std::string bounded = kQueues;
  bounded.replace(bounded.find("%s"), 2, "capability: {cpu: 100}");
  const ImportWorld with(Peer::kVolcano, bounded);
  EXPECT_EQ(with.Spec("root"), R"({"limit":{"cpu":"100"}})");
  EXPECT_EQ(with.Spec("dept"), R"({"parent":"root"})");
  EXPECT_EQ(with.Spec("default"), R"({"parent":"root"})");
}

TEST(VolcanoQueuesTest, WhatIsClosedStaysClosed) {
  for (const auto& [state, spec] :
       {std::pair("Closed", R"({"state":"Closed"})"), std::pair("Closing", R"({"state":"Closed"})"),
        std::pair("Open", "{}")}) {
    const ImportWorld world(Peer::kVolcano,
                            std::string("{\"apiVersion\": \"scheduling.volcano.sh/v1beta1\", "
                                        "\"kind\": \"Queue\", \"metadata\": {\"name\": \"a\"}, "
                                        "\"status\": {\"state\": \"") +
                                state + "\", \"running\": 3}}");
    EXPECT_EQ(world.Spec("a"), spec) << state << world.error;
  }
}

TEST(VolcanoQueuesTest, WhatHasNoCounterpartIsNamed) {
  const ImportWorld world(Peer::kVolcano, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: a, annotations: {volcano.sh/hierarchy: root/sci, other: x}}
spec:
  affinity: {nodeGroupAffinity: {}}
  extendClusters: [{name: c}]
  somethingNew: 1
)");
  EXPECT_THAT(world.Ignored("Queue a"),
              ElementsAre(HasSubstr("spec.affinity: "), HasSubstr("spec.extendClusters: "),
                          "spec.somethingNew: this import does not know it",
                          HasSubstr("metadata.annotations.volcano.sh/hierarchy: root/sci: ")));
}

TEST(VolcanoQueuesTest, WrongTypesNameTheField) {
  const ImportWorld world(Peer::kVolcano, R"(
apiVersion: scheduling.volcano.sh/v1beta1
kind: Queue
metadata: {name: a}
spec: {weight: heavy, capability: [cpu], deserved: {cpu: lots}, reclaimable: "no", priority: -1}
)");
  EXPECT_THAT(world.Conflicts("Queue a"),
              ElementsAre("spec.weight: expected a whole number from 1 to 65535, got heavy",
                          HasSubstr("spec.priority: expected a whole number from 0"),
                          "spec.reclaimable: expected true or false, got the text \"no\"",
                          "spec.capability: expected a map, got a list",
                          HasSubstr("spec.deserved.cpu: expected an amount from 0, such as")));
}

}  // namespace
}  // namespace tutti::importer
