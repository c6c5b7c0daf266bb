// Reserve and Unreserve: whether an account is at the end what it was at the beginning.
#include <functional>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/event_points.h"
#include "framework/gang_points.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 1024;
constexpr int kGangs = 6;
// So often is one gang entered and given back: what leaks a little shows in the end.
constexpr int kRounds = 100;

// One plugin, one cluster.
class ReserveProbe {
 public:
  ReserveProbe(const ProbeWorld& world, const ProbeCluster& cluster, ClusterKind kind,
               Findings& findings)
      : world_(world),
        cluster_(cluster),
        kind_(kind),
        findings_(findings),
        plugins_{&world.profile(), &world.services().reasons, TellTo(findings, kind)},
        gangs_(plugins_),
        events_(plugins_) {}

  void Ask(const GangView& gang, const PlacementView& placement) {
    const Status status = Reserve(gang, placement);
    if (const std::string wrong = UndeclaredReason("Reserve", status, world_); !wrong.empty())
      Fail(wrong);
    if (status.code() == Code::kError) return;  // has been told
    if (status.ok()) gangs_.Unreserve(gang, placement);
    Repeat(status, gang, placement, "Unreserve of all that Reserve has entered",
           [&] { gangs_.Unreserve(gang, placement); });
    Repeat(status, gang, placement, "Unreserve of one member after the other",
           [&] { UnreserveOneByOne(gang, placement); });
    if (events_.Wants(ClusterEventKind::kPodBound) && events_.Wants(ClusterEventKind::kPodRemoved))
      Repeat(status, gang, placement, "its pods were bound (was_reserved) and removed",
             [&] { BindAndRemove(gang, placement); });
  }

 private:
  void Fail(const std::string& what) {
    findings_.Fail(absl::StrFormat("%s (asked about %s)", what, Describe(kind_)));
  }
  Status Reserve(const GangView& gang, const PlacementView& placement) {
    return gangs_.Reserve(gang, placement, cluster_.view());
  }

  // `end`: of what was entered. A refusal has entered nothing.
  void Repeat(const Status& first, const GangView& gang, const PlacementView& placement,
              const char* after, const std::function<void()>& end) {
    for (int round = 1; round <= kRounds; ++round) {
      const Status status = Reserve(gang, placement);
      if (status != first) {
        Fail(absl::StrFormat(
            "Reserve answered %s, and %s when asked the same again after %d times "
            "%s: nothing of them may be left",
            Show(first, world_), Show(status, world_), round, first.ok() ? after : "this refusal"));
        if (status.ok()) end();
        return;
      }
      if (status.ok()) end();
    }
  }

  // Calls back with a gang of one class of one pod, and its node.
  template <class Visit>
  static void ForEachMember(const GangView& gang, const PlacementView& placement, Visit&& visit) {
    for (size_t c = 0; c < gang.classes.size(); ++c) {
      for (const NodeIndex node : placement.nodes[c]) {
        PodClassView member = gang.classes[c];
        member.count = 1;
        GangView one = gang;
        one.classes = {&member, 1};
        visit(one, node);
      }
    }
  }

  void UnreserveOneByOne(const GangView& gang, const PlacementView& placement) {
    ForEachMember(gang, placement, [&](const GangView& one, const NodeIndex& node) {
      const std::span<const NodeIndex> nodes[] = {{&node, 1}};
      gangs_.Unreserve(one, {nullptr, nodes});
    });
  }

  void BindAndRemove(const GangView& gang, const PlacementView& placement) {
    for (const ClusterEventKind kind :
         {ClusterEventKind::kPodBound, ClusterEventKind::kPodRemoved}) {
      uint64_t number = 0;
      ForEachMember(gang, placement, [&](const GangView& one, const NodeIndex& node) {
        PlacedPodView pod =
            PlacedOf(one.classes[0], "member", ++number, node, cluster_.Name(node.value));
        pod.gang = gang.name;
        pod.gang_arrival = gang.arrival;
        ClusterEventView event;
        event.kind = kind;
        event.pod = &pod;
        event.was_reserved = kind == ClusterEventKind::kPodBound;
        static_cast<void>(events_.Tell(event));
      });
    }
  }

  const ProbeWorld& world_;
  const ProbeCluster& cluster_;
  const ClusterKind kind_;
  Findings& findings_;
  const framework::Plugins plugins_;
  const framework::GangPoints gangs_;
  const framework::EventPoints events_;
};

}  // namespace

void ProbeReserve(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().reserve == nullptr) return;
  const std::vector<std::string> some_texts = SomeTexts(subject);
  Random random(kSeed);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    ReserveProbe probe(world, cluster, kind, findings);
    for (int i = 0; i < kGangs; ++i) {
      const ProbeGang gang(i, 1 + i % 3, world, some_texts, random);
      const ProbePlacement placement(gang.view(), cluster.view(), random);
      if (placement.possible()) probe.Ask(gang.view(), placement.view());
    }
  }
}

}  // namespace tutti::check
