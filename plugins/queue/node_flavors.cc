#include "node_flavors.h"

#include <algorithm>

namespace tutti::plugins {

NodeFlavors::NodeFlavors(Config& config, PluginHost& host) {
  const size_t count = config.Size("/flavors");
  for (size_t i = 0; i < count; ++i) {
    const std::string at = "/flavors/" + std::to_string(i);
    Flavor flavor;
    flavor.name = config.String(at + "/name", "");
    if (flavor.name.empty()) config.Fail(at + "/name", "a flavor has no name: give it one");
    if (Has(flavor.name))
      config.Fail(at + "/name", "flavor " + flavor.name + " is there twice: names are unique");
    ReadLabels(config, host, at + "/nodeLabels", flavor);
    flavors_.push_back(std::move(flavor));
  }
}

void NodeFlavors::ReadLabels(Config& config, PluginHost& host, const std::string& at,
                             Flavor& flavor) {
  for (const std::string& key : config.Keys(at))
    flavor.labels.emplace_back(host.NodeLabel(key), config.String(Config::Child(at, key), ""));
  if (flavor.labels.empty())
    config.Fail(at, "expected labels that the nodes of the flavor have, with their values");
}

const NodeFlavors::Flavor* NodeFlavors::Find(std::string_view flavor) const {
  const auto it = std::find_if(flavors_.begin(), flavors_.end(),
                               [&](const Flavor& other) { return other.name == flavor; });
  return it == flavors_.end() ? nullptr : &*it;
}

std::vector<std::string> NodeFlavors::Names() const {
  std::vector<std::string> names;
  for (const Flavor& flavor : flavors_) names.push_back(flavor.name);
  return names;
}

bool NodeFlavors::Has(std::string_view flavor) const { return Find(flavor) != nullptr; }

void NodeFlavors::NodeChanged(const NodeView& node, bool there) {
  const uint32_t block = BlockOf(node.index());
  bool found = !there;
  for (Flavor& flavor : flavors_) {
    if (flavor.nodes.size() <= block) flavor.nodes.resize(block + size_t{1});
    flavor.nodes[block].Remove(node.offset());
    if (found) continue;
    found = std::all_of(flavor.labels.begin(), flavor.labels.end(), [&](const auto& label) {
      return node.FieldId(label.first).valid() && node.Field(label.first) == label.second;
    });
    if (found) flavor.nodes[block].Add(node.offset());
  }
}

std::string_view NodeFlavors::Of(NodeIndex node) const {
  for (const Flavor& flavor : flavors_) {
    const uint32_t block = BlockOf(node);
    if (block < flavor.nodes.size() && flavor.nodes[block].Has(OffsetOf(node))) return flavor.name;
  }
  return {};
}

std::string_view NodeFlavors::OfAll(const PlacementView& placement) const {
  std::string_view common;
  for (const std::span<const NodeIndex> nodes : placement.nodes) {
    for (const NodeIndex node : nodes) {
      const std::string_view flavor = Of(node);
      if (common.empty()) common = flavor;
      if (flavor.empty() || flavor != common) return {};
    }
  }
  return common;
}

Domain NodeFlavors::DomainOf(std::string_view flavor) const {
  const Flavor* found = Find(flavor);
  return {"flavor " + std::string(flavor),
          found == nullptr ? std::vector<NodeMask>() : found->nodes};
}

}  // namespace tutti::plugins
