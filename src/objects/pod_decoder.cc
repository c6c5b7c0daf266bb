#include "objects/pod_decoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "objects/device_reader.h"
#include "objects/json_fields.h"
#include "objects/marker_reader.h"
#include "objects/pin.h"
#include "objects/pod_spec_reader.h"
#include "objects/resource_accounting.h"
#include "objects/submitter.h"

namespace tutti::objects {
namespace {

using model::PodInfo;
using model::PodShape;
using model::ResourceId;

constexpr int64_t kMostSeconds = 3'000'000'000;  // fits a Duration

model::PodPhase ParsePhase(std::string_view phase) {
  if (phase == "Running") return model::PodPhase::kRunning;
  if (phase == "Succeeded") return model::PodPhase::kSucceeded;
  return phase == "Failed" ? model::PodPhase::kFailed : model::PodPhase::kPending;
}

// FNV-1a: the same in every process, so that a replay sees the same events.
uint64_t Fingerprint(std::initializer_list<std::string_view> parts) {
  uint64_t hash = 14695981039346656037u;
  for (const std::string_view part : parts) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash = (hash ^ 0xffu) * 1099511628211u;  // no byte of UTF-8: keeps the parts apart
  }
  return hash;
}

std::string WrongMarker(std::string_view annotation, std::string_view text,
                        std::string_view expected) {
  return absl::StrFormat("annotation %s is \"%s\"; expected %s; correct or remove it", annotation,
                         text.substr(0, 32), expected);
}

}  // namespace

struct PodDecoder::Impl {
  model::ResourceTable& resources;
  ShapeTable& shapes;
  const GangGroupings groupings;
  const model::FieldTable* fields;
  const model::DeviceTable devices;
  JsonParser parser;
  FieldReader reader;
  // Of the pod being decoded; the views point into the parser's buffers.
  std::vector<PodView::Entry> labels;
  std::vector<PodView::Entry> annotations;
  std::vector<OwnerReferenceView> owners;
  std::string_view scheduling_group;
  bool unknown_resource = false;
  std::string bad_marker;  // what is wrong with an annotation that is for gangs of any dialect
  model::MemberLost on_member_lost = model::MemberLost::kReplace;
  std::unique_ptr<MarkerReader> markers = nullptr;  // null: nobody asks for them
  std::vector<std::string> start_after = {};

  absl::StatusOr<PodInfo> Decode(const Element& pod, std::string_view namespace_name);
  // As Decode; a pod without name or uid is an error.
  absl::StatusOr<PodInfo> DecodeItem(const Element& pod);
  void Begin();
  void ReadMetadata(const Element& metadata, PodInfo& info);
  void ReadSpec(const Element& spec, PodInfo& info, PodShape& shape, PodResources& amounts);
  void ReadStatus(const Element& status, PodInfo& info, PodResources& amounts);
  void ReadConditions(const Element& status, PodInfo& info, PodResources& amounts);
  void ReadContainers(const Element& spec, std::string_view key,
                      std::vector<ContainerResources>& out);
  void ReadContainerStatuses(const Element& status, std::string_view key,
                             std::vector<ContainerResources>& out);
  model::ResourceList ReadRequests(const Element& parent, std::string_view key);
  void ReadPodLevel(const Element& resources_of_pod, PodResources& amounts);
  void ReadExpectedDuration(std::string_view text, PodInfo& info);
  void ReadMemberLost(std::string_view text);
  void ReadStartAfter(std::string_view text);
  void Group(PodInfo& info);
  void KeepFields(PodShape& shape) const;
  PodView View(const PodInfo& info) const;
  void ReadDeviceRequest(PodInfo& info, PodShape& shape, model::ResourceList& charge) const;

  ResourceId Intern(std::string_view name) {
    if (name == "cpu") return model::kCpu;
    if (name == "memory") return model::kMemory;
    return resources.InternForPod(name);
  }
};

PodDecoder::PodDecoder(model::ResourceTable& resources, ShapeTable& shapes, GangGroupings groupings,
                       const model::FieldTable* fields, const model::DeviceTable& devices)
    : impl_(new Impl{resources,
                     shapes,
                     std::move(groupings),
                     fields,
                     devices,
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {}}) {}
PodDecoder::~PodDecoder() = default;
PodDecoder::PodDecoder(PodDecoder&&) noexcept = default;

void PodDecoder::ReadMarkers() {
  impl_->markers = std::make_unique<MarkerReader>(impl_->groupings);
}

void PodDecoder::Impl::Begin() {
  reader.Begin();
  labels.clear();
  annotations.clear();
  owners.clear();
  scheduling_group = {};
  unknown_resource = false;
  bad_marker.clear();
  on_member_lost = model::MemberLost::kReplace;
  start_after.clear();
}

