// WebhookRegistration: tells the API server of our admission webhooks.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "config/configuration.h"
#include "kube/client.h"
#include "tutti/object_view.h"

namespace tutti::apps {

// The MutatingWebhookConfiguration: only pods that carry a gang's markers are sent, and where
// devices are enabled those that ask for some; failures are ignored (pods are then scheduled the
// slower way), kube-system is left alone. `ca_pem` is what our certificate is signed by.
std::string WebhookConfigurationJson(const config::WebhookRegister& registration,
                                     const config::Devices& devices, const std::string& ca_pem);

// Creates it, or replaces its webhooks. Waits for the API server; not for the client's own threads.
absl::Status RegisterWebhook(kube::Client& client, const config::WebhookRegister& registration,
                             const config::Devices& devices, const std::string& ca_pem);

// The ValidatingWebhookConfiguration for objects that plugins watch; failures are ignored as well.
std::string ObjectChecksJson(const config::WebhookRegister& registration,
                             const std::vector<ObjectKind>& kinds, const std::string& ca_pem);
absl::Status RegisterObjectChecks(kube::Client& client, const config::WebhookRegister& registration,
                                  const std::vector<ObjectKind>& kinds, const std::string& ca_pem);

}  // namespace tutti::apps
