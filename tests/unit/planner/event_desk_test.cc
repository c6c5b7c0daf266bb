#include "planner/event_desk.h"

#include "tests/unit/planner/core_points.h"

namespace tutti::planner {
namespace {

using ::testing::ElementsAre;

class EventDeskTest : public CorePoints {};

TEST_F(EventDeskTest, EventsTellWhatHappensInOrder) {
  std::vector<std::string> story;
  PointFunctions functions;
  functions.events = (1u << kClusterEventKinds) - 1;
  functions.on_event = [&](const ClusterEventView& event) {
    static constexpr const char* kNames[] = {"NodeAdded",  "NodeUpdated", "NodeRemoved",
                                             "PodBound",   "PodRemoved",  "GangArrived",
                                             "GangPlaced", "GangGone"};
    std::string line = kNames[static_cast<size_t>(event.kind)];
    if (event.node != nullptr)
      line += absl::StrFormat(" %s %d", event.node->name(), event.node->Allocatable(kCpu));
    if (event.pod != nullptr) {
      line += absl::StrFormat(" %s on %s of %s%s", event.pod->name, event.pod->node_name,
                              event.pod->gang_arrival == 0 ? "none" : event.pod->gang,
                              event.was_reserved ? " reserved" : "");
    }
    if (event.gang != nullptr) line += absl::StrFormat(" %s", event.gang->name);
    story.push_back(line);
    return QueueingHint::kQueueSkip;
  };
  functions.reserve = [](const GangView&, const PlacementView&) { return Status::Success(); };
  w_.AddPoints("Listener", functions);
  Start().AddNode("a", 4000);
  d_->AddNode("a", 4000);  // the same again: nothing has changed
  d_->AddNode("a", 5000);
  const auto gang = Gang("g", 1);
  d_->Pass();
  ShowBound(gang[0], "a");
  ShowBound(d_->NewPod("plain", "", 0, CoreDriver::Shape(1000)), "a");
  d_->Apply(model::PodDeleted{gang[0].uid});
  d_->Apply(model::NodeDeleted{"a"});
  EXPECT_THAT(story,
              ElementsAre("NodeAdded a 4000", "NodeUpdated a 5000", "GangArrived g", "GangPlaced g",
                          "PodBound g-0 on a of g reserved", "PodBound plain on a of none",
                          "PodRemoved g-0 on a of g", "GangGone g", "NodeRemoved a 5000"));
}

TEST_F(EventDeskTest, AHintMakesThePassDueThatAHeldGangWaitsFor) {
  bool open = false;
  PointFunctions functions;
  functions.reserve = [&](const GangView&, const PlacementView&) {
    return open ? Status::Success() : Status::Pending(ReasonId(0));
  };
  functions.events = KindBit(ClusterEventKind::kPodBound);
  functions.on_event = [&](const ClusterEventView& event) {
    open = true;
    return event.pod->name == "key" ? QueueingHint::kQueue : QueueingHint::kQueueSkip;
  };
  Reason("Locked");
  w_.AddPoints("Lock", functions);
  Start().AddNode("a", 4000);
  const auto held = Gang("held", 1);
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre(""));
  EXPECT_EQ(d_->core.NextDeadline(), base::Timestamp::Infinite());
  ShowBound(d_->NewPod("silent", "", 0, CoreDriver::Shape(1000)), "a");
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre("")) << "nobody said that it may go now";
  ShowBound(d_->NewPod("key", "", 0, CoreDriver::Shape(1000)), "a");
  d_->Pass();
  EXPECT_THAT(Places(held), ElementsAre("a"));
}

}  // namespace
}  // namespace tutti::planner
