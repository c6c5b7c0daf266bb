#include "sim/openb/openb_run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/interner.h"
#include "base/status_macros.h"
#include "framework/host.h"
#include "framework/plugins.h"
#include "framework/profile.h"
#include "model/device_table.h"
#include "planner/core.h"
#include "sim/openb/openb_policy.h"

namespace tutti::sim {
namespace {

using model::Effect;
using model::ResourceList;

constexpr char kCounted[] = "nvidia.com/gpu";
constexpr int64_t kPodsPerNode = 1 << 20;  // the tables know no such limit
constexpr base::Timestamp kNow{1'000'000'000};

ResourceList Amount(const Amounts& amounts) {
  ResourceList list;
  for (const auto& [resource, amount] : amounts)
    list.Set(resource == "cpu" ? model::kCpu : model::kMemory, amount);
  return list;
}

}  // namespace

struct OpenbRun::Parts {
  explicit Parts(const OpenbWorkload& w) : workload(w) {}

  absl::Status Start(const framework::PluginRegistry& registry, std::string_view policy);
  model::NodeInfo Node(const SimNode& node);
  std::shared_ptr<const model::PodShape> Shape(const Role& role);
  model::PodInfo Pod(size_t number);
  model::Effects Apply(model::ClusterEvent event) { return core->Apply(kNow, std::move(event)); }

  const OpenbWorkload& workload;
  base::SystemClock clock;
  base::Interner labels;
  model::ResourceTable resources;
  model::Fields fields;
  model::ReasonTable reasons;
  framework::HostServices services{resources, fields, reasons, labels, clock, {}, nullptr};
  std::unique_ptr<framework::Profile> profile;
  model::DeviceTable devices;
  std::unique_ptr<planner::Core> core;
  std::map<std::tuple<Amounts, int64_t, int64_t, std::vector<std::string>>,
           std::shared_ptr<const model::PodShape>>
      shapes;
  std::vector<std::shared_ptr<const model::PodShape>> shape_of;  // by pod of the workload
  OpenbResult result;
};

absl::Status OpenbRun::Parts::Start(const framework::PluginRegistry& registry,
                                    std::string_view policy) {
  std::optional<framework::PluginSpec> spec = OpenbPolicy(policy, workload);
  if (!spec) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "there is no openb policy %s (known: %s)", policy, absl::StrJoin(OpenbPolicies(), ", ")));
  }
  TUTTI_ASSIGN_OR_RETURN(profile, framework::Profile::Make(registry, {*std::move(spec)}, services));
  TUTTI_ASSIGN_OR_RETURN(devices, model::DeviceTable::Make(resources, kCounted));
  planner::CoreOptions options;
  options.devices = devices;
  options.tie_break = planner::TieBreak::kNodeName;
  core = std::make_unique<planner::Core>(options, labels,
                                         framework::Plugins{profile.get(), &reasons, nullptr});
  for (const SimNode& node : workload.nodes) Apply(model::NodeUpserted{Node(node)});
  Apply(model::CachesSynced{});
  Apply(model::LeadershipChanged{true});
  for (const Role& role : workload.pods) shape_of.push_back(Shape(role));
  return absl::OkStatus();
}

model::NodeInfo OpenbRun::Parts::Node(const SimNode& node) {
  model::NodeInfo info;
  info.name = node.name;
  info.allocatable = Amount(node.allocatable);
  info.allocatable.Set(model::kPods, kPodsPerNode);
  info.allocatable.Set(devices.counted(), node.gpus);
  devices.AddToNode(info.allocatable);
  const base::StringId model = labels.Intern(node.gpu_model);
  info.labels = {{labels.Intern(kOpenbModelLabel), model}};
  if (const std::optional<uint16_t> field =
          fields.nodes.Find(model::FieldTable::Kind::kLabel, kOpenbModelLabel)) {
    info.fields.resize(fields.nodes.size());
    info.fields[*field] = model;
  }
  return info;
}

std::shared_ptr<const model::PodShape> OpenbRun::Parts::Shape(const Role& role) {
  auto& known = shapes[{role.requests, role.gpus, role.gpu_milli, role.gpu_models}];
  if (known != nullptr) return known;
  model::PodShape shape;
  shape.requests = Amount(role.requests);
  shape.requests.Set(model::kPods, 1);
  devices.SetRequest(shape.requests,
                     {static_cast<uint32_t>(std::min<int64_t>(role.gpus, model::kMostDevices + 1)),
                      role.gpu_milli});
  if (!role.gpu_models.empty()) {
    shape.required_affinity = model::NodeSelector{
        {{{kOpenbModelLabel, model::NodeSelectorRequirement::Operator::kIn, role.gpu_models}}, {}}};
  }
  known = std::make_shared<const model::PodShape>(std::move(shape));
  return known;
}

model::PodInfo OpenbRun::Parts::Pod(size_t number) {
  model::PodInfo pod;
  pod.uid = {1, static_cast<uint64_t>(result.arrived)};
  pod.name = absl::StrFormat("pod-%d", result.arrived);
  pod.namespace_name = "openb";
  pod.shape = shape_of[number];
  pod.charge = {pod.shape, &pod.shape->requests};
  model::GangMember& alone = pod.gang.emplace();
  alone.key = {pod.namespace_name, "openb", pod.name};
  alone.display_name = pod.name;
  alone.spec = GangSpec{1};
  return pod;
}

OpenbRun::OpenbRun(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
OpenbRun::~OpenbRun() = default;

absl::StatusOr<std::unique_ptr<OpenbRun>> OpenbRun::Make(const framework::PluginRegistry& registry,
                                                         std::string_view policy,
                                                         const OpenbWorkload& workload) {
  auto parts = std::make_unique<Parts>(workload);
  TUTTI_RETURN_IF_ERROR(parts->Start(registry, policy));
  return std::unique_ptr<OpenbRun>(new OpenbRun(std::move(parts)));
}

bool OpenbRun::Arrive(size_t number) {
  Parts& p = *parts_;
  ++p.result.arrived;
  model::PodInfo pod = p.Pod(number);
  p.Apply(model::PodUpserted{pod});
  std::optional<model::NominatePod> nominated;
  for (Effect& effect : p.Apply(model::TimePassed{})) {
    if (auto* nominate = std::get_if<model::NominatePod>(&effect)) nominated = std::move(*nominate);
  }
  if (!nominated) {
    p.Apply(model::PodDeleted{pod.uid});
    return false;
  }
  p.Apply(model::WriteFinished{nominated->write, model::WriteOutcome::kDone, ""});
  std::optional<model::BindPod> bound;
  for (Effect& effect : p.Apply(
           model::BindRequested{pod.uid, pod.namespace_name, pod.name, nominated->node_name, 1})) {
    if (auto* bind = std::get_if<model::BindPod>(&effect)) bound = std::move(*bind);
  }
  if (!bound) return false;
  pod.node_name = bound->node_name;
  for (const auto& [key, value] : bound->annotations) {
    if (key == model::kDeviceIndexAnnotation) pod.devices = model::ParseDeviceIndex(value);
  }
  const int64_t gpu_milli = p.devices.RequestOf(*pod.charge).total();
  p.Apply(model::PodUpserted{std::move(pod)});
  p.Apply(model::WriteFinished{bound->write, model::WriteOutcome::kDone, ""});
  ++p.result.placed;
  p.result.gpu_milli += gpu_milli;
  return true;
}

const OpenbResult& OpenbRun::result() const { return parts_->result; }

void OpenbRun::Check() {
  for (std::string& line : parts_->core->CheckInvariants())
    parts_->result.broken.push_back(std::move(line));
}

}  // namespace tutti::sim
