#include "queue/flavored_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/queue_args.h"
#include "tutti/testing/fake_cluster.h"

namespace tutti::plugins {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeCluster;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::QueueArgs;

// Queue q: fast first, 2 CPUs of it, then spot; queue any lists nothing.
QueueArgs Args() {
  return QueueArgs()
      .Flavor("fast", "kind", "fast")
      .Flavor("spot", "kind", "spot")
      .Queue("q")
      .Lists("fast", "2")
      .Lists("spot", "4")
      .Queue("any");
}

class FlavoredQueuesTest : public ::testing::Test {
 protected:
  void SetUp() override { Start(Args()); }

  void Start(const QueueArgs& args) {
    plugin_ = testing::MakePlugin<HierarchicalQueues>(host_, args.entries());
    for (const char* node : {"fast", "spot", "plain"}) {
      if (!known_) cluster_.AddNode(node).Label("kind", node);
    }
    known_ = true;
  }
  void ShowNodes() {
    for (const char* node : {"fast", "spot", "plain"}) {
      const NodeView view = cluster_.Node(node);
      ClusterEventView event;
      event.kind = ClusterEventKind::kNodeAdded;
      event.node = &view;
      plugin_->OnClusterEvent(event);
    }
  }
  template <class Call>
  auto With(uint64_t arrival, int64_t cpu, const Call& call, std::string_view queue = "q") {
    const std::vector<PodClassView::Request> requests = {{kCpu, 1000 * cpu}, {kPods, 1}};
    PodClassView pods;
    pods.requests = requests;
    GangView view;
    view.queue = queue;
    view.arrival = arrival;
    view.classes = {&pods, 1};
    return call(view);
  }
  std::vector<std::string> Domains(uint64_t arrival, int64_t cpu, std::string_view queue = "q") {
    std::vector<Domain> domains;
    const auto* point = dynamic_cast<const PlacementGeneratePlugin*>(plugin_.get());
    if (point == nullptr) throw std::logic_error("the plugin serves no PlacementGenerate");
    With(
        arrival, cpu,
        [&](const GangView& gang) {
          CycleState state;
          status_ = point->PlacementGenerate(state, gang, cluster_.view(), domains);
        },
        queue);
    std::vector<std::string> names;
    for (const Domain& domain : domains) names.push_back(domain.name);
    return names;
  }
  Status Reserve(uint64_t arrival, int64_t cpu, std::string_view node) {
    const std::vector<NodeIndex> nodes = {cluster_.Node(node).index()};
    const std::span<const NodeIndex> span = nodes;
    return With(arrival, cpu, [&](const GangView& gang) {
      return plugin_->Reserve(gang, {nullptr, {&span, 1}}, {});
    });
  }
  void Unreserve(uint64_t arrival, int64_t cpu) {
    With(arrival, cpu, [&](const GangView& gang) { plugin_->Unreserve(gang, {}); });
  }
  Status Asks(uint64_t arrival, int64_t cpu) {
    return With(arrival, cpu, [&](const GangView& gang) { return plugin_->PreEnqueue(gang, {}); });
  }
  // A pod of the gang, with one CPU for each of `cpu`.
  void Tell(ClusterEventKind kind, uint64_t arrival, int64_t cpu, std::string_view node,
            bool node_known = true) {
    With(arrival, cpu, [&](const GangView& gang) {
      PlacedPodView pod;
      pod.gang_arrival = arrival;
      pod.requests = gang.classes[0].requests;
      pod.node_name = node;
      if (node_known) pod.node = cluster_.Node(node).index();
      GangView bare = gang;
      bare.classes = {};
      ClusterEventView event;
      event.kind = kind;
      event.pod = &pod;
      event.gang = &bare;
      plugin_->OnClusterEvent(event);
    });
  }

