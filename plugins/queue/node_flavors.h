// NodeFlavors: kinds of nodes, by their labels, and which nodes there are of each.
//
// A node is of the first flavor all of whose labels it has; else of none.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/config.h"
#include "tutti/gang_view.h"
#include "tutti/plugin.h"

namespace tutti::plugins {

class NodeFlavors {
 public:
  // From /flavors. Mistakes are told to `config`.
  NodeFlavors(Config& config, PluginHost& host);

  bool any() const { return !flavors_.empty(); }
  std::vector<std::string> Names() const;  // as configured
  bool Has(std::string_view flavor) const;
  void NodeChanged(const NodeView& node, bool there);

  // Empty: of none.
  std::string_view Of(NodeIndex node) const;
  // Of all of these alike. Empty: of none, or not of the same.
  std::string_view OfAll(const PlacementView& placement) const;
  // Its nodes.
  Domain DomainOf(std::string_view flavor) const;

 private:
  struct Flavor {
    std::string name;
    std::vector<std::pair<NodeField, std::string>> labels;
    std::vector<NodeMask> nodes;  // by block
  };

  void ReadLabels(Config& config, PluginHost& host, const std::string& at, Flavor& flavor);
  const Flavor* Find(std::string_view flavor) const;

  std::vector<Flavor> flavors_;
};

}  // namespace tutti::plugins
