// CheckCluster: what the API server says of the things that Tutti depends on.
#pragma once

#include <string>

#include "base/clock.h"
#include "cli/doctor/finding.h"
#include "config/configuration.h"
#include "kube/client.h"

namespace tutti::cli {

struct ClusterQuestions {
  // Tutti's own configuration; null: its defaults are looked for.
  const config::Configuration* tutti = nullptr;
  // Whose rights are looked at: NAMESPACE/NAME of a service account.
  std::string service_account = "kube-system/tutti";
  base::Duration timeout = std::chrono::seconds(10);  // of each request
};

// Stops after the first finding where the API server does not answer at all. What we may not look
// at is skipped, with the right that is missing. Changes nothing in the cluster.
Findings CheckCluster(kube::Client& client, const base::Clock& clock,
                      const ClusterQuestions& questions);

}  // namespace tutti::cli