  FakeHost host_;
  FakeCluster cluster_{host_};
  bool known_ = false;
  std::unique_ptr<HierarchicalQueues> plugin_;
  Status status_;
};

TEST_F(FlavoredQueuesTest, OnlyWithFlavorsItSaysWhereAGangMayBePlaced) {
  EXPECT_NE(dynamic_cast<PlacementGeneratePlugin*>(plugin_.get()), nullptr);
  Start(QueueArgs().Queue("q"));
  EXPECT_EQ(dynamic_cast<PlacementGeneratePlugin*>(plugin_.get()), nullptr);
}

TEST_F(FlavoredQueuesTest, AGangMayGoToTheFlavorsThatHaveQuotaLeftInTheirOrder) {
  ShowNodes();
  EXPECT_THAT(Domains(1, 2), ElementsAre("flavor fast", "flavor spot"));
  EXPECT_THAT(Domains(1, 3), ElementsAre("flavor spot"));
  EXPECT_THAT(Domains(1, 3, "any"), IsEmpty());
  EXPECT_EQ(status_.code(), Code::kSkip);
  ASSERT_TRUE(Reserve(1, 2, "fast").ok());
  EXPECT_THAT(Domains(2, 1), ElementsAre("flavor spot"));
  EXPECT_TRUE(Asks(2, 4).ok());
  ASSERT_TRUE(Reserve(2, 4, "spot").ok());
  const Status full = Asks(3, 1);
  EXPECT_EQ(full.code(), Code::kPending);
  EXPECT_EQ(host_.ReasonCode(full.reason()), "QueueFlavorOverLimit");
  EXPECT_EQ(full.need(), 1000);
  EXPECT_EQ(full.have(), 0);
  EXPECT_EQ(full.message(), "flavor fast: cpu in queue q");
  EXPECT_THAT(Domains(3, 1), IsEmpty());
  EXPECT_EQ(status_.code(), Code::kUnschedulable);
  Unreserve(1, 2);
  EXPECT_THAT(Domains(3, 1), ElementsAre("flavor fast"));
  const Status never = Asks(3, 5);
  EXPECT_EQ(never.code(), Code::kUnschedulableAndUnresolvable);
  EXPECT_EQ(host_.ReasonCode(never.reason()), "QueueFlavorOverLimit");
}

TEST_F(FlavoredQueuesTest, NodesOfNoFlavorOfTheQueueAreRefused) {
  ShowNodes();
  const Status plain = Reserve(1, 1, "plain");
  EXPECT_EQ(plain.code(), Code::kPending);
  EXPECT_EQ(host_.ReasonCode(plain.reason()), "QueueFlavorMismatch");
  EXPECT_EQ(plain.message(), "queue q, nodes of no flavor, or of several");
  ASSERT_TRUE(Reserve(2, 2, "fast").ok());
  EXPECT_EQ(Reserve(3, 1, "fast").message(), "queue q, nodes of flavor fast");
}

TEST_F(FlavoredQueuesTest, AGangThatRunsInPartStaysOnItsFlavor) {
  ShowNodes();
  ASSERT_TRUE(Reserve(1, 1, "fast").ok());
  EXPECT_THAT(Domains(1, 1), ElementsAre("flavor fast"));
  EXPECT_THAT(Domains(1, 2), IsEmpty()) << "of the flavor that it is on there is not so much left";
  EXPECT_EQ(status_.code(), Code::kUnschedulable);
}

TEST_F(FlavoredQueuesTest, WhatRunsWhenTheProcessStartsCountsOnTheFlavorOfItsNode) {
  // The pod comes before its node, and both before the gang.
  Tell(ClusterEventKind::kPodBound, 1, 2, "fast", /*node_known=*/false);
  Tell(ClusterEventKind::kGangArrived, 1, 2, "fast");
  EXPECT_THAT(Domains(2, 1), ElementsAre("flavor fast", "flavor spot"));
  ShowNodes();
  EXPECT_THAT(Domains(2, 1), ElementsAre("flavor spot"));
  Tell(ClusterEventKind::kPodBound, 3, 3, "spot");
  Tell(ClusterEventKind::kGangArrived, 3, 3, "spot");
  EXPECT_THAT(Domains(2, 1), ElementsAre("flavor spot"));
  EXPECT_THAT(Domains(2, 2), IsEmpty());
  Tell(ClusterEventKind::kPodRemoved, 3, 3, "spot");
  EXPECT_THAT(Domains(2, 4), ElementsAre("flavor spot"));
  Tell(ClusterEventKind::kPodRemoved, 1, 2, "fast");
  Tell(ClusterEventKind::kGangGone, 1, 2, "fast");
  EXPECT_THAT(Domains(2, 2), ElementsAre("flavor fast", "flavor spot"));
}

TEST_F(FlavoredQueuesTest, AQueueSaysWhatItHoldsOfEachFlavor) {
  ShowNodes();
  ASSERT_TRUE(Reserve(1, 2, "fast").ok());
  const QueueId q = With(1, 2, [&](const GangView& gang) { return plugin_->QueueOf(gang); });
  const std::vector<QueuePart> flavors = plugin_->Describe(q).flavors;
  ASSERT_EQ(flavors.size(), 2u);
  EXPECT_EQ(flavors[0].name, "fast");
  ASSERT_EQ(flavors[0].amounts.size(), 1u);
  EXPECT_EQ(flavors[0].amounts[0].used, 2000);
  EXPECT_EQ(flavors[0].amounts[0].limit, 2000);
  EXPECT_EQ(flavors[1].name, "spot");
  EXPECT_EQ(flavors[1].amounts[0].used, 0);
  const QueueId any = With(
      9, 1, [&](const GangView& gang) { return plugin_->QueueOf(gang); }, "any");
  EXPECT_THAT(plugin_->Describe(any).flavors, IsEmpty()) << "it lists none, and holds nothing";
}

TEST_F(FlavoredQueuesTest, WhatCannotBeIsRefused) {
  const auto refused = [&](const QueueArgs& args) {
    try {
      testing::MakePlugin<HierarchicalQueues>(host_, args.entries());
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto flavors = [] { return QueueArgs().Flavor("a", "kind", "a").Flavor("b", "kind", "b"); };
  EXPECT_EQ(refused(flavors().Queue("q").Lists("a").Lists("b")), "");
  EXPECT_THAT(refused(flavors().Queue("q").Lists("c").Lists("a", "many").Lists("a")),
              AllOf(HasSubstr("/queues/0/flavors/0/name: there is no flavor c: name one of "
                              "args.flavors of HierarchicalQueues"),
                    HasSubstr("/queues/0/flavors/1/limit/cpu: expected an amount"),
                    HasSubstr("/queues/0/flavors/2/name: flavor a is there twice")));
  EXPECT_THAT(refused(flavors()
                          .Queue("top")
                          .Lists("a")
                          .Queue("middle", "top")
                          .Queue("q", "middle")
                          .Lists("b")
                          .Lists("a")),
              HasSubstr("queue q lists flavor b, which queue top above it does not: add it there"));
  EXPECT_THAT(refused(flavors().Queue("q").Lists("a", "2").OfFlavor("guaranteed", "3")),
              HasSubstr("flavor a: queue q is guaranteed 3000 of a resource of which it may hold "
                        "2000"));
  EXPECT_THAT(refused(flavors()
                          .Queue("q")
                          .Lists("a")
                          .OfFlavor("lendLimit", "much")
                          .String("flavorFungibility/whenCanBorrow", "Preempt")),
              AllOf(HasSubstr("/queues/0/flavors/0/lendLimit/cpu: expected an amount"),
                    HasSubstr("/queues/0/flavorFungibility/whenCanBorrow: expected one of Borrow, "
                              "TryNextFlavor, got \"Preempt\"")));
  EXPECT_THAT(refused(flavors()
                          .Queue("top")
                          .Lists("a")
                          .Queue("q", "top")
                          .String("flavorFungibility/whenCanPreempt", "Preempt")),
              HasSubstr("/queues/1/flavorFungibility: it is about the flavors of the queue, which "
                        "lists none: list some"));
}

}  // namespace
}  // namespace tutti::plugins
