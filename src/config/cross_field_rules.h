// The rules that span several keys. Internal to src/config.
#pragma once

#include "config/config_reader.h"
#include "config/configuration.h"

namespace tutti::config {

// Adds a problem for each rule that `configuration` breaks. The rules of a section are
// skipped where one of its keys already has a problem of its own.
void CheckCrossFieldRules(const Configuration& configuration, ConfigReader& reader);

}  // namespace tutti::config
