// WebhookDoor: the admission webhook's server, its certificate and its registration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/certificate_secret.h"
#include "apps/metrics_bridge.h"
#include "apps/object_checks.h"
#include "apps/queue_access.h"
#include "apps/webhook_keeper.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "http/server.h"
#include "kube/client.h"
#include "objects/pod_decoder.h"
#include "obs/log.h"
#include "planner/core_loop.h"

namespace tutti::apps {

class WebhookDoor {
 public:
  // What it works with; all of it must outlive the door.
  struct Sources {
    const config::Configuration& configuration;
    planner::CoreLoop& loop;
    kube::Client& client;
    const std::vector<ObjectKind>& watched;  // by plugins
    std::function<objects::PodDecoder()> make_decoder;
    obs::Metrics& metrics;
    MetricsBridge& bridge;
    const obs::Logger& log;
    const base::Clock& clock;
  };

  // `webhook` is enabled. Where its certificate is shared, that is read, or made, first.
  static absl::StatusOr<std::unique_ptr<WebhookDoor>> Start(Sources sources);
  ~WebhookDoor();
  WebhookDoor(const WebhookDoor&) = delete;
  WebhookDoor& operator=(const WebhookDoor&) = delete;

  // Nothing is served, written or registered any more. Again: no effect.
  void Close();

  const http::Server& server() const { return *server_; }
  const std::string& address() const { return address_; }
  // Any thread; returns at once.
  void Lead(bool leads);
  // False while this process leads and has not tried yet to tell the API server of it. Any thread.
  bool settled() const;

 private:
  // Where the certificate comes from that is shown from the start.
  struct Beginning {
    std::unique_ptr<http::TlsOptions> tls;
    std::string ca_pem;  // to be registered, where it is not that of `shared`
    std::optional<SharedCertificate> shared;
  };

  explicit WebhookDoor(Sources sources);
  absl::StatusOr<Beginning> Begin();
  absl::Status StartServer(std::unique_ptr<http::TlsOptions> tls);
  std::vector<http::Server::Route> Routes();
  void StartKeeper(Beginning beginning);
  absl::Status Register(const std::string& ca_pem, bool look);
  void ShowExpiry(const SharedCertificate& certificate);
  const config::Webhook& webhook() const { return sources_.configuration.webhook; }

  const Sources sources_;
  ObjectChecks object_checks_;
  std::unique_ptr<QueueAccess> queue_access_;  // null: nobody is asked who may use a queue
  std::unique_ptr<CertificateSecret> secret_;  // null: the certificate is not shared
  std::unique_ptr<http::Server> server_;
  std::string address_;
  std::unique_ptr<WebhookKeeper> keeper_;  // null: nothing changes
};

}  // namespace tutti::apps
