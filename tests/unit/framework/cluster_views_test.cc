#include "framework/cluster_views.h"

#include <gtest/gtest.h>

#include <string>

#include "base/interner.h"
#include "model/node_table.h"

namespace tutti::framework {
namespace {

constexpr ResourceId kGpu{4};

class ClusterViewsTest : public ::testing::Test {
 protected:
  NodeIndex AddNode(const std::string& name, model::ResourceList allocatable,
                    const std::string& rack = "") {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = std::move(allocatable);
    if (!rack.empty()) node.fields = {base::StringId(), texts_.Intern(rack)};
    return nodes_.Upsert(std::move(node));
  }
  NodeView Node(NodeIndex node) {
    views_.Reset(nodes_.blocks());
    return views_.view().BlockOf(node)->Node(OffsetOf(node));
  }

  base::Interner texts_;
  model::NodeTable nodes_;
  ClusterViews views_{texts_};
};

TEST_F(ClusterViewsTest, APluginSeesNumbersNamesAndFields) {
  const NodeIndex a = AddNode("a", {{kCpu, 4000}, {kGpu, 8}}, "r1");
  const NodeIndex b = AddNode("b", {{kCpu, 2000}});
  nodes_.Charge("a", {{kCpu, 500}}, {});
  nodes_.Reserve(a, {{kCpu, 250}}, {});
  nodes_.Reserve(a, {{kCpu, 250}}, {}, model::NodeTable::Reserved::kForHead);
  EXPECT_EQ(Node(a).name(), "a");
  EXPECT_EQ(Node(a).index(), a);
  EXPECT_EQ(Node(a).Allocatable(kCpu), 4000);
  EXPECT_EQ(Node(a).Free(kCpu), 3000) << "less what is bound, placed and kept for the head";
  EXPECT_EQ(Node(a).Field(NodeField(1)), "r1");
  EXPECT_EQ(Node(b).Field(NodeField(1)), "");
  EXPECT_EQ(Node(b).Free(kGpu), 0);
  EXPECT_EQ(Node(b).Field(NodeField(7)), "") << "nobody has it";
  EXPECT_EQ(Node(b).Free(ResourceId(99)), 0);
}

TEST_F(ClusterViewsTest, NodesThatAreGoneAreNotPresent) {
  const NodeIndex a = AddNode("a", {{kCpu, 1}});
  const NodeIndex b = AddNode("b", {{kCpu, 1}});
  nodes_.Remove("a");
  views_.Reset(nodes_.blocks());
  EXPECT_FALSE(views_.view().blocks[0].present.Has(OffsetOf(a)));
  EXPECT_TRUE(views_.view().blocks[0].present.Has(OffsetOf(b)));
}

TEST_F(ClusterViewsTest, APublishedBlockStaysAsItWasWhenSeen) {
  const NodeIndex a = AddNode("a", {{kCpu, 4000}});
  const model::NodeTable::Published published = nodes_.Publish();
  ClusterViews before(texts_);
  before.Reset(published.blocks);
  nodes_.Charge("a", {{kCpu, 1000}, {kGpu, 1}}, {});
  EXPECT_EQ(before.view().blocks[0].Free(kCpu, OffsetOf(a)), 4000);
  EXPECT_EQ(Node(a).Free(kCpu), 3000);
  EXPECT_EQ(Node(a).Free(kGpu), -1);
}

TEST_F(ClusterViewsTest, WhatIsFreeMayBeShownOtherwise) {
  const NodeIndex a = AddNode("a", {{kCpu, 4000}});
  views_.Reset(nodes_.blocks());
  const model::NodeBlock::Column drained = [] {
    model::NodeBlock::Column column{};
    column.fill(123);
    return column;
  }();
  const std::vector<NodeBlockView::Column> columns = {drained.data()};
  views_.OverrideFree(0, columns);
  EXPECT_EQ(views_.view().blocks[0].Free(kCpu, OffsetOf(a)), 123);
  EXPECT_EQ(views_.view().blocks[0].Allocatable(kCpu, OffsetOf(a)), 4000);
  views_.Refresh(0, *nodes_.blocks()[0]);
  EXPECT_EQ(views_.view().blocks[0].Free(kCpu, OffsetOf(a)), 4000);
}

}  // namespace
}  // namespace tutti::framework
