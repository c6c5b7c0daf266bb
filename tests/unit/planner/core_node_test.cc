// Nodes that come, go, flap, shrink or are refused.
#include "planner/core.h"
#include "tests/unit/planner/core_story.h"

namespace tutti::planner {
namespace {

class CoreNodeTest : public CoreStory {};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreNodeTest, ::testing::Bool(), WayIn);

TEST_P(CoreNodeTest, APlannedNodeThatVanishesIsReplacedWhereThePodIsNotPinned) {
  AddNodes(1);
  world_.AddNode("spare", 4 * kCore);
  world_.Run();
  world_.CreateGang("a", 3, 4, kCore);
  world_.Run();
  world_.RemoveNode("node-0");
  world_.CreatePod("a-last", "a", 4, kCore);
  world_.Pass(std::chrono::seconds(5));
  if (!webhook()) {
    EXPECT_EQ(world_.BoundOf("a"), 4);
  } else {
    EXPECT_NE(world_.BoundOf("a"), 4) << "members pinned to a node that is gone cannot run";
    EXPECT_LE(world_.BoundOf("a"), 0);
  }
}

TEST_P(CoreNodeTest, NodesComeAndGoWithoutALeak) {
  AddNodes(2);
  world_.CreateGang("a", 4, 4, kCore);
  for (int i = 0; i < 5; ++i) {
    world_.RemoveNode("node-1");
    world_.Run(50);
    world_.AddNode("node-1", 4 * kCore);
    world_.Run(50);
  }
  world_.Run();
  world_.DeleteGang("a");
  world_.Run();
  EXPECT_EQ(world_.core().reservations(), 0u);
  world_.CreateGang("b", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("b"), 8);
}

// Ops bug 8: a node is repaired, and a pod that matters more takes it before the gang does.
TEST_P(CoreNodeTest, Bug8AFillerOnARepairedNodeLeavesNoHalfGangBehind) {
  AddNodes(2);
  world_.CreatePod("a-0", "a", 3, 4 * kCore);
  world_.CreatePod("a-1", "a", 3, 4 * kCore);
  world_.Run();
  world_.RemoveNode("node-1");
  world_.Run(20);
  world_.AddNode("node-1", 4 * kCore);
  world_.CreatePod("filler", "", 0, 4 * kCore, 10);
  world_.Run();
  EXPECT_TRUE(world_.Pod("filler")->bound());
  world_.CreatePod("a-2", "a", 3, 4 * kCore);
  world_.Pass(std::chrono::seconds(130));
  EXPECT_EQ(world_.BoundOf("a"), 0);
  EXPECT_EQ(world_.core().Count().active, 0u) << "no member holds a node";
  world_.CreateGang("small", 2, 2, 2 * kCore);
  world_.Pass(std::chrono::seconds(5));
  EXPECT_EQ(world_.BoundOf("small"), 2) << "the gang that cannot fit holds nobody up";
}

// Two nodes, and kube-scheduler refuses the second one for a reason of its own.
TEST_P(CoreNodeTest, ASecondMemberThatKubeSchedulerRefusesLeavesNoneBound) {
  AddNodes(2);
  world_.RefuseNode("node-1");
  for (int i = 0; i < 2; ++i) {
    PodSpec spec = Member(absl::StrFormat("a-%d", i), "a", 2, 3 * kCore);
    spec.shape.needs_referee = true;
    world_.CreatePod(std::move(spec));
  }
  for (int i = 0; i < 100; ++i) {
    world_.Pass(std::chrono::seconds(1));
    ASSERT_EQ(world_.BoundOf("a"), 0) << world_.log();
  }
  if (webhook()) return;  // a pin stays: the pods would have to be made anew
  world_.AddNode("node-2", 4 * kCore);
  world_.Pass(std::chrono::seconds(400));
  EXPECT_EQ(world_.BoundOf("a"), 2) << world_.log();
}

TEST_P(CoreNodeTest, AGangCutInHalfByKubeSchedulerIsRepairedOrEvictedInTime) {
  AddNodes(2);
  world_.RefuseNode("node-1");
  world_.CreateGang("a", 2, 2, 3 * kCore);
  int seconds_in_part = 0;
  for (int i = 0; i < 200; ++i) {
    world_.Pass(std::chrono::seconds(1));
    seconds_in_part += world_.BoundOf("a") == 1 ? 1 : 0;
  }
  EXPECT_LE(seconds_in_part, 62);
  EXPECT_EQ(world_.BoundOf("a"), 0);
}

// Ops bug 20: a node flaps while pods run on it: nobody is lost, and its room is neither.
TEST_P(CoreNodeTest, Bug20AFlappingNodeLosesNoPodAndIsUsableAgain) {
  AddNodes(2);
  world_.CreateGang("a", 4, 4, kCore);
  world_.Run();
  const std::string settled = world_.core().DurableState();
  model::NodeInfo node;
  node.name = "node-0";
  node.allocatable = {{model::kCpu, 4 * kCore}, {model::kPods, 100}};
  const model::NodeInfo healthy = node;
  node.taints = {{"node.kubernetes.io/not-ready", "", model::TaintEffect::kNoExecute}};
  model::NodeInfo dead = node;
  dead.allocatable = {};
  for (int i = 0; i < 3; ++i) {
    for (const model::NodeInfo& state : {node, dead, healthy}) {
      world_.AddNode(state);
      world_.Run(30);
      EXPECT_EQ(world_.BoundOf("a"), 4);
    }
    world_.RemoveNode("node-0");
    world_.Run(30);
    world_.AddNode(healthy);
    world_.Run(30);
  }
  EXPECT_EQ(world_.core().DurableState(), settled);
  world_.CreateGang("b", 4, 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("b"), 4);
}

TEST_P(CoreNodeTest, AGangOnANodeThatLosesItsRoomIsPlannedElsewhereBeforeItIsBound) {
  AddNodes(1);
  PodSpec last = Member("a-3", "a", 4, kCore);
  for (int i = 0; i < 3; ++i) {
    PodSpec spec = Member(absl::StrFormat("a-%d", i), "a", 4, kCore);
    spec.has_controller = true;
    world_.CreatePod(std::move(spec));
  }
  world_.Run();
  world_.AddNode("spare", 4 * kCore);
  world_.AddNode("node-0", kCore);
  world_.Run();
  world_.CreatePod(std::move(last));
  world_.Pass(std::chrono::seconds(30));
  EXPECT_EQ(world_.CountLogged("evict") > 0, webhook())
      << "those pinned to a node that cannot take them are made anew";
  EXPECT_EQ(world_.BoundOf("a"), 4) << world_.log();
}

TEST_P(CoreNodeTest, MembersGoWhereTheirVolumesTaintsAndSelectorsLetThem) {
  const auto node = [&](const std::string& name, const std::string& zone, bool tainted) {
    model::NodeInfo info;
    info.name = name;
    info.labels = {{world_.labels().Intern("zone"), world_.labels().Intern(zone)}};
    if (tainted) info.taints = {{"gpu", "", model::TaintEffect::kNoSchedule}};
    info.allocatable = {{model::kCpu, 4 * kCore}, {model::kPods, 100}};
    world_.AddNode(info);
  };
  node("a", "z1", false);
  node("b", "z2", true);
  node("c", "z3", false);
  using Operator = model::NodeSelectorRequirement::Operator;
  world_.AddVolume({"pv", model::NodeSelector{{{{"zone", Operator::kIn, {"z3"}}}, {}}}});
  world_.AddClaim("data", "pv");
  world_.Run();
  PodSpec selects = Member("g-selects", "g", 3, kCore);
  selects.shape.node_selector = {{"zone", "z1"}};
  PodSpec tolerates = Member("g-tolerates", "g", 3, kCore);
  tolerates.shape.node_selector = {{"zone", "z2"}};
  tolerates.shape.tolerations = {{"gpu", "", model::TaintEffect::kNone, true}};
  PodSpec claims = Member("g-claims", "g", 3, kCore);
  claims.shape.claims = {"data"};
  for (PodSpec* spec : {&selects, &tolerates, &claims}) world_.CreatePod(*spec);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("g"), 3) << world_.log();
  EXPECT_EQ(world_.Pod("g-selects")->node_name, "a");
  EXPECT_EQ(world_.Pod("g-tolerates")->node_name, "b");
  EXPECT_EQ(world_.Pod("g-claims")->node_name, "c");
}

}  // namespace
}  // namespace tutti::planner
