// Flavors of nodes in the core: which nodes a gang goes to, and why it waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/core_queue_bed.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::QueueArgs;

QueueArgs Flavors() {
  return QueueArgs().Flavor("fast", "kind", "fast").Flavor("spot", "kind", "spot");
}

class CoreQueueFlavorsTest : public CoreQueueBed {
 protected:
  // As the decoder does it for the only label that a plugin reads. Its name is its kind.
  void AddNode(const std::string& name, int64_t cpu) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 110}};
    node.fields = {d_->labels.Intern(name)};
    d_->Apply(model::NodeUpserted{std::move(node)});
  }
  std::vector<PodInfo> Gang(const std::string& name, int members, const std::string& queue = "q",
                            const std::string& node = "") {
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      PodInfo& pod = pods.emplace_back(
          d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, CoreDriver::Shape(1000)));
      pod.gang->queue = queue;
      pod.node_name = node;
      if (!node.empty()) pod.phase = model::PodPhase::kRunning;
      d_->Show(pod);
    }
    return pods;
  }
  // Of how many members of which gang room was asked for by eviction.
  std::map<std::string, int> Evicted() {
    std::map<std::string, int> evicted;
    for (const model::EvictPod& evict : d_->Take<model::EvictPod>())
      ++evicted[evict.pod.name.substr(0, evict.pod.name.rfind('-'))];
    return evicted;
  }
  std::vector<std::string> Nodes(const std::vector<PodInfo>& pods) {
    std::vector<std::string> nodes;
    for (const PodInfo& pod : pods) nodes.push_back(d_->PlacedOn(pod));
    return nodes;
  }
};

TEST_F(CoreQueueFlavorsTest, AGangGoesAsAWholeToTheFirstFlavorWithQuotaLeft) {
  Start(Flavors().Queue("q").Lists("fast", "3").Lists("spot", "2"));
  AddNode("fast", 8000);
  AddNode("spot", 8000);
  AddNode("plain", 8000);
  const auto first = Gang("first", 2);
  const auto second = Gang("second", 2);
  const auto third = Gang("third", 2);
  d_->Pass();
  EXPECT_THAT(Nodes(first), ElementsAre("fast", "fast"));
  EXPECT_THAT(Nodes(second), ElementsAre("spot", "spot"));
  EXPECT_THAT(Nodes(third), ElementsAre("", ""));
  const model::ReportGang report = Why("third");
  EXPECT_EQ(CodeName(report.reason), "QueueFlavorOverLimit");
  EXPECT_EQ(report.reason.need, 2000);
  EXPECT_EQ(report.reason.have, 1000);
  EXPECT_EQ(report.detail, "flavor fast: cpu in queue q");
  End(second);
  d_->Pass();
  EXPECT_THAT(Nodes(third), ElementsAre("spot", "spot"));
}

TEST_F(CoreQueueFlavorsTest, WhereTheFirstFlavorHasNoRoomTheNextIsTaken) {
  Start(Flavors().Queue("q").Lists("fast").Lists("spot").Queue("any"));
  AddNode("fast", 1000);
  AddNode("spot", 8000);
  AddNode("plain", 16'000);
  const auto gang = Gang("gang", 2);
  d_->Pass();
  EXPECT_THAT(Nodes(gang), ElementsAre("spot", "spot"));
  const auto free = Gang("free", 20, "any");
  d_->Pass();
  for (const std::string& node : Nodes(free)) EXPECT_NE(node, "") << "it takes nodes of every kind";
}

TEST_F(CoreQueueFlavorsTest, WhatRunsWhenTheProcessStartsCountsOnItsFlavor) {
  Start(Flavors().Queue("top").Lists("fast", "2").Lists("spot").Queue("q", "top"));
  const auto runs = Gang("runs", 2, "q", "fast");  // before its node
  AddNode("fast", 8000);
  AddNode("spot", 8000);
  const auto next = Gang("next", 1);
  d_->Pass();
  EXPECT_THAT(Nodes(next), ElementsAre("spot"));
  End(runs);
  const auto last = Gang("last", 2);
  d_->Pass();
  EXPECT_THAT(Nodes(last), ElementsAre("fast", "fast"));
}

TEST_F(CoreQueueFlavorsTest, MembersThatJoinLaterStayOnTheFlavorOfTheirGang) {
  Start(Flavors().Queue("q").Lists("fast", "2").Lists("spot"));
  AddNode("fast", 8000);
  AddNode("spot", 8000);
  const auto gang = Gang("gang", 2);
  d_->Pass();
  ASSERT_THAT(Nodes(gang), ElementsAre("fast", "fast"));
  PodInfo late = d_->NewPod("gang-2", "gang", 2, CoreDriver::Shape(1000));
  late.gang->queue = "q";
  d_->Show(late);
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(late), "") << "spot has room, but it is another flavor";
}

