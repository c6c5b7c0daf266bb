// Small random clusters, where every placement can be tried.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using model::kCpu;
using model::kMemory;
using model::NodeIndex;
using testing::kGpu;
using testing::PlacerWorld;

class RandomCluster {
 public:
  explicit RandomCluster(uint32_t seed) : random_(seed) {
    const int count = 1 + Below(4);
    for (int i = 0; i < count; ++i) AddNode(i);
    const int kinds = 1 + Below(3);
    for (int c = 0; c < kinds; ++c) AddClass();
  }

  PlacerWorld world;
  std::vector<NodeIndex> nodes;
  std::vector<MemberClass> classes;

  // Whether one more member of `wanted` may stand on `node` beside `others`.
  bool MayAdd(const MemberClass& wanted, NodeIndex node,
              const std::multimap<NodeIndex, const MemberClass*>& others) const {
    const model::PodShape& shape = *wanted.shape;
    const auto contains = [node](const std::vector<NodeIndex>& list) {
      return std::find(list.begin(), list.end(), node) != list.end();
    };
    if (contains(wanted.refused) || (!wanted.only.empty() && !contains(wanted.only))) return false;
    const bool tainted = !world.nodes.Info(node)->taints.empty();
    if (tainted && shape.tolerations.empty()) return false;
    model::ResourceList sum = shape.requests;
    const auto [begin, end] = others.equal_range(node);
    for (auto it = begin; it != end; ++it) {
      sum.Add(it->second->shape->requests);
      if (!shape.host_ports.empty() && !it->second->shape->host_ports.empty()) return false;
    }
    for (const auto& [resource, amount] : sum.entries())
      if (amount > world.nodes.Free(resource, node)) return false;
    return true;
  }

  // Tries every assignment of `missing` more members to nodes from `first` on.
  bool Exists(const MemberClass& wanted, int64_t missing, size_t first,
              std::multimap<NodeIndex, const MemberClass*>& taken) const {
    if (missing == 0) return true;
    for (size_t n = first; n < nodes.size(); ++n) {
      if (!MayAdd(wanted, nodes[n], taken)) continue;
      const auto added = taken.emplace(nodes[n], &wanted);
      if (Exists(wanted, missing - 1, n, taken)) return true;
      taken.erase(added);
    }
    return false;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void AddNode(int i) {
    model::NodeInfo node;
    node.name = absl::StrFormat("n%d", i);
    node.allocatable = {{kCpu, 1000 * (1 + Below(8))},
                        {kMemory, 1 + Below(8)},
                        {kGpu, Below(4)},
                        {model::kPods, 1 + Below(6)}};
    if (Below(4) == 0) node.taints = {{"t", "", model::TaintEffect::kNoSchedule}};
    const std::string name = node.name;
    nodes.push_back(world.nodes.Upsert(std::move(node)));
    if (Below(2) == 0) world.nodes.Charge(name, {{kCpu, 500 * Below(6)}, {kMemory, Below(3)}}, {});
  }

  void AddClass() {
    model::PodShape shape;
    shape.requests = {
        {kCpu, 500 * Below(5)}, {kMemory, Below(3)}, {kGpu, Below(3)}, {model::kPods, 1}};
    if (Below(3) == 0) shape.tolerations = {{"t", "", model::TaintEffect::kNone, true}};
    if (Below(5) == 0) shape.host_ports = {{"0.0.0.0", "TCP", 80}};
    MemberClass wanted = PlacerWorld::Class(std::make_shared<const model::PodShape>(shape),
                                            1 + static_cast<int64_t>(Below(5)));
    for (NodeIndex node : nodes) {
      if (Below(6) == 0) wanted.refused.push_back(node);
      if (Below(10) == 0) wanted.only.push_back(node);
    }
    classes.push_back(std::move(wanted));
  }

  std::mt19937 random_;
};

TEST(GangPlacerBruteForceTest, WhateverFitsIsAValidPlacement) {
  int fitted = 0;
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    RandomCluster cluster(seed);
    const Placement placement = cluster.world.Place(cluster.classes);
    if (!placement.fits) continue;
    ++fitted;
    std::multimap<NodeIndex, const MemberClass*> taken;
    for (size_t c = 0; c < cluster.classes.size(); ++c) {
      const MemberClass& wanted = cluster.classes[c];
      ASSERT_EQ(static_cast<int64_t>(placement.nodes[c].size()), wanted.count) << "seed " << seed;
      for (NodeIndex node : placement.nodes[c]) {
        ASSERT_TRUE(cluster.MayAdd(wanted, node, taken)) << "seed " << seed << " class " << c;
        taken.emplace(node, &wanted);
      }
    }
  }
  EXPECT_GT(fitted, 500) << "the clusters are too small to prove anything";
}

TEST(GangPlacerBruteForceTest, AGangOfOneClassThatDoesNotFitCouldNotFit) {
  int fitted = 0;
  int refused = 0;
  for (uint32_t seed = 0; seed < 5000; ++seed) {
    RandomCluster cluster(seed);
    cluster.classes.resize(1);
    std::multimap<NodeIndex, const MemberClass*> taken;
    const bool exists = cluster.Exists(cluster.classes[0], cluster.classes[0].count, 0, taken);
    const Placement placement = cluster.world.Place(cluster.classes);
    ASSERT_EQ(placement.fits, exists) << "seed " << seed;
    ++(exists ? fitted : refused);
    if (exists) continue;
    EXPECT_LT(placement.reason.have, std::max<int64_t>(placement.reason.need, 1)) << seed;
  }
  EXPECT_GT(fitted, 1000);
  EXPECT_GT(refused, 1000);
}

TEST(GangPlacerBruteForceTest, TheSameClusterGivesTheSamePlacement) {
  for (uint32_t seed = 0; seed < 500; ++seed) {
    RandomCluster one(seed);
    RandomCluster other(seed);
    const Placement first = one.world.Place(one.classes);
    EXPECT_EQ(first.nodes, other.world.Place(other.classes).nodes) << "seed " << seed;
    EXPECT_EQ(first.nodes, one.world.Place(one.classes).nodes) << "seed " << seed;
    EXPECT_EQ(first.reason, one.world.Place(one.classes).reason) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tutti::planner
