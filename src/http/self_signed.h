// Self-signed certificates: for the admission webhook where no certificate is given.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::http {

struct GeneratedCertificate {
  std::string ca_pem;    // what the API server must trust (caBundle)
  std::string cert_pem;  // the server's, signed by it
  std::string key_pem;
};

// ECDSA P-256. The key of the CA is thrown away: nothing else can ever be signed with it. `names`
// are DNS names and IP addresses; valid from an hour before `wall_nanos` (clocks differ) for
// `validity`.
absl::StatusOr<GeneratedCertificate> GenerateServerCertificate(
    const std::vector<std::string>& names, base::Duration validity, int64_t wall_nanos);

}  // namespace tutti::http