TEST_F(CoreQueueFlavorsTest, AGuaranteeOfAFlavorIsTakenBackFromGangsOnThatFlavorAlone) {
  Start(Flavors().Queue("guest").Lists("fast").Lists("spot").Queue("owner").Lists("fast").OfFlavor(
      "guaranteed", "2"));
  AddNode("fast", 4000);
  AddNode("spot", 4000);
  for (const char* gang : {"fast-1", "fast-2"}) Gang(gang, 2, "guest", "fast");
  for (const char* gang : {"spot-1", "spot-2"}) Gang(gang, 2, "guest", "spot");
  Gang("owned", 2, "owner");
  d_->Pass();
  const auto evicted = Evicted();
  ASSERT_EQ(evicted.size(), 1u) << "one gang is enough";
  EXPECT_THAT(evicted.begin()->first, ::testing::StartsWith("fast-"));
  EXPECT_EQ(evicted.begin()->second, 2) << "it goes as a whole";
}

TEST_F(CoreQueueFlavorsTest, WhoHoldsNoMoreOfAFlavorThanItsGuaranteeLosesNothing) {
  Start(Flavors()
            .Queue("guest")
            .Lists("fast")
            .OfFlavor("guaranteed", "2")
            .Queue("owner")
            .Lists("fast")
            .OfFlavor("guaranteed", "2")
            .Queue("free")
            .Guaranteed("cpu", "4"));
  AddNode("fast", 3000);
  Gang("guest", 2, "guest", "fast");
  Gang("owned", 2, "owner");
  Gang("free", 2, "free");
  d_->Pass();
  EXPECT_THAT(Evicted(), ::testing::IsEmpty())
      << "neither for a guarantee of that flavor nor for one of any node";
}

TEST_F(CoreQueueFlavorsTest, AQueueThatWouldBorrowMayTakeTheNextFlavorFirst) {
  Start(Flavors()
            .Queue("q")
            .Lists("fast")
            .OfFlavor("guaranteed", "1")
            .Lists("spot")
            .OfFlavor("guaranteed", "2")
            .String("flavorFungibility/whenCanBorrow", "TryNextFlavor"));
  AddNode("fast", 8000);
  AddNode("spot", 8000);
  const auto first = Gang("first", 2);
  const auto second = Gang("second", 2);
  d_->Pass();
  EXPECT_THAT(Nodes(first), ElementsAre("spot", "spot"));
  EXPECT_THAT(Nodes(second), ElementsAre("fast", "fast"))
      << "where it borrows either way: in order";
}

TEST_F(CoreQueueFlavorsTest, AQueueThatTakesBackFirstLeavesTheNextFlavorAlone) {
  Start(Flavors()
            .Queue("guest")
            .Lists("fast")
            .Queue("patient")
            .Lists("fast")
            .OfFlavor("guaranteed", "2")
            .Lists("spot")
            .String("flavorFungibility/whenCanPreempt", "Preempt"));
  AddNode("fast", 2000);
  AddNode("spot", 8000);
  const auto guest = Gang("guest", 2, "guest", "fast");
  const auto gang = Gang("gang", 2, "patient");
  d_->Pass();
  EXPECT_EQ(Evicted().size(), 1u);
  EXPECT_THAT(Nodes(gang), ::testing::Not(::testing::Contains("spot")));
  End(guest);
  d_->Pass();
  EXPECT_THAT(Nodes(gang), ElementsAre("fast", "fast"));
}

TEST_F(CoreQueueFlavorsTest, ASecondPluginThatChoosesDomainsIsRefusedByName) {
  testing::AddBuiltin(w_, "HierarchicalQueues", Flavors().Queue("q").entries());
  testing::AddBuiltin(w_, "TopologyDomains", {{"/levels/0", ConfigKind::kString, "rack", ""}});
  const auto both = framework::Profile::Make(w_.registry, w_.specs, w_.services);
  EXPECT_THAT(std::string(both.status().message()),
              HasSubstr("more than one PlacementGenerate plugin is enabled: HierarchicalQueues, "
                        "TopologyDomains: keep one"));
}

TEST_F(CoreQueueFlavorsTest, WithoutFlavorsDomainsAreForOthersToChoose) {
  testing::AddBuiltin(w_, "HierarchicalQueues", QueueArgs().Queue("q").entries());
  testing::AddBuiltin(w_, "TopologyDomains", {{"/levels/0", ConfigKind::kString, "rack", ""}});
  const auto both = framework::Profile::Make(w_.registry, w_.specs, w_.services);
  EXPECT_TRUE(both.ok()) << both.status();
}

}  // namespace
}  // namespace tutti::planner
