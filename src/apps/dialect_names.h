// DialectNames: the configured dialects, as their groupings call themselves.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.h"

namespace tutti::apps {

std::vector<std::string> DialectNames(const config::Gang& gang);

}  // namespace tutti::apps
