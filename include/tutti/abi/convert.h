// What both sides of the C ABI need: texts, masks, and which views cross as they lie in memory.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tutti/abi/plugin_abi.h"
#include "tutti/devices.h"
#include "tutti/gang_view.h"
#include "tutti/ids.h"
#include "tutti/node_mask.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/state.h"
#include "tutti/status.h"
#include "tutti/views.h"

namespace tutti::abi {

// Columns, requests and masks are not copied: these types are the same to C.
using Request = PodClassView::Request;
static_assert(sizeof(TextId) == sizeof(uint32_t) && std::is_trivially_copyable_v<TextId>);
static_assert(sizeof(NodeIndex) == sizeof(uint32_t) && std::is_trivially_copyable_v<NodeIndex>);
static_assert(sizeof(ReasonId) == sizeof(uint16_t) && std::is_trivially_copyable_v<ReasonId>);
static_assert(sizeof(NodeMask) == sizeof(tutti_node_mask) &&
              kNodesPerBlock == TUTTI_NODES_PER_BLOCK);
static_assert(sizeof(Request) == sizeof(tutti_request) && std::is_standard_layout_v<Request> &&
              sizeof(Request::first) == sizeof(tutti_request::resource) &&
              alignof(Request) == alignof(tutti_request));
static_assert(static_cast<int>(ClusterEventKind::kGangGone) == TUTTI_GANG_GONE &&
              static_cast<int>(QueueingHint::kQueue) == TUTTI_QUEUE);
static_assert(sizeof(QueueId) == sizeof(uint32_t) && std::is_trivially_copyable_v<QueueId> &&
              QueueId::kNone == TUTTI_NO_QUEUE);
static_assert(QueueSelectPlugin::kMostQueues == TUTTI_MOST_QUEUES &&
              QueueAmount::kUnlimited == TUTTI_UNLIMITED &&
              StatePlugin::kMostBytes == TUTTI_MOST_STATE &&
              static_cast<int>(QueueOutcome::kNoPlace) == TUTTI_QUEUE_NO_PLACE);
static_assert(kMostDevices == TUTTI_MOST_DEVICES && kWholeDevice == TUTTI_WHOLE_DEVICE);
static_assert(kPods.value == TUTTI_PODS && static_cast<int>(Code::kPending) == TUTTI_PENDING);

inline std::string_view FromC(tutti_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline tutti_string ToC(std::string_view text) { return {text.data(), text.size()}; }

inline NodeMask FromC(const tutti_node_mask& mask) {
  NodeMask copy;
  std::memcpy(copy.words.data(), mask.words, sizeof mask.words);
  return copy;
}
inline tutti_node_mask ToC(const NodeMask& mask) {
  tutti_node_mask copy;
  std::memcpy(copy.words, mask.words.data(), sizeof copy.words);
  return copy;
}

inline PodUid FromC(tutti_pod_uid uid) { return {uid.high, uid.low}; }
inline tutti_pod_uid ToC(PodUid uid) { return {uid.high, uid.low}; }

// Every bit, so that the host sees also those that no device has.
inline DeviceSet DevicesFromC(uint32_t bits) {
  DeviceSet devices;
  for (; bits != 0; bits &= bits - 1) devices.Add(static_cast<uint32_t>(std::countr_zero(bits)));
  return devices;
}
inline uint32_t ToC(const DeviceSet& devices) {
  uint32_t bits = 0;
  devices.ForEach([&](uint32_t device) { bits |= uint32_t{1} << device; });
  return bits;
}

// How a std::string_view of this standard library lies in memory: they differ in which of pointer
// and length comes first.
struct StringViewLayout {
  uint16_t data_at;
  uint16_t size_at;

  static StringViewLayout Here() {
    static_assert(sizeof(std::string_view) == 2 * sizeof(std::size_t) &&
                  std::is_trivially_copyable_v<std::string_view>);
    const std::string_view probe("", 0);  // a pointer that is not null, and a length that is
    std::size_t words[2];
    std::memcpy(words, static_cast<const void*>(&probe), sizeof words);
    return words[0] == 0 ? StringViewLayout{sizeof(std::size_t), 0}
                         : StringViewLayout{0, sizeof(std::size_t)};
  }
};

inline tutti_strings ToC(const std::string_view* texts) {
  const StringViewLayout layout = StringViewLayout::Here();
  return {texts, sizeof(std::string_view), layout.data_at, layout.size_at};
}

inline BlockVerdict FromC(const tutti_block_verdict& verdict) {
  BlockVerdict::Parts parts;
  parts.passing = FromC(verdict.passing);
  parts.unresolvable = FromC(verdict.unresolvable);
  std::memcpy(static_cast<void*>(parts.reasons.data()), verdict.reasons, sizeof verdict.reasons);
  for (std::size_t i = 0; i < parts.diagnoses.size(); ++i) {
    const tutti_diagnosis& of = verdict.diagnoses[i];
    parts.diagnoses[i] = {ReasonId(of.reason), of.nodes, of.need, of.have};
  }
  return BlockVerdict(parts);
}
inline void ToC(const BlockVerdict& verdict, tutti_block_verdict& into) {
  const BlockVerdict::Parts& parts = verdict.parts();
  static_assert(sizeof parts.diagnoses == TUTTI_DIAGNOSES * sizeof(BlockVerdict::Diagnosis));
  into.passing = ToC(parts.passing);
  into.unresolvable = ToC(parts.unresolvable);
  std::memcpy(into.reasons, parts.reasons.data(), sizeof into.reasons);
  for (std::size_t i = 0; i < parts.diagnoses.size(); ++i) {
    const BlockVerdict::Diagnosis& of = parts.diagnoses[i];
    into.diagnoses[i] = {of.reason.value, 0, of.nodes, of.need, of.have};
  }
}

}  // namespace tutti::abi
