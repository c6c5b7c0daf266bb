#include "importer/yunikorn_queues.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "base/shown.h"
#include "importer/object_fields.h"
#include "importer/object_report.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

constexpr char kRoot[] = "root";
constexpr char kFile[] = "queues.yaml";
constexpr base::Duration kPreemptionDelay = std::chrono::seconds(30);  // YuniKorn's default

std::string ResourceOf(const std::string& name) { return name == "vcore" ? "cpu" : name; }

void ReadSorting(ObjectFields& properties) {
  if (properties.Choice("application.sort.policy", {"fifo", "fair", "stateaware"}) == "fair")
    properties.Changed("application.sort.policy",
                       "fair: gangs of a queue go by priority, then arrival");
  if (properties.Choice("application.sort.priority", {"enabled", "disabled"}) == "disabled")
    properties.Changed("application.sort.priority", "disabled: priorities always count");
}

void ReadProperties(ObjectFields properties, bool leaf, ImportedQueue& queue) {
  ReadSorting(properties);
  queue.priority = properties.Whole("priority.offset", INT32_MIN, INT32_MAX);
  properties.Choice("priority.policy", {"default", "fence"});
  const std::string policy =
      properties.Choice("preemption.policy", {"default", "fence", "disabled"});
  if (policy == "disabled") queue.reclaimable = false;
  if (policy == "fence")
    properties.Changed("preemption.policy",
                       "fence: its gangs may take back what they are guaranteed from any queue");
  const auto delay = properties.Duration("preemption.delay");
  if (leaf) queue.reclaim_delay = delay.value_or(kPreemptionDelay);
  if (!leaf && delay) properties.Changed("preemption.delay", "only leaves have one");
  properties.Ignore("quota.preemption.delay", "a limit that is lowered evicts nobody");
  properties.IgnoreRest();
}

void ReadResources(ObjectFields resources, ImportedQueue& queue) {
  queue.guaranteed = resources.Quantities("guaranteed", ResourceOf);
  queue.limit = resources.Quantities("max", ResourceOf);
  resources.IgnoreRest();
}

// Takes "*" out of the names: whether it was there.
bool TakeEverybody(std::vector<std::string>& names) {
  return std::erase(names, "*") > 0;
}

void ReadLimit(ObjectFields limit, ImportedQueue& queue) {
  limit.Drop("limit");  // a description
  ImportedLimit read;
  read.bound.max_running_gangs = limit.Whole("maxapplications", 1, INT32_MAX).value_or(0);
  read.bound.limit = limit.Quantities("maxresources", ResourceOf);
  read.users = limit.Texts("users");
  read.groups = limit.Texts("groups");
  limit.IgnoreRest();
  if (read.bound.max_running_gangs == 0 && read.bound.limit.empty())
    return limit.Conflict("maxresources", "expected maxresources, maxapplications, or both");
  if (TakeEverybody(read.users)) queue.of_user = read.bound;
  if (TakeEverybody(read.groups)) {
    limit.Changed("groups", "*: each group that is not named has it alone, not all together");
    queue.of_group = read.bound;
  }
  if (!read.users.empty() || !read.groups.empty()) queue.limits.push_back(std::move(read));
}

void ReadLimits(ObjectFields& fields, ImportedQueue& queue) {
  if (!fields.Has("limits")) return;
  fields.Changed("limits", "users and groups are whom labels of the pods name",
                 "set tutti.dev/user and tutti.dev/group on the pods");
  fields.Each("limits", [&queue](ObjectFields limit) { ReadLimit(std::move(limit), queue); });
}

// All but the queues below it.
void ReadQueueFields(ObjectFields& fields, bool leaf, ImportedQueue& queue) {
  ReadResources(fields.Map("resources"), queue);
  ReadProperties(fields.Map("properties"), leaf, queue);
  queue.max_running_gangs = fields.Whole("maxapplications", 1, INT32_MAX).value_or(0);
  if (fields.Boolean("parent").value_or(false) && leaf)
    fields.Changed("parent", "it has no queues below it: gangs may wait in it here");
  for (const char* key : {"submitacl", "adminacl"})
    fields.Ignore(key, "who may submit is not asked for users and groups",
                  "list namespaces in the Queue");
  ReadLimits(fields, queue);
  fields.Ignore("childtemplate", "queues are not made at run time", "write each queue");
  fields.IgnoreRest();
}

class PartitionReader {
 public:
  PartitionReader(std::string file, Imported& imported)
      : file_(std::move(file)), imported_(imported) {}

  void Read(const YamlTree& partition) {
    ObjectReport report = Report("Partition ", partition);
    ObjectFields fields(&partition, "", report);
    const std::string name = fields.Text("name");
    report.object += name.empty() ? "default" : base::Shown(name);
    ObjectFields preemption = fields.Map("preemption");
    preempts_ = preemption.Boolean("enabled").value_or(true);
    preemption.IgnoreRest();
    fields.Each("placementrules", [this](ObjectFields rule) { ReadRule(std::move(rule)); });
    fields.Ignore("limits", "a partition has none", "write them into its queue root");
    fields.Ignore("nodesortpolicy", "nodes are chosen by Tutti and its plugins that score");
    const YamlTree* queues = fields.Take("queues");
    if (queues == nullptr || queues->kind != YamlTree::Kind::kSequence) {
      fields.Conflict("queues", "expected a list of queues");
      queues = nullptr;
    }
    fields.IgnoreRest();
    imported_.reports.push_back(std::move(report));
    if (queues != nullptr) ReadRoot(*queues);
  }

 private:
  ObjectReport Report(std::string object, const YamlTree& at) const {
    return {std::move(object), absl::StrFormat("%s:%d", file_, at.line), ""};
  }

