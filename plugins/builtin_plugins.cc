#include "builtin_plugins.h"

#include <functional>
#include <utility>

#include "fragmentation/fragmentation_gradient.h"
#include "fragmentation/gpu_best_fit.h"
#include "fragmentation/gpu_clustering.h"
#include "fragmentation/gpu_dot_product.h"
#include "fragmentation/gpu_packing.h"
#include "fragmentation/random_node.h"
#include "gang/annotation_grouping.h"
#include "gang/armada_grouping.h"
#include "gang/godel_grouping.h"
#include "gang/job_grouping.h"
#include "gang/kai_grouping.h"
#include "gang/koordinator_grouping.h"
#include "gang/kueue_grouping.h"
#include "gang/native_grouping.h"
#include "gang/own_schedulers.h"
#include "gang/owner_grouping.h"
#include "gang/pod_group_grouping.h"
#include "gang/spark_grouping.h"
#include "gang/volcano_grouping.h"
#include "gang/yunikorn_grouping.h"
#include "queue/gang_limits.h"
#include "queue/gang_preemption.h"
#include "queue/hierarchical_queues.h"
#include "queue/namespace_limits.h"
#include "queue/smallest_first.h"
#include "resources/node_headroom.h"
#include "resources/node_resources_fit.h"
#include "topology/topology_domains.h"

namespace tutti {
namespace {

using Factory = std::function<std::unique_ptr<GangGrouping>(const BuiltinOptions&)>;

template <class Grouping>
std::unique_ptr<GangGrouping> Make(const BuiltinOptions&) {
  return std::make_unique<Grouping>();
}

constexpr std::string_view kOwnDialect = "annotations";

std::unique_ptr<GangGrouping> ForOurPods(std::unique_ptr<GangGrouping> grouping,
                                         const BuiltinOptions& options) {
  if (grouping->name() == kOwnDialect) return grouping;
  return std::make_unique<gang::OwnSchedulers>(std::move(grouping), options.scheduler_names);
}

std::vector<std::pair<std::string, Factory>> GangFactories() {
  return {
      {std::string(kOwnDialect), Make<gang::AnnotationGrouping>},
      {"podgroup", Make<gang::NativeGrouping>},
      {"scheduling-x-k8s-io", Make<gang::PodGroupGrouping>},
      {"volcano", Make<gang::VolcanoGrouping>},
      {"yunikorn", Make<gang::YunikornGrouping>},
      {"kueue", Make<gang::KueueGrouping>},
      {"kai", Make<gang::KaiGrouping>},
      {"koordinator", Make<gang::KoordinatorGrouping>},
      {"armada", Make<gang::ArmadaGrouping>},
      {"godel", Make<gang::GodelGrouping>},
      {"spark", Make<gang::SparkGrouping>},
      {"owner", Make<gang::OwnerGrouping>},
      {"job",
       [](const BuiltinOptions& o) {
         return std::make_unique<gang::JobGrouping>(o.all_jobs_are_gangs);
       }},
  };
}

}  // namespace

std::vector<PluginDescriptor> BuiltinPlugins() {
  using plugins::FragmentationGradient;
  using plugins::GangLimits;
  using plugins::GangPreemption;
  using plugins::GpuBestFit;
  using plugins::GpuClustering;
  using plugins::GpuDotProduct;
  using plugins::GpuPacking;
  using plugins::HierarchicalQueues;
  using plugins::NamespaceLimits;
  using plugins::NodeHeadroom;
  using plugins::NodeResourcesFit;
  using plugins::RandomNode;
  using plugins::SmallestFirst;
  using plugins::TopologyDomains;
  return {FragmentationGradient::Descriptor(),
          GangLimits::Descriptor(),
          GangPreemption::Descriptor(),
          GpuBestFit::Descriptor(),
          GpuClustering::Descriptor(),
          GpuDotProduct::Descriptor(),
          GpuPacking::Descriptor(),
          HierarchicalQueues::Descriptor(),
          NamespaceLimits::Descriptor(),
          NodeHeadroom::Descriptor(),
          NodeResourcesFit::Descriptor(),
          RandomNode::Descriptor(),
          SmallestFirst::Descriptor(),
          TopologyDomains::Descriptor()};
}

std::vector<std::string> BuiltinGangDialects() {
  std::vector<std::string> names;
  for (const auto& [name, factory] : GangFactories()) names.push_back(name);
  return names;
}

std::vector<std::unique_ptr<GangGrouping>> BuiltinGangGroupings(
    const std::vector<std::string>& dialects, const BuiltinOptions& options,
    std::vector<std::string>& unknown) {
  std::vector<std::unique_ptr<GangGrouping>> groupings;
  const auto factories = GangFactories();
  for (const std::string& dialect : dialects) {
    const size_t before = groupings.size();
    for (const auto& [name, factory] : factories) {
      if (name == dialect) groupings.push_back(ForOurPods(factory(options), options));
    }
    if (groupings.size() == before) unknown.push_back(dialect);
  }
  return groupings;
}

}  // namespace tutti
