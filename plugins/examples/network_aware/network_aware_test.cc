#include "network_aware.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "tutti/testing/fake_cluster.h"

namespace examples {
namespace {

using tutti::Code;
using tutti::ConfigEntry;
using tutti::ConfigKind;
using tutti::CycleState;
using tutti::Domain;
using tutti::NodeIndex;
using tutti::PodClassView;
using tutti::Status;
using tutti::testing::FakeCluster;
using tutti::testing::FakeHost;
using tutti::testing::FakePod;
using tutti::testing::MakePlugin;

std::vector<ConfigEntry> Args(int64_t worker_to_server, int64_t worker_to_worker) {
  const auto text = [](const char* pointer, const char* value) {
    return ConfigEntry{pointer, ConfigKind::kString, value, ""};
  };
  const auto number = [](const char* pointer, int64_t value) {
    return ConfigEntry{pointer, ConfigKind::kInteger, std::to_string(value), ""};
  };
  return {text("/links/0/between", "a"),
          text("/links/0/and", "b"),
          number("/links/0/latencyMicroseconds", 400),
          text("/dependencies/0/between", "worker"),
          text("/dependencies/0/and", "server"),
          number("/dependencies/0/maxLatencyMicroseconds", worker_to_server),
          text("/dependencies/1/between", "worker"),
          text("/dependencies/1/and", "worker"),
          number("/dependencies/1/maxLatencyMicroseconds", worker_to_worker)};
}

// Zones a, b, c in region east, d in region west: 100 within each, 400 from a to b, 1,000 within
// the region, 50,000 between regions.
class NetworkAwareTest : public ::testing::Test {
 protected:
  NetworkAwareTest() {
    for (const char* zone : {"a", "b", "c", "d"}) {
      for (const char* number : {"0", "1"}) {
        cluster_.AddNode(std::string(zone) + number)
            .Label("topology.kubernetes.io/zone", zone)
            .Label("topology.kubernetes.io/region", *zone == 'd' ? "west" : "east");
      }
    }
    cluster_.AddNode("nowhere");
  }

  FakePod& Pod(const std::string& role, int64_t count = 1) {
    pods_.emplace_back(host_);
    pods_.back().Gang("train", count);
    return role.empty() ? pods_.back() : pods_.back().Label("example.com/role", role);
  }
  // A gang of these roles, one member each.
  tutti::GangView Gang(const std::vector<std::string>& roles) {
    classes_.clear();
    for (const std::string& role : roles) classes_.push_back(Pod(role).view());
    tutti::GangView gang;
    gang.name = "train";
    gang.classes = classes_;
    return gang;
  }
  Status Generate(const NetworkAware& plugin, const tutti::GangView& gang) {
    domains_.clear();
    state_ = CycleState();
    return plugin.PlacementGenerate(state_, gang, cluster_.view(), domains_);
  }
  std::string Names() const {
    std::string names;
    for (const Domain& domain : domains_) names += (names.empty() ? "" : " ") + domain.name;
    return names;
  }
  int64_t Score(const NetworkAware& plugin, const tutti::GangView& gang,
                const std::vector<std::string>& nodes) {
    std::vector<NodeIndex> indices;
    for (const std::string& node : nodes) indices.push_back(cluster_.Index(node));
    std::vector<std::span<const NodeIndex>> by_class;
    for (const NodeIndex& index : indices) by_class.emplace_back(&index, 1);
    return plugin.PlacementScore(state_, gang, {nullptr, by_class}, cluster_.view());
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
  std::deque<FakePod> pods_;
  std::vector<PodClassView> classes_;
  CycleState state_;
  std::vector<Domain> domains_;
};

TEST_F(NetworkAwareTest, DomainsAreZonesNearEnoughToEachOtherTheSmallerOnesFirst) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(500, 10'000));
  ASSERT_TRUE(Generate(*plugin, Gang({"worker", "server"})).ok());
  EXPECT_EQ(Names(), "a b c d a+b") << "worker to server is the strictest: 500";
  ASSERT_TRUE(Generate(*plugin, Gang({"worker", "worker"})).ok());
  EXPECT_EQ(Names(), "a b c d a+b a+c a+b+c") << "worker to worker alone: 10,000";
  EXPECT_EQ(host_.Count("domains_generated"), 12);
}

TEST_F(NetworkAwareTest, ADomainHoldsTheNodesOfItsZones) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(500, 10'000));
  ASSERT_TRUE(Generate(*plugin, Gang({"worker", "server"})).ok());
  const Domain& last = domains_.back();
  ASSERT_EQ(last.nodes.size(), 1u);
  for (const char* name : {"a0", "a1", "b0", "b1"})
    EXPECT_TRUE(last.nodes[0].Has(cluster_.Index(name).value)) << name;
  EXPECT_EQ(last.nodes[0].Count(), 4u);
}

TEST_F(NetworkAwareTest, GangsWhoseMembersNeedNothingOfOneAnotherGoAnywhere) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(500, 500));
  EXPECT_EQ(Generate(*plugin, Gang({"server", "logger"})).code(), Code::kSkip);
  EXPECT_EQ(Generate(*plugin, Gang({""})).code(), Code::kSkip);
}

TEST_F(NetworkAwareTest, WhatNoZoneGivesIsRefusedWithNumbers) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(50, 50));
  const Status status = Generate(*plugin, Gang({"worker", "server"}));
  EXPECT_EQ(status.code(), Code::kUnschedulableAndUnresolvable);
  EXPECT_EQ(host_.ReasonCode(status.reason()), "OutOfReach");
  EXPECT_EQ(status.need(), 50);
  EXPECT_EQ(status.have(), 100);
}

