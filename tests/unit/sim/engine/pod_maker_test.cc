#include "sim/engine/pod_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/engine/sim_world.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

class PodMakerTest : public ::testing::Test {
 protected:
  SimWorld world_;
  const SimulationTables tables_{world_.labels, world_.resources, world_.fields};
  PodMaker maker_{tables_};
};

TEST_F(PodMakerTest, GpusOfANodeAreThousandths) {
  SimNode node = CpuNode("n", 64);
  node.gpus = 8;
  node.gpu_model = "A100";
  const model::NodeInfo info = maker_.Node(node);
  const model::ResourceId gpus = world_.resources.InternForNode(kGpuResource);
  EXPECT_EQ(info.allocatable.Get(gpus), 8000);
  EXPECT_EQ(info.allocatable.Get(model::kCpu), 64'000);
  const base::StringId model = info.Label(world_.labels.Find(kGpuModelLabel));
  EXPECT_EQ(model.value, world_.labels.Find("A100").value);
}

TEST_F(PodMakerTest, ANodeTakesAsManyPodsAsItHasProcessors) {
  EXPECT_EQ(maker_.Node(CpuNode("small", 4)).allocatable.Get(model::kPods), 110);
  EXPECT_EQ(maker_.Node(CpuNode("large", 4000)).allocatable.Get(model::kPods), 4000);
}

TEST_F(PodMakerTest, AJobIsAGangWithOneKindOfPodForEachRole) {
  Job job = CpuJob("train", 0, 3, 10);
  job.queue = "team-a";
  job.priority = 7;
  Role driver;
  driver.requests = {{"memory", 1024}, {"example.org/licence", 2}};
  driver.gpus = 1;
  driver.gpu_milli = 500;
  driver.gpu_models = {"A100", "H100"};
  driver.node_selector = {{"zone", "a"}};
  job.roles.push_back(driver);
  const std::vector<model::PodInfo> pods = maker_.Roles(job, 5, 2000, 60'000);
  ASSERT_THAT(pods, SizeIs(2));
  EXPECT_EQ(pods[0].gang->key.namespace_name, "team-a");
  EXPECT_EQ(pods[0].gang->key, pods[1].gang->key);
  EXPECT_EQ(pods[0].gang->spec->min_member, 4);
  EXPECT_EQ(pods[0].gang->display_name, "train");
  EXPECT_EQ(pods[0].expected_duration, std::chrono::minutes(1));
  EXPECT_EQ(pods[0].shape->priority, 7);
  const model::PodShape& shape = *pods[1].shape;
  EXPECT_EQ(shape.requests.Get(world_.resources.InternForPod(kGpuResource)), 500);
  EXPECT_EQ(shape.requests.Get(world_.resources.InternForPod("example.org/licence")), 2);
  EXPECT_EQ(shape.requests.Get(model::kPods), 1);
  EXPECT_THAT(shape.node_selector, ElementsAre(Pair("zone", "a")));
  EXPECT_THAT(shape.required_affinity->at(0).match_expressions.at(0).values,
              ElementsAre("A100", "H100"));
}

TEST_F(PodMakerTest, EqualRolesShareTheirShape) {
  const auto a = maker_.Roles(CpuJob("a", 0, 2, 10), 1, 0, -1);
  const auto b = maker_.Roles(CpuJob("b", 0, 5, 99), 2, 0, 1000);
  EXPECT_EQ(a[0].shape, b[0].shape);
  EXPECT_EQ(a[0].expected_duration.count(), 0);
}

TEST_F(PodMakerTest, UidsTellTheMember) {
  const base::Uid uid = PodMaker::UidOf(12, 0);
  EXPECT_TRUE(uid.valid());
  EXPECT_EQ(PodMaker::NumberOf(uid), 12u);
  EXPECT_EQ(PodMaker::IndexOf(uid), 0u);
}

}  // namespace
}  // namespace tutti::sim
