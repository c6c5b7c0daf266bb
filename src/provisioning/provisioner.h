// Provisioner: the thread on which ProvisioningDesk works.
#pragma once

#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "kube/client.h"
#include "kube/event_recorder.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "planner/core_loop.h"
#include "provisioning/provisioning_options.h"

namespace tutti::provisioning {

// A round every kPeriod, while this process leads. All must outlive it.
class Provisioner {
 public:
  static constexpr base::Duration kPeriod = std::chrono::seconds(3);

  Provisioner(ProvisioningOptions options, planner::CoreLoop& core, kube::Client& client,
              kube::EventRecorder& events, const obs::Metrics& metrics, const base::Clock& clock,
              const obs::Logger& log);
  ~Provisioner();

 private:
  struct Parts;
  void Run();

  const std::unique_ptr<Parts> parts_;
  absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::provisioning
