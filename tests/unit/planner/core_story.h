// CoreStory: what the stories of the core's rules share: a world, told with and without webhook.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_format.h"
#include "tests/support/core_world.h"

namespace tutti::planner {

using model::ReasonCode;
using testing::CoreWorld;
using testing::PodSpec;
using testing::WorldOptions;

inline constexpr int64_t kCore = 1000;

class CoreStory : public ::testing::TestWithParam<bool> {
 protected:
  static WorldOptions Options(bool webhook) {
    WorldOptions options;
    options.webhook = webhook;
    return options;
  }
  static bool webhook() { return GetParam(); }

  void AddNodes(int count, int64_t cpu = 4 * kCore) {
    for (int i = 0; i < count; ++i) world_.AddNode(absl::StrFormat("node-%d", i), cpu);
    world_.Run();
  }
  static PodSpec Member(const std::string& name, const std::string& gang, int min_member,
                        int64_t cpu) {
    PodSpec spec{name, gang, min_member, {}, false};
    spec.shape.requests = {{model::kCpu, cpu}};
    return spec;
  }
  void TearDown() override { EXPECT_THAT(world_.broken(), ::testing::IsEmpty()) << world_.log(); }

  CoreWorld world_{Options(GetParam())};
};

inline std::string WayIn(const ::testing::TestParamInfo<bool>& way) {
  return way.param ? "Webhook" : "ExtenderOnly";
}

}  // namespace tutti::planner
