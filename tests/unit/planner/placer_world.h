// PlacerWorld: a node table with everything that a GangPlacer looks at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/interner.h"
#include "model/node_table.h"
#include "planner/eligibility_cache.h"
#include "planner/gang_placer.h"
#include "planner/volume_table.h"

namespace tutti::testing {

inline constexpr model::ResourceId kGpu{4};

inline std::shared_ptr<const model::PodShape> ShapeOf(model::ResourceList requests) {
  model::PodShape shape;
  shape.requests = std::move(requests);
  shape.requests.Set(model::kPods, 1);
  return std::make_shared<const model::PodShape>(std::move(shape));
}

struct PlacerWorld {
  model::NodeIndex AddNode(const std::string& name, int64_t cpu, int64_t gpu = 0) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {kGpu, gpu}, {model::kPods, 110}};
    return nodes.Upsert(std::move(node));
  }
  model::NodeIndex AddVirtualNode(const std::string& name, int64_t cpu) {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, cpu}, {model::kPods, 110}};
    node.is_virtual = true;
    return nodes.Upsert(std::move(node));
  }
  static planner::MemberClass Class(std::shared_ptr<const model::PodShape> shape, int64_t count) {
    return {std::move(shape), "default", count, {}, {}, {}, "gang"};
  }
  planner::Placement Place(const std::vector<planner::MemberClass>& classes) {
    return placer.Place(classes);
  }
  planner::Placement Place(std::shared_ptr<const model::PodShape> shape, int64_t count) {
    return Place({Class(std::move(shape), count)});
  }
  planner::Placement PlaceWhenDrained(const std::vector<planner::MemberClass>& classes) {
    return placer.PlaceWhenDrained(classes);
  }
  // The names of a class's nodes, in the order of its members.
  std::vector<std::string> Names(const planner::Placement& placement, size_t which = 0) const {
    std::vector<std::string> names;
    if (!placement.fits) return names;
    for (model::NodeIndex node : placement.nodes.at(which)) names.push_back(nodes.Info(node)->name);
    return names;
  }

  base::Interner labels;
  model::NodeTable nodes;
  planner::VolumeTable volumes;
  framework::Plugins plugins;
  planner::EligibilityCache eligibility{nodes, volumes, labels};
  planner::GangPlacer placer{nodes, eligibility, plugins};
};

}  // namespace tutti::testing
