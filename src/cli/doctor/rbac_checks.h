// CheckRights: whether Tutti's service account may do what Tutti does (deploy/rbac.yaml).
#pragma once

#include <string>

#include "cli/doctor/cluster_reader.h"
#include "config/configuration.h"

namespace tutti::cli {

// Asks the API server itself (SubjectAccessReview), so that it does not matter which role gives a
// right.
void CheckRights(ClusterReader& reader, const std::string& service_account,
                 const config::Configuration* tutti);

}  // namespace tutti::cli
