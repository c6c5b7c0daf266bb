#include "sim/engine/pod_maker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tutti::sim {
namespace {

constexpr int64_t kWholeDevice = 1000;
constexpr int64_t kMostPods = 110;  // as a kubelet allows

// A plugin reads a label of this name where the node has it.
void KeepField(const model::FieldTable& fields, base::Interner& labels, const std::string& key,
               const std::string& value, model::NodeInfo& info) {
  if (const auto field = fields.Find(model::FieldTable::Kind::kLabel, key))
    info.fields[*field] = labels.Intern(value);
}

}  // namespace

model::ResourceId PodMaker::Resource(const std::string& name, bool of_node) {
  if (name == "cpu") return model::kCpu;
  if (name == "memory") return model::kMemory;
  if (name == "pods") return model::kPods;
  return of_node ? tables_.resources.InternForNode(name) : tables_.resources.InternForPod(name);
}

model::NodeInfo PodMaker::Node(const SimNode& node) {
  model::NodeInfo info;
  info.name = node.name;
  for (const auto& [name, amount] : node.allocatable) {
    if (const model::ResourceId id = Resource(name, true); id.valid())
      info.allocatable.Set(id, amount);
  }
  if (node.gpus > 0) info.allocatable.Set(Resource(kGpuResource, true), node.gpus * kWholeDevice);
  if (info.allocatable.Get(model::kPods) == 0) {
    // A processor each, on machines that know nothing of pods.
    info.allocatable.Set(model::kPods,
                         std::max(kMostPods, info.allocatable.Get(model::kCpu) / 1000));
  }
  info.fields.resize(tables_.fields.nodes.size());
  const auto label = [&](const std::string& key, const std::string& value) {
    info.labels.emplace_back(tables_.labels.Intern(key), tables_.labels.Intern(value));
    KeepField(tables_.fields.nodes, tables_.labels, key, value, info);
  };
  label("kubernetes.io/hostname", node.name);
  if (!node.gpu_model.empty()) label(kGpuModelLabel, node.gpu_model);
  for (const auto& [key, value] : node.labels) label(key, value);
  std::sort(info.labels.begin(), info.labels.end());
  return info;
}

model::PodShape PodMaker::Shape(const Role& role, int32_t priority) {
  model::PodShape shape;
  const auto request = [&](const std::string& name, int64_t amount) {
    const model::ResourceId id = Resource(name, false);
    if (id.valid()) {
      shape.requests.Set(id, amount);
    } else {
      shape.unknown_resource = true;
    }
  };
  for (const auto& [name, amount] : role.requests) {
    if (amount > 0) request(name, amount);
  }
  if (role.gpus > 0) request(kGpuResource, role.gpus * role.gpu_milli);
  shape.requests.Set(model::kPods, 1);
  shape.node_selector = role.node_selector;
  std::sort(shape.node_selector.begin(), shape.node_selector.end());
  if (!role.gpu_models.empty()) {
    model::NodeSelectorRequirement models{
        kGpuModelLabel, model::NodeSelectorRequirement::Operator::kIn, role.gpu_models};
    shape.required_affinity = {{{std::move(models)}, {}}};
  }
  shape.priority = priority;
  shape.fields.resize(tables_.fields.pods.size());
  return shape;
}

std::vector<model::PodInfo> PodMaker::Roles(const Job& job, uint64_t number, int64_t now_ms,
                                            int64_t expected_ms) {
  int64_t members = 0;
  for (const Role& role : job.roles) members += role.count;
  model::GangMember member;
  member.key = {job.queue.empty() ? "default" : job.queue, "simulation", absl::StrCat(number)};
  member.display_name = job.name;
  member.queue = job.queue;
  member.spec.emplace().min_member =
      static_cast<int>(job.min_member > 0 ? job.min_member : members);
  std::vector<model::PodInfo> pods;
  for (const Role& role : job.roles) {
    model::PodInfo& pod = pods.emplace_back();
    pod.namespace_name = member.key.namespace_name;
    pod.gang = member;
    pod.shape = shapes_.Intern(Shape(role, job.priority));
    pod.charge = shapes_.Intern(model::ResourceList(pod.shape->requests));
    pod.created_seconds = now_ms / 1000;
    pod.submitter = job.user;
    if (expected_ms > 0) pod.expected_duration = std::chrono::milliseconds(expected_ms);
  }
  return pods;
}

}  // namespace tutti::sim
