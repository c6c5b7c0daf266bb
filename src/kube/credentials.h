// Credentials: where the API server is and who we are to it.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tutti::kube {

struct Credentials {
  std::string server;            // https://host:port, no trailing slash
  std::string ca_file;           // PEM; one of file and data, or neither for the system's
  std::string ca_data;           // PEM
  std::string client_cert_data;  // PEM; both or neither
  std::string client_key_data;   // PEM
  std::string token;             // bearer token, fixed
  std::string token_file;        // bearer token, read again when the file changes and on a 401
  std::string tls_server_name;   // empty: the host of `server`
  bool insecure_skip_tls_verify = false;
  std::string default_namespace = "default";
};

// A kubeconfig with certificates (file or data), token, token file. `context` empty:
// current-context. exec and auth-provider users are refused with a message that says what to use
// instead.
absl::StatusOr<Credentials> LoadKubeconfig(const std::string& path,
                                           const std::string& context = "");

// The service account of the Pod we run in; `root` is "/" but in tests.
absl::StatusOr<Credentials> LoadInCluster(const std::string& root = "/");

}  // namespace tutti::kube
