#include "queue/node_flavors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/queue_args.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using testing::FakeCluster;
using testing::FakeHost;
using ::testing::HasSubstr;
using testing::QueueArgs;

class NodeFlavorsTest : public ::testing::Test {
 protected:
  std::unique_ptr<NodeFlavors> Make(const QueueArgs& args) {
    Config config(args.entries());
    auto flavors = std::make_unique<NodeFlavors>(config, host_);
    mistakes_.clear();
    for (const ConfigError& error : config.errors())
      mistakes_ += error.pointer + ": " + error.message + "\n";
    return flavors;
  }
  void Tell(NodeFlavors& flavors, std::string_view node, bool there = true) {
    flavors.NodeChanged(cluster_.Node(node), there);
  }
  NodeIndex Index(std::string_view node) { return cluster_.Node(node).index(); }

  FakeHost host_;
  FakeCluster cluster_{host_};
  std::string mistakes_;
};

TEST_F(NodeFlavorsTest, ANodeIsOfTheFirstFlavorWhoseLabelsItHas) {
  const auto flavors = Make(QueueArgs()
                                .Flavor("large", "gpu", "A100")
                                .Global("flavors/0/nodeLabels/size", "xl")
                                .Flavor("a100", "gpu", "A100")
                                .Flavor("spot", "spot", "yes"));
  EXPECT_EQ(mistakes_, "");
  cluster_.AddNode("both").Label("gpu", "A100").Label("size", "xl").Label("spot", "yes");
  cluster_.AddNode("small").Label("gpu", "A100").Label("size", "s");
  cluster_.AddNode("other").Label("gpu", "H100").Label("spot", "yes");
  cluster_.AddNode("plain");
  for (const char* node : {"both", "small", "other", "plain"}) Tell(*flavors, node);
  EXPECT_EQ(flavors->Of(Index("both")), "large");
  EXPECT_EQ(flavors->Of(Index("small")), "a100");
  EXPECT_EQ(flavors->Of(Index("other")), "spot");
  EXPECT_EQ(flavors->Of(Index("plain")), "");
  EXPECT_EQ(flavors->Of(NodeIndex(5000)), "");
  EXPECT_EQ(flavors->DomainOf("a100").name, "flavor a100");
  EXPECT_EQ(flavors->DomainOf("a100").nodes.at(0).Count(), 1u);
  EXPECT_TRUE(flavors->DomainOf("a100").nodes.at(0).Has(1));
}

TEST_F(NodeFlavorsTest, NodesComeChangeAndGo) {
  const auto flavors = Make(QueueArgs().Flavor("a100", "gpu", "A100").Flavor("spot", "spot", "y"));
  cluster_.AddNode("n").Label("gpu", "A100").Label("spot", "y");
  Tell(*flavors, "n");
  EXPECT_EQ(flavors->Of(Index("n")), "a100");
  cluster_.Change("n").Label("gpu", "H100");
  Tell(*flavors, "n");
  EXPECT_EQ(flavors->Of(Index("n")), "spot");
  EXPECT_EQ(flavors->DomainOf("a100").nodes.at(0).Count(), 0u);
  Tell(*flavors, "n", /*there=*/false);
  EXPECT_EQ(flavors->Of(Index("n")), "");
}

TEST_F(NodeFlavorsTest, APlacementIsOfOneFlavorOrOfNone) {
  const auto flavors = Make(QueueArgs().Flavor("a", "kind", "a").Flavor("b", "kind", "b"));
  cluster_.AddNode("a0").Label("kind", "a");
  cluster_.AddNode("a1").Label("kind", "a");
  cluster_.AddNode("b0").Label("kind", "b");
  cluster_.AddNode("plain").Label("kind", "c");
  for (const char* node : {"a0", "a1", "b0", "plain"}) Tell(*flavors, node);
  const auto of = [&](const std::vector<std::vector<NodeIndex>>& nodes) {
    const std::vector<std::span<const NodeIndex>> spans(nodes.begin(), nodes.end());
    return std::string(flavors->OfAll({nullptr, spans}));
  };
  const NodeIndex a0 = Index("a0");
  EXPECT_EQ(of({{a0, Index("a1")}, {a0}}), "a");
  EXPECT_EQ(of({{a0}, {Index("b0")}}), "");
  EXPECT_EQ(of({{a0, Index("plain")}}), "");
  EXPECT_EQ(of({}), "");
}

TEST_F(NodeFlavorsTest, WhatIsNoFlavorIsRefused) {
  EXPECT_FALSE(Make(QueueArgs())->any());
  Make(QueueArgs().Flavor("", "kind", "a"));
  EXPECT_THAT(mistakes_, HasSubstr("/flavors/0/name: a flavor has no name"));
  Make(QueueArgs().Flavor("a", "kind", "a").Flavor("a", "kind", "b"));
  EXPECT_THAT(mistakes_, HasSubstr("/flavors/1/name: flavor a is there twice"));
  Make(QueueArgs().Global("flavors/0/name", "a"));
  EXPECT_THAT(mistakes_, HasSubstr("/flavors/0/nodeLabels: expected labels"));
}

}  // namespace
}  // namespace tutti::plugins