TEST_F(NetworkAwareTest, APlacementIsBetterTheLessItsMembersWaitForOneAnother) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(500, 10'000));
  const tutti::GangView gang = Gang({"worker", "server"});
  ASSERT_TRUE(Generate(*plugin, gang).ok());
  // The worker's pair with itself is a pair as well: 100 of 10,000.
  EXPECT_EQ(Score(*plugin, gang, {"a0", "a1"}), 98) << "(100 + 100) / 2 of (500 + 10,000) / 2";
  EXPECT_EQ(Score(*plugin, gang, {"a0", "b0"}), 95);
  EXPECT_EQ(Score(*plugin, gang, {"a0", "d0"}), 0) << "more than can be borne";
}

TEST_F(NetworkAwareTest, NodesOutOfReachOfAnyPeerOrInNoZoneAreRefused) {
  const auto strict = MakePlugin<NetworkAware>(host_, Args(50, 10'000));
  CycleState state;
  const FakePod& worker = Pod("worker");
  ASSERT_TRUE(strict->PreFilter(state, worker.view(), cluster_.view()).ok());
  const Status refused = strict->Filter(state, worker.view(), cluster_.Node("a0"));
  EXPECT_EQ(host_.ReasonCode(refused.reason()), "OutOfReach");
  EXPECT_EQ(refused.need(), 50);
  const Status nowhere = strict->Filter(state, worker.view(), cluster_.Node("nowhere"));
  EXPECT_EQ(host_.ReasonCode(nowhere.reason()), "PlaceUnknown");

  const auto mild = MakePlugin<NetworkAware>(host_, Args(500, 10'000));
  CycleState other;
  ASSERT_TRUE(mild->PreFilter(other, worker.view(), cluster_.view()).ok());
  EXPECT_TRUE(mild->Filter(other, worker.view(), cluster_.Node("a0")).ok());
}

TEST_F(NetworkAwareTest, ZonesNearTheMiddleOfTheClusterScoreMore) {
  std::vector<ConfigEntry> args = Args(500, 10'000);
  args.push_back({"/otherRegion/latencyMicroseconds", ConfigKind::kInteger, "5000", ""});
  const auto plugin = MakePlugin<NetworkAware>(host_, args);
  CycleState state;
  const FakePod& worker = Pod("worker");
  ASSERT_TRUE(plugin->PreFilter(state, worker.view(), cluster_.view()).ok());
  ASSERT_TRUE(plugin->PreScore(state, worker.view(), cluster_.view()).ok());
  const auto score = [&](const char* node) {
    return plugin->Score(state, worker.view(), cluster_.Node(node));
  };
  EXPECT_EQ(score("d0"), 0);
  EXPECT_GT(score("a0"), score("c0"));
  EXPECT_EQ(score("a0"), score("b1"));
  EXPECT_EQ(score("nowhere"), 0);
}

TEST_F(NetworkAwareTest, PodsOfOtherRolesAreNotJudged) {
  const auto plugin = MakePlugin<NetworkAware>(host_, Args(50, 50));
  CycleState state;
  const FakePod& logger = Pod("logger");
  EXPECT_EQ(plugin->PreFilter(state, logger.view(), cluster_.view()).code(), Code::kSkip);
  EXPECT_EQ(plugin->PreScore(state, logger.view(), cluster_.view()).code(), Code::kSkip);
}

TEST_F(NetworkAwareTest, MistakesInTheConfigurationAreRefused) {
  EXPECT_THROW(MakePlugin<NetworkAware>(host_), std::invalid_argument) << "no dependency";
  std::vector<ConfigEntry> args = Args(500, 500);
  args.push_back({"/dependencies/1/maxLatency", ConfigKind::kInteger, "1", ""});
  EXPECT_THROW(MakePlugin<NetworkAware>(host_, args), std::invalid_argument);
}

}  // namespace
}  // namespace examples
