// PodTemplateOf: a pod as the autoscaler should imagine one more like it. Pure.
#pragma once

#include <string>

#include "nlohmann/json.hpp"

namespace tutti::provisioning {

// The `template` of a PodTemplate: the pod's labels, and its spec without what belongs to this one
// pod (its node, its volume with a token of the service account) and without what is between Tutti
// and kube-scheduler (scheduling gates, resources tutti.dev/...), which no new node would have.
nlohmann::json PodTemplateOf(const nlohmann::json& pod);

// Who takes the objects along when it goes: the pod's controller, otherwise the pod itself.
nlohmann::json OwnerOf(const nlohmann::json& pod);

std::string UidOf(const nlohmann::json& pod);

}  // namespace tutti::provisioning
