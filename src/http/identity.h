// Identity: a server's certificate and its key, looked at before anybody is shown them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tutti::http {

struct Identity {
  int64_t expires_wall_nanos = 0;
  std::string unnamed;  // the first of the names that it does not stand for; empty: it does for all
};

// PEM of both; of a chain the first certificate counts. An error where either cannot be read, or
// where the key is not that of the certificate. `names`: DNS names and IP addresses.
absl::StatusOr<Identity> ReadIdentity(const std::string& cert_pem, const std::string& key_pem,
                                      const std::vector<std::string>& names);

// The first certificate in a text of PEM, as it stands there with its last line ended; empty where
// there is none.
std::string FirstCertificate(const std::string& pem);

}  // namespace tutti::http
