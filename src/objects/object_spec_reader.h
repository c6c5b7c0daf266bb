// ReadObjectSpec: what a plugin reads of an object that it watches.
#pragma once

#include "model/cluster_event.h"
#include "objects/json_object_view.h"

namespace tutti::objects {

// What stands under `spec`, flattened; `where` names the object. Nothing of a JSON null, an empty
// list or an empty map.
model::ObjectSpec ReadObjectSpec(const JsonObjectView& object);

}  // namespace tutti::objects
