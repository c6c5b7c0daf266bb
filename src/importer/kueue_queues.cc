#include "importer/kueue_queues.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/shown.h"
#include "importer/kueue_cohorts.h"
#include "importer/kueue_namespaces.h"
#include "importer/kueue_quotas.h"
#include "importer/object_fields.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

void ReadWeight(ObjectFields& spec, ImportedQueue& queue) {
  ObjectFields sharing = spec.Map("fairSharing");
  queue.weight_milli = sharing.Thousandths("weight");
  sharing.IgnoreRest();
}

// Guaranteed, borrowLimit and lendLimit of a ClusterQueue. Without a cohort nobody lends to it.
void SetAmounts(const KueueQuotas& quotas, ImportedQueue& queue) {
  for (const std::string& flavor : quotas.flavors) FlavorOf(queue, flavor);  // in their order
  for (const auto& [key, quota] : quotas.of) {
    const auto& [flavor, resource] = key;
    GuaranteedOf(queue, flavor)[resource] = quota.nominal;
    if (queue.parent.empty()) {
      LimitOf(queue, flavor)[resource] = quota.nominal;
      continue;
    }
    if (!quota.borrows_freely) BorrowLimitOf(queue, flavor)[resource] = quota.borrowing;
    if (quota.lending < quota.nominal) LendLimitOf(queue, flavor)[resource] = quota.lending;
  }
}

void TellOfMixedBorrowing(const KueueQuotas& quotas, ObjectFields& spec) {
  for (const auto& [key, quota] : quotas.of) {
    if (!quota.borrows_freely || quota.borrowing == 0) continue;
    spec.Changed("resourceGroups",
                 absl::StrFormat("some flavors of %s have no borrowingLimit: none has one here",
                                 base::Shown(key.second)),
                 "give each flavor one, or write borrowLimit into the Queue");
  }
}

void ReadState(ObjectFields& spec, ImportedQueue& queue) {
  const std::string policy = spec.Choice("stopPolicy", {"None", "Hold", "HoldAndDrain"});
  if (policy.empty() || policy == "None") return;
  queue.state = ImportedQueue::State::kHeld;
  if (policy == "HoldAndDrain")
    spec.Changed("stopPolicy", "HoldAndDrain: it is Held here, and what runs goes on",
                 "delete what runs in it");
}

void ReadPreemption(ObjectFields& spec, bool in_cohort) {
  ObjectFields preemption = spec.Map("preemption");
  const std::string reclaim =
      preemption.Choice("reclaimWithinCohort", {"Never", "LowerPriority", "Any"});
  if (in_cohort && reclaim != "Any") {
    preemption.Changed("reclaimWithinCohort",
                       (reclaim.empty() ? std::string("Never") : reclaim) +
                           ": here its gangs take back what it is guaranteed, of any priority",
                       "reclaimable: false on the queues that must not lose anything");
  }
  const std::string within = preemption.Choice(
      "withinClusterQueue", {"Never", "LowerPriority", "LowerOrNewerEqualPriority"});
  if (!within.empty() && within != "Never")
    preemption.Ignore("withinClusterQueue", "nothing is evicted within a queue",
                      "the plugin GangPreemption evicts for gangs of higher priority");
  if (const base::YamlTree* borrow = preemption.Take("borrowWithinCohort")) {
    const std::string policy = TextOf(*borrow, "policy");
    if (!policy.empty() && policy != "Never")
      preemption.Ignore("borrowWithinCohort", "nobody is evicted for what is borrowed");
  }
  preemption.IgnoreRest();
}

// Where flavors are kept.
void ReadFungibility(ObjectFields& spec, ImportedQueue& queue) {
  ObjectFields fungibility = spec.Map("flavorFungibility");
  queue.next_before_borrowing =
      fungibility.Choice("whenCanBorrow", {"MayStopSearch", "Borrow", "TryNextFlavor"}) ==
      "TryNextFlavor";
  const std::string preempt =
      fungibility.Choice("whenCanPreempt", {"MayStopSearch", "Preempt", "TryNextFlavor"});
  queue.reclaims_before_next = !preempt.empty() && preempt != "TryNextFlavor";
  fungibility.Ignore("preference",
                     "where the next flavor is tried, room goes before borrowing and "
                     "borrowing before what is taken back");
  fungibility.IgnoreRest();
}

void ReadClusterQueue(const SourceObject& source, const KueueNamespaces& namespaces,
                      const KueueFlavors& flavors, KueueCohorts& cohorts, Imported& imported) {
  ObjectReport report = ReportOf(source);
  ObjectFields object(&source.tree, "", report);
  ObjectFields spec = object.Map("spec");
  ImportedQueue queue;
  queue.name = source.name;
  queue.parent = spec.Text(spec.Has("cohortName") ? "cohortName" : "cohort");
  const bool keep = flavors.KeptBy(queue.name);
  const KueueQuotas quotas = ReadKueueQuotas(spec, flavors, keep);
  SetAmounts(quotas, queue);
  if (!queue.parent.empty()) TellOfMixedBorrowing(quotas, spec);
  ReadPreemption(spec, !queue.parent.empty());
  queue.strict_fifo =
      spec.Choice("queueingStrategy", {"StrictFIFO", "BestEffortFIFO"}) == "StrictFIFO";
  ReadState(spec, queue);
  ReadWeight(spec, queue);
  namespaces.Read(spec, queue);
  if (keep) {
    ReadFungibility(spec, queue);
  } else {
    spec.Ignore("flavorFungibility", "flavors are one");
  }
  for (const char* key : {"admissionChecks", "admissionChecksStrategy"})
    spec.Ignore(key, "there are no admission checks here",
                "a plugin with PreEnqueue may hold gangs");
  spec.Ignore("admissionScope", "what was used in the past counts for all queues or for none",
              "set halfLife of HierarchicalQueues");
  spec.Ignore("concurrentAdmissionPolicy", "flavors are one");
  spec.IgnoreRest();
  cohorts.AddMember(queue.parent, quotas);
  AddQueue(std::move(queue), std::move(report), imported);
}

