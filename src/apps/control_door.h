// ControlDoor: the control API, over gRPC and through its JSON gateway.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "apps/core_snapshots.h"
#include "apps/metrics_bridge.h"
#include "apps/plugin_runtime.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "control/control.h"
#include "control/decision_feed.h"
#include "control/work_pool.h"
#include "http/server.h"
#include "objects/pod_decoder.h"
#include "planner/core_loop.h"
#include "record/log_header.h"
#include "rpc/control_service.h"
#include "rpc/server.h"

namespace tutti::apps {

class ControlDoor {
 public:
  // What it answers from; all of it must outlive the door.
  struct Sources {
    planner::CoreLoop& loop;
    PluginRuntime& plugins;
    const objects::GangGroupings& groupings;
    const record::LogHeader& log_header;
    control::DecisionFeed& decisions;
    MetricsBridge& bridge;
    const base::Clock& clock;
  };

  // `control` is enabled. Errors name the address.
  static absl::StatusOr<std::unique_ptr<ControlDoor>> Start(const config::Control& control,
                                                            const config::ControlGateway& gateway,
                                                            Sources sources);
  // Closes the feed: whoever watches is told.
  ~ControlDoor();
  ControlDoor(const ControlDoor&) = delete;
  ControlDoor& operator=(const ControlDoor&) = delete;

  const std::string& address() const { return address_; }
  const std::string& gateway_address() const { return gateway_address_; }  // empty: there is none

 private:
  explicit ControlDoor(Sources sources);
  absl::Status StartServer(const config::Control& control);
  absl::Status StartGateway(const config::ControlGateway& gateway);

  const Sources sources_;
  CoreSnapshots snapshots_;
  control::Control control_;
  control::WorkPool pool_;
  rpc::ControlCalls calls_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<http::Server> gateway_;
  std::string address_;
  std::string gateway_address_;
};

}  // namespace tutti::apps
