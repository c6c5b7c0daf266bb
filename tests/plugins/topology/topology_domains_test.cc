#include "topology/topology_domains.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using ::testing::ElementsAre;
using testing::FakeCluster;
using testing::FakeHost;
using ::testing::IsEmpty;
using testing::MakePlugin;

class TopologyDomainsTest : public ::testing::Test {
 protected:
  std::vector<std::string> Names(const std::vector<ConfigEntry>& config) {
    const auto plugin = MakePlugin<TopologyDomains>(host_, config);
    CycleState state;
    domains_.clear();
    status_ = plugin->PlacementGenerate(state, {}, cluster_.view(), domains_);
    std::vector<std::string> names;
    for (const Domain& domain : domains_) names.push_back(domain.name);
    return names;
  }
  static std::vector<ConfigEntry> Levels(bool required) {
    return {{"/levels/0", ConfigKind::kString, "rack", ""},
            {"/levels/1", ConfigKind::kString, "zone", ""},
            {"/required", ConfigKind::kBoolean, required ? "true" : "false", ""}};
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
  std::vector<Domain> domains_;
  Status status_;
};

TEST_F(TopologyDomainsTest, NarrowBeforeWideAndSmallBeforeLarge) {
  for (int i = 0; i < 300; ++i) {
    auto node = cluster_.AddNode("n" + std::to_string(i));
    node.Label("zone", "z");
    if (i < 290) node.Label("rack", i < 200 ? "big" : "small");
  }
  EXPECT_THAT(Names(Levels(false)), ElementsAre("rack=small", "rack=big", "zone=z", "cluster"));
  EXPECT_EQ(domains_[0].nodes[0].Count() + domains_[0].nodes[1].Count(), 90u);
  EXPECT_THAT(Names(Levels(true)), ElementsAre("rack=small", "rack=big", "zone=z"));
}

TEST_F(TopologyDomainsTest, DomainsOfOneSizeComeByName) {
  for (const char* rack : {"r2", "r10", "r1"}) cluster_.AddNode(rack).Label("rack", rack);
  EXPECT_THAT(Names(Levels(true)), ElementsAre("rack=r1", "rack=r10", "rack=r2"));
}

TEST_F(TopologyDomainsTest, WhereNoNodeHasALabelARequiredLevelIsNowhere) {
  cluster_.AddNode("a");
  EXPECT_THAT(Names(Levels(true)), IsEmpty());
  EXPECT_EQ(status_.code(), Code::kUnschedulable);
  EXPECT_EQ(host_.ReasonCode(status_.reason()), "NoTopologyDomain");
  EXPECT_THAT(Names(Levels(false)), ElementsAre("cluster"));
}

TEST_F(TopologyDomainsTest, LevelsMustBeGiven) {
  EXPECT_THROW(MakePlugin<TopologyDomains>(host_), std::invalid_argument);
}

}  // namespace
}  // namespace tutti::plugins
