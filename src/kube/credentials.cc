#include "kube/credentials.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::kube {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path, const std::string& purpose) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) {
    return absl::NotFoundError(absl::StrFormat("%s: cannot read %s", purpose, path));
  }
  if (text.empty()) {
    return absl::NotFoundError(absl::StrFormat("%s: %s is missing or empty", purpose, path));
  }
  return text;
}

// Paths in a kubeconfig are relative to it.
std::string Resolve(const std::string& kubeconfig, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return (std::filesystem::path(kubeconfig).parent_path() / path).string();
}

// One user, cluster or context entry and where it stands, for messages.
struct Entry {
  YAML::Node node;
  std::string where;

  bool Has(const char* key) const { return node[key].IsDefined() && !node[key].IsNull(); }
  std::string Get(const char* key) const {
    return Has(key) && node[key].IsScalar() ? node[key].Scalar() : std::string();
  }
};

absl::StatusOr<Entry> Find(const YAML::Node& root, const std::string& path, const char* list,
                           const char* kind, const std::string& name) {
  for (const auto& item : root[list]) {
    if (!item.IsMap() || !item["name"].IsScalar() || item["name"].Scalar() != name) continue;
    if (!item[kind].IsMap()) break;
    return Entry{item[kind], absl::StrFormat("kubeconfig %s: %s \"%s\"", path, kind, name)};
  }
  return absl::NotFoundError(absl::StrFormat(
      "kubeconfig %s: no entry \"%s\" with a map \"%s\" in %s", path, name, kind, list));
}

// KEY-data (base64) wins over KEY (a file), as in client-go.
absl::StatusOr<std::string> DataOrFile(const Entry& entry, const std::string& kubeconfig,
                                       const std::string& key) {
  const std::string data = entry.Get((key + "-data").c_str());
  if (!data.empty()) {
    std::string decoded;
    if (!absl::Base64Unescape(data, &decoded)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: %s-data is not base64", entry.where, key));
    }
    return decoded;
  }
  const std::string file = Resolve(kubeconfig, entry.Get(key.c_str()));
  if (file.empty()) return std::string();
  return ReadFile(file, absl::StrFormat("%s: %s", entry.where, key));
}

absl::Status ReadCluster(const Entry& cluster, const std::string& kubeconfig, Credentials& out) {
  out.server = cluster.Get("server");
  while (absl::EndsWith(out.server, "/")) out.server.pop_back();
  if (out.server.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: has no server address; add server: https://HOST:PORT", cluster.where));
  }
  if (cluster.Has("proxy-url")) {
    return absl::UnimplementedError(
        absl::StrFormat("%s: proxy-url is not supported; give the address of the API server itself",
                        cluster.where));
  }
  out.tls_server_name = cluster.Get("tls-server-name");
  out.insecure_skip_tls_verify = cluster.Get("insecure-skip-tls-verify") == "true";
  if (cluster.Get("certificate-authority-data").empty()) {
    out.ca_file = Resolve(kubeconfig, cluster.Get("certificate-authority"));
    return absl::OkStatus();
  }
  TUTTI_ASSIGN_OR_RETURN(out.ca_data, DataOrFile(cluster, kubeconfig, "certificate-authority"));
  return absl::OkStatus();
}

absl::Status ReadUser(const Entry& user, const std::string& kubeconfig, Credentials& out) {
  for (const char* kind : {"exec", "auth-provider"}) {
    if (!user.Has(kind)) continue;
    return absl::UnimplementedError(absl::StrFormat(
        "%s: \"%s\" runs a program of its own and is not supported; use a client certificate, a "
        "token or tokenFile (kubectl create token SERVICEACCOUNT makes one)",
        user.where, kind));
  }
  if (user.Has("username") || user.Has("password")) {
    return absl::UnimplementedError(absl::StrFormat(
        "%s: user name and password are not supported, nor are they by any API server since "
        "Kubernetes 1.19; use a client certificate or a token",
        user.where));
  }
  TUTTI_ASSIGN_OR_RETURN(out.client_cert_data, DataOrFile(user, kubeconfig, "client-certificate"));
  TUTTI_ASSIGN_OR_RETURN(out.client_key_data, DataOrFile(user, kubeconfig, "client-key"));
  if (out.client_cert_data.empty() != out.client_key_data.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: client-certificate and client-key must be given together", user.where));
  }
  out.token_file = Resolve(kubeconfig, user.Get("tokenFile"));
  out.token = out.token_file.empty() ? user.Get("token") : "";
  return absl::OkStatus();
}

absl::StatusOr<Credentials> ParseKubeconfig(const YAML::Node& root, const std::string& path,
                                            const std::string& wanted_context) {
  if (!root.IsMap()) {
    return absl::InvalidArgumentError(absl::StrFormat("kubeconfig %s: is not a YAML map", path));
  }
  std::string context_name = wanted_context;
  if (context_name.empty() && root["current-context"].IsScalar()) {
    context_name = root["current-context"].Scalar();
  }
  if (context_name.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "kubeconfig %s: has no current-context; name a context in the configuration", path));
  }
  TUTTI_ASSIGN_OR_RETURN(Entry context, Find(root, path, "contexts", "context", context_name));
  TUTTI_ASSIGN_OR_RETURN(Entry cluster,
                         Find(root, path, "clusters", "cluster", context.Get("cluster")));
  Credentials credentials;
  TUTTI_RETURN_IF_ERROR(ReadCluster(cluster, path, credentials));
  if (context.Has("user") && !context.Get("user").empty()) {
    TUTTI_ASSIGN_OR_RETURN(Entry user, Find(root, path, "users", "user", context.Get("user")));
    TUTTI_RETURN_IF_ERROR(ReadUser(user, path, credentials));
  }
  if (const std::string name = context.Get("namespace"); !name.empty()) {
    credentials.default_namespace = name;
  }
  return credentials;
}

}  // namespace

absl::StatusOr<Credentials> LoadKubeconfig(const std::string& path, const std::string& context) {
  TUTTI_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, "kubeconfig"));
  try {
    return ParseKubeconfig(YAML::Load(text), path, context);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "kubeconfig %s:%d:%d: %s", path, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
}

absl::StatusOr<Credentials> LoadInCluster(const std::string& root) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || *host == '\0' || port == nullptr || *port == '\0') {
    return absl::FailedPreconditionError(
        "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; give a "
        "kubeconfig");
  }
  const std::string folder =
      (std::filesystem::path(root) / "var/run/secrets/kubernetes.io/serviceaccount").string();
  Credentials credentials;
  const bool ipv6 = std::string(host).find(':') != std::string::npos;
  credentials.server = ipv6 ? absl::StrFormat("https://[%s]:%s", host, port)
                            : absl::StrFormat("https://%s:%s", host, port);
  credentials.token_file = folder + "/token";
  TUTTI_RETURN_IF_ERROR(ReadFile(credentials.token_file, "service account token").status());
  TUTTI_ASSIGN_OR_RETURN(credentials.ca_data,
                         ReadFile(folder + "/ca.crt", "service account CA certificate"));
  absl::StatusOr<std::string> name = ReadFile(folder + "/namespace", "namespace");
  if (name.ok()) credentials.default_namespace = std::string(absl::StripAsciiWhitespace(*name));
  return credentials;
}

}  // namespace tutti::kube
