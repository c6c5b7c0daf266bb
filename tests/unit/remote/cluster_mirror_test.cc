// What the other side has after each update is what there is, and nothing is sent twice.
#include "remote/cluster_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/shown_cluster.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::remote {
namespace {

using testing::FakeCluster;
using testing::FakeHost;

class ClusterMirrorTest : public ::testing::Test {
 protected:
  ClusterMirrorTest() {
    numbers_.resources = {kMemory, kCpu};
    numbers_.node_fields = {host_.NodeLabel("zone")};
    for (int i = 0; i < 300; ++i) {
      cluster_.AddNode("node-" + std::to_string(i))
          .Allocatable("cpu", 4000)
          .Allocatable("memory", 100)
          .Label("zone", i < 100 ? "a" : "b");
    }
  }
  wire::ClusterUpdate Show() {
    wire::ClusterUpdate update;
    mirror_.ShowAll(cluster_.view(), update);
    shown_.Update(update);
    return update;
  }
  void ExpectSame() {
    const ClusterView now = cluster_.view();
    ASSERT_EQ(now.blocks.size(), shown_.view().blocks.size());
    for (size_t b = 0; b < now.blocks.size(); ++b) {
      const NodeBlockView& a = now.blocks[b];
      const NodeBlockView& z = shown_.view().blocks[b];
      ASSERT_EQ(a.first, z.first);
      ASSERT_EQ(a.present, z.present);
      a.present.ForEach([&](uint32_t i) {
        ASSERT_EQ(a.names[i], z.names[i]);
        ASSERT_EQ(a.Free(kMemory, i), z.Free(ResourceId(0), i));
        ASSERT_EQ(a.Free(kCpu, i), z.Free(ResourceId(1), i));
        ASSERT_EQ(a.Allocatable(kCpu, i), z.Allocatable(ResourceId(1), i));
        ASSERT_EQ(a.Field(numbers_.node_fields[0], i), z.Field(NodeField(0), i));
      });
    }
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
  Numbering numbers_;
  ClusterMirror mirror_{numbers_};
  testing::FakeTexts texts_;
  testing::ShownCluster shown_{texts_};
};

TEST_F(ClusterMirrorTest, ShowsAllAtFirstAndThenNothing) {
  const wire::ClusterUpdate first = Show();
  EXPECT_EQ(first.blocks_size(), 2);
  EXPECT_EQ(first.texts_size(), 2);
  ExpectSame();
  const wire::ClusterUpdate second = Show();
  EXPECT_EQ(second.blocks_size(), 0);
  EXPECT_EQ(second.texts_size(), 0);
  EXPECT_EQ(second.block_count(), 2u);
}

TEST_F(ClusterMirrorTest, ShowsTheOneColumnThatHasChanged) {
  Show();
  cluster_.Change("node-299").Used("cpu", 1500);
  const wire::ClusterUpdate update = Show();
  ASSERT_EQ(update.blocks_size(), 1);
  EXPECT_EQ(update.blocks(0).number(), 1u);
  ASSERT_EQ(update.blocks(0).free_size(), 1);
  EXPECT_EQ(update.blocks(0).free(0).number(), 1u);
  EXPECT_EQ(update.blocks(0).allocatable_size() + update.blocks(0).names_size(), 0);
  ExpectSame();
}

TEST_F(ClusterMirrorTest, ShowsABlockAloneWhereOnlyThatIsAskedAbout) {
  wire::ClusterUpdate update;
  mirror_.Show(cluster_.view().blocks[1], update);
  EXPECT_EQ(update.blocks_size(), 1);
  EXPECT_FALSE(update.has_block_count());
  shown_.Update(update);
  EXPECT_EQ(shown_.block(1).names[0], "node-256");
}

TEST_F(ClusterMirrorTest, FollowsRandomChanges) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    for (uint64_t i = random() % 4; i > 0; --i) {
      const std::string node = "node-" + std::to_string(random() % 300);
      if (random() % 2 == 0) {
        cluster_.Change(node).Used("memory", static_cast<int64_t>(random() % 100));
      } else {
        cluster_.Change(node).Label("zone", std::to_string(random() % 20));
      }
    }
    if (round == 100) cluster_.AddNode("late").Allocatable("cpu", 1);
    Show();
    ASSERT_NO_FATAL_FAILURE(ExpectSame());
  }
  EXPECT_EQ(mirror_.texts(), 22u);
}

}  // namespace
}  // namespace tutti::remote
