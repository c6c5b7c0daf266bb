#include "topology_domains.h"

#include <algorithm>
#include <map>

namespace tutti::plugins {

const PluginDescriptor& TopologyDomains::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "TopologyDomains", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<TopologyDomains>(config, host);
      }};
  return kDescriptor;
}

TopologyDomains::TopologyDomains(Config& config, PluginHost& host) {
  const size_t count = config.Size("/levels");
  for (size_t i = 0; i < count; ++i) {
    const std::string pointer = "/levels/" + std::to_string(i);
    const std::string label = config.String(pointer, "");
    if (label.empty()) config.Fail(pointer, "expected the key of a node label");
    levels_.push_back({label, host.NodeLabel(label)});
  }
  if (count == 0) config.Fail("/levels", "expected at least one key of a node label");
  required_ = config.Boolean("/required", false);
  no_domain_ = host.Reason("NoTopologyDomain", "no node has the label of any topology level");
}

Status TopologyDomains::PlacementGenerate(CycleState&, const GangView&, const ClusterView& cluster,
                                          std::vector<Domain>& domains) const {
  for (const Level& level : levels_) AddLevel(level, cluster, domains);
  if (required_) {
    return domains.empty() ? Status::Unschedulable(no_domain_) : Status::Success();
  }
  Domain everything{"cluster", {}};
  for (const NodeBlockView& block : cluster.blocks) everything.nodes.push_back(block.present);
  domains.push_back(std::move(everything));
  return Status::Success();
}

void TopologyDomains::AddLevel(const Level& level, const ClusterView& cluster,
                               std::vector<Domain>& domains) const {
  std::map<TextId, Domain> found;
  for (size_t b = 0; b < cluster.blocks.size(); ++b) {
    const NodeBlockView& block = cluster.blocks[b];
    block.present.ForEach([&](uint32_t offset) {
      const TextId value = block.FieldId(level.field, offset);
      if (!value.valid()) return;
      Domain& domain = found[value];
      if (domain.name.empty())
        domain.name = level.label + "=" + std::string(block.Field(level.field, offset));
      domain.nodes.resize(b + 1);
      domain.nodes[b].Add(offset);
    });
  }
  const size_t first = domains.size();
  for (auto& [value, domain] : found) domains.push_back(std::move(domain));
  const auto size = [](const Domain& domain) {
    uint32_t nodes = 0;
    for (const NodeMask& mask : domain.nodes) nodes += mask.Count();
    return nodes;
  };
  // By name where they are equal: numbers of texts differ between processes.
  std::sort(domains.begin() + static_cast<std::ptrdiff_t>(first), domains.end(),
            [&](const Domain& a, const Domain& b) {
              const uint32_t in_a = size(a);
              const uint32_t in_b = size(b);
              return in_a != in_b ? in_a < in_b : a.name < b.name;
            });
}

}  // namespace tutti::plugins
