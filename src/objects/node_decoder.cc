#include "objects/node_decoder.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "objects/json_fields.h"
#include "simdjson.h"

namespace tutti::objects {
namespace {

using model::NodeInfo;
using simdjson::dom::element;

constexpr size_t kMaxDepth = 64;
constexpr size_t kFirstCapacity = size_t{64} << 10;

model::TaintEffect Effect(std::string_view name) {
  if (name == "NoSchedule") return model::TaintEffect::kNoSchedule;
  if (name == "PreferNoSchedule") return model::TaintEffect::kPreferNoSchedule;
  return name == "NoExecute" ? model::TaintEffect::kNoExecute : model::TaintEffect::kNone;
}

}  // namespace

struct NodeDecoder::Impl {
  base::Interner& labels;
  model::ResourceTable& resources;
  simdjson::dom::parser parser;

  Impl(base::Interner& l, model::ResourceTable& r) : labels(l), resources(r) {
    // Only fails without memory; the parser then allocates, or fails, when it is used.
    [[maybe_unused]] const auto error = parser.allocate(kFirstCapacity, kMaxDepth);
  }

  absl::StatusOr<NodeInfo> Decode(const element& node);
};

NodeDecoder::NodeDecoder(base::Interner& labels, model::ResourceTable& resources)
    : impl_(std::make_unique<Impl>(labels, resources)) {}
NodeDecoder::~NodeDecoder() = default;

absl::StatusOr<NodeInfo> NodeDecoder::Impl::Decode(const element& node) {
  NodeInfo info;
  element metadata;
  if (node["metadata"].get(metadata) != simdjson::SUCCESS || Text(metadata, "name").empty()) {
    return absl::InvalidArgumentError("not a Node: expected a JSON object with metadata.name");
  }
  info.name = Text(metadata, "name");
  if (const auto uid = base::Uid::Parse(Text(metadata, "uid"))) info.uid = *uid;
  ForEachEntry(metadata, "labels", [&](std::string_view key, const element& value) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return;
    const std::pair label(labels.Intern(key), labels.Intern(text));
    if (label.first.valid() && label.second.valid()) info.labels.push_back(label);
  });
  std::sort(info.labels.begin(), info.labels.end());
  if (element spec; node["spec"].get(spec) == simdjson::SUCCESS) {
    info.unschedulable = Flag(spec, "unschedulable");
    ForEachItem(spec, "taints", [&](const element& taint) {
      info.taints.push_back({std::string(Text(taint, "key")), std::string(Text(taint, "value")),
                             Effect(Text(taint, "effect"))});
    });
  }
  if (element status; node["status"].get(status) == simdjson::SUCCESS) {
    const ReadResources read = Resources(status, "allocatable", [this](std::string_view name) {
      return resources.InternForNode(name);
    });
    if (!read.status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("node %s: %s", info.name, read.status.message()));
    }
    info.allocatable = read.list;
  }
  return info;
}

absl::StatusOr<NodeInfo> NodeDecoder::Decode(std::string_view json) {
  element node;
  if (const auto error = impl_->parser.parse(json.data(), json.size(), false).get(node);
      error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not a Node: %s", simdjson::error_message(error)));
  }
  return impl_->Decode(node);
}

absl::Status NodeDecoder::DecodeList(std::string_view json,
                                     const std::function<void(NodeInfo)>& good,
                                     const std::function<void(absl::Status)>& bad) {
  element list;
  if (const auto error = impl_->parser.parse(json.data(), json.size(), false).get(list);
      error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrFormat("not a NodeList: %s", simdjson::error_message(error)));
  }
  ForEachItem(list, "items", [&](const element& item) {
    absl::StatusOr<NodeInfo> node = impl_->Decode(item);
    if (node.ok()) {
      good(*std::move(node));
    } else {
      bad(node.status());
    }
  });
  return absl::OkStatus();
}

}  // namespace tutti::objects
