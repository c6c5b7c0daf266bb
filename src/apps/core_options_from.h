// CoreOptionsFrom: the core's options, as the configuration and this process have them.
#pragma once

#include "base/clock.h"
#include "config/configuration.h"
#include "model/device_table.h"
#include "planner/core_options.h"

namespace tutti::apps {

// Each call names another instance.
planner::CoreOptions CoreOptionsFrom(const config::Configuration& c, const base::Clock& clock,
                                     const model::DeviceTable& devices);

}  // namespace tutti::apps
