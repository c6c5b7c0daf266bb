#include "objects/volume_decoder.h"

#include "objects/json_fields.h"

namespace tutti::objects {

model::VolumeClaimInfo DecodeVolumeClaim(const JsonObjectView& claim) {
  return {claim.namespace_name(), claim.name(), claim.String("/spec/volumeName").value_or("")};
}

model::VolumeInfo DecodeVolume(const JsonObjectView& volume) {
  model::VolumeInfo info{volume.name(), std::nullopt};
  if (!volume.Has("/spec/nodeAffinity/required")) return info;
  const simdjson::padded_string text(volume.JsonText("/spec/nodeAffinity/required"));
  JsonParser parser;
  FieldReader reader;
  const absl::StatusOr<Element> required = parser.Parse(text, "a node selector");
  // Terms that cannot be read match nothing: the volume's pods wait instead of landing apart from
  // it.
  info.node_affinity.emplace();
  if (required.ok()) info.node_affinity = ReadNodeSelector(reader, *required);
  if (!reader.ok()) info.node_affinity->clear();
  return info;
}

}  // namespace tutti::objects
