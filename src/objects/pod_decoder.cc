#include "objects/pod_decoder.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_format.h"
#include "objects/json_fields.h"
#include "objects/pin.h"
#include "objects/resource_accounting.h"
#include "simdjson.h"

namespace tutti::objects {
namespace {

using model::PodInfo;
using model::PodShape;
using model::ResourceId;
using simdjson::dom::element;

constexpr size_t kMaxDepth = 64;
constexpr size_t kFirstCapacity = size_t{64} << 10;

element Child(const element& parent, std::string_view key) {
  element child;
  // A missing child reads as null, whose fields are all missing in turn.
  if (parent[key].get(child) != simdjson::SUCCESS) return element();
  return child;
}

bool HasChild(const element& parent, std::string_view key) { return IsPresent(parent, key); }

model::TaintEffect Effect(std::string_view name) {
  if (name == "NoSchedule") return model::TaintEffect::kNoSchedule;
  if (name == "PreferNoSchedule") return model::TaintEffect::kPreferNoSchedule;
  if (name == "NoExecute") return model::TaintEffect::kNoExecute;
  return model::TaintEffect::kNone;
}

void ReadTolerations(const element& spec, PodShape& shape) {
  ForEachItem(spec, "tolerations", [&](const element& item) {
    model::Toleration& toleration = shape.tolerations.emplace_back();
    toleration.key = Text(item, "key");
    toleration.value = Text(item, "value");
    toleration.effect = Effect(Text(item, "effect"));
    toleration.exists = Text(item, "operator") == "Exists";
  });
}

void ReadPorts(const element& spec, std::string_view list, PodShape& shape) {
  ForEachItem(spec, list, [&](const element& container) {
    ForEachItem(container, "ports", [&](const element& item) {
      const int64_t port = Number(item, "hostPort");
      if (port <= 0 || port > 65535) return;
      const std::string_view ip = Text(item, "hostIP");
      const std::string_view protocol = Text(item, "protocol");
      shape.host_ports.push_back({ip.empty() ? "0.0.0.0" : std::string(ip),
                                  protocol.empty() ? "TCP" : std::string(protocol),
                                  static_cast<int32_t>(port)});
    });
  });
}

void ReadVolumes(const element& spec, std::string_view pod_name, PodShape& shape) {
  ForEachItem(spec, "volumes", [&](const element& volume) {
    if (HasChild(volume, "persistentVolumeClaim")) {
      shape.claims.emplace_back(Text(Child(volume, "persistentVolumeClaim"), "claimName"));
    } else if (HasChild(volume, "ephemeral")) {
      shape.claims.push_back(absl::StrFormat("%s-%s", pod_name, Text(volume, "name")));
    } else if (!HasChild(volume, "csi")) {
      return;
    }
    shape.needs_referee =
        true;  // volume limits, zones and late binding are kube-scheduler's to judge
  });
  std::sort(shape.claims.begin(), shape.claims.end());
}

bool HasItems(const element& parent, std::string_view key) {
  bool any = false;
  ForEachItem(parent, key, [&](const element&) { any = true; });
  return any;
}

void ReadRefereeRules(const element& spec, PodShape& shape) {
  ForEachItem(spec, "topologySpreadConstraints", [&](const element& constraint) {
    if (Text(constraint, "whenUnsatisfiable") == "DoNotSchedule") shape.needs_referee = true;
  });
  if (HasItems(spec, "resourceClaims")) shape.needs_referee = true;
  if (!HasChild(spec, "affinity")) return;
  const element affinity = Child(spec, "affinity");
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    if (HasChild(affinity, kind) &&
        HasItems(Child(affinity, kind), "requiredDuringSchedulingIgnoredDuringExecution")) {
      shape.needs_referee = true;
    }
  }
}

std::optional<model::NodeSelector> RequiredAffinity(const element& spec) {
  if (!HasChild(spec, "affinity")) return std::nullopt;
  const element affinity = Child(spec, "affinity");
  if (!HasChild(affinity, "nodeAffinity")) return std::nullopt;
  const element node = Child(affinity, "nodeAffinity");
  if (!HasChild(node, "requiredDuringSchedulingIgnoredDuringExecution")) return std::nullopt;
  return Selector(Child(node, "requiredDuringSchedulingIgnoredDuringExecution"));
}

}  // namespace

