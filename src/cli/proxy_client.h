// ProxyClient: the control API as JSON through the API server's service proxy, with the user's own
// kubeconfig and rights (docs/adr/0009).
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/control_client.h"
#include "kube/client.h"

namespace tutti::cli {

struct ProxyTarget {
  std::string service_namespace;
  std::string service;  // NAME or NAME:PORT, as the API server's proxy takes it
  base::Duration timeout = std::chrono::seconds(10);
};

// "kube-system/tutti-control:http". InvalidArgument for anything else.
absl::StatusOr<ProxyTarget> ParseProxyTarget(const std::string& text);

// `kube` must outlive the result.
std::unique_ptr<ControlClient> MakeProxyClient(kube::Client& kube, ProxyTarget target);

}  // namespace tutti::cli
