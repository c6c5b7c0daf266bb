#include "importer/import_queues.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "importer/elastic_quotas.h"
#include "importer/kai_queues.h"
#include "importer/kueue_queues.h"
#include "importer/object_report.h"
#include "importer/queue_checks.h"
#include "importer/queue_weights.h"
#include "importer/volcano_queues.h"
#include "importer/yunikorn_queues.h"

namespace tutti::importer {
namespace {

struct PeerEntry {
  Peer peer;
  std::string_view name;
  Imported (*read)(const std::vector<SourceObject>& objects);
};
constexpr std::array<PeerEntry, 5> kPeers = {
    {{Peer::kVolcano, "volcano", ReadVolcanoQueues},
     {Peer::kKueue, "kueue", ReadKueueQueues},
     {Peer::kYuniKorn, "yunikorn", ReadYuniKornQueues},
     {Peer::kKai, "kai", ReadKaiQueues},
     {Peer::kElasticQuota, "elasticquota", ReadElasticQuotas}}};

const PeerEntry& EntryOf(Peer peer) {
  return *std::find_if(kPeers.begin(), kPeers.end(),
                       [peer](const PeerEntry& entry) { return entry.peer == peer; });
}

bool IsOf(Peer peer, const SourceObject& object) {
  if (peer == Peer::kYuniKorn) return IsYuniKornConfig(object);
  const std::vector<PeerKind> kinds = KindsOf(peer);
  return std::any_of(kinds.begin(), kinds.end(), [&object](const PeerKind& kind) {
    return kind.group == object.group && kind.kind == object.kind;
  });
}

std::string Expected(Peer peer) {
  if (peer == Peer::kYuniKorn) return "a queues.yaml, or a ConfigMap that holds one";
  return absl::StrJoin(KindsOf(peer), ", ", [](std::string* out, const PeerKind& kind) {
    *out += absl::StrFormat("%s (%s)", kind.kind, kind.group);
  });
}

ObjectReport Stranger(const SourceObject& object, std::string_view peer) {
  ObjectReport report = ReportOf(object);
  report.Add(Verdict::kIgnored, "",
             absl::StrFormat("this kind holds no queues of %s", std::string(peer)));
  return report;
}

}  // namespace

std::optional<Peer> PeerNamed(std::string_view name) {
  for (const PeerEntry& entry : kPeers) {
    if (entry.name == name) return entry.peer;
  }
  return std::nullopt;
}

std::vector<std::string_view> PeerNames() {
  std::vector<std::string_view> names;
  for (const PeerEntry& entry : kPeers) names.push_back(entry.name);
  return names;
}

std::vector<PeerKind> KindsOf(Peer peer) {
  const std::vector<std::string> kueue = {"v1beta2", "v1beta1"};
  switch (peer) {
    case Peer::kVolcano:
      return {{"scheduling.volcano.sh", {"v1beta1"}, "queues", "Queue"}};
    case Peer::kKueue:
      return {{"kueue.x-k8s.io", {"v1beta2", "v1beta1", "v1alpha1"}, "cohorts", "Cohort"},
              {"kueue.x-k8s.io", kueue, "clusterqueues", "ClusterQueue"},
              {"kueue.x-k8s.io", kueue, "localqueues", "LocalQueue"},
              {"kueue.x-k8s.io", kueue, "resourceflavors", "ResourceFlavor"}};
    case Peer::kYuniKorn:
      return {{.group = "",
               .versions = {"v1"},
               .plural = "configmaps",
               .kind = "ConfigMap",
               .names = {"yunikorn-configs", "yunikorn-defaults"},
               .ns = "yunikorn",
               .key = "queues.yaml"}};
    case Peer::kKai:
      return {{"scheduling.run.ai", {"v2"}, "queues", "Queue"}};
    case Peer::kElasticQuota:
      return {{"scheduling.x-k8s.io", {"v1alpha1"}, "elasticquotas", "ElasticQuota", "quota"},
              {"scheduling.sigs.k8s.io", {"v1alpha1"}, "elasticquotas", "ElasticQuota", "quota"}};
  }
  return {};
}

absl::StatusOr<Imported> ImportQueues(Peer peer, std::vector<SourceObject> objects) {
  const PeerEntry& entry = EntryOf(peer);
  std::vector<SourceObject> own;
  std::vector<ObjectReport> strangers;
  for (SourceObject& object : objects) {
    if (IsOf(peer, object)) {
      own.push_back(std::move(object));
    } else {
      strangers.push_back(Stranger(object, entry.name));
    }
  }
  if (own.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("there are no queues of %s: expected %s",
                                                      std::string(entry.name), Expected(peer)));
  }
  Imported imported = entry.read(own);
  imported.reports.insert(imported.reports.end(), std::make_move_iterator(strangers.begin()),
                          std::make_move_iterator(strangers.end()));
  WriteWeights(imported);
  CheckQueues(imported);
  SortByDepth(imported);
  return imported;
}

}  // namespace tutti::importer
