// Views as messages of the plugin protocol. Internal to src/remote.
#pragma once

#include <span>
#include <string>

#include "remote/manifest.h"
#include "remote/remote_queues.h"
#include "tutti/devices.h"
#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/views.h"

namespace tutti::remote {

void ToWire(const PodClassView& pod, const Numbering& numbers, wire::PodClass& to);
void ToWire(const GangView& gang, const Numbering& numbers, wire::Gang& to);
void ToWire(const GangDiagnosis& diagnosis, const Numbering& numbers, wire::GangDiagnosis& to);
void ToWire(const PlacedPodView& pod, const Numbering& numbers, wire::PlacedPod& to);
void ToWire(const PlacementView& placement, wire::PlacementScore& to);
void ToWire(std::span<const QueueUse> queues, const Numbering& numbers, wire::QueueRound& to);
uint32_t ToWire(const DeviceSet& devices);  // bit i: device i
void ToWire(std::span<const int64_t> scores, std::string& to);

// Of blocks with candidates: blocks[b] and masks[b] belong together.
void ToWire(std::span<const NodeBlockView> blocks, std::span<const NodeMask> masks,
            wire::NodeSet& to);

}  // namespace tutti::remote
