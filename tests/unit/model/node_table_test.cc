#include "model/node_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_format.h"

namespace tutti::model {
namespace {

constexpr ResourceId kGpu{4};

NodeInfo Node(const std::string& name, int64_t cpu, int64_t gpu = 0) {
  NodeInfo node;
  node.name = name;
  node.allocatable = {{kCpu, cpu}, {kGpu, gpu}, {kPods, 110}};
  return node;
}

ResourceList Cpu(int64_t amount) { return {{kCpu, amount}}; }

class NodeTableTest : public ::testing::Test {
 protected:
  int64_t FreeCpu(const std::string& node) const { return table_.Free(kCpu, table_.Find(node)); }
  NodeTable table_;
};

TEST_F(NodeTableTest, FreeIsAllocatableMinusChargedMinusReserved) {
  const NodeIndex a = table_.Upsert(Node("a", 4000, 8));
  table_.Charge("a", {{kCpu, 1000}, {kGpu, 2}}, {});
  table_.Reserve(a, {{kCpu, 500}, {kGpu, 1}}, {});
  EXPECT_EQ(table_.Free(kCpu, a), 2500);
  EXPECT_EQ(table_.Free(kGpu, a), 5);
  EXPECT_EQ(table_.Free(ResourceId(99), a), 0) << "a resource that the node does not have";
  table_.Unreserve(a, {{kCpu, 500}, {kGpu, 1}}, {});
  table_.Discharge("a", {{kCpu, 1000}, {kGpu, 2}}, {});
  EXPECT_EQ(table_.Free(kCpu, a), 4000);
  EXPECT_EQ(table_.Free(kGpu, a), 8);
}

TEST_F(NodeTableTest, ARestoredTableGivesNewNodesTheSamePlaces) {
  for (const char* name : {"a", "b", "c", "d"}) table_.Upsert(Node(name, 4000));
  table_.Remove("c");
  table_.Remove("a");
  NodeTable copy;
  copy.Restore(table_.layout());
  copy.Charge("b", Cpu(1000), {});
  EXPECT_EQ(copy.size(), 2u);
  EXPECT_EQ(copy.Find("b"), table_.Find("b"));
  EXPECT_EQ(copy.Free(kCpu, copy.Find("b")), 3000);
  for (const char* name : {"e", "f", "g"})
    EXPECT_EQ(copy.Upsert(Node(name, 4000)), table_.Upsert(Node(name, 4000))) << name;
}

TEST_F(NodeTableTest, APodMayBeKnownBeforeItsNode) {
  table_.Charge("late", Cpu(1000), {});
  EXPECT_FALSE(table_.Find("late").valid());
  table_.Upsert(Node("late", 4000));
  EXPECT_EQ(FreeCpu("late"), 3000);
}

// Ops bug 20: a node that flaps comes back with what its pods use, and without what was promised.
TEST_F(NodeTableTest, Bug20ANodeThatComesBackStillCarriesItsPods) {
  const NodeIndex first = table_.Upsert(Node("a", 4000));
  table_.Charge("a", Cpu(1000), {});
  table_.Reserve(first, Cpu(500), {});
  table_.Remove("a");
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.Info(first), nullptr);
  table_.Upsert(Node("other", 2000));
  EXPECT_EQ(FreeCpu("other"), 2000) << "its index is free for another node, without a remainder";
  table_.Upsert(Node("a", 4000));
  EXPECT_EQ(FreeCpu("a"), 3000);
}

// Ops bug 25: pods and nodes go in any order, and no number drifts.
TEST_F(NodeTableTest, Bug25RandomChargesAndRemovalsEndWhereTheyBegan) {
  std::mt19937 random(25);
  std::map<std::string, std::vector<int64_t>> charged;
  std::set<std::string> present;
  for (int i = 0; i < 5000; ++i) {
    const std::string node = absl::StrFormat("n%d", random() % 20);
    std::vector<int64_t>& pods = charged[node];
    switch (random() % 4) {
      case 0:
        pods.push_back(1 + random() % 900);
        table_.Charge(node, Cpu(pods.back()), {});
        break;
      case 1:
        if (pods.empty()) break;
        table_.Discharge(node, Cpu(pods.back()), {});
        pods.pop_back();
        break;
      case 2:
        table_.Upsert(Node(node, 1'000'000));
        present.insert(node);
        break;
      default:
        table_.Remove(node);
        present.erase(node);
    }
    if (!present.contains(node)) continue;
    int64_t expected = 1'000'000;
    for (int64_t cpu : pods) expected -= cpu;
    ASSERT_EQ(FreeCpu(node), expected) << "step " << i;
  }
  EXPECT_EQ(table_.size(), present.size());
}

TEST_F(NodeTableTest, ADischargeOfWhatWasNeverChargedChangesNothing) {
  table_.Upsert(Node("a", 4000));
  table_.Discharge("a", Cpu(1000), {});
  EXPECT_EQ(FreeCpu("a"), 4000);
}

TEST_F(NodeTableTest, ANodeThatShrinksHasLessThanNothingFree) {
  const NodeIndex a = table_.Upsert(Node("a", 4000));
  table_.Charge("a", Cpu(3000), {});
  EXPECT_FALSE(table_.Overcommitted(a));
  table_.Upsert(Node("a", 2000));
  EXPECT_EQ(FreeCpu("a"), -1000);
  EXPECT_FALSE(table_.Overcommitted(a)) << "nothing is promised there";
  table_.Reserve(a, Cpu(1), {});
  EXPECT_TRUE(table_.Overcommitted(a));
  table_.Upsert(Node("a", 4000));
  EXPECT_FALSE(table_.Overcommitted(a));
}

TEST_F(NodeTableTest, OnlyAChangeOfANodeObjectVoidsEligibility) {
  table_.Upsert(Node("a", 4000));
  const uint64_t before = table_.statics_generation();
  table_.Upsert(Node("a", 4000));
  table_.Charge("a", Cpu(1), {});
  EXPECT_EQ(table_.statics_generation(), before);
  table_.Upsert(Node("a", 5000));
  EXPECT_NE(table_.statics_generation(), before);
}

TEST_F(NodeTableTest, WhatNeverEndsStaysInADrainedNode) {
  const NodeIndex a = table_.Upsert(Node("a", 4000));
  table_.Charge("a", Cpu(1000), {});
  table_.Charge("a", Cpu(500), {});
  table_.ChargePermanent("a", Cpu(500), {});
  table_.Reserve(a, Cpu(2000), {});
  EXPECT_EQ(table_.Free(kCpu, a), 500);
  EXPECT_EQ(table_.FreeWhenDrained(kCpu, a), 3500);
  table_.DischargePermanent("a", Cpu(500), {});
  EXPECT_EQ(table_.FreeWhenDrained(kCpu, a), 4000);
}

TEST(PortsConflictTest, SamePortAndProtocolOnOverlappingAddresses) {
  const HostPort any{"0.0.0.0", "TCP", 80};
  const HostPort one{"10.0.0.1", "TCP", 80};
  EXPECT_TRUE(PortsConflict(any, any));
  EXPECT_TRUE(PortsConflict(any, one));
  EXPECT_TRUE(PortsConflict(one, any));
  EXPECT_TRUE(PortsConflict(one, one));
  EXPECT_FALSE(PortsConflict(one, {"10.0.0.2", "TCP", 80}));
  EXPECT_FALSE(PortsConflict(any, {"0.0.0.0", "UDP", 80}));
  EXPECT_FALSE(PortsConflict(any, {"0.0.0.0", "TCP", 81}));
}

TEST_F(NodeTableTest, PortsAreTakenByPodsAndByPromises) {
  const HostPort web{"0.0.0.0", "TCP", 80};
  const HostPort local{"127.0.0.1", "TCP", 80};
  const HostPort other{"0.0.0.0", "TCP", 81};
  const NodeIndex a = table_.Upsert(Node("a", 4000));
  EXPECT_TRUE(table_.PortsFree(a, {web}));
  table_.Charge("a", {}, {web});
  EXPECT_FALSE(table_.PortsFree(a, {other, local}));
  EXPECT_TRUE(table_.PortsFree(a, {other}));
  EXPECT_TRUE(table_.PortsFree(a, {}));
  table_.Discharge("a", {}, {web});
  table_.Reserve(a, {}, {local});
  EXPECT_FALSE(table_.PortsFree(a, {web}));
  table_.Unreserve(a, {}, {local});
  EXPECT_TRUE(table_.PortsFree(a, {web}));
  table_.Reserve(a, {}, {web});
  table_.Remove("a");
  EXPECT_TRUE(table_.PortsFree(table_.Upsert(Node("b", 1)), {web}))
      << "promises go with the node, its index may stand for another";
}

TEST_F(NodeTableTest, APublishedTableDoesNotSeeLaterChanges) {
  const NodeIndex a = table_.Upsert(Node("a", 4000));
  table_.Charge("a", Cpu(1000), {});
  const NodeTable::Published published = table_.Publish();
  table_.Charge("a", Cpu(500), {});
  table_.Reserve(a, Cpu(100), {});
  table_.Upsert(Node("b", 4000));
  table_.Upsert(Node("a", 8000));
  EXPECT_EQ(published.blocks[0]->Free(kCpu, OffsetOf(a)), 3000);
  EXPECT_EQ(published.directory.size(), 1u);
  EXPECT_EQ(table_.Free(kCpu, a), 6400);
  table_.Remove("a");
  EXPECT_EQ(published.blocks[0]->statics->infos[OffsetOf(a)]->name, "a");
}

TEST_F(NodeTableTest, ThreeHundredNodesFillASecondBlock) {
  for (int i = 0; i < 300; ++i) table_.Upsert(Node(absl::StrFormat("n%d", i), i));
  EXPECT_EQ(table_.blocks().size(), 2u);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(FreeCpu(absl::StrFormat("n%d", i)), i);
  const NodeTable::Published published = table_.Publish();
  table_.Charge("n299", Cpu(1), {});
  EXPECT_EQ(published.blocks[0], table_.blocks()[0]) << "an unchanged block is shared";
  EXPECT_NE(published.blocks[1], table_.blocks()[1]);
}

TEST(NodeTableChangesTest, ChangesAreTold) {
  NodeTable table;
  NodeInfo a;
  a.name = "a";
  NodeInfo b;
  b.name = "b";
  const NodeIndex first = table.Upsert(a);
  const NodeIndex second = table.Upsert(b);
  const uint64_t before = table.next_change();
  EXPECT_TRUE(table.ChangesSince(before)->empty());
  table.Reserve(second, {{kCpu, 1}}, {});
  table.Unreserve(second, {{kCpu, 1}}, {});
  table.Charge("a", {{kCpu, 1}}, {});
  const auto changes = table.ChangesSince(before);
  ASSERT_EQ(changes->size(), 2u) << "in a row they count once";
  EXPECT_EQ((*changes)[0], second);
  EXPECT_EQ((*changes)[1], first);
  const uint64_t seen = table.next_change();
  table.Discharge("a", {{kCpu, 1}}, {});
  EXPECT_EQ(table.ChangesSince(seen)->size(), 1u) << "the same node, but it had been seen";
}

TEST_F(NodeTableTest, ANodeIsClosedByNameWhetherItExistsOrNot) {
  table_.SetClosed("a", true);
  const NodeIndex a = table_.Upsert(Node("a", 4000));
  const NodeIndex b = table_.Upsert(Node("b", 4000));
  EXPECT_TRUE(table_.Closed(a));
  EXPECT_FALSE(table_.Closed(b));
  const NodeTable::Published published = table_.Publish();
  const uint64_t generation = table_.statics_generation();
  table_.SetClosed("a", false);
  EXPECT_FALSE(table_.Closed(a));
  EXPECT_NE(table_.statics_generation(), generation) << "eligibility must be computed anew";
  EXPECT_TRUE(published.blocks[0]->statics->closed.Has(OffsetOf(a)));
  table_.SetClosed("b", true);
  table_.Remove("b");
  EXPECT_TRUE(table_.Closed(table_.Upsert(Node("b", 8000)))) << "it has come back";
}

}  // namespace
}  // namespace tutti::model
