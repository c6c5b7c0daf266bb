// WorldPlugins: the plugins of one process in a CoreWorld.
#pragma once

#include "tests/support/builtin_plugin.h"

namespace tutti::testing {

class WorldPlugins : public PluginWorld {
 public:
  // Once, when all of them are there.
  framework::Plugins Start() {
    profile = framework::Profile::Make(registry, specs, late_).value();
    return Plugins();
  }

 private:
  // By the clock that plugins see, whatever happens in the world happened long ago: nothing is
  // protected for having just begun.
  class LateClock final : public base::Clock {
   public:
    base::Timestamp Now() const override { return base::Timestamp{kLate}; }
    int64_t WallNanos() const override { return kLate; }

   private:
    static constexpr int64_t kLate = int64_t{1} << 60;
  };

  LateClock late_clock_;
  framework::HostServices late_{resources, fields, reasons, texts, late_clock_, {}, nullptr};
};

}  // namespace tutti::testing
