// E2eBed: one control plane and one server for all cases of a test binary.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {

// A case starts with no pods and the nodes that its suite has added. Derive, and set what differs
// in Options().
template <class Suite>
class E2eBed : public ::testing::Test {
 protected:
  struct Options {
    ControlPlaneOptions plane;
    SchedulerOptions scheduler;
    TuttiOptions tutti;
    int nodes = 4;
    NodeTemplate node;
  };

  static void SetUpTestSuite() {
    const Options options = Suite::BedOptions();
    if (!ControlPlaneCached(options.plane.version)) return;
    absl::StatusOr<std::unique_ptr<ControlPlane>> started = ControlPlane::Start(options.plane);
    ASSERT_TRUE(started.ok()) << started.status();
    plane_ = std::move(*started).release();
    const absl::Status nodes = plane_->AddNodes(options.nodes, options.node);
    ASSERT_TRUE(nodes.ok()) << nodes;
    plane_->WaitFor([] { return plane_->Get("/api/v1/namespaces/default").ok(); });
    absl::StatusOr<TuttiProcess> tutti = TuttiProcess::Start(*plane_, options.tutti);
    ASSERT_TRUE(tutti.ok()) << tutti.status();
    tutti_ = new TuttiProcess(*std::move(tutti));
    SchedulerOptions scheduler = options.scheduler;
    scheduler.extender = tutti_->door("extender");
    const absl::Status status = plane_->StartScheduler(scheduler);
    ASSERT_TRUE(status.ok()) << status;
  }
  static void TearDownTestSuite() {
    delete std::exchange(tutti_, nullptr);
    delete std::exchange(plane_, nullptr);
  }

  void SetUp() override {
    if (plane_ == nullptr) GTEST_SKIP() << "no control plane in the cache; run: make deps";
    const absl::Status status = plane_->DeleteAllPods();
    ASSERT_TRUE(status.ok()) << status;
  }
  void TearDown() override {
    if (!HasFailure() || plane_ == nullptr) return;
    std::cerr << "--- tutti.log\n" << Tail(plane_->dir() + "/tutti.log", 4000) << "\n";
  }

  static ControlPlane& plane() { return *plane_; }
  static TuttiProcess& tutti() { return *tutti_; }

  static bool AllBound(const std::string& prefix, int count, const std::string& ns = "default") {
    return plane_->WaitFor([&] { return plane_->CountBound(prefix, ns) == count; },
                           std::chrono::seconds(30));
  }
  static nlohmann::json Pod(const std::string& name, const std::string& ns = "default") {
    absl::StatusOr<nlohmann::json> pod = plane_->Get("/api/v1/namespaces/" + ns + "/pods/" + name);
    return pod.ok() ? *pod : nlohmann::json::object();
  }
  // Waits until Tutti has written an event with this reason about the gang.
  static bool SawReason(const std::string& gang, const std::string& reason) {
    return plane_->WaitFor(
        [&] {
          const absl::StatusOr<nlohmann::json> events =
              plane_->Get("/apis/events.k8s.io/v1/events");
          if (!events.ok()) return false;
          for (const nlohmann::json& event : events->at("items")) {
            const bool ours = event.value("note", "").find("gang " + gang + ":") == 0;
            if (ours && event.value("reason", "") == reason) return true;
          }
          return false;
        },
        std::chrono::seconds(20));
  }

  inline static ControlPlane* plane_ = nullptr;
  inline static TuttiProcess* tutti_ = nullptr;
};

}  // namespace tutti::testing
