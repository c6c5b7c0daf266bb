// KubeAccess: the user's way to the API server, as kubectl finds it: --kubeconfig, $KUBECONFIG,
// ~/.kube/config, and in a Pod its service account.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/command_context.h"
#include "kube/credentials.h"

namespace tutti::cli {

using Environment = std::function<std::string(const char* name)>;

// Errors say which file was read and why.
absl::StatusOr<kube::Credentials> FindCredentials(const GlobalOptions& options,
                                                  const Environment& env);

// -n, else the namespace of the kubeconfig's context, else "default". Reads no more than it needs.
std::string NamespaceOf(const GlobalOptions& options, const Environment& env);

}  // namespace tutti::cli
