// Manifests: YAML files as kubectl apply would read them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "tests/support/control_plane/control_plane.h"

namespace tutti::testing {

// Every document of the file, in order. Scalars have the types of YAML 1.2's core schema.
absl::StatusOr<std::vector<nlohmann::json>> ReadManifests(const std::string& file);
// Where the API server keeps an object: in namespace default where it names none.
std::string ObjectPath(const nlohmann::json& object);
// Creates every object of the file, in namespace default where the manifest names none. A kind that
// the API server does not serve yet (its CRD was created a moment ago) is waited for.
absl::Status CreateManifests(ControlPlane& plane, const std::string& file);

}  // namespace tutti::testing
