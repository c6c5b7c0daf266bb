// LogHeader: what a decision log or snapshot says of itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/core_options.h"

namespace tutti::record {

struct LogHeader {
  std::string version;  // of Tutti
  std::string process;  // random: files of one process can follow each other
  uint64_t segment = 0;
  int64_t wall_nanos = 0;     // since 1970, when the file was begun
  std::string configuration;  // the text of the configuration file
  planner::CoreOptions options;
  std::vector<std::string> plugins;  // in the profile's order
};

}  // namespace tutti::record
