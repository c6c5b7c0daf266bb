// CoreQueueBed: a core with HierarchicalQueues, and what tests ask of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builtin_plugin.h"
#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"
#include "tests/support/queue_args.h"

namespace tutti::planner {

class CoreQueueBed : public ::testing::Test {
 protected:
  testing::CoreDriver& Start(const testing::QueueArgs& args, const CoreOptions& options = {}) {
    testing::AddBuiltin(w_, "HierarchicalQueues", args.entries());
    d_ = std::make_unique<testing::CoreDriver>(options, w_.Plugins());
    return *d_;
  }
  bool Placed(const std::vector<model::PodInfo>& pods) {
    for (const model::PodInfo& pod : pods) {
      if (d_->PlacedOn(pod).empty()) return false;
    }
    return true;
  }
  void End(const std::vector<model::PodInfo>& pods) {
    for (const model::PodInfo& pod : pods) d_->Apply(model::PodDeleted{pod.uid});
  }
  // The last report of the gang.
  model::ReportGang Why(const std::string& gang) {
    model::ReportGang last;
    for (model::ReportGang& report : d_->Take<model::ReportGang>()) {
      if (report.display_name == gang) last = std::move(report);
    }
    return last;
  }
  void TearDown() override {
    if (d_ != nullptr) {
      EXPECT_THAT(d_->broken, ::testing::IsEmpty());
    }
    EXPECT_THAT(w_.failures, ::testing::IsEmpty());
  }

  testing::PluginWorld w_;
  std::unique_ptr<testing::CoreDriver> d_;
};

}  // namespace tutti::planner
