#include "importer/elastic_quotas.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/shown.h"
#include "base/yaml_tree.h"
#include "importer/object_fields.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

constexpr char kKoordinatorGroup[] = "scheduling.sigs.k8s.io";
constexpr char kPrefix[] = "quota.scheduling.koordinator.sh/";
constexpr char kRootQuota[] = "koordinator-root-quota";
constexpr char kSystemQuota[] = "koordinator-system-quota";
constexpr char kDefaultQuota[] = "koordinator-default-quota";

std::string Key(std::string_view name) { return absl::StrCat(kPrefix, std::string(name)); }

// min and max mean the same to both.
void ReadSpec(ObjectFields spec, ImportedQueue& queue) {
  queue.guaranteed = spec.Quantities("min");
  queue.limit = spec.Quantities("max");
  spec.IgnoreRest();
}

// The JSON in an annotation; null where there is none, and a conflict where it is none.
const YamlTree* ReadJson(ObjectFields& annotations, const std::string& key, YamlTree& tree) {
  const std::string text = annotations.Text(key);
  if (text.empty()) return nullptr;
  base::Problem problem;
  if (base::ParseYaml(text, "annotation", tree, problem)) return &tree;
  annotations.Conflict(key, "expected JSON: " + problem.text);
  return nullptr;
}

// One weight for all resources here; Koordinator has one for each, by default what is in max.
void ReadWeight(ObjectFields& annotations, ImportedQueue& queue) {
  const std::string key = Key("shared-weight");
  YamlTree tree;
  if (const YamlTree* json = ReadJson(annotations, key, tree)) {
    ObjectFields weights(json, annotations.PathOf(key), annotations.report());
    if (weights.Has("cpu")) queue.weight_milli = weights.Quantity("cpu", "cpu");
    annotations.Changed(key, queue.weight_milli
                                 ? "a queue has one weight for all resources: that of cpu"
                                 : "a queue has one weight for all resources, which is not said "
                                   "without cpu: it is 1");
    return;
  }
  const auto cpu = queue.limit.find("cpu");
  if (cpu != queue.limit.end()) queue.weight_milli = cpu->second;
}

void ReadNamespaces(ObjectFields& annotations, ImportedQueue& queue) {
  const std::string key = Key("namespaces");
  YamlTree tree;
  const YamlTree* json = ReadJson(annotations, key, tree);
  if (json == nullptr) return;
  for (const YamlTree& item : json->items) queue.namespaces.push_back(item.text);
  if (json->kind != YamlTree::Kind::kSequence)
    return annotations.Conflict(key, "expected a list of namespaces in JSON");
  annotations.Changed(key, "gangs of other namespaces may not wait in it here, whatever they name",
                      "list these as well");
}

void ReadLabels(ObjectFields labels, ImportedQueue& queue) {
  queue.parent = labels.Text(Key("parent"));
  if (queue.parent == kRootQuota) queue.parent.clear();
  for (const char* name : {"is-parent", "is-root"}) labels.Text(Key(name));  // the tree says it
  if (labels.Choice(Key("allow-lent-resource"), {"true", "false"}) == "false") {
    for (const auto& [resource, amount] : queue.guaranteed) queue.lend_limit[resource] = 0;
  }
  labels.Ignore(Key("tree-id"), "all nodes count for all queues");
}

// Whether there is a queue to it.
bool ReadKoordinator(const SourceObject& source, ObjectFields& object, ImportedQueue& queue) {
  queue.name = source.name;
  if (source.name == kRootQuota || source.name == kSystemQuota) {
    object.report().Add(Verdict::kIgnored, "",
                        source.name == kRootQuota
                            ? "it stands for the cluster, as what is over all roots here"
                            : "pods of the system are in no queue here");
    return false;
  }
  ReadSpec(object.Map("spec"), queue);
  ObjectFields metadata = object.Map("metadata");
  ReadLabels(metadata.Map("labels"), queue);
  ObjectFields annotations = metadata.Map("annotations");
  ReadWeight(annotations, queue);
  ReadNamespaces(annotations, queue);
  annotations.Ignore(Key("admission"), "there is one limit, which is max");
  if (source.name == kDefaultQuota)
    object.report().Add(Verdict::kChanged, "", "gangs that name no queue are not in it by itself",
                        "set args.defaultQueue of HierarchicalQueues");
  return true;
}

// A gang does not name its quota: the namespace does.
void ReadSchedulerPlugins(const SourceObject& source, ObjectFields& object, ImportedQueue& queue) {
  queue.name = source.ns;
  queue.namespaces = {source.ns};
  if (source.ns.empty()) object.Conflict("metadata", "expected a namespace, got nothing");
  ReadSpec(object.Map("spec"), queue);
}

}  // namespace

Imported ReadElasticQuotas(const std::vector<SourceObject>& objects) {
  Imported imported;
  bool koordinator = false;
  for (const SourceObject& source : objects) {
    ObjectReport report = ReportOf(source);
    ObjectFields object(&source.tree, "", report);
    ImportedQueue queue;
    bool becomes = true;
    if (source.group == kKoordinatorGroup) {
      koordinator = true;
      becomes = ReadKoordinator(source, object, queue);
    } else {
      ReadSchedulerPlugins(source, object, queue);
    }
    if (becomes) {
      AddQueue(std::move(queue), std::move(report), imported);
    } else {
      imported.reports.push_back(std::move(report));
    }
  }
  if (!koordinator) return imported;
  ObjectReport all = {"All of them", "", ""};
  all.Add(
      Verdict::kChanged, "",
      "a queue has one weight for all resources: without shared-weight what it has of cpu in max");
  all.Add(Verdict::kChanged, "",
          "pods without the label quota.scheduling.koordinator.sh/name are in the quota of their "
          "namespace's name; here in the queue that lists it",
          "list the namespace in that Queue");
  imported.reports.push_back(std::move(all));
  return imported;
}

}  // namespace tutti::importer
