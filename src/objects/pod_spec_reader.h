// Reading a PodSpec into a PodShape. Internal to src/objects.
#pragma once

#include <string_view>

#include "model/pod_info.h"
#include "objects/json_fields.h"

namespace tutti::objects {

// Everything of the shape but its requests; a pin of ours is still in the required affinity.
// `pod_name` is part of the names of claims that ephemeral volumes make.
void ReadShape(FieldReader& reader, const Element& spec, std::string_view pod_name,
               model::PodShape& shape);

}  // namespace tutti::objects
