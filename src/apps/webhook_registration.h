// WebhookRegistration: tells the API server of our admission webhooks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "admission/submit_rules.h"
#include "config/configuration.h"
#include "kube/client.h"
#include "tutti/object_view.h"

namespace tutti::apps {

// What webhook.register.caFile names, as it stands.
absl::StatusOr<std::string> ReadCaFile(const std::string& path);

// The MutatingWebhookConfiguration: only pods that carry a gang's markers are sent, and where
// devices are enabled those that ask for some; failures are ignored (pods are then scheduled the
// slower way), kube-system is left alone. `ca_pem` is what our certificate is signed by.
std::string WebhookConfigurationJson(const config::WebhookRegister& registration,
                                     const config::Devices& devices, const std::string& ca_pem);

// Creates it, or replaces its webhooks. With `look` only where what stands there is another; false:
// nothing had to be written. Waits for the API server; not for the client's own threads.
absl::StatusOr<bool> RegisterWebhook(kube::Client& client,
                                     const config::WebhookRegister& registration,
                                     const config::Devices& devices, const std::string& ca_pem,
                                     bool look = false);

// What the ValidatingWebhookConfiguration has the API server ask us about.
struct Validations {
  std::vector<ObjectKind> kinds;                 // that plugins watch; failures are ignored
  std::optional<admission::SubmitRules> submit;  // who names a queue; what fails is refused

  bool empty() const { return kinds.empty() && !submit; }
};

std::string ValidationsJson(const config::WebhookRegister& registration,
                            const Validations& validations, const std::string& ca_pem);
// As RegisterWebhook. Where there is nothing to ask, what was registered before is withdrawn.
absl::StatusOr<bool> RegisterValidations(kube::Client& client,
                                         const config::WebhookRegister& registration,
                                         const Validations& validations, const std::string& ca_pem,
                                         bool look = false);

}  // namespace tutti::apps
