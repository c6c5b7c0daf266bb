// PodDecoder: a Pod as the API server writes it, into a PodInfo. Strings die here.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/device_table.h"
#include "model/field_table.h"
#include "model/pod_info.h"
#include "model/resource_table.h"
#include "objects/shape_table.h"
#include "tutti/gang_grouping.h"

namespace tutti::objects {

// Readable bytes that must follow every JSON text handed to a decoder.
inline constexpr size_t kJsonPadding = 64;

// How long the pod will run, as a Go duration; without it activeDeadlineSeconds counts.
inline constexpr std::string_view kExpectedDurationAnnotation = "tutti.dev/expected-duration";

// What becomes of the pod's gang when a member is lost (model::MemberLost): Replace, or Release.
inline constexpr std::string_view kMemberLostAnnotation = "tutti.dev/on-member-lost";

// Roles of the pod's gang that are ready before it starts: "ROLE[,ROLE]".
inline constexpr std::string_view kStartAfterAnnotation = "tutti.dev/start-after";

using GangGroupings = std::vector<const GangGrouping*>;

// One thread at a time: its buffers are reused. Unknown fields, nulls, missing fields and any order
// of keys are fine; a field of a wrong type that matters is an InvalidArgument that names the pod
// and the field ("pod ns/name: spec.containers[1].resources.requests.cpu: ..."). Never throws;
// depth is limited to 64.
class PodDecoder {
 public:
  // The first grouping that claims a pod wins. All must outlive the decoder.
  // `fields`: what plugins read of pods; null: nothing. `devices`: where they are on, a pod that
  // asks for devices and is in no gang becomes a gang of its own, so that it is planned as others.
  PodDecoder(model::ResourceTable& resources, ShapeTable& shapes, GangGroupings groupings,
             const model::FieldTable* fields = nullptr, const model::DeviceTable& devices = {});
  ~PodDecoder();
  PodDecoder(PodDecoder&&) noexcept;

  // From now on pods of gangs tell which markers they carry (GangMember::markers).
  void ReadMarkers();

  // `namespace_name` is used where the object has none (at admission).
  absl::StatusOr<model::PodInfo> Decode(std::string_view json,
                                        std::string_view namespace_name = {});
  // Every item of a PodList. An item that cannot be decoded, or has no name or uid, is reported to
  // `bad` and left out. Text without an array `items` is an error, never an empty list.
  absl::Status DecodeList(std::string_view json, const std::function<void(model::PodInfo)>& good,
                          const std::function<void(absl::Status)>& bad);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tutti::objects