void PodDecoder::Impl::ReadExpectedDuration(std::string_view text, PodInfo& info) {
  const std::optional<base::Duration> duration = base::ParseDuration(text);
  if (duration && duration->count() > 0) {
    info.expected_duration = *duration;
  } else {
    bad_marker = WrongMarker(kExpectedDurationAnnotation, text, "a duration such as 90s or 1h30m");
  }
}

void PodDecoder::Impl::ReadStartAfter(std::string_view text) {
  constexpr size_t kMostRoles = 16;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view role = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(role.size() + 1, rest.size()));
    role.remove_prefix(std::min(role.find_first_not_of(' '), role.size()));
    role = role.substr(0, role.find_last_not_of(' ') + 1);
    if (role.empty() || start_after.size() == kMostRoles) {
      start_after.clear();
      bad_marker = WrongMarker(kStartAfterAnnotation, text, "1 to 16 roles, with commas");
      return;
    }
    start_after.emplace_back(role);
  }
}

void PodDecoder::Impl::ReadMemberLost(std::string_view text) {
  if (text == "Release") {
    on_member_lost = model::MemberLost::kRelease;
  } else if (text != "Replace") {
    bad_marker = WrongMarker(kMemberLostAnnotation, text, "Replace or Release");
  }
}

model::ResourceList PodDecoder::Impl::ReadRequests(const Element& parent, std::string_view key) {
  Amounts amounts =
      ReadAmounts(reader, parent, key, [this](std::string_view name) { return Intern(name); });
  unknown_resource = unknown_resource || amounts.unknown;
  return std::move(amounts.list);
}

void PodDecoder::Impl::ReadMetadata(const Element& metadata, PodInfo& info) {
  info.name = reader.Text(metadata, "name");
  if (const std::string_view space = reader.Text(metadata, "namespace"); !space.empty())
    info.namespace_name = space;
  if (const std::string_view uid = reader.Text(metadata, "uid"); !uid.empty()) {
    info.uid = base::Uid::Parse(uid).value_or(base::Uid());
    if (!info.uid.valid()) reader.Fail("uid", "expected a UUID of 36 characters");
  }
  info.created_seconds = Seconds(reader.Text(metadata, "creationTimestamp"));
  info.deleting = FieldReader::IsPresent(metadata, "deletionTimestamp");
  reader.TextEntries(metadata, "labels", [this](std::string_view key, std::string_view value) {
    labels.emplace_back(key, value);
  });
  reader.TextEntries(metadata, "annotations", [&](std::string_view key, std::string_view value) {
    annotations.emplace_back(key, value);
    if (key == kPinnedNodesAnnotation) info.pins = PinnedNodes(value);
    if (key == kPlanAnnotation) info.plan_token = value;
    if (key == kExpectedDurationAnnotation) ReadExpectedDuration(value, info);
    if (key == kMemberLostAnnotation) ReadMemberLost(value);
    if (key == kStartAfterAnnotation) ReadStartAfter(value);
    if (key == model::kDeviceIndexAnnotation) info.devices = model::ParseDeviceIndex(value);
    if (key == "kubernetes.io/config.mirror") info.disruptable = false;
  });
  reader.Objects(metadata, "ownerReferences", [&](const Element& owner) {
    owners.push_back({reader.Text(owner, "apiVersion"), reader.Text(owner, "kind"),
                      reader.Text(owner, "name"), reader.Text(owner, "uid"),
                      reader.Flag(owner, "controller")});
    if (!owners.back().controller) return;
    info.has_controller = true;
    if (owners.back().kind == "DaemonSet") info.disruptable = false;
  });
}

void PodDecoder::Impl::ReadContainers(const Element& spec, std::string_view key,
                                      std::vector<ContainerResources>& out) {
  reader.Objects(spec, key, [&](const Element& container) {
    ContainerResources& read = out.emplace_back();
    read.name = reader.Text(container, "name");
    read.restartable = reader.Text(container, "restartPolicy") == "Always";
    reader.Object(container, "resources", [&](const Element& resources_of_container) {
      read.requests = ReadRequests(resources_of_container, "requests");
    });
  });
}

void PodDecoder::Impl::ReadPodLevel(const Element& resources_of_pod, PodResources& amounts) {
  amounts.pod_level = ReadRequests(resources_of_pod, "requests");
  reader.Entries(resources_of_pod, "requests", [&](std::string_view name, const Element&) {
    const bool replaces = name == "cpu" || name == "memory" || name.starts_with("hugepages-");
    if (!replaces) return;
    if (const ResourceId id = Intern(name); id.valid()) amounts.pod_level_replaces.push_back(id);
  });
}

