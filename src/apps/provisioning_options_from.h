// What the configuration says of provisioning, as the provisioner takes it.
#pragma once

#include "config/configuration.h"
#include "provisioning/provisioning_options.h"

namespace tutti::apps {

provisioning::ProvisioningOptions ProvisioningOptionsFrom(const config::Provisioning& configured);

}  // namespace tutti::apps
