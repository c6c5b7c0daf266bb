// CertificateSecret: the webhook's certificate, one for all replicas, in a Secret that they make
// and renew by themselves.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "http/self_signed.h"
#include "kube/api.h"
#include "kube/client.h"

namespace tutti::apps {

struct SharedCertificate {
  // ca_pem: the authority of this certificate, then that of the one before, which some replica may
  // still show.
  http::GeneratedCertificate pem;
  int64_t expires_wall_nanos = 0;
};

// Every call asks the API server, with a deadline; not from the client's own threads. One thread at
// a time.
class CertificateSecret {
 public:
  static constexpr base::Duration kValidity = std::chrono::hours(24 * 365);

  // Both must outlive it. `names`: DNS names and IP addresses that the certificate must stand for.
  CertificateSecret(kube::Client& client, const base::Clock& clock, kube::ObjectName secret,
                    std::vector<std::string> names);

  // What the Secret holds. Where that is nothing that can be shown (no Secret, no certificate, an
  // expired one), a new certificate is written first; with `renew` also in the last third of its
  // time, or where it lacks a name. Of several who write at once one succeeds, and all get the
  // same.
  absl::StatusOr<SharedCertificate> Get(bool renew);

 private:
  struct Found {
    std::string resource_version;
    http::GeneratedCertificate pem;
  };
  struct Usable {
    SharedCertificate certificate;
    bool due = false;  // to be renewed
  };
  absl::StatusOr<std::optional<Found>> Read();
  std::optional<Usable> UsableIn(const std::optional<Found>& found) const;
  absl::StatusOr<SharedCertificate> Make(const std::optional<Usable>& before) const;
  absl::Status Write(const std::optional<Found>& found, const http::GeneratedCertificate& pem);
  std::string Shown(const char* verb) const;

  kube::Client& client_;
  const base::Clock& clock_;
  const kube::ObjectName secret_;
  const std::vector<std::string> names_;
};

}  // namespace tutti::apps