void PodDecoder::Impl::ReadSpec(const Element& spec, PodInfo& info, PodShape& shape,
                                PodResources& amounts) {
  info.node_name = reader.Text(spec, "nodeName");
  info.scheduler_name = reader.Text(spec, "schedulerName");
  const int64_t deadline = std::min(reader.Number(spec, "activeDeadlineSeconds"), kMostSeconds);
  if (info.expected_duration.count() == 0 && deadline > 0)
    info.expected_duration = std::chrono::seconds(deadline);
  reader.Objects(spec, "schedulingGates", [&](const Element& gate) {
    (reader.Text(gate, "name") == kGateName ? info.gated_by_tutti : info.gated_by_others) = true;
  });
  reader.Object(spec, "schedulingGroup", [&](const Element& group) {
    scheduling_group = reader.Text(group, "podGroupName");
  });
  ReadShape(reader, spec, info.name, shape);
  if (!info.pins.empty()) {
    std::optional<std::optional<model::NodeSelector>> original;
    if (shape.required_affinity) original = WithoutPins(*shape.required_affinity, info.pins);
    if (original) {
      shape.required_affinity = std::move(*original);
    } else {
      info.pins.clear();
    }
  }
  ReadContainers(spec, "containers", amounts.containers);
  ReadContainers(spec, "initContainers", amounts.init_containers);
  amounts.overhead = ReadRequests(spec, "overhead");
  reader.Object(spec, "resources",
                [&](const Element& resources_of_pod) { ReadPodLevel(resources_of_pod, amounts); });
}

void PodDecoder::Impl::ReadContainerStatuses(const Element& status, std::string_view key,
                                             std::vector<ContainerResources>& out) {
  reader.Objects(status, key, [&](const Element& item) {
    const std::string_view name = reader.Text(item, "name");
    const auto container = std::find_if(
        out.begin(), out.end(), [&](const ContainerResources& c) { return c.name == name; });
    if (container == out.end()) return;
    reader.Object(item, "resources", [&](const Element& actuated) {
      container->actuated = ReadRequests(actuated, "requests");
    });
    if (FieldReader::IsPresent(item, "allocatedResources"))
      container->allocated = ReadRequests(item, "allocatedResources");
  });
}

void PodDecoder::Impl::ReadConditions(const Element& status, PodInfo& info, PodResources& amounts) {
  reader.Objects(status, "conditions", [&](const Element& condition) {
    const std::string_view type = reader.Text(condition, "type");
    const std::string_view reason = reader.Text(condition, "reason");
    if (type == "Ready") info.ready = reader.Text(condition, "status") == "True";
    if (type == "PodResizePending") amounts.resize_infeasible = reason == "Infeasible";
    if (type != "PodScheduled") return;
    if (reader.Text(condition, "status") == "True")
      info.bound_seconds = Seconds(reader.Text(condition, "lastTransitionTime"));
    if (reader.Text(condition, "status") != "False") return;
    if (reason != "Unschedulable" && reason != "SchedulerError") return;
    const std::string_view message = reader.Text(condition, "message");
    info.verdict.refused = true;
    info.verdict.ours = message.find("tutti/") != std::string_view::npos;
    info.verdict.fingerprint =
        Fingerprint({reason, message, reader.Text(condition, "lastTransitionTime")});
  });
}

void PodDecoder::Impl::ReadStatus(const Element& status, PodInfo& info, PodResources& amounts) {
  info.phase = ParsePhase(reader.Text(status, "phase"));
  info.nominated_node = reader.Text(status, "nominatedNodeName");
  ReadConditions(status, info, amounts);
  ReadContainerStatuses(status, "containerStatuses", amounts.containers);
  ReadContainerStatuses(status, "initContainerStatuses", amounts.init_containers);
  reader.Object(status, "resources", [&](const Element& actuated) {
    amounts.pod_actuated = ReadRequests(actuated, "requests");
  });
  if (FieldReader::IsPresent(status, "allocatedResources"))
    amounts.pod_allocated = ReadRequests(status, "allocatedResources");
}

PodView PodDecoder::Impl::View(const PodInfo& info) const {
  PodView view;
  view.name = info.name;
  view.namespace_name = info.namespace_name;
  view.labels = labels;
  view.annotations = annotations;
  view.owners = owners;
  view.scheduling_group = scheduling_group;
  view.scheduler_name = info.scheduler_name;
  return view;
}

