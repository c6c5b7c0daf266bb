#include "apps/certificate_secret.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "http/identity.h"
#include "objects/json_object_view.h"

namespace tutti::apps {
namespace {

using nlohmann::json;
using objects::JsonObjectView;

constexpr base::Duration kTimeout = std::chrono::seconds(5);
constexpr int kMostAttempts = 4;
const kube::Resource kSecrets{"", "v1", "secrets"};

std::string Decoded(const JsonObjectView& object, const char* pointer) {
  std::string text;
  if (!absl::Base64Unescape(object.String(pointer).value_or(""), &text)) return {};
  return text;
}

}  // namespace

CertificateSecret::CertificateSecret(kube::Client& client, const base::Clock& clock,
                                     kube::ObjectName secret, std::vector<std::string> names)
    : client_(client), clock_(clock), secret_(std::move(secret)), names_(std::move(names)) {}

absl::StatusOr<SharedCertificate> CertificateSecret::Get(bool renew) {
  absl::Status status;
  for (int i = 0; i < kMostAttempts; ++i) {
    TUTTI_ASSIGN_OR_RETURN(const std::optional<Found> found, Read());
    const std::optional<Usable> usable = UsableIn(found);
    if (usable && !(renew && usable->due)) return usable->certificate;
    TUTTI_ASSIGN_OR_RETURN(SharedCertificate made, Make(usable));
    status = Write(found, made.pem);
    if (status.ok()) return made;
    // Another was faster: its certificate is as good.
    if (!absl::IsAborted(status) && !absl::IsAlreadyExists(status)) return status;
  }
  return status;
}

absl::StatusOr<std::optional<CertificateSecret::Found>> CertificateSecret::Read() {
  kube::Request get;
  get.path = kube::ResourcePath(kSecrets, secret_);
  get.timeout = kTimeout;
  const absl::StatusOr<kube::Response> reply = client_.Call(std::move(get));
  const absl::Status status = kube::ReplyStatus(reply, Shown("read"));
  if (absl::IsNotFound(status)) return std::optional<Found>();
  if (!status.ok()) return status;
  TUTTI_ASSIGN_OR_RETURN(const JsonObjectView object, JsonObjectView::Parse(reply->body));
  return std::optional<Found>(
      Found{object.String("/metadata/resourceVersion").value_or(""),
            {Decoded(object, "/data/ca.crt"), Decoded(object, "/data/tls.crt"),
             Decoded(object, "/data/tls.key")}});
}

std::optional<CertificateSecret::Usable> CertificateSecret::UsableIn(
    const std::optional<Found>& found) const {
  if (!found || http::FirstCertificate(found->pem.ca_pem).empty()) return {};
  const absl::StatusOr<http::Identity> identity =
      http::ReadIdentity(found->pem.cert_pem, found->pem.key_pem, names_);
  if (!identity.ok()) return {};
  const int64_t left = identity->expires_wall_nanos - clock_.WallNanos();
  if (left <= 0) return {};
  return Usable{{found->pem, identity->expires_wall_nanos},
                left < kValidity.count() / 3 || !identity->unnamed.empty()};
}

absl::StatusOr<SharedCertificate> CertificateSecret::Make(
    const std::optional<Usable>& before) const {
  TUTTI_ASSIGN_OR_RETURN(http::GeneratedCertificate pem,
                         http::GenerateServerCertificate(names_, kValidity, clock_.WallNanos()));
  if (before) pem.ca_pem += http::FirstCertificate(before->certificate.pem.ca_pem);
  TUTTI_ASSIGN_OR_RETURN(const http::Identity identity,
                         http::ReadIdentity(pem.cert_pem, pem.key_pem, names_));
  return SharedCertificate{std::move(pem), identity.expires_wall_nanos};
}

absl::Status CertificateSecret::Write(const std::optional<Found>& found,
                                      const http::GeneratedCertificate& pem) {
  const json data = {{"ca.crt", absl::Base64Escape(pem.ca_pem)},
                     {"tls.crt", absl::Base64Escape(pem.cert_pem)},
                     {"tls.key", absl::Base64Escape(pem.key_pem)}};
  kube::Request request;
  if (found) {
    const json patch = {{"metadata", {{"resourceVersion", found->resource_version}}},
                        {"data", data}};
    request = kube::MergePatchRequest(kSecrets, secret_, "", patch.dump());
  } else {
    request.method = "POST";
    request.path = kube::ResourcePath(kSecrets, {secret_.ns, ""});
    request.body = json{
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"type", "kubernetes.io/tls"},
        {"metadata", {{"name", secret_.name}, {"namespace", secret_.ns}}},
        {"data", data}}.dump();
  }
  request.timeout = kTimeout;
  return kube::ReplyStatus(client_.Call(std::move(request)), Shown(found ? "patch" : "create"));
}

std::string CertificateSecret::Shown(const char* verb) const {
  return absl::StrFormat("%s Secret %s/%s (webhook.secretName; deploy/rbac.yaml has it, empty)",
                         verb, secret_.ns, secret_.name);
}

}  // namespace tutti::apps
