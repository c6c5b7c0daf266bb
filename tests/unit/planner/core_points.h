// CorePoints: what the tests of the points around placing and binding share: a core that is told
// event by event what happens, and plugins made of functions.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {

using model::PodInfo;
using model::ReasonCode;
using testing::CoreDriver;
using testing::PluginWorld;
using testing::PointFunctions;

class CorePoints : public ::testing::Test {
 protected:
  // Once, when every plugin is there.
  CoreDriver& Start() {
    d_ = std::make_unique<CoreDriver>(CoreOptions{}, w_.Plugins());
    return *d_;
  }
  ReasonId Reason(const char* code) { return w_.reasons.Add(code, "a test's", "Test"); }
  std::vector<PodInfo> Gang(const std::string& name, int members, int64_t cpu = 1000,
                            int min_member = 0) {
    std::vector<PodInfo> pods;
    const auto shape = CoreDriver::Shape(cpu);
    for (int i = 0; i < members; ++i) {
      pods.push_back(d_->NewPod(absl::StrFormat("%s-%d", name, i), name,
                                min_member == 0 ? members : min_member, shape));
      d_->Show(pods.back());
    }
    return pods;
  }
  std::vector<std::string> Places(const std::vector<PodInfo>& pods) {
    std::vector<std::string> nodes;
    for (const PodInfo& pod : pods) nodes.push_back(d_->PlacedOn(pod));
    return nodes;
  }
  // The watch shows the pod on this node.
  void ShowBound(PodInfo pod, const std::string& node) {
    pod.node_name = node;
    d_->Show(pod);
  }
  model::Reason LastReason() {
    const auto reports = d_->Take<model::ReportGang>();
    return reports.empty() ? model::Reason() : reports.back().reason;
  }
  void TearDown() override {
    if (d_ != nullptr) {
      EXPECT_THAT(d_->broken, ::testing::IsEmpty());
    }
  }

  PluginWorld w_;
  std::unique_ptr<CoreDriver> d_;
};

}  // namespace tutti::planner
