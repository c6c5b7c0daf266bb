#include "objects/node_decoder.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "objects/json_fields.h"
#include "objects/resource_accounting.h"

namespace tutti::objects {

using model::NodeInfo;

namespace {

// As virtual-kubelet registers its nodes.
constexpr std::string_view kTypeLabel = "type";
constexpr std::string_view kVirtualKubelet = "virtual-kubelet";
constexpr std::string_view kVirtualTaint = "virtual-kubelet.io/provider";

}  // namespace

struct NodeDecoder::Impl {
  base::Interner& labels;
  model::ResourceTable& resources;
  const model::FieldTable* fields;
  const model::DeviceTable devices;
  JsonParser parser;
  FieldReader reader;

  absl::StatusOr<NodeInfo> Decode(const Element& node);
  void ReadMetadata(const Element& metadata, NodeInfo& info);
  void ReadSpec(const Element& spec, NodeInfo& info);
};

NodeDecoder::NodeDecoder(base::Interner& labels, model::ResourceTable& resources,
                         const model::FieldTable* fields, const model::DeviceTable& devices)
    : impl_(new Impl{labels, resources, fields, devices, {}, {}}) {}
NodeDecoder::~NodeDecoder() = default;

void NodeDecoder::Impl::ReadMetadata(const Element& metadata, NodeInfo& info) {
  info.name = reader.Text(metadata, "name");
  if (info.name.empty()) reader.Fail("name", "expected the node's name");
  if (const std::string_view uid = reader.Text(metadata, "uid"); !uid.empty()) {
    info.uid = base::Uid::Parse(uid).value_or(base::Uid());
    if (!info.uid.valid()) reader.Fail("uid", "expected a UUID of 36 characters");
  }
  using Kind = model::FieldTable::Kind;
  const auto keep = [&](Kind kind, std::string_view key, std::string_view value) {
    const std::optional<uint16_t> field = fields ? fields->Find(kind, key) : std::nullopt;
    if (!field) return;
    info.fields.resize(fields->size());
    info.fields[*field] = labels.Intern(value);
  };
  reader.TextEntries(metadata, "annotations", [&](std::string_view key, std::string_view value) {
    keep(Kind::kAnnotation, key, value);
  });
  reader.TextEntries(metadata, "labels", [&](std::string_view key, std::string_view value) {
    keep(Kind::kLabel, key, value);
    if (key == kTypeLabel && value == kVirtualKubelet) info.is_virtual = true;
    const std::pair label(labels.Intern(key), labels.Intern(value));
    // Past the interner's bound the node reads as one without this label.
    if (label.first.valid() && label.second.valid()) info.labels.push_back(label);
  });
  std::sort(info.labels.begin(), info.labels.end());
}

void NodeDecoder::Impl::ReadSpec(const Element& spec, NodeInfo& info) {
  info.unschedulable = reader.Flag(spec, "unschedulable");
  reader.Objects(spec, "taints", [&](const Element& taint) {
    info.taints.push_back({std::string(reader.Text(taint, "key")),
                           std::string(reader.Text(taint, "value")),
                           ParseTaintEffect(reader.Text(taint, "effect"))});
    if (info.taints.back().key == kVirtualTaint) info.is_virtual = true;
  });
}

absl::StatusOr<NodeInfo> NodeDecoder::Impl::Decode(const Element& node) {
  reader.Begin();
  NodeInfo info;
  if (!FieldReader::IsPresent(node, "metadata"))
    return absl::InvalidArgumentError("not a Node: expected an object with metadata");
  reader.Object(node, "metadata", [&](const Element& metadata) { ReadMetadata(metadata, info); });
  reader.Object(node, "spec", [&](const Element& spec) { ReadSpec(spec, info); });
  reader.Object(node, "status", [&](const Element& status) {
    info.allocatable =
        Countable(ReadAmounts(reader, status, "allocatable", [this](std::string_view name) {
                    return resources.InternForNode(name);
                  }).list);
  });
  devices.AddToNode(info.allocatable);
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrFormat("node %s: %s", info.name, reader.problem()));
  }
  return info;
}

absl::StatusOr<NodeInfo> NodeDecoder::Decode(std::string_view json) {
  const absl::StatusOr<Element> node = impl_->parser.Parse(json, "a Node");
  if (!node.ok()) return node.status();
  return impl_->Decode(*node);
}

absl::Status NodeDecoder::DecodeList(std::string_view json,
                                     const std::function<void(NodeInfo)>& good,
                                     const std::function<void(absl::Status)>& bad) {
  const absl::StatusOr<Element> list = impl_->parser.Parse(json, "a NodeList");
  if (!list.ok()) return list.status();
  return ForEachListItem(*list, "a NodeList", [&](const Element& item) {
    absl::StatusOr<NodeInfo> node = impl_->Decode(item);
    if (node.ok()) {
      good(*std::move(node));
    } else {
      bad(node.status());
    }
  });
}

}  // namespace tutti::objects
