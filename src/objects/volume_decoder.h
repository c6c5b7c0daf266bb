// Decoding of PersistentVolumeClaims and PersistentVolumes.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "model/volume_info.h"
#include "objects/json_object_view.h"

namespace tutti::objects {

model::VolumeClaimInfo DecodeVolumeClaim(const JsonObjectView& claim);
model::VolumeInfo DecodeVolume(const JsonObjectView& volume);

}  // namespace tutti::objects
