#include "objects/volume_decoder.h"

#include "objects/json_fields.h"
#include "simdjson.h"

namespace tutti::objects {

model::VolumeClaimInfo DecodeVolumeClaim(const JsonObjectView& claim) {
  return {claim.namespace_name(), claim.name(), claim.String("/spec/volumeName").value_or("")};
}

model::VolumeInfo DecodeVolume(const JsonObjectView& volume) {
  model::VolumeInfo info{volume.name(), std::nullopt};
  if (!volume.Has("/spec/nodeAffinity/required")) return info;
  const simdjson::padded_string text(volume.JsonText("/spec/nodeAffinity/required"));
  simdjson::dom::parser parser;
  simdjson::dom::element required;
  if (parser.parse(text).get(required) == simdjson::SUCCESS)
    info.node_affinity = Selector(required);
  return info;
}

}  // namespace tutti::objects
