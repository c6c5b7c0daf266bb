// The tables of every configuration struct. Internal to src/config.
#pragma once

#include "config/configuration.h"
#include "config/schema.h"

namespace tutti::config {

// The root table: the sections of `configuration`, without apiVersion and kind. Points into
// `configuration`, which must outlive it.
Table ConfigurationTable(Configuration& configuration);

// What one key may be, in words: "1 to 4096", "10ms to 24h", "none, follow or own".
std::string RangeText(const Key& key);
// The value that the table's object holds now, as YAML on one line.
std::string ValueText(const Key& key);

}  // namespace tutti::config
