#include "importer/kueue_flavors.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace tutti::importer {
namespace {

using base::YamlTree;

// Nothing of what is no sequence.
const std::vector<YamlTree>& ItemsOf(const YamlTree* tree, std::string_view key) {
  static const std::vector<YamlTree> kNothing;
  const YamlTree* items = tree == nullptr ? nullptr : FindKey(*tree, key);
  return items == nullptr || items->kind != YamlTree::Kind::kSequence ? kNothing : items->items;
}

const YamlTree* SpecOf(const SourceObject& source) { return FindKey(source.tree, "spec"); }

std::string TextOfEither(const SourceObject& source, const char* key, const char* older) {
  const YamlTree* spec = SpecOf(source);
  if (spec == nullptr) return {};
  return TextOf(*spec, FindKey(*spec, key) != nullptr ? key : older);
}

}  // namespace

void KueueFlavors::Use::Add(const Use& other) {
  plain = plain && other.plain;
  any = any || other.any;
  flavors.insert(other.flavors.begin(), other.flavors.end());
  by_flavor.insert(other.by_flavor.begin(), other.by_flavor.end());
  of_all.insert(other.of_all.begin(), other.of_all.end());
}

bool KueueFlavors::Use::Keeps() const {
  const auto twice = [&](const std::string& resource) { return of_all.contains(resource); };
  return plain && any && std::none_of(by_flavor.begin(), by_flavor.end(), twice);
}

KueueFlavors::KueueFlavors(const std::vector<SourceObject>& objects) {
  for (const SourceObject& source : objects) {
    const YamlTree* spec = SpecOf(source);
    const YamlTree* labels = spec == nullptr ? nullptr : FindKey(*spec, "nodeLabels");
    const bool some = labels != nullptr && labels->kind == YamlTree::Kind::kMap;
    if (source.kind == "ResourceFlavor" && some && !labels->keys.empty()) {
      for (size_t i = 0; i < labels->keys.size(); ++i)
        labels_[source.name].emplace_back(labels->keys[i].text, labels->items[i].text);
    }
    if (source.kind == "Cohort")
      parents_.emplace(source.name, TextOfEither(source, "parentName", "parent"));
  }
  std::map<std::string, std::string> cohort_of;  // by ClusterQueue
  std::map<std::string, Use> alone;              // likewise
  for (const SourceObject& source : objects) {
    if (source.kind != "ClusterQueue" && source.kind != "Cohort") continue;
    const bool cohort = source.kind == "Cohort";
    const std::string above = cohort ? source.name : TextOfEither(source, "cohortName", "cohort");
    Use use = UseOf(source);
    // A queue that has none would have to heed those of its cohort.
    if (!cohort && !use.any) use.plain = false;
    if (!above.empty()) {
      trees_[RootOf(above)].Add(use);
    } else {
      alone[source.name].Add(use);
    }
    if (!cohort) cohort_of[source.name] = above;
  }
  for (const auto& [queue, cohort] : cohort_of) {
    const Use& use = cohort.empty() ? alone[queue] : trees_[RootOf(cohort)];
    if (!use.Keeps()) continue;
    keepers_.insert(queue);
    kept_.insert(use.flavors.begin(), use.flavors.end());
  }
}

KueueFlavors::Use KueueFlavors::UseOf(const SourceObject& source) const {
  Use use;
  for (const YamlTree& group : ItemsOf(SpecOf(source), "resourceGroups")) {
    bool labelled = false;
    bool bare = false;
    std::set<std::string> resources;
    for (const YamlTree& flavor : ItemsOf(&group, "flavors")) {
      const std::string name = TextOf(flavor, "name");
      (HasLabels(name) ? labelled : bare) = true;
      if (HasLabels(name)) use.flavors.insert(name);
      for (const YamlTree& resource : ItemsOf(&flavor, "resources"))
        resources.insert(TextOf(resource, "name"));
    }
    // One flavor for some resources and another one for others is nothing that there is here.
    if (labelled && (bare || use.any)) use.plain = false;
    use.any = use.any || labelled;
    (labelled ? use.by_flavor : use.of_all).insert(resources.begin(), resources.end());
  }
  return use;
}

const std::string& KueueFlavors::RootOf(const std::string& cohort) const {
  const std::string* at = &cohort;
  for (size_t steps = 0; steps <= parents_.size(); ++steps) {
    const auto parent = parents_.find(*at);
    if (parent == parents_.end() || parent->second.empty()) break;
    at = &parent->second;
  }
  return *at;
}

bool KueueFlavors::CohortKeeps(const std::string& cohort) const {
  const auto tree = trees_.find(RootOf(cohort));
  return tree != trees_.end() && tree->second.Keeps();
}

std::string KueueFlavors::Args() const {
  std::vector<const std::pair<const std::string, Labels>*> flavors;
  for (const auto& flavor : labels_) {
    if (IsKept(flavor.first)) flavors.push_back(&flavor);
  }
  std::stable_sort(flavors.begin(), flavors.end(), [](const auto* a, const auto* b) {
    return a->second.size() > b->second.size();
  });
  if (flavors.empty()) return {};
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto* flavor : flavors) {
    nlohmann::ordered_json labels;
    for (const auto& [key, value] : flavor->second) labels[key] = value;
    list.push_back({{"name", flavor->first}, {"nodeLabels", std::move(labels)}});
  }
  return absl::StrCat("flavors: ",
                      list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace tutti::importer