struct PodDecoder::Impl {
  model::ResourceTable& resources;
  ShapeTable& shapes;
  GangGroupings groupings;
  simdjson::dom::parser parser;
  std::vector<PodView::Entry> labels;
  std::vector<PodView::Entry> annotations;
  std::vector<OwnerReferenceView> owners;
  // Of the pod being decoded.
  absl::Status status;
  bool unknown_resource = false;

  Impl(model::ResourceTable& r, ShapeTable& s, GangGroupings g)
      : resources(r), shapes(s), groupings(std::move(g)) {
    // Sets the depth; the parser grows by itself and keeps it.
    // Only fails without memory; the parser then allocates, or fails, when it is used.
    [[maybe_unused]] const auto error = parser.allocate(kFirstCapacity, kMaxDepth);
  }

  ResourceId Intern(std::string_view name) {
    if (name == "cpu") return model::kCpu;
    if (name == "memory") return model::kMemory;
    return resources.InternForPod(name);
  }
  model::ResourceList Amounts(const element& object, std::string_view key) {
    ReadResources read =
        Resources(object, key, [this](std::string_view name) { return Intern(name); });
    if (!read.status.ok()) status = read.status;
    unknown_resource = unknown_resource || read.unknown;
    return std::move(read.list);
  }

  absl::StatusOr<PodInfo> Decode(const element& pod, std::string_view namespace_name);
  void ReadMetadata(const element& metadata, PodInfo& info);
  void ReadSpec(const element& spec, PodInfo& info, PodShape& shape, PodResources& amounts);
  void ReadStatus(const element& pod, PodInfo& info, PodResources& amounts);
  void ReadConditions(const element& pod_status, PodInfo& info, PodResources& amounts);
  void ReadContainers(const element& spec, std::string_view key,
                      std::vector<ContainerResources>& out);
  void ReadContainerStatuses(const element& pod_status, std::string_view key,
                             std::vector<ContainerResources>& out);
  void Group(const element& spec, PodInfo& info);
};

PodDecoder::PodDecoder(model::ResourceTable& resources, ShapeTable& shapes, GangGroupings groupings)
    : impl_(std::make_unique<Impl>(resources, shapes, std::move(groupings))) {}
PodDecoder::~PodDecoder() = default;
PodDecoder::PodDecoder(PodDecoder&&) noexcept = default;

void PodDecoder::Impl::ReadMetadata(const element& metadata, PodInfo& info) {
  labels.clear();
  annotations.clear();
  owners.clear();
  info.name = Text(metadata, "name");
  if (const std::string_view ns = Text(metadata, "namespace"); !ns.empty())
    info.namespace_name = ns;
  if (const std::optional<base::Uid> uid = base::Uid::Parse(Text(metadata, "uid"))) info.uid = *uid;
  info.created_seconds = Seconds(Text(metadata, "creationTimestamp"));
  info.deleting = IsPresent(metadata, "deletionTimestamp");
  const auto collect = [](std::vector<PodView::Entry>& into) {
    return [&into](std::string_view key, const element& value) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS) into.emplace_back(key, text);
    };
  };
  ForEachEntry(metadata, "labels", collect(labels));
  ForEachEntry(metadata, "annotations", collect(annotations));
  ForEachItem(metadata, "ownerReferences", [&](const element& owner) {
    owners.push_back({Text(owner, "apiVersion"), Text(owner, "kind"), Text(owner, "name"),
                      Text(owner, "uid"), Flag(owner, "controller")});
    if (!owners.back().controller) return;
    info.has_controller = true;
    if (owners.back().kind == "DaemonSet") info.disruptable = false;
  });
  for (const auto& [key, value] : annotations) {
    if (key == kPinnedNodesAnnotation) info.pins = PinnedNodes(value);
    if (key == kPlanAnnotation) info.plan_token = value;
    if (key == "kubernetes.io/config.mirror") info.disruptable = false;
  }
}

