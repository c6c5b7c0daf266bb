// The points that are asked when a gang has no place: PostFilter and SelectVictims.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/event_points.h"
#include "framework/gang_points.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 512;
constexpr int kGangs = 6;

// What plugins may be told of a gang, numbers past anything real as well.
std::vector<GangDiagnosis> SomeDiagnoses() {
  return {{"WaitingForCapacity", 8000, 2000, kCpu},
          {"ExceedsCluster", INT64_MAX, 0, kMemory},
          {"RefusedByPlugin", 0, -1, {}},
          {"", INT64_MIN, INT64_MAX, ResourceId(60'000)}};
}

std::string About(const GangDiagnosis& diagnosis, ClusterKind kind) {
  return absl::StrFormat(" (asked about %s, %s)", Describe(kind),
                         diagnosis.code.empty() ? "no code" : std::string(diagnosis.code));
}

bool HoldsNoNode(const NodeMask& mask, size_t block, const ClusterView& cluster) {
  NodeMask there = mask;
  there &= block < cluster.blocks.size() ? cluster.blocks[block].present : NodeMask();
  return there != mask;
}

// For plugins that look only for what they have been told of.
void TellOf(ClusterEventKind kind, const ProbePods& pods, const ProbeCluster& cluster,
            const framework::EventPoints& events) {
  if (!events.Wants(kind)) return;
  for (uint32_t node = 0; node < cluster.rows(); ++node) {
    for (const PlacedPodView& pod : pods.On(NodeIndex(node))) {
      ClusterEventView event;
      event.kind = kind;
      event.pod = &pod;
      static_cast<void>(events.Tell(event));
    }
  }
}

// Each gang and each diagnosis, in clusters of each kind.
template <class Ask>
void ForEachQuestion(const Subject& subject, const ProbeWorld& world, base::Interner& texts,
                     Ask&& ask) {
  const std::vector<std::string> some_texts = SomeTexts(subject);
  // Its failures are found by the probe of events.
  const framework::Plugins plugins{&world.profile(), &world.services().reasons, nullptr};
  const framework::EventPoints events(plugins);
  Random random(kSeed);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    const ProbePods pods(world, cluster, some_texts, random);
    TellOf(ClusterEventKind::kPodBound, pods, cluster, events);
    for (int i = 0; i < kGangs; ++i) {
      const ProbeGang gang(i, 1 + i % 3, world, some_texts, random);
      for (const GangDiagnosis& diagnosis : SomeDiagnoses())
        ask(kind, cluster, pods, gang.view(), diagnosis);
    }
    TellOf(ClusterEventKind::kPodRemoved, pods, cluster, events);
  }
}

}  // namespace

void ProbePostFilter(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().post_filter == nullptr) return;
  ForEachQuestion(
      subject, world, texts,
      [&](ClusterKind kind, const ProbeCluster& cluster, const ProbePods&, const GangView& gang,
          const GangDiagnosis& diagnosis) {
        const framework::Plugins plugins{&world.profile(), &world.services().reasons,
                                         TellTo(findings, kind)};
        static_cast<void>(
            framework::GangPoints(plugins).PostFilter(gang, diagnosis, cluster.view()));
        const auto ask = [&](Nomination& nomination) {
          return Contained([&] {
            return world.points().post_filter->PostFilter(gang, diagnosis, cluster.view(),
                                                          nomination);
          });
        };
        Nomination first;
        Nomination second;
        const Status status = ask(first);
        const std::string where = About(diagnosis, kind);
        if (const Status again = ask(second); again != status || first.nodes != second.nodes) {
          findings.Fail(
              absl::StrFormat("PostFilter answered %s, then %s, or nominated other nodes%s",
                              Show(status, world), Show(again, world), where));
        }
        if (const std::string wrong = UndeclaredReason("PostFilter", status, world); !wrong.empty())
          findings.Fail(wrong + where);
        for (size_t b = 0; b < first.nodes.size(); ++b) {
          if (!HoldsNoNode(first.nodes[b], b, cluster.view())) continue;
          findings.Fail("PostFilter nominated rows that hold no node: take them from `present`" +
                        where);
          break;
        }
      });
}

void ProbeVictims(const Subject& subject, Findings& findings) {
  base::Interner texts;
  const ProbeWorld world(subject, texts);
  if (!world.error().empty() || world.points().select_victims == nullptr) return;
  ForEachQuestion(
      subject, world, texts,
      [&](ClusterKind kind, const ProbeCluster& cluster, const ProbePods& pods,
          const GangView& gang, const GangDiagnosis& diagnosis) {
        const framework::Plugins plugins{&world.profile(), &world.services().reasons,
                                         TellTo(findings, kind)};
        const auto check = [&](const PodUid& uid) -> std::string {
          const PlacedPodView* pod = pods.Find(uid);
          if (pod == nullptr) return "a pod that is on none of the nodes";
          if (!pod->evictable) return absl::StrFormat("pod %s, which is not evictable", pod->name);
          if (pod->gang_arrival != 0 && pod->gang_arrival == gang.arrival)
            return absl::StrFormat("pod %s, which is of the gang itself", pod->name);
          return "";
        };
        static_cast<void>(framework::GangPoints(plugins).SelectVictims(
            gang, diagnosis, cluster.view(), pods, check));
        std::vector<PodUid> victims[2];
        Status status[2];
        for (int i = 0; i < 2; ++i) {
          status[i] = Contained([&] {
            return world.points().select_victims->SelectVictims(gang, diagnosis, cluster.view(),
                                                                pods, victims[i]);
          });
        }
        if (status[0] != status[1] || victims[0] != victims[1])
          findings.Fail("SelectVictims answered the same question twice, and not alike" +
                        About(diagnosis, kind));
      });
}

}  // namespace tutti::check
