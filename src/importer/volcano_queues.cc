#include "importer/volcano_queues.h"

#include <string>
#include <utility>

#include "importer/amount.h"
#include "importer/object_fields.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

constexpr char kRoot[] = "root";  // Volcano's own name for what is over all queues

void ReadAmounts(ObjectFields& spec, ImportedQueue& queue) {
  queue.limit = spec.Quantities("capability");
  queue.guaranteed = spec.Quantities("deserved");
  ObjectFields guarantee = spec.Map("guarantee");
  const Amounts kept = guarantee.Quantities("resource");
  guarantee.IgnoreRest();
  for (const auto& [resource, amount] : kept) {
    const auto [deserved, alone] = queue.guaranteed.emplace(resource, amount);
    if (deserved->second < amount) {
      spec.Conflict("guarantee.resource." + resource,
                    "is more than is deserved: " + AmountText(resource, amount) + " of " +
                        AmountText(resource, deserved->second),
                    "raise deserved, or lower the guarantee");
    } else if (amount > 0) {
      queue.lend_limit[resource] = deserved->second - amount;
    }
  }
}

void ReadState(ObjectFields& object, ImportedQueue& queue) {
  ObjectFields status = object.Map("status");
  if (!status.Has("state")) return;
  const std::string state = status.Choice("state", {"Open", "Closed", "Closing", "Unknown"});
  if (state == "Closed" || state == "Closing") queue.state = ImportedQueue::State::kClosed;
  if (state == "Unknown")
    status.Changed("state", "nobody knows whether it is open: it is Open here");
}

void ReadSpec(ObjectFields spec, ImportedQueue& queue) {
  queue.parent = spec.Text("parent");
  if (const auto weight = spec.Whole("weight", 1, 65'535)) queue.weight_milli = *weight * 1000;
  queue.priority = spec.Whole("priority", 0, INT32_MAX);
  queue.reclaimable = spec.Boolean("reclaimable").value_or(true);
  queue.strict_fifo = spec.Choice("dequeueStrategy", {"fifo", "traverse"}) == "fifo";
  ReadAmounts(spec, queue);
  spec.Ignore("affinity", "queues are not bound to nodes here",
              "give the pods a nodeSelector or an affinity");
  spec.Ignore("extendClusters", "there is one cluster");
  spec.Ignore("dra", "device classes are not counted by queues");
  spec.Ignore("type", "nothing depends on it");
  spec.IgnoreRest();
}

void IgnoreAnnotations(ObjectFields& object) {
  ObjectFields metadata = object.Map("metadata");
  ObjectFields annotations = metadata.Map("annotations");
  for (const char* key : {"volcano.sh/hierarchy", "volcano.sh/hierarchy-weights"}) {
    annotations.Ignore(key, "hierarchies of the plugin drf are not read",
                       "say the hierarchy with spec.parent");
  }
}

bool IsPlainRoot(const ImportedQueue& queue) {
  return queue.name == kRoot && queue.limit.empty() && queue.guaranteed.empty();
}

// Queues without a parent lie below root there. Where root bounds nothing there is no need of it.
void PlaceBelowRoot(bool keep, Imported& imported) {
  for (ImportedQueue& queue : imported.queues) {
    if (queue.name == kRoot) {
      queue.parent.clear();
    } else if (!keep && queue.parent == kRoot) {
      queue.parent.clear();
    } else if (keep && queue.parent.empty()) {
      queue.parent = kRoot;
    }
  }
}

}  // namespace

Imported ReadVolcanoQueues(const std::vector<SourceObject>& objects) {
  Imported imported;
  bool keep_root = false;
  for (const SourceObject& source : objects) {
    ObjectReport report = ReportOf(source);
    ImportedQueue queue;
    queue.name = source.name;
    ObjectFields object(&source.tree, "", report);
    ReadSpec(object.Map("spec"), queue);
    ReadState(object, queue);
    IgnoreAnnotations(object);
    if (IsPlainRoot(queue)) {
      report.Add(Verdict::kIgnored, "",
                 "it stands for the cluster, as what is over all roots here");
      imported.reports.push_back(std::move(report));
      continue;
    }
    keep_root = keep_root || queue.name == kRoot;
    AddQueue(std::move(queue), std::move(report), imported);
  }
  PlaceBelowRoot(keep_root, imported);
  ObjectReport all = {"All of them", "", ""};
  all.Add(Verdict::kChanged, "",
          "gangs that name no queue are in Volcano's queue default: here in args.defaultQueue of "
          "HierarchicalQueues, where it is set");
  imported.reports.push_back(std::move(all));
  return imported;
}

}  // namespace tutti::importer
