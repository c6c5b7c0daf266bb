// E2eBed: one control plane and one server for all cases of a test binary.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/kubelet.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {

// For suites whose cases run both with the admission webhook and without.
struct Webhook {
  static constexpr bool kWebhook = true;
};
struct ExtenderOnly {
  static constexpr bool kWebhook = false;
};
struct WayName {
  template <class Way>
  static std::string GetName(int) {
    return Way::kWebhook ? "Webhook" : "ExtenderOnly";
  }
};
using WaysIn = ::testing::Types<Webhook, ExtenderOnly>;

// A case starts with no pods and the nodes that its suite has added. Derive, and set what differs
// in BedOptions(); PrepareTutti() and EndSuite() are for what stands between Tutti and the control
// plane.
template <class Suite>
class E2eBed : public ::testing::Test {
 protected:
  struct Options {
    ControlPlaneOptions plane;
    SchedulerOptions scheduler;
    TuttiOptions tutti;
    int nodes = 4;
    NodeTemplate node;
    bool kubelet = false;
    bool wait_ready = true;  // for Tutti before kube-scheduler starts
  };
  static void PrepareTutti(TuttiOptions&) {}  // the control plane runs, Tutti does not yet
  static void EndSuite() {}                   // Tutti has ended, the control plane has not

  static void SetUpTestSuite() {
    const Options options = Suite::BedOptions();
    cached_ = ControlPlaneCached(options.plane.version);
    if (!cached_) return;
    absl::StatusOr<std::unique_ptr<ControlPlane>> started = ControlPlane::Start(options.plane);
    ASSERT_TRUE(started.ok()) << started.status();
    plane_ = std::move(*started).release();
    const absl::Status nodes = plane_->AddNodes(options.nodes, options.node);
    ASSERT_TRUE(nodes.ok()) << nodes;
    plane_->WaitFor([] { return plane_->Get("/api/v1/namespaces/default").ok(); });
    if (options.kubelet) kubelet_ = new Kubelet(plane_->client());
    tutti_options_ = options.tutti;
    Suite::PrepareTutti(tutti_options_);
    StartTutti(options.wait_ready);
    if (HasFatalFailure()) return;
    SchedulerOptions scheduler = options.scheduler;
    scheduler.extender = tutti_->door("extender");
    const absl::Status status = plane_->StartScheduler(scheduler);
    ASSERT_TRUE(status.ok()) << status;
  }
  // Again, after the one before was killed.
  static void StartTutti(bool wait_ready = true) {
    absl::StatusOr<TuttiProcess> tutti = TuttiProcess::Start(*plane_, tutti_options_, wait_ready);
    ASSERT_TRUE(tutti.ok()) << tutti.status();
    delete std::exchange(tutti_, nullptr);
    tutti_ = new TuttiProcess(*std::move(tutti));
  }
  static void TearDownTestSuite() {
    delete std::exchange(tutti_, nullptr);
    Suite::EndSuite();
    delete std::exchange(kubelet_, nullptr);
    delete std::exchange(plane_, nullptr);
  }

  void SetUp() override {
    if (!cached_) GTEST_SKIP() << "no control plane in the cache; run: make deps";
    ASSERT_NE(tutti_, nullptr) << "the suite did not start";
    const absl::Status status = plane_->DeleteAllPods();
    ASSERT_TRUE(status.ok()) << status;
  }
  void TearDown() override {
    if (!HasFailure() || plane_ == nullptr) return;
    std::cerr << "--- tutti.log\n" << Tail(plane_->dir() + "/tutti.log", 4000) << "\n";
  }

  static ControlPlane& plane() { return *plane_; }
  static TuttiProcess& tutti() { return *tutti_; }
  static Kubelet& kubelet() { return *kubelet_; }

  static bool AllBound(const std::string& prefix, int count, const std::string& ns = "default") {
    return plane_->WaitFor([&] { return plane_->CountBound(prefix, ns) == count; },
                           std::chrono::seconds(30));
  }
  static nlohmann::json Pod(const std::string& name, const std::string& ns = "default") {
    absl::StatusOr<nlohmann::json> pod = plane_->Get("/api/v1/namespaces/" + ns + "/pods/" + name);
    return pod.ok() ? *pod : nlohmann::json::object();
  }
  // Of these fields, "" for any, whose note begins with `note`.
  static int CountEvents(const std::string& reason, const std::string& note,
                         const std::string& about = "") {
    const absl::StatusOr<nlohmann::json> events = plane_->Get("/apis/events.k8s.io/v1/events");
    if (!events.ok()) return 0;
    int count = 0;
    for (const nlohmann::json& event : events->at("items")) {
      const bool reasons = reason.empty() || event.value("reason", "") == reason;
      const bool notes = event.value("note", "").starts_with(note);
      const bool objects = event["regarding"].value("name", "").starts_with(about);
      count += reasons && notes && objects ? 1 : 0;
    }
    return count;
  }
  // Waits until Tutti has written an event with this reason about the gang.
  static bool SawReason(const std::string& gang, const std::string& reason) {
    return plane_->WaitFor([&] { return CountEvents(reason, "gang " + gang + ":") > 0; },
                           std::chrono::seconds(20));
  }
  // Asks a verb of the extender as kube-scheduler would, about a pod and nodes by name.
  static std::string Ask(const std::string& verb, const nlohmann::json& pod,
                         const std::vector<std::string>& nodes) {
    const nlohmann::json args = {{"Pod", pod}, {"Nodes", nullptr}, {"NodeNames", nodes}};
    return tutti_->Post("extender", "/" + verb, args.dump());
  }
  static double Reservations() { return tutti_->Metric("tutti_reservations "); }
  // Nothing is held, and one gang of a pod per CPU gets the whole cluster: what Tutti believes to
  // be in use is what the API server lists.
  static void ExpectNothingLeaked(int cpus) {
    ASSERT_TRUE(plane_->DeleteAllPods().ok());
    EXPECT_TRUE(plane_->WaitFor([] { return Reservations() == 0; }, std::chrono::seconds(15)))
        << Reservations() << " reservations are left";
    ASSERT_TRUE(plane_->CreatePods(cpus, "whole", GangPod("whole", cpus, "1")).ok());
    EXPECT_TRUE(AllBound("whole", cpus));
    EXPECT_THAT(tutti_->Fetch("/debug/invariants"), ::testing::EndsWith("\r\n\r\nok\n"));
  }

  inline static bool cached_ = false;
  inline static ControlPlane* plane_ = nullptr;
  inline static TuttiProcess* tutti_ = nullptr;
  inline static TuttiOptions tutti_options_;
  inline static Kubelet* kubelet_ = nullptr;
};

}  // namespace tutti::testing