void PodDecoder::Impl::ReadContainers(const element& spec, std::string_view key,
                                      std::vector<ContainerResources>& out) {
  ForEachItem(spec, key, [&](const element& container) {
    ContainerResources& read = out.emplace_back();
    read.name = Text(container, "name");
    read.restartable = Text(container, "restartPolicy") == "Always";
    if (HasChild(container, "resources"))
      read.requests = Amounts(Child(container, "resources"), "requests");
  });
}

void PodDecoder::Impl::ReadSpec(const element& spec, PodInfo& info, PodShape& shape,
                                PodResources& amounts) {
  info.node_name = Text(spec, "nodeName");
  info.scheduler_name = Text(spec, "schedulerName");
  shape.priority = static_cast<int32_t>(Number(spec, "priority"));
  ForEachEntry(spec, "nodeSelector", [&](std::string_view key, const element& value) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) shape.node_selector.emplace_back(key, text);
  });
  std::sort(shape.node_selector.begin(), shape.node_selector.end());
  ForEachItem(spec, "schedulingGates", [&](const element& gate) {
    (Text(gate, "name") == kGateName ? info.gated_by_tutti : info.gated_by_others) = true;
  });
  shape.required_affinity = RequiredAffinity(spec);
  if (!info.pins.empty()) {
    std::optional<std::optional<model::NodeSelector>> original;
    if (shape.required_affinity) original = WithoutPins(*shape.required_affinity, info.pins);
    if (original) {
      shape.required_affinity = std::move(*original);
    } else {
      info.pins.clear();
    }
  }
  ReadTolerations(spec, shape);
  ReadPorts(spec, "containers", shape);
  ReadPorts(spec, "initContainers", shape);
  ReadVolumes(spec, info.name, shape);
  ReadRefereeRules(spec, shape);
  ReadContainers(spec, "containers", amounts.containers);
  ReadContainers(spec, "initContainers", amounts.init_containers);
  amounts.overhead = Amounts(spec, "overhead");
  if (!HasChild(spec, "resources")) return;
  amounts.pod_level = Amounts(Child(spec, "resources"), "requests");
  ForEachEntry(Child(spec, "resources"), "requests", [&](std::string_view name, const element&) {
    const bool replaces = name == "cpu" || name == "memory" || name.starts_with("hugepages-");
    if (const ResourceId id = Intern(name); replaces && id.valid())
      amounts.pod_level_replaces.push_back(id);
  });
}

void PodDecoder::Impl::ReadContainerStatuses(const element& pod_status, std::string_view key,
                                             std::vector<ContainerResources>& out) {
  ForEachItem(pod_status, key, [&](const element& item) {
    const auto container = std::find_if(out.begin(), out.end(), [&](const ContainerResources& c) {
      return c.name == Text(item, "name");
    });
    if (container == out.end()) return;
    if (HasChild(item, "resources"))
      container->actuated = Amounts(Child(item, "resources"), "requests");
    if (HasChild(item, "allocatedResources"))
      container->allocated = Amounts(item, "allocatedResources");
  });
}

