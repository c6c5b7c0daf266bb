// ClusterEvent: what it subscribes to, and whether it survives what it is told.
#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/event_points.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 8192;
constexpr int kGangs = 6;

// The life of one cluster, in the order in which a host tells of it.
class EventProbe {
 public:
  EventProbe(const ProbeWorld& world, const ProbeCluster& cluster, ClusterKind kind,
             Findings& findings)
      : cluster_(cluster),
        plugins_{&world.profile(), &world.services().reasons, TellTo(findings, kind)},
        events_(plugins_) {}

  void Tell(const ProbePods& pods, const std::vector<std::unique_ptr<ProbeGang>>& gangs) {
    TellOfNodes(ClusterEventKind::kNodeAdded);
    for (const auto& gang : gangs) TellOfGang(ClusterEventKind::kGangArrived, gang->view());
    TellOfPods(ClusterEventKind::kPodBound, pods);
    for (const auto& gang : gangs) TellOfGang(ClusterEventKind::kGangPlaced, gang->view());
    TellOfNodes(ClusterEventKind::kNodeUpdated);
    TellOfPods(ClusterEventKind::kPodRemoved, pods);
    for (const auto& gang : gangs) TellOfGang(ClusterEventKind::kGangGone, gang->view());
    TellOfNodes(ClusterEventKind::kNodeRemoved);
  }

 private:
  void TellOfNodes(ClusterEventKind kind) {
    for (const NodeBlockView& block : cluster_.view().blocks) {
      block.present.ForEach([&](uint32_t offset) {
        const NodeView node = block.Node(offset);
        ClusterEventView event;
        event.kind = kind;
        event.node = &node;
        static_cast<void>(events_.Tell(event));
      });
    }
  }
  void TellOfPods(ClusterEventKind kind, const ProbePods& pods) {
    for (uint32_t node = 0; node < cluster_.rows(); ++node) {
      for (const PlacedPodView& pod : pods.On(NodeIndex(node))) {
        ClusterEventView event;
        event.kind = kind;
        event.pod = &pod;
        static_cast<void>(events_.Tell(event));
      }
    }
  }
  void TellOfGang(ClusterEventKind kind, GangView gang) {
    gang.classes = {};
    ClusterEventView event;
    event.kind = kind;
    event.gang = &gang;
    static_cast<void>(events_.Tell(event));
  }

  const ProbeCluster& cluster_;
  const framework::Plugins plugins_;
  const framework::EventPoints events_;
};

}  // namespace

void ProbeEvents(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().cluster_event == nullptr) return;
  const auto kinds = [&] {
    ClusterEventKinds of = 0;
    static_cast<void>(Contained([&] { of = world.points().cluster_event->EventsToRegister(); }));
    return of;
  };
  if (const ClusterEventKinds first = kinds(), second = kinds(); first != second)
    findings.Fail(
        absl::StrFormat("EventsToRegister gave the kinds 0x%x, then 0x%x", first, second));
  const std::vector<std::string> some_texts = SomeTexts(subject);
  Random random(kSeed);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    const ProbePods pods(world, cluster, some_texts, random);
    std::vector<std::unique_ptr<ProbeGang>> gangs;
    for (int i = 0; i < kGangs; ++i)
      gangs.push_back(std::make_unique<ProbeGang>(i, 0, world, some_texts, random));
    EventProbe(world, cluster, kind, findings).Tell(pods, gangs);
  }
}

}  // namespace tutti::check