void PodDecoder::Impl::Group(PodInfo& info) {
  const PodView view = View(info);
  for (const GangGrouping* grouping : groupings) {
    std::optional<GangMembership> membership = grouping->GroupOf(view);
    if (!membership) continue;
    model::GangMember& member = info.gang.emplace();
    if (markers != nullptr) member.markers = markers->Read(view, *grouping, *membership);
    member.key = {info.namespace_name, std::string(grouping->name()),
                  std::move(membership->identity)};
    member.display_name = std::move(membership->display_name);
    member.spec = std::move(membership->spec);
    member.problem = std::move(membership->problem);
    member.role = std::move(membership->role);
    member.queue = std::move(membership->queue);
    member.labels = std::move(membership->labels);
    info.submitter = SubmitterOf(view, member.display_name);
    member.on_member_lost = on_member_lost;
    member.start_after = start_after;
    if (member.problem.empty()) member.problem = std::move(bad_marker);
    return;
  }
}

void PodDecoder::Impl::KeepFields(PodShape& shape) const {
  if (fields == nullptr || fields->size() == 0) return;
  using Kind = model::FieldTable::Kind;
  shape.fields.resize(fields->size());
  const auto keep = [&](Kind kind, const std::vector<PodView::Entry>& entries) {
    for (const auto& [key, value] : entries) {
      if (const std::optional<uint16_t> field = fields->Find(kind, key))
        shape.fields[*field] = value;
    }
  };
  keep(Kind::kLabel, labels);
  keep(Kind::kAnnotation, annotations);
}

void PodDecoder::Impl::ReadDeviceRequest(PodInfo& info, PodShape& shape,
                                         model::ResourceList& charge) const {
  if (!devices.active()) return;
  DeviceAsk ask = ReadDevices(annotations, shape.requests, devices);
  devices.SetRequest(shape.requests, ask.request);
  devices.SetRequest(charge, ask.request);
  if (info.devices.Count() != ask.request.count) info.devices = {};
  if (!ask.request.any() && ask.problem.empty()) return;
  // One whose name the server has yet to make cannot be told from others.
  if (!info.gang && !info.name.empty()) {
    model::GangMember& alone = info.gang.emplace();
    alone.key = {info.namespace_name, "devices", info.name};
    alone.display_name = info.name;
    alone.spec = GangSpec{1};
    info.submitter = SubmitterOf(View(info), info.name);
  }
  if (info.gang && info.gang->problem.empty()) info.gang->problem = std::move(ask.problem);
}

absl::StatusOr<PodInfo> PodDecoder::Impl::Decode(const Element& pod,
                                                 std::string_view namespace_name) {
  Begin();
  PodInfo info;
  info.namespace_name = namespace_name;
  PodShape shape;
  PodResources amounts;
  if (!FieldReader::IsPresent(pod, "metadata"))
    return absl::InvalidArgumentError("not a Pod: expected an object with metadata");
  reader.Object(pod, "metadata", [&](const Element& metadata) { ReadMetadata(metadata, info); });
  reader.Object(pod, "spec", [&](const Element& spec) { ReadSpec(spec, info, shape, amounts); });
  // After the spec, whatever their order: it tells which containers there are.
  reader.Object(pod, "status", [&](const Element& status) { ReadStatus(status, info, amounts); });
  if (!reader.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("pod %s/%s: %s", info.namespace_name, info.name, reader.problem()));
  }
  Group(info);
  KeepFields(shape);
  shape.requests = PendingRequests(amounts);
  shape.unknown_resource = unknown_resource;
  model::ResourceList charge = BoundRequests(amounts);
  ReadDeviceRequest(info, shape, charge);
  info.shape = shapes.Intern(std::move(shape));
  info.charge = shapes.Intern(std::move(charge));
  return info;
}

absl::StatusOr<PodInfo> PodDecoder::Impl::DecodeItem(const Element& pod) {
  absl::StatusOr<PodInfo> info = Decode(pod, {});
  if (info.ok() && (info->name.empty() || !info->uid.valid())) {
    return absl::InvalidArgumentError(
        absl::StrFormat("pod %s/%s: expected metadata.name and metadata.uid, as a stored Pod has",
                        info->namespace_name, info->name));
  }
  return info;
}

absl::StatusOr<PodInfo> PodDecoder::Decode(std::string_view json, std::string_view namespace_name) {
  const absl::StatusOr<Element> pod = impl_->parser.Parse(json, "a Pod");
  if (!pod.ok()) return pod.status();
  return impl_->Decode(*pod, namespace_name);
}

absl::Status PodDecoder::DecodeList(std::string_view json, const std::function<void(PodInfo)>& good,
                                    const std::function<void(absl::Status)>& bad) {
  const absl::StatusOr<Element> list = impl_->parser.Parse(json, "a PodList");
  if (!list.ok()) return list.status();
  return ForEachListItem(*list, "a PodList", [&](const Element& item) {
    absl::StatusOr<PodInfo> pod = impl_->DecodeItem(item);
    if (pod.ok()) {
      good(*std::move(pod));
    } else {
      bad(pod.status());
    }
  });
}

}  // namespace tutti::objects
