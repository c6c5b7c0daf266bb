#include "config/cross_field_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/nearest.h"
#include "config/listen_address.h"

namespace tutti::config {

using base::FormatDuration;

namespace {

void CheckPair(const std::string& cert, const std::string& key, const std::string& section,
               ConfigReader& reader) {
  if (cert.empty() == key.empty()) return;
  const std::string missing = cert.empty() ? "certFile" : "keyFile";
  const std::string given = cert.empty() ? "keyFile" : "certFile";
  reader.AddError(absl::StrFormat("%s.%s", section, missing),
                  absl::StrFormat("must be set together with %s", given));
}

bool ReachableFromOutside(const std::string& listen) {
  const std::optional<ListenAddress> address = ParseListenAddress(listen);
  return address && !address->IsLoopback();
}

void CheckExtender(const Extender& c, ConfigReader& reader) {
  CheckPair(c.tls.cert_file, c.tls.key_file, "extender.tls", reader);
  if (!c.tls.client_ca_file.empty() && c.tls.cert_file.empty()) {
    reader.AddError("extender.tls.clientCAFile", "client certificates need certFile and keyFile");
  }
  if (!ReachableFromOutside(c.listen) || c.tls.mutual()) return;
  const std::string risk = absl::StrFormat(
      "%s can be reached from other machines, and without tls.clientCAFile anybody there may bind "
      "pods",
      c.listen);
  if (c.allow_insecure) {
    reader.AddWarning("extender.listen", risk);
  } else {
    reader.AddError(
        "extender.listen",
        risk + ": set tls.clientCAFile, listen on 127.0.0.1, or set allowInsecure: true");
  }
}

void CheckGrpc(const Grpc& c, ConfigReader& reader) {
  if (!c.enabled || !ReachableFromOutside(c.listen)) return;
  const std::string risk = absl::StrFormat(
      "%s can be reached from other machines, and the gRPC door has no TLS", c.listen);
  if (c.allow_insecure) {
    reader.AddWarning("grpc.listen", risk);
  } else {
    reader.AddError("grpc.listen",
                    risk + ": listen on 127.0.0.1 or a Unix socket, or set allowInsecure: true");
  }
}

void CheckControl(const Control& c, ConfigReader& reader) {
  CheckPair(c.tls.cert_file, c.tls.key_file, "control.tls", reader);
  if (!c.tls.client_ca_file.empty() && c.tls.cert_file.empty())
    reader.AddError("control.tls.clientCAFile", "client certificates need certFile and keyFile");
  if (!c.enabled || !ReachableFromOutside(c.listen) || c.tls.mutual()) return;
  const std::string risk = absl::StrFormat(
      "%s can be reached from other machines, and without tls.clientCAFile anybody there may hold "
      "gangs and drain nodes",
      c.listen);
  if (c.allow_insecure) {
    reader.AddWarning("control.listen", risk);
  } else {
    reader.AddError("control.listen",
                    risk +
                        ": set tls.clientCAFile, listen on 127.0.0.1 or a Unix socket, or set "
                        "allowInsecure: true");
  }
}

void CheckControlGateway(const Configuration& c, ConfigReader& reader) {
  const ControlGateway& gateway = c.control_gateway;
  if (!gateway.enabled()) return;
  if (!c.control.enabled) {
    reader.AddError("controlGateway.listen",
                    "the gateway passes questions on to the control API, which is off: "
                    "set control.enabled: true");
  }
  if (!ReachableFromOutside(gateway.listen)) return;
  const std::string risk = absl::StrFormat(
      "%s can be reached from other machines, which may then read names and sizes of all pods",
      gateway.listen);
  if (gateway.allow_insecure) {
    reader.AddWarning("controlGateway.listen", risk);
  } else {
    reader.AddError("controlGateway.listen",
                    risk +
                        ": listen on 127.0.0.1, or set allowInsecure: true and admit only the "
                        "API server by a NetworkPolicy");
  }
}

void CheckWebhook(const Webhook& c, ConfigReader& reader) {
  CheckPair(c.cert_file, c.key_file, "webhook", reader);
  const WebhookRegister& registration = c.registration;
  if (!registration.url.empty() && !registration.service_name.empty()) {
    reader.AddError("webhook.register.serviceName",
                    "url and serviceName exclude each other: keep the one by which kube-apiserver "
                    "reaches the webhook");
  }
  if (!registration.validating_service_name.empty() && registration.service_name.empty()) {
    reader.AddError("webhook.register.validatingServiceName",
                    "it stands beside serviceName: set that, too");
  }
  if (!registration.ca_file.empty() && c.cert_file.empty()) {
    reader.AddError("webhook.register.caFile",
                    "it is the CA that certFile comes from: set certFile and keyFile, or leave it "
                    "out, as Tutti registers the CA of the certificate that it makes itself");
  }
  if (!registration.ca_file.empty() && !registration.enabled()) {
    reader.AddError("webhook.register.caFile",
                    "nothing is registered that it could stand in: set url or serviceName");
  }
  if (!c.secret_name.empty() && !c.cert_file.empty()) {
    reader.AddError("webhook.secretName",
                    "certFile is a certificate of yours, in secretName is one that Tutti makes: "
                    "keep one of the two");
  }
  if (registration.timeout.count() % 1'000'000'000 != 0) {
    reader.AddError("webhook.register.timeout",
                    absl::StrFormat("%s is not a whole number of seconds",
                                    FormatDuration(registration.timeout)));
  }
  if (registration.enabled() && !c.enabled) {
    reader.AddError("webhook.enabled",
                    "webhook.register is set but the webhook is not served: set enabled: true, or "
                    "every pod creation would wait for it in vain");
  }
  if (c.submit_access && !registration.enabled()) {
    reader.AddError("webhook.submitAccess",
                    "nobody would be asked: set webhook.register, by which kube-apiserver learns "
                    "what to send");
  }
  if (c.enabled && c.cert_file.empty() && c.dns_names.empty() && !registration.enabled()) {
    reader.AddError(
        "webhook.dnsNames",
        "the certificate that Tutti makes would name nobody: set dnsNames, register, or "
        "certFile and keyFile");
  }
}

void CheckLeaderElection(const LeaderElection& c, ConfigReader& reader) {
  if (c.lease_duration <= c.renew_deadline) {
    reader.AddError(
        "leaderElection.renewDeadline",
        absl::StrFormat("%s must be shorter than leaseDuration (%s), or two replicas "
                        "could lead at once",
                        FormatDuration(c.renew_deadline), FormatDuration(c.lease_duration)));
  }
  // Retries are jittered by a fifth.
  if (c.renew_deadline * 5 <= c.retry_period * 6) {
    reader.AddError(
        "leaderElection.retryPeriod",
        absl::StrFormat("%s must be shorter than renewDeadline (%s) by more than a fifth",
                        FormatDuration(c.retry_period), FormatDuration(c.renew_deadline)));
  }
  if (c.mode == LeaderElectionMode::kOwn && c.lease_name == "kube-scheduler") {
    reader.AddError("leaderElection.leaseName",
                    "mode own would take kube-scheduler's Lease away from it: choose another name, "
                    "such as tutti");
  }
}

void CheckGang(const Gang& c, ConfigReader& reader) {
  if (c.backoff.initial > c.backoff.max) {
    reader.AddError("gang.backoff.initial", absl::StrFormat("%s is longer than backoff.max (%s)",
                                                            FormatDuration(c.backoff.initial),
                                                            FormatDuration(c.backoff.max)));
  }
}

// Beside this process, or on the same machine.
bool IsNear(std::string_view address) {
  return !address.starts_with("dns:") || address.starts_with("dns:localhost:") ||
         address.starts_with("dns:127.") || address.starts_with("dns:[::1]:");
}

void CheckPlugin(const Plugin& c, const std::string& path, ConfigReader& reader) {
  CheckPair(c.tls.cert_file, c.tls.key_file, path + ".tls", reader);
  if (c.address.empty()) {
    if (!c.tls.ca_file.empty())
      reader.AddError(path + ".tls.caFile", "it says how address is reached: set address");
    return;
  }
  if (c.tls.ca_file.empty() && !c.tls.cert_file.empty())
    reader.AddError(path + ".tls.caFile", "must be set together with certFile");
  if (!c.library.empty()) {
    reader.AddError(path + ".address",
                    "address and library exclude each other: keep address where the plugin is a "
                    "process of its own");
  } else if (c.tls.ca_file.empty() && !IsNear(c.address)) {
    reader.AddWarning(path + ".address",
                      absl::StrFormat("%s is asked without TLS: whoever sits between can change "
                                      "what it decides; set tls.caFile, or run it beside Tutti",
                                      c.address));
  }
}

// DOMAIN/NAME, of the characters that Kubernetes allows in them.
bool IsExtendedResource(std::string_view name) {
  const size_t slash = name.find('/');
  const auto allowed = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
           c == '/';
  };
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         slash == name.rfind('/') && std::all_of(name.begin(), name.end(), allowed);
}

void CheckDevices(const Devices& c, ConfigReader& reader) {
  if (IsExtendedResource(c.resource) && !c.resource.starts_with("tutti.dev/")) return;
  reader.AddError(
      "devices.resource",
      absl::StrFormat("\"%s\" is no extended resource that nodes have: expected a name such as "
                      "nvidia.com/gpu",
                      c.resource));
}

void CheckParameters(const std::vector<ConfigEntry>& parameters, ConfigReader& reader) {
  constexpr size_t kMost = 100;     // these two are the API's own bounds
  constexpr size_t kLongest = 255;  // of a value
  const std::string path = "provisioning.parameters";
  if (parameters.size() > kMost) {
    reader.AddError(path, absl::StrFormat("%d parameters: a request holds at most %d",
                                          parameters.size(), kMost));
  }
  for (const ConfigEntry& entry : parameters) {
    const std::string_view name = std::string_view(entry.pointer).substr(1);
    if (name.find('/') != name.npos || entry.kind == ConfigKind::kNull) {
      reader.AddError(path, absl::StrFormat("%s: expected a text for each name, as in "
                                            "ValidUntilSeconds: \"600\"",
                                            name));
    } else if (entry.text.size() > kLongest) {
      reader.AddError(path, absl::StrFormat("%s: %d characters: a request holds at most %d", name,
                                            entry.text.size(), kLongest));
    }
  }
}

void CheckProvisioning(const Provisioning& c, ConfigReader& reader) {
  CheckParameters(c.parameters, reader);
  if (c.retry.initial > c.retry.max) {
    reader.AddError("provisioning.retry.initial",
                    absl::StrFormat("%s is longer than retry.max (%s)",
                                    FormatDuration(c.retry.initial), FormatDuration(c.retry.max)));
  }
  const Provisioning unset;
  const bool tuned = !c.parameters.empty() || c.delay != unset.delay ||
                     c.max_pending != unset.max_pending || c.retry.initial != unset.retry.initial ||
                     c.retry.max != unset.retry.max;
  if (!c.enabled()) {
    if (tuned) {
      reader.AddError("provisioning.className",
                      "without it no nodes are asked for: set it, for example to "
                      "best-effort-atomic-scale-up.autoscaling.x-k8s.io, or remove the section");
    }
    return;
  }
  const std::vector<std::string_view> known = {"best-effort-atomic-scale-up.autoscaling.x-k8s.io",
                                               "check-capacity.autoscaling.x-k8s.io"};
  if (std::find(known.begin(), known.end(), c.class_name) != known.end()) return;
  const std::string_view meant = base::Nearest(c.class_name, known);
  if (meant.empty()) return;  // a class of the cloud provider's
  reader.AddWarning("provisioning.className",
                    absl::StrFormat("the Cluster Autoscaler has no class %s (did you mean %s?)",
                                    c.class_name, meant));
}

void CheckListeners(const Configuration& c, ConfigReader& reader) {
  std::vector<std::pair<std::string, std::string>> doors = {{"extender.listen", c.extender.listen},
                                                            {"metrics.listen", c.metrics.listen}};
  if (c.webhook.enabled) doors.emplace_back("webhook.listen", c.webhook.listen);
  if (c.grpc.enabled) doors.emplace_back("grpc.listen", c.grpc.listen);
  if (c.control.enabled) doors.emplace_back("control.listen", c.control.listen);
  if (c.control_gateway.enabled())
    doors.emplace_back("controlGateway.listen", c.control_gateway.listen);
  for (size_t i = 0; i < doors.size(); ++i) {
    if (reader.HasErrorsIn(doors[i].first)) continue;
    const std::optional<ListenAddress> mine = ParseListenAddress(doors[i].second);
    for (size_t j = 0; mine && j < i; ++j) {
      const std::optional<ListenAddress> other = ParseListenAddress(doors[j].second);
      if (!other || !mine->CollidesWith(*other)) continue;
      reader.AddError(doors[i].first, absl::StrFormat("%s is taken by %s: choose another port",
                                                      doors[i].second, doors[j].first));
    }
  }
}

}  // namespace

