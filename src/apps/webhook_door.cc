#include "apps/webhook_door.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "admission/admission_routes.h"
#include "admission/object_check_route.h"
#include "admission/submit_route.h"
#include "apps/dialect_names.h"
#include "apps/listen_options.h"
#include "apps/webhook_registration.h"
#include "base/status_macros.h"
#include "http/self_signed.h"

namespace tutti::apps {
namespace {

constexpr base::Duration kCertificateValidity = std::chrono::hours(24 * 365 * 10);
constexpr base::Duration kDrain = std::chrono::seconds(5);

bool HeedsLocalQueues(const std::vector<ObjectKind>& watched) {
  return std::any_of(watched.begin(), watched.end(), [](const ObjectKind& kind) {
    return kind.group == "tutti.dev" && kind.resource == "localqueues";
  });
}

// Of the certificates that Tutti makes.
std::vector<std::string> CertificateNames(const config::Webhook& webhook) {
  std::vector<std::string> names = webhook.dns_names;
  const config::WebhookRegister& r = webhook.registration;
  for (const std::string& service : {r.service_name, r.validating_service_name})
    if (!service.empty()) names.push_back(service + "." + r.service_namespace + ".svc");
  return names;
}

void Show(const http::GeneratedCertificate& pem, http::TlsOptions& tls) {
  tls.cert_data = pem.cert_pem;
  tls.key_data = pem.key_pem;
}

}  // namespace

WebhookDoor::WebhookDoor(Sources sources)
    : sources_(std::move(sources)),
      object_checks_(sources_.loop, sources_.client, sources_.watched) {}

WebhookDoor::~WebhookDoor() { Close(); }

void WebhookDoor::Close() {
  if (keeper_) keeper_->Stop();
  if (server_) server_->Stop(kDrain);
}

absl::StatusOr<std::unique_ptr<WebhookDoor>> WebhookDoor::Start(Sources sources) {
  std::unique_ptr<WebhookDoor> door(new WebhookDoor(std::move(sources)));
  TUTTI_ASSIGN_OR_RETURN(Beginning beginning, door->Begin());
  TUTTI_RETURN_IF_ERROR(door->StartServer(std::move(beginning.tls)));
  door->StartKeeper(std::move(beginning));
  return door;
}

absl::StatusOr<WebhookDoor::Beginning> WebhookDoor::Begin() {
  Beginning beginning;
  beginning.tls = std::make_unique<http::TlsOptions>();
  if (!webhook().cert_file.empty()) {
    beginning.tls->cert_file = webhook().cert_file;
    beginning.tls->key_file = webhook().key_file;
    if (const std::string& file = webhook().registration.ca_file; !file.empty())
      TUTTI_RETURN_IF_ERROR(ReadCaFile(file).status());
    return beginning;
  }
  if (!webhook().secret_name.empty()) {
    secret_ = std::make_unique<CertificateSecret>(
        sources_.client, sources_.clock,
        kube::ObjectName{webhook().secret_namespace, webhook().secret_name},
        CertificateNames(webhook()));
    TUTTI_ASSIGN_OR_RETURN(beginning.shared, secret_->Get(/*renew=*/false));
    Show(beginning.shared->pem, *beginning.tls);
    ShowExpiry(*beginning.shared);
    return beginning;
  }
  TUTTI_ASSIGN_OR_RETURN(
      const http::GeneratedCertificate made,
      http::GenerateServerCertificate(CertificateNames(webhook()), kCertificateValidity,
                                      sources_.clock.WallNanos()));
  Show(made, *beginning.tls);
  beginning.ca_pem = made.ca_pem;
  return beginning;
}

absl::Status WebhookDoor::StartServer(std::unique_ptr<http::TlsOptions> tls) {
  http::ServerOptions options = ListenHttp(webhook().listen);
  const std::string address = options.address;
  options.tls = std::move(tls);
  TUTTI_ASSIGN_OR_RETURN(server_, http::Server::Start(std::move(options), Routes()));
  address_ = ShownAddress(address, server_->port());
  return absl::OkStatus();
}

std::vector<http::Server::Route> WebhookDoor::Routes() {
  admission::AdmissionOptions admission_options;
  admission_options.make_decoder = sources_.make_decoder;
  admission_options.mark_pods = webhook().mark_pods;
  admission_options.observe = [this](admission::Outcome outcome) {
    sources_.bridge.OnAdmission(outcome);
  };
  std::vector<http::Server::Route> routes =
      admission::AdmissionRoutes(sources_.loop, std::move(admission_options));
  routes.push_back(admission::ObjectCheckRoute([this](auto object, auto answer) {
    return object_checks_.Check(std::move(object), std::move(answer));
  }));
  if (!webhook().submit_access) return routes;
  queue_access_ = std::make_unique<QueueAccess>(sources_.client, sources_.clock,
                                                HeedsLocalQueues(sources_.watched));
  admission::SubmitOptions submit;
  submit.rules = admission::SubmitRulesFor(DialectNames(sources_.configuration.gang));
  submit.check = [this](auto question, auto answer) {
    queue_access_->Check(std::move(question), std::move(answer));
  };
  submit.observe = [this](admission::SubmitOutcome outcome) { sources_.bridge.OnSubmit(outcome); };
  submit.deadline = webhook().registration.timeout * 3 / 4;
  routes.push_back(admission::SubmitRoute(sources_.clock, std::move(submit)));
  return routes;
}

void WebhookDoor::StartKeeper(Beginning beginning) {
  WebhookDuties duties;
  if (secret_) {
    duties.certificate = [this](bool renew) { return secret_->Get(renew); };
    duties.show = [this](const SharedCertificate& certificate) {
      TUTTI_RETURN_IF_ERROR(
          server_->UseCertificate(certificate.pem.cert_pem, certificate.pem.key_pem));
      ShowExpiry(certificate);
      sources_.log.Info("webhook", {{"certificate", "another one is shown"}});
      return absl::OkStatus();
    };
  }
  if (webhook().registration.enabled()) {
    duties.registration = [this, own_ca = std::move(beginning.ca_pem)](const std::string& ca_pem,
                                                                       bool look) -> absl::Status {
      if (!ca_pem.empty()) return Register(ca_pem, look);
      const std::string& file = webhook().registration.ca_file;
      if (file.empty()) return Register(own_ca, look);
      TUTTI_ASSIGN_OR_RETURN(const std::string ca, ReadCaFile(file));
      return Register(ca, look);
    };
  }
  if (!duties.certificate && !duties.registration) return;
  duties.on_error = [this](const absl::Status& status) {
    sources_.metrics.webhook_errors.Increment();
    sources_.log.Warn("webhook", {{"problem", std::string(status.message())}});
  };
  keeper_ = std::make_unique<WebhookKeeper>(sources_.clock, std::move(duties),
                                            std::move(beginning.shared));
}

absl::Status WebhookDoor::Register(const std::string& ca_pem, bool look) {
  config::WebhookRegister registration = webhook().registration;
  // A port chosen by the system is known only now.
  if (const size_t at = registration.url.find(":0/"); at != std::string::npos)
    registration.url.replace(at, 3, absl::StrFormat(":%d/", server_->port()));
  const config::Configuration& configuration = sources_.configuration;
  TUTTI_ASSIGN_OR_RETURN(const bool pods, RegisterWebhook(sources_.client, registration,
                                                          configuration.devices, ca_pem, look));
  Validations validations{sources_.watched, {}};
  if (webhook().submit_access)
    validations.submit = admission::SubmitRulesFor(DialectNames(configuration.gang));
  TUTTI_ASSIGN_OR_RETURN(const bool objects, RegisterValidations(sources_.client, registration,
                                                                 validations, ca_pem, look));
  if (!pods && !objects) return absl::OkStatus();
  sources_.metrics.webhook_registrations.Increment();
  sources_.log.Info("webhook", {{"registered", registration.name}});
  return absl::OkStatus();
}

void WebhookDoor::ShowExpiry(const SharedCertificate& certificate) {
  sources_.metrics.webhook_certificate_expiry.Set(
      static_cast<double>(certificate.expires_wall_nanos / 1'000'000'000));
}

void WebhookDoor::Lead(bool leads) {
  if (keeper_) keeper_->Lead(leads);
}

bool WebhookDoor::settled() const { return !keeper_ || keeper_->settled(); }

}  // namespace tutti::apps
