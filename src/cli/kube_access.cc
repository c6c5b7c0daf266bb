#include "cli/kube_access.h"

#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace tutti::cli {
namespace {

// $KUBECONFIG may be a list; entries that do not exist are left out, as kubectl does. Of several
// the first one counts.
std::string FirstExisting(const std::string& list) {
  size_t from = 0;
  while (from <= list.size()) {
    const size_t colon = std::min(list.find(':', from), list.size());
    const std::string path = list.substr(from, colon - from);
    std::error_code ignored;
    if (!path.empty() && std::filesystem::exists(path, ignored)) return path;
    from = colon + 1;
  }
  return {};
}

std::string FindKubeconfig(const GlobalOptions& options, const Environment& env) {
  if (!options.kubeconfig.empty()) return options.kubeconfig;
  if (const std::string list = env("KUBECONFIG"); !list.empty()) {
    const std::string path = FirstExisting(list);
    return path.empty() ? list : path;
  }
  const std::string home = env("HOME");
  return home.empty() ? std::string() : FirstExisting(home + "/.kube/config");
}

}  // namespace

absl::StatusOr<kube::Credentials> FindCredentials(const GlobalOptions& options,
                                                  const Environment& env) {
  if (const std::string path = FindKubeconfig(options, env); !path.empty())
    return kube::LoadKubeconfig(path, options.context);
  absl::StatusOr<kube::Credentials> in_cluster = kube::LoadInCluster();
  if (in_cluster.ok()) return in_cluster;
  return absl::UnavailableError(absl::StrFormat(
      "no way to the cluster: neither --kubeconfig nor $KUBECONFIG is set, there is no "
      "~/.kube/config, and %s",
      in_cluster.status().message()));
}

std::string NamespaceOf(const GlobalOptions& options, const Environment& env) {
  if (!options.ns.empty()) return options.ns;
  const absl::StatusOr<kube::Credentials> credentials = FindCredentials(options, env);
  return credentials.ok() ? credentials->default_namespace : "default";
}

}  // namespace tutti::cli