void CheckCrossFieldRules(const Configuration& configuration, ConfigReader& reader) {
  if (!reader.HasErrorsIn("extender")) CheckExtender(configuration.extender, reader);
  if (!reader.HasErrorsIn("webhook")) CheckWebhook(configuration.webhook, reader);
  if (!reader.HasErrorsIn("grpc")) CheckGrpc(configuration.grpc, reader);
  if (!reader.HasErrorsIn("control")) CheckControl(configuration.control, reader);
  if (!reader.HasErrorsIn("controlGateway")) CheckControlGateway(configuration, reader);
  if (!reader.HasErrorsIn("leaderElection")) {
    CheckLeaderElection(configuration.leader_election, reader);
  }
  if (!reader.HasErrorsIn("gang")) CheckGang(configuration.gang, reader);
  for (size_t i = 0; i < configuration.plugins.size(); ++i) {
    const std::string path = absl::StrFormat("plugins[%d]", i);
    if (!reader.HasErrorsIn(path)) CheckPlugin(configuration.plugins[i], path, reader);
  }
  if (!reader.HasErrorsIn("devices")) CheckDevices(configuration.devices, reader);
  if (!reader.HasErrorsIn("provisioning")) CheckProvisioning(configuration.provisioning, reader);
  CheckListeners(configuration, reader);
}

}  // namespace tutti::config