  void ReadRule(ObjectFields rule) const {
    const std::string name = absl::AsciiStrToLower(rule.Text("name"));
    const std::string value = rule.Text("value");
    if (name == "fixed") {
      rule.Changed("value", base::Shown(value) + ": where gangs wait that name no queue",
                   "set args.defaultQueue of HierarchicalQueues");
    } else if (name == "tag" && value == "namespace") {
      rule.Changed("value", "namespace: queues are not chosen by their name",
                   "list the namespace in its Queue");
    } else if (name != "provided") {
      rule.Ignore("name", "this rule is not known here");
    }
    if (rule.Boolean("create").value_or(false))
      rule.Changed("create", "queues are not made at run time", "write each queue");
    rule.Ignore("parent", "rules do not name queues by one another");
    rule.Ignore("filter", "users and groups are not known");
    rule.IgnoreRest();
  }

  // YuniKorn adds a root where there is none.
  void ReadRoot(const YamlTree& queues) {
    const bool has_root =
        queues.items.size() == 1 && absl::AsciiStrToLower(TextOf(queues.items[0], "name")) == kRoot;
    if (has_root) return ReadQueue(queues.items[0], "");
    ImportedQueue root;
    root.name = kRoot;
    root.reclaimable = preempts_;
    AddQueue(std::move(root), Report("queue root, which YuniKorn adds", queues), imported_);
    for (const YamlTree& queue : queues.items) ReadQueue(queue, kRoot);
  }

  // As deep as the file, which is bounded.
  void ReadQueue(const YamlTree& tree, const std::string& parent) {
    ObjectReport report = Report("queue ", tree);
    ObjectFields fields(&tree, "", report);
    const std::string written = fields.Text("name");
    const std::string name = absl::AsciiStrToLower(written);
    const YamlTree* below = fields.Take("queues");
    if (below != nullptr && below->kind != YamlTree::Kind::kSequence) {
      fields.Conflict("queues", "expected a list of queues");
      below = nullptr;
    }
    ImportedQueue queue;
    queue.parent = parent;
    queue.name = parent.empty() ? name : parent + "." + name;
    if (name.empty()) fields.Conflict("name", "expected a name, got nothing");
    if (name != written)
      fields.Changed("name", base::Shown(written) + ": names are lower case here",
                     "pods must name " + base::Shown(queue.name));
    ReadQueueFields(fields, below == nullptr || below->items.empty(), queue);
    queue.reclaimable = queue.reclaimable && preempts_;
    report.object += base::Shown(queue.name);
    const std::string path = queue.name;
    AddQueue(std::move(queue), std::move(report), imported_);
    if (below == nullptr) return;
    for (const YamlTree& child : below->items) ReadQueue(child, path);
  }

  const std::string file_;
  Imported& imported_;
  bool preempts_ = true;
};

void ReadConfig(const YamlTree& config, const std::string& file, Imported& imported) {
  ObjectReport report = {kFile, file, ""};
  ObjectFields fields(&config, "", report);
  const YamlTree* partitions = fields.Take("partitions");
  if (partitions == nullptr || partitions->kind != YamlTree::Kind::kSequence) {
    fields.Conflict("partitions", "expected a list of partitions");
    partitions = nullptr;
  }
  fields.IgnoreRest();
  if (!report.notes.empty()) imported.reports.push_back(std::move(report));
  if (partitions == nullptr) return;
  for (const YamlTree& partition : partitions->items)
    PartitionReader(file, imported).Read(partition);
}

// What stands in a ConfigMap is a text of its own.
void ReadConfigMap(const SourceObject& source, Imported& imported) {
  const YamlTree* data = FindKey(source.tree, "data");
  const std::string text = data == nullptr ? std::string() : TextOf(*data, kFile);
  const std::string file = absl::StrFormat("%s/%s", base::Shown(source.name), kFile);
  std::vector<SourceObject> inner;
  const absl::Status read = ReadSourceObjects(text, file, inner);
  if (!read.ok() || inner.empty()) {
    ObjectReport report = ReportOf(source);
    report.Add(Verdict::kConflict, absl::StrFormat("data.%s", kFile),
               read.ok() ? "it holds nothing" : std::string(read.message()));
    imported.reports.push_back(std::move(report));
    return;
  }
  for (const SourceObject& config : inner) ReadConfig(config.tree, file, imported);
}

// "file", of "file:12".
std::string FileOf(const std::string& where) {
  const size_t colon = where.rfind(':');
  return colon == std::string::npos ? where : where.substr(0, colon);
}

}  // namespace

bool IsYuniKornConfig(const SourceObject& source) {
  if (FindKey(source.tree, "partitions") != nullptr) return true;
  const YamlTree* data = FindKey(source.tree, "data");
  return source.kind == "ConfigMap" && data != nullptr && FindKey(*data, kFile) != nullptr;
}

Imported ReadYuniKornQueues(const std::vector<SourceObject>& objects) {
  Imported imported;
  for (const SourceObject& source : objects) {
    if (source.kind == "ConfigMap") {
      ReadConfigMap(source, imported);
    } else {
      ReadConfig(source.tree, FileOf(source.where), imported);
    }
  }
  ObjectReport all = {"All of them", "", ""};
  all.Add(Verdict::kChanged, "",
          "the priorities of pods are compared within a queue, not across queues",
          "priority of a Queue goes before its siblings");
  all.Add(Verdict::kChanged, "", "a queue is named by its whole path: root.research, not research");
  imported.reports.push_back(std::move(all));
  return imported;
}

}  // namespace tutti::importer
