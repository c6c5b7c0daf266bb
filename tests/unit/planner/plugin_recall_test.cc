// A core that begins in the midst of things: what its plugins are told, and what they get back.
#include "planner/plugin_recall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planner/core_checkpoint.h"
#include "tests/unit/planner/core_queue_bed.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PluginWorld;
using testing::QueueArgs;

// Writes down everything that it is told.
class Diary final : public ReservePlugin, public ClusterEventPlugin, public StatePlugin {
 public:
  explicit Diary(std::vector<std::string>& lines) : lines_(lines) {}

  Status Reserve(const GangView& gang, const PlacementView&, const ClusterView&) override {
    return Write("reserve " + std::string(gang.name)), Status::Success();
  }
  void ReserveAgain(const GangView& gang, const PlacementView& placement,
                    const ClusterView&) override {
    size_t members = 0;
    for (const auto& nodes : placement.nodes) members += nodes.size();
    Write("again " + std::string(gang.name) + " " + std::to_string(members));
  }
  void Unreserve(const GangView& gang, const PlacementView&) override {
    Write("unreserve " + std::string(gang.name));
  }
  ClusterEventKinds EventsToRegister() const override { return 0xFF; }
  QueueingHint OnClusterEvent(const ClusterEventView& event) override {
    const std::string what = event.node != nullptr  ? std::string(event.node->name())
                             : event.pod != nullptr ? std::string(event.pod->name)
                                                    : std::string(event.gang->name);
    Write("event " + std::to_string(static_cast<int>(event.kind)) + " " + what);
    return QueueingHint::kQueue;
  }
  std::string Save() const override { return std::to_string(lines_.size()) + " lines"; }
  Status Restore(std::string_view bytes) override {
    Write("restore " + std::string(bytes));
    return bytes == "garbled" ? Status::Error("it cannot be read") : Status::Success();
  }

 private:
  void Write(std::string line) { lines_.push_back(std::move(line)); }
  std::vector<std::string>& lines_;
};

class PluginRecallTest : public ::testing::Test {
 protected:
  struct Side {
    Side() {
      world.AddMade("Diary", [this] { return std::make_unique<Diary>(lines); });
    }
    std::vector<std::string> lines;
    PluginWorld world;
  };

  PluginRecallTest() {
    d_.AddNode("n", 4000);
    d_.AddNode("gone", 4000);
    d_.Apply(model::NodeDeleted{"gone"});
    const auto shape = CoreDriver::Shape(1000);
    for (int i = 0; i < 2; ++i)
      placed_.push_back(d_.NewPod("p-" + std::to_string(i), "p", 2, shape));
    for (const PodInfo& pod : placed_) d_.Show(pod);
    PodInfo bound = d_.NewPod("b-0", "b", 1, shape);
    bound.node_name = "n";
    d_.Show(bound);
    d_.Pass();
  }

  Side live_;
  CoreDriver d_{CoreOptions{}, live_.world.Plugins()};
  std::vector<PodInfo> placed_;
};

TEST_F(PluginRecallTest, TellsWhatIsThereThenWhatWasPromisedAndGivesBackWhatWasKept) {
  CoreCheckpoint checkpoint = d_.core.Save();
  const std::string kept = std::to_string(live_.lines.size()) + " lines";
  const bool due = checkpoint.planning_due;
  Side copy;
  Core core(CoreOptions(), d_.labels, copy.world.Plugins());
  ASSERT_TRUE(core.Restore(std::move(checkpoint)).ok());
  EXPECT_THAT(copy.lines, ElementsAre("event 0 n", "event 5 p", "event 5 b", "event 3 b-0",
                                      "event 6 p", "event 6 b", "again p 2", "restore " + kept));
  EXPECT_THAT(copy.world.failures, IsEmpty());
  EXPECT_EQ(core.Save().planning_due, due) << "nothing of this is news";
  // What was entered again ends as it would have ended.
  for (const PodInfo& pod : placed_) core.Apply(d_.now, model::PodDeleted{pod.uid});
  EXPECT_THAT(copy.lines, ::testing::Contains("unreserve p"));
}

TEST_F(PluginRecallTest, AStateThatCannotBeReadIsReportedAndNothingElseIsWrong) {
  CoreCheckpoint checkpoint = d_.core.Save();
  checkpoint.plugin_states = {{"Diary", "garbled"}, {"Stranger", "x"}};
  Side copy;
  Core core(CoreOptions(), d_.labels, copy.world.Plugins());
  ASSERT_TRUE(core.Restore(std::move(checkpoint)).ok());
  ASSERT_EQ(copy.world.failures.size(), 1u);
  EXPECT_THAT(copy.world.failures[0], HasSubstr("Diary State: it cannot be read"));
}

TEST_F(PluginRecallTest, TooMuchStateIsNoCheckpoint) {
  CoreCheckpoint checkpoint = d_.core.Save();
  checkpoint.plugin_states = {{"Diary", std::string(StatePlugin::kMostBytes + 1, 'x')}};
  Side copy;
  Core core(CoreOptions(), d_.labels, copy.world.Plugins());
  EXPECT_THAT(std::string(core.Restore(std::move(checkpoint)).message()),
              HasSubstr("plugin Diary has its state twice, or 1048577 bytes of it"));
}

// An hour of it is no event of the last minute.
class QueuePastTest : public CoreQueueBed {
 protected:
  static QueueArgs Args() { return QueueArgs().Queue("a").Queue("b").Global("halfLife", "1h"); }
  static CoreOptions Options() {
    CoreOptions options;
    options.timestamp_zero = std::chrono::hours(24 * 365 * 50);
    return options;
  }
  PodInfo Gang(const std::string& name, const std::string& queue, const std::string& node = "") {
    PodInfo pod = d_->NewPod(name + "-0", name, 1, CoreDriver::Shape(4000));
    pod.gang->queue = queue;
    pod.node_name = node;
    if (!node.empty()) pod.phase = model::PodPhase::kRunning;
    d_->Show(pod);
    return pod;
  }
};

TEST_F(QueuePastTest, AnHourOfDecayedUsageDecidesAfterACheckpointAsBefore) {
  Start(Args(), Options()).AddNode("n", 4000);
  const PodInfo long_runner = Gang("long", "a", "n");
  d_->Pass(std::chrono::hours(1));
  End({long_runner});
  const PodInfo short_runner = Gang("short", "b", "n");
  d_->Pass(std::chrono::minutes(1));
  End({short_runner});
  Gang("of-a", "a");
  const PodInfo of_b = Gang("of-b", "b");
  const CoreCheckpoint checkpoint = d_->core.Save();

  const auto next_of = [&](CoreCheckpoint from) {
    PluginWorld world;
    testing::AddBuiltin(world, "HierarchicalQueues", Args().entries());
    Core core(Options(), d_->labels, world.Plugins());
    EXPECT_TRUE(core.Restore(std::move(from)).ok());
    EXPECT_THAT(world.failures, IsEmpty());
    core.Apply(d_->now, model::TimePassed{});
    const auto snapshot = core.Publish();
    const model::PodVerdict* verdict = snapshot->verdicts.Find(of_b.uid);
    return verdict != nullptr && verdict->node.valid() ? "b" : "a";
  };
  EXPECT_EQ(next_of(checkpoint), std::string("b")) << "a has had the node for an hour";
  CoreCheckpoint forgetful = checkpoint;
  forgetful.plugin_states.clear();
  EXPECT_EQ(next_of(forgetful), std::string("a")) << "by number, where nobody remembers";
  d_->Pass();
  EXPECT_TRUE(Placed({of_b}));
}

}  // namespace
}  // namespace tutti::planner
