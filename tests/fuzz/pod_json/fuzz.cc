// Objects of the API server: any text gives objects or an error, for every decoder; and what a
// decoder let through obeys its own contract.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "objects/json_object_view.h"
#include "objects/node_decoder.h"
#include "objects/pin.h"
#include "objects/pod_decoder.h"
#include "objects/resource_accounting.h"
#include "objects/volume_decoder.h"

namespace {

using tutti::base::Interner;
using tutti::model::NodeInfo;
using tutti::model::PodInfo;
using tutti::model::ResourceTable;
using namespace tutti::objects;

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckAmounts(const tutti::model::ResourceList& list) {
  for (const auto& [resource, amount] : list.entries()) {
    Require(resource.valid() && amount > 0 && amount <= kMostOfOneResource);
  }
}

void CheckPod(const PodInfo& pod) {
  Require(pod.shape != nullptr && pod.charge != nullptr);
  CheckAmounts(pod.shape->requests);
  CheckAmounts(*pod.charge);
  Require(pod.charge->Get(tutti::model::kPods) == 1);
  Require(pod.pins.size() <= kMostPins);
  for (const auto& port : pod.shape->host_ports) Require(port.port > 0 && port.port < 65536);
}

void CheckVolumes(const JsonObjectView& object) {
  DecodeVolumeClaim(object);
  DecodeVolume(object);
  object.Integer("/spec/minMember");
  for (const std::string& key : object.Keys("/spec")) object.Has("/spec/" + key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string padded = text + std::string(kJsonPadding, '\0');
  const std::string_view json(padded.data(), size);

  ResourceTable resources;
  ShapeTable shapes;
  Interner labels;
  PodDecoder pods(resources, shapes, {});
  const auto pod = pods.Decode(json, "default");
  if (pod.ok()) {
    CheckPod(*pod);
    // The decoder carries nothing over from one pod to the next.
    const auto again = pods.Decode(json, "default");
    Require(again.ok() && again->shape == pod->shape && again->charge == pod->charge);
  }
  const auto ignore = [](const absl::Status& problem) { Require(!problem.ok()); };
  pods.DecodeList(json, CheckPod, ignore).IgnoreError();

  NodeDecoder nodes(labels, resources);
  const auto check_node = [](const NodeInfo& node) {
    Require(!node.name.empty());
    CheckAmounts(node.allocatable);
  };
  if (const auto node = nodes.Decode(json); node.ok()) check_node(*node);
  nodes.DecodeList(json, check_node, ignore).IgnoreError();

  if (const auto object = JsonObjectView::Parse(text); object.ok()) CheckVolumes(*object);
  JsonObjectView::ParseList(text, CheckVolumes).IgnoreError();
  return 0;
}
