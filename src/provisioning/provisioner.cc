#include "provisioning/provisioner.h"

#include <utility>

#include "absl/time/time.h"
#include "provisioning/core_gang_source.h"
#include "provisioning/provisioning_desk.h"

namespace tutti::provisioning {

struct Provisioner::Parts {
  Parts(ProvisioningOptions options, planner::CoreLoop& core, kube::Client& client,
        kube::EventRecorder& events, const obs::Metrics& metrics, const base::Clock& clock,
        const obs::Logger& log)
      : gangs(core), desk(std::move(options), {gangs, client, events, metrics, clock, log}) {}

  CoreGangSource gangs;
  ProvisioningDesk desk;
};

Provisioner::Provisioner(ProvisioningOptions options, planner::CoreLoop& core, kube::Client& client,
                         kube::EventRecorder& events, const obs::Metrics& metrics,
                         const base::Clock& clock, const obs::Logger& log)
    : parts_(
          std::make_unique<Parts>(std::move(options), core, client, events, metrics, clock, log)),
      thread_([this] { Run(); }) {}

Provisioner::~Provisioner() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void Provisioner::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stop_), absl::Nanoseconds(kPeriod.count())))
        return;
    }
    parts_->desk.Round();
  }
}

}  // namespace tutti::provisioning