void PodDecoder::Impl::ReadConditions(const element& pod_status, PodInfo& info,
                                      PodResources& amounts) {
  ForEachItem(pod_status, "conditions", [&](const element& condition) {
    const std::string_view type = Text(condition, "type");
    const std::string_view reason = Text(condition, "reason");
    if (type == "PodResizePending") amounts.resize_infeasible = reason == "Infeasible";
    if (type != "PodScheduled" || Text(condition, "status") != "False") return;
    if (reason != "Unschedulable" && reason != "SchedulerError") return;
    const std::string_view message = Text(condition, "message");
    info.verdict.refused = true;
    info.verdict.ours = message.find("tutti/") != std::string_view::npos;
    const std::string_view when = Text(condition, "lastTransitionTime");
    // FNV-1a: the same in every process, so that a replay sees the same events.
    uint64_t hash = 14695981039346656037u;
    for (const std::string_view part : {reason, message, when}) {
      for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    info.verdict.fingerprint = hash;
  });
}

void PodDecoder::Impl::ReadStatus(const element& pod, PodInfo& info, PodResources& amounts) {
  if (!HasChild(pod, "status")) return;
  const element pod_status = Child(pod, "status");
  const std::string_view phase = Text(pod_status, "phase");
  if (phase == "Running") info.phase = model::PodPhase::kRunning;
  if (phase == "Succeeded") info.phase = model::PodPhase::kSucceeded;
  if (phase == "Failed") info.phase = model::PodPhase::kFailed;
  info.nominated_node = Text(pod_status, "nominatedNodeName");
  ReadConditions(pod_status, info, amounts);
  ReadContainerStatuses(pod_status, "containerStatuses", amounts.containers);
  ReadContainerStatuses(pod_status, "initContainerStatuses", amounts.init_containers);
  if (HasChild(pod_status, "resources"))
    amounts.pod_actuated = Amounts(Child(pod_status, "resources"), "requests");
  if (HasChild(pod_status, "allocatedResources"))
    amounts.pod_allocated = Amounts(pod_status, "allocatedResources");
}

void PodDecoder::Impl::Group(const element& spec, PodInfo& info) {
  PodView view;
  view.name = info.name;
  view.namespace_name = info.namespace_name;
  view.labels = labels;
  view.annotations = annotations;
  view.owners = owners;
  if (HasChild(spec, "schedulingGroup"))
    view.scheduling_group = Text(Child(spec, "schedulingGroup"), "podGroupName");
  for (const GangGrouping* grouping : groupings) {
    std::optional<GangMembership> membership = grouping->GroupOf(view);
    if (!membership) continue;
    model::GangMember& member = info.gang.emplace();
    member.key = {info.namespace_name, std::string(grouping->name()),
                  std::move(membership->identity)};
    member.display_name = std::move(membership->display_name);
    member.spec = membership->spec;
    member.problem = std::move(membership->problem);
    return;
  }
}

absl::StatusOr<PodInfo> PodDecoder::Impl::Decode(const element& pod,
                                                 std::string_view namespace_name) {
  status = absl::OkStatus();
  unknown_resource = false;
  PodInfo info;
  info.namespace_name = namespace_name;
  PodShape shape;
  PodResources amounts;
  if (!pod.is_object() || !HasChild(pod, "metadata")) {
    return absl::InvalidArgumentError("not a Pod: expected a JSON object with metadata");
  }
  const element spec = HasChild(pod, "spec") ? Child(pod, "spec") : Child(pod, "metadata");
  ReadMetadata(Child(pod, "metadata"), info);
  ReadSpec(spec, info, shape, amounts);
  ReadStatus(pod, info, amounts);
  Group(spec, info);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("pod %s/%s: %s", info.namespace_name, info.name, status.message()));
  }
  shape.requests = PendingRequests(amounts);
  shape.unknown_resource = unknown_resource;
  model::ResourceList charge = BoundRequests(amounts);
  info.shape = shapes.Intern(std::move(shape));
  info.charge = shapes.Intern(std::move(charge));
  return info;
}

absl::StatusOr<PodInfo> PodDecoder::Decode(std::string_view json, std::string_view namespace_name) {
  element pod;
  if (const auto error = impl_->parser.parse(json.data(), json.size(), false).get(pod);
      error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not a Pod: %s", simdjson::error_message(error)));
  }
  return impl_->Decode(pod, namespace_name);
}

absl::Status PodDecoder::DecodeList(std::string_view json, const std::function<void(PodInfo)>& good,
                                    const std::function<void(absl::Status)>& bad) {
  element list;
  if (const auto error = impl_->parser.parse(json.data(), json.size(), false).get(list);
      error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not a PodList: %s", simdjson::error_message(error)));
  }
  ForEachItem(list, "items", [&](const element& item) {
    absl::StatusOr<PodInfo> pod = impl_->Decode(item, {});
    if (pod.ok()) {
      good(*std::move(pod));
    } else {
      bad(pod.status());
    }
  });
  return absl::OkStatus();
}

}  // namespace tutti::objects
