// ProvisioningOptions: as the configuration's section `provisioning` sets them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"

namespace tutti::provisioning {

struct ProvisioningOptions {
  std::string class_name;
  std::map<std::string, std::string> parameters;
  base::Duration delay = std::chrono::seconds(10);  // a gang needs nodes for so long first
  int64_t max_pending = 10;                         // requests at a time
  base::Duration retry_initial = std::chrono::seconds(60);
  base::Duration retry_max = std::chrono::minutes(30);
};

}  // namespace tutti::provisioning