void ReadCohort(const SourceObject& source, const KueueFlavors& flavors, KueueCohorts& cohorts,
                Imported& imported) {
  ObjectReport report = ReportOf(source);
  ObjectFields object(&source.tree, "", report);
  ObjectFields spec = object.Map("spec");
  ImportedQueue queue;
  queue.name = source.name;
  queue.parent = spec.Text(spec.Has("parentName") ? "parentName" : "parent");
  ReadWeight(spec, queue);
  cohorts.Add(queue.name, queue.parent,
              ReadKueueQuotas(spec, flavors, flavors.CohortKeeps(queue.name)),
              imported.queues.size());
  spec.IgnoreRest();
  AddQueue(std::move(queue), std::move(report), imported);
}

void ReadLocalQueue(const SourceObject& source, const std::set<std::string>& queues,
                    Imported& imported) {
  ObjectReport report = ReportOf(source);
  ObjectFields object(&source.tree, "", report);
  ObjectFields spec = object.Map("spec");
  ImportedLocalQueue local{source.ns, source.name, spec.Text("clusterQueue"),
                           imported.reports.size()};
  if (source.ns.empty())
    report.Add(Verdict::kConflict, "metadata.namespace", "expected a namespace, got nothing");
  if (local.queue.empty()) {
    spec.Conflict("clusterQueue", "expected the name of a ClusterQueue");
  } else if (queues.count(local.queue) == 0) {
    spec.Conflict("clusterQueue",
                  absl::StrFormat("there is no ClusterQueue %s", base::Shown(local.queue)),
                  "import it as well, or correct the name");
  }
  const std::string policy = spec.Choice("stopPolicy", {"None", "Hold", "HoldAndDrain"});
  if (!policy.empty() && policy != "None")
    spec.Changed("stopPolicy", policy + ": a LocalQueue cannot be held here: it is open",
                 "leave it out, or hold its Queue");
  spec.Ignore("fairSharing", "LocalQueues of a Queue have no shares of their own",
              "a Queue below that one for each");
  spec.IgnoreRest();
  report.becomes =
      absl::StrFormat("LocalQueue %s/%s", base::Shown(local.ns), base::Shown(local.name));
  imported.local_queues.push_back(std::move(local));
  imported.reports.push_back(std::move(report));
}

void ReadFlavor(const SourceObject& source, const KueueFlavors& flavors, Imported& imported) {
  ObjectReport report = ReportOf(source);
  ObjectFields object(&source.tree, "", report);
  ObjectFields spec = object.Map("spec");
  if (flavors.IsKept(source.name)) {
    spec.Changed("nodeLabels", "flavors stand in Tutti's configuration, not in objects",
                 "write what is said below of all of them into it, before the Queues are applied");
    report.becomes = absl::StrFormat("flavor %s", base::Shown(source.name));
  } else {
    report.Add(Verdict::kIgnored, "",
               "flavors are one here: a queue counts a resource on any node");
    if (spec.Has("nodeLabels"))
      spec.Ignore("nodeLabels", "pods are not led to these nodes", "write them as nodeSelector");
  }
  if (spec.Has("tolerations"))
    spec.Ignore("tolerations", "pods do not get them", "write them into the pods");
  spec.Ignore("topologyName", "topologies are those of a plugin");
  spec.Ignore("nodeTaints", "nodes keep their own taints");
  spec.IgnoreRest();
  imported.reports.push_back(std::move(report));
}

}  // namespace

Imported ReadKueueQueues(const std::vector<SourceObject>& objects) {
  Imported imported;
  KueueNamespaces namespaces;
  KueueCohorts cohorts;
  const KueueFlavors flavors(objects);
  std::set<std::string> queues;
  for (const SourceObject& source : objects) {
    if (source.kind == "ClusterQueue") queues.insert(source.name);
    if (source.kind == "LocalQueue") namespaces.AddLocalQueue(source);
  }
  for (const SourceObject& source : objects) {
    if (source.kind == "ClusterQueue")
      ReadClusterQueue(source, namespaces, flavors, cohorts, imported);
    if (source.kind == "Cohort") ReadCohort(source, flavors, cohorts, imported);
    if (source.kind == "LocalQueue") ReadLocalQueue(source, queues, imported);
    if (source.kind == "ResourceFlavor") ReadFlavor(source, flavors, imported);
  }
  cohorts.Finish(imported);
  ObjectReport all = {"All of them", "", ""};
  all.Add(
      Verdict::kChanged, "",
      "Kueue admits nobody who asks for a resource that a ClusterQueue does not list; here such "
      "a resource is not bounded",
      "limit: {RESOURCE: 0} forbids it");
  if (const std::string args = flavors.Args(); !args.empty()) {
    all.Add(Verdict::kChanged, "", "a gang has one flavor here for all its resources",
            "args of HierarchicalQueues: {" + base::Shown(args, 10'000) + "}");
  }
  imported.reports.push_back(std::move(all));
  return imported;
}

}  // namespace tutti::importer
