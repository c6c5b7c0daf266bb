#include "queue_catalog.h"

#include <algorithm>
#include <utility>

namespace tutti::plugins {

QueueCatalog::QueueCatalog(std::vector<QueueSpec> configured) : entries_(1) {
  for (QueueSpec& spec : configured) {
    Entry* entry = Add(spec.name);
    if (entry == nullptr) break;
    entry->spec = std::move(spec);
    entry->configured = true;
  }
  IndexNamespaces();
}

QueueCatalog::Entry* QueueCatalog::Add(const std::string& name) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return &entries_[known->second.value];
  if (entries_.size() >= QueueSelectPlugin::kMostQueues) return nullptr;
  numbers_.emplace(name, QueueId(static_cast<uint32_t>(entries_.size())));
  return &entries_.emplace_back();
}

void QueueCatalog::Set(QueueSpec spec, int64_t generation) {
  Entry* entry = Add(spec.name);
  // Gangs that name it find no queue; nothing else can be done for it before a restart.
  if (entry == nullptr) return;
  entry->generation = generation;
  if (entry->configured) {
    entry->object_problem = "queue " + spec.name +
                            " is in the configuration as well, and stays as it is there: remove "
                            "one of the two";
    return;
  }
  entry->spec = std::move(spec);
  IndexNamespaces();
}

void QueueCatalog::Remove(std::string_view name) {
  const auto known = numbers_.find(name);
  if (known == numbers_.end()) return;
  Entry& entry = entries_[known->second.value];
  entry.generation.reset();
  entry.object_problem.clear();
  if (entry.configured) return;
  entry.spec = QueueSpec();
  entry.spec.reclaimable = false;  // what runs goes on
  IndexNamespaces();
}

void QueueCatalog::SetLocal(std::string namespace_name, std::string name, Local local) {
  locals_[{std::move(namespace_name), std::move(name)}] = std::move(local);
}

void QueueCatalog::RemoveLocal(std::string_view namespace_name, std::string_view name) {
  locals_.erase({std::string(namespace_name), std::string(name)});
}

void QueueCatalog::IndexNamespaces() {
  by_namespace_.clear();
  for (uint32_t q = 1; q < entries_.size(); ++q) {
    for (const std::string& name : entries_[q].spec.namespaces)
      by_namespace_.emplace(name, QueueId(q));
  }
}

std::vector<std::string> QueueCatalog::Names() const {
  std::vector<std::string> names(entries_.size() - 1);
  for (const auto& [name, number] : numbers_) names[number.value - 1] = name;
  return names;
}

void QueueCatalog::Renumber(const std::vector<std::string>& names) {
  std::vector<std::string> all = names;
  for (const std::string& name : Names()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) all.push_back(name);
  }
  std::vector<Entry> entries = std::exchange(entries_, std::vector<Entry>(1));
  const auto before = std::exchange(numbers_, {});
  for (const std::string& name : all) {
    Entry* entry = Add(name);
    if (entry == nullptr) break;
    const auto known = before.find(name);
    if (known != before.end()) {
      *entry = std::move(entries[known->second.value]);
    } else {
      entry->spec.reclaimable = false;  // what runs goes on
    }
  }
  IndexNamespaces();
}

std::vector<QueueSpec> QueueCatalog::Specs() const {
  std::vector<QueueSpec> specs;
  specs.reserve(entries_.size());
  for (const Entry& entry : entries_) specs.push_back(entry.spec);
  for (const QueueProblem& found : ProblemsOf(specs)) {
    QueueSpec& spec = specs[found.queue];
    if (spec.problem.empty()) spec.problem = found.text;
    if (found.misplaced) spec.parent.clear();
  }
  return specs;
}

std::vector<QueueProblem> QueueCatalog::ProblemsWith(const QueueSpec& spec) const {
  const QueueId known = Find(spec.name);
  if (known != kNowhere && At(known).configured) {
    return {{known.value, "queue " + spec.name + " is in the configuration: choose another name",
             false, false}};
  }
  std::vector<QueueSpec> specs;
  for (const Entry& entry : entries_) specs.push_back(entry.spec);
  const std::vector<QueueProblem> before = ProblemsOf(specs);
  if (known == kNowhere) {
    specs.push_back(spec);
  } else {
    specs[known.value] = spec;
  }
  std::vector<QueueProblem> problems = ProblemsOf(specs);
  std::erase_if(problems, [&](const QueueProblem& found) {
    return std::any_of(before.begin(), before.end(),
                       [&](const QueueProblem& old) { return old.text == found.text; });
  });
  return problems;
}

QueueId QueueCatalog::Find(std::string_view name) const {
  const auto known = numbers_.find(name);
  if (known == numbers_.end() || At(known->second).spec.name.empty()) return kNowhere;
  return known->second;
}

QueueId QueueCatalog::Meant(std::string_view namespace_name, std::string_view name) const {
  const Local* const local = LocalOf(namespace_name, name);
  return Find(local == nullptr ? name : local->queue);
}

QueueId QueueCatalog::MeantLocally(std::string_view namespace_name, std::string_view name) const {
  const Local* const local = LocalOf(namespace_name, name);
  return local == nullptr ? kNowhere : Find(local->queue);
}

const QueueCatalog::Local* QueueCatalog::LocalOf(std::string_view namespace_name,
                                                 std::string_view name) const {
  if (locals_.empty()) return nullptr;
  const auto local = locals_.find({std::string(namespace_name), std::string(name)});
  return local == locals_.end() ? nullptr : &local->second;
}

QueueId QueueCatalog::Of(std::string_view namespace_name) const {
  const auto found = by_namespace_.find(namespace_name);
  return found == by_namespace_.end() ? kNowhere : found->second;
}

}  // namespace tutti::plugins
