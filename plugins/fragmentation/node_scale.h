// NodeScale: the largest node that policies measure others by.
#pragma once

#include <cstdint>

#include "tutti/config.h"

namespace tutti::plugins {

struct NodeScale {
  int64_t cpu;        // milli
  int64_t gpu_milli;  // of all its devices

  static NodeScale From(Config& config) {
    return {config.Integer("/maxCpuMilli", 128'000, 1, int64_t{1} << 30),
            config.Integer("/maxGpuMilli", 8'000, 1, int64_t{1} << 30)};
  }
};

}  // namespace tutti::plugins
