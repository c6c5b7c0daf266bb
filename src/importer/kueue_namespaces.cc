#include "importer/kueue_namespaces.h"

#include "absl/strings/str_join.h"
#include "base/shown.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

constexpr char kNameLabel[] = "kubernetes.io/metadata.name";

// The names that `metadata.name in (...)` asks for; nullopt where it asks for something else.
std::optional<std::vector<std::string>> NamesOf(const YamlTree& selector) {
  std::vector<std::string> names;
  if (selector.kind != YamlTree::Kind::kMap) return std::nullopt;
  const YamlTree* labels = FindKey(selector, "matchLabels");
  const YamlTree* expressions = FindKey(selector, "matchExpressions");
  if (labels != nullptr && !labels->keys.empty()) {
    const bool others = expressions != nullptr && !expressions->items.empty();
    const bool by_name = labels->keys.size() == 1 && labels->keys[0].text == kNameLabel;
    if (!by_name || others || labels->items[0].text.empty()) return std::nullopt;
    return std::vector<std::string>{labels->items[0].text};
  }
  if (expressions == nullptr || expressions->items.empty()) return names;
  if (expressions->kind != YamlTree::Kind::kSequence || expressions->items.size() != 1)
    return std::nullopt;
  const YamlTree& only = expressions->items[0];
  const YamlTree* values = FindKey(only, "values");
  if (TextOf(only, "key") != kNameLabel || TextOf(only, "operator") != "In" || values == nullptr)
    return std::nullopt;
  for (const YamlTree& value : values->items) names.push_back(value.text);
  return names.empty() ? std::nullopt : std::optional(names);
}

}  // namespace

void KueueNamespaces::AddLocalQueue(const SourceObject& source) {
  const YamlTree* spec = FindKey(source.tree, "spec");
  if (spec != nullptr && !source.ns.empty())
    by_queue_[TextOf(*spec, "clusterQueue")].insert(source.ns);
}

void KueueNamespaces::Read(ObjectFields& spec, ImportedQueue& queue) const {
  constexpr char kKey[] = "namespaceSelector";
  const YamlTree* selector = spec.Take(kKey);
  if (selector == nullptr) {
    queue.state = ImportedQueue::State::kHeld;
    return spec.Changed(kKey,
                        "it is not there, so that Kueue lets nobody in: the queue is Held here",
                        "namespaceSelector: {} opens it to all namespaces");
  }
  if (const auto names = NamesOf(*selector)) {
    queue.namespaces = *names;
    return spec.report().Add(Verdict::kUnderstood, spec.PathOf(kKey), "");
  }
  const auto local = by_queue_.find(queue.name);
  if (local == by_queue_.end()) {
    return spec.Changed(kKey, "labels of namespaces are not known here: the queue is open to all",
                        "list its namespaces in the Queue");
  }
  queue.namespaces.assign(local->second.begin(), local->second.end());
  spec.Changed(
      kKey,
      "labels of namespaces are not known here: it is open to those that have a LocalQueue "
      "of it, " +
          base::Shown(absl::StrJoin(local->second, ", ")),
      "list others in the Queue");
}

}  // namespace tutti::importer
