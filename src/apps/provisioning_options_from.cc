#include "apps/provisioning_options_from.h"

namespace tutti::apps {

provisioning::ProvisioningOptions ProvisioningOptionsFrom(const config::Provisioning& configured) {
  provisioning::ProvisioningOptions options;
  options.class_name = configured.class_name;
  for (const std::string& name : Config(configured.parameters).Keys("")) {
    for (const ConfigEntry& entry : configured.parameters) {
      if (entry.pointer == Config::Child("", name)) options.parameters[name] = entry.text;
    }
  }
  options.delay = configured.delay;
  options.max_pending = configured.max_pending;
  options.retry_initial = configured.retry.initial;
  options.retry_max = configured.retry.max;
  return options;
}

}  // namespace tutti::apps
