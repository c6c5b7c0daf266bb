// The points around a bind: Permit, PreBind and PostBind.
#include <chrono>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "check/asked.h"
#include "check/probe_world.h"
#include "check/probes.h"
#include "framework/bind_points.h"

namespace tutti::check {
namespace {

constexpr uint64_t kSeed = 2048;
constexpr int kPods = 24;
// As something happens that the plugin may have waited for.
constexpr int kTimesAsked = 4;

// One plugin, one cluster.
class BindProbe {
 public:
  BindProbe(ProbeWorld& world, ClusterKind kind, Findings& findings)
      : world_(world),
        kind_(kind),
        findings_(findings),
        plugins_{&world.profile(), &world.services().reasons, TellTo(findings, kind)},
        binds_(plugins_) {}

  // As a bind goes, whatever the plugin says: a host may come that far by other plugins.
  void Ask(const PlacedPodView& pod) {
    Permit(pod);
    std::vector<BindAnnotations::Entry> annotations;
    Judge("PreBind", binds_.PreBind(pod, annotations));
    binds_.PostBind(pod);
  }

 private:
  void Fail(const std::string& what) {
    findings_.Fail(absl::StrFormat("%s (asked about %s)", what, Describe(kind_)));
  }
  void Judge(const char* point, const Status& status) {
    if (const std::string wrong = UndeclaredReason(point, status, world_); !wrong.empty())
      Fail(wrong);
  }

  void Permit(const PlacedPodView& pod) {
    framework::BindPoints::Permitted permitted;
    for (int i = 0; i < kTimesAsked; ++i) {
      std::chrono::nanoseconds timeout{0};
      const Status status = binds_.Permit(pod, permitted, timeout);
      Judge("Permit", status);
      if (status.code() != Code::kWait) break;
      CheckTimeout(pod);
      world_.clock().wall += timeout.count();
    }
  }

  // What it has asked for before the host has cut it.
  void CheckTimeout(const PlacedPodView& pod) {
    std::chrono::nanoseconds wish{0};
    const Status status = Contained([&] { return world_.points().permit->Permit(pod, wish); });
    if (status.code() != Code::kWait || wish <= PermitPlugin::kLongestTimeout) return;
    findings_.Warn(absl::StrFormat("Permit waits for %s: it is cut to %s",
                                   base::FormatDuration(wish),
                                   base::FormatDuration(PermitPlugin::kLongestTimeout)));
  }

  ProbeWorld& world_;
  const ClusterKind kind_;
  Findings& findings_;
  const framework::Plugins plugins_;
  const framework::BindPoints binds_;
};

}  // namespace

void ProbeBind(const Subject& subject, Findings& findings) {
  base::Interner texts;
  ProbeWorld world(subject, texts);
  if (!world.error().empty()) return;
  const framework::Points& points = world.points();
  if (points.permit == nullptr && points.pre_bind == nullptr && points.post_bind == nullptr) return;
  const std::vector<std::string> some_texts = SomeTexts(subject);
  Random random(kSeed);
  for (const ClusterKind kind : kClusterKinds) {
    const ProbeCluster cluster(kind, world, some_texts, texts, random);
    BindProbe probe(world, kind, findings);
    for (int i = 0; i < kPods; ++i) {
      const ProbePod pod(i, world, some_texts, random);
      // A node that is not known (any more), or one that is there or was.
      const bool known = cluster.rows() > 0 && i % 3 != 0;
      const NodeIndex node =
          known ? NodeIndex(static_cast<uint32_t>(random.Below(cluster.rows()))) : NodeIndex();
      PlacedPodView placed =
          PlacedOf(pod.view(), i == 0 ? "" : "pod", static_cast<uint64_t>(i), node,
                   known ? cluster.Name(node.value) : std::string_view("gone"));
      placed.gang_arrival = placed.gang.empty() ? 0 : static_cast<uint64_t>(i);
      probe.Ask(placed);
    }
  }
}

}  // namespace tutti::check
