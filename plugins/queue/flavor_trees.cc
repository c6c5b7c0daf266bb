#include "flavor_trees.h"

namespace tutti::plugins {

FlavorTrees::FlavorTrees(std::span<const std::string> flavors) {
  flavors_.reserve(flavors.size());
  for (const std::string& name : flavors) flavors_.push_back({name});
}

void FlavorTrees::Rebuild(const QueueTree& tree, std::chrono::nanoseconds now) {
  active_ = false;
  if (flavors_.empty()) return;
  std::vector<QueueSpec> specs;
  for (uint32_t q = 0; q < tree.size(); ++q) {
    specs.push_back(tree.spec(QueueId(q)));
    active_ = active_ || !specs.back().flavors.empty();
  }
  for (Flavor& flavor : flavors_) flavor.tree.Rebuild(OfFlavor(specs, flavor.name), now);
}

void FlavorTrees::Clear() {
  for (Flavor& flavor : flavors_) flavor.tree.Clear();
}

QueueTree* FlavorTrees::Find(std::string_view flavor) { return const_cast<QueueTree*>(Of(flavor)); }

const QueueTree* FlavorTrees::Of(std::string_view flavor) const {
  for (const Flavor& known : flavors_) {
    if (known.name == flavor) return &known.tree;
  }
  return nullptr;
}

void FlavorTrees::Charge(QueueId queue, std::string_view flavor,
                         std::span<const PodClassView::Request> amounts, int64_t sign) {
  if (QueueTree* tree = Find(flavor)) tree->Charge(queue, amounts, sign, {});
}

void FlavorTrees::AddCapacity(std::string_view flavor, ResourceId resource, int64_t amount) {
  if (QueueTree* tree = Find(flavor)) tree->AddCapacity(resource, amount);
}

}  // namespace tutti::plugins
