// TuttiProcess: our own server as a child process.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/process.h"

namespace tutti::testing {

struct TuttiOptions {
  std::string name = "tutti";
  bool webhook = true;
  std::string webhook_extra;   // more lines of the webhook's section, indented by two
  std::string extender_extra;  // more of the extender's section, a flow mapping: ", tls: {...}"
  std::string client_extra;    // likewise of clientConnection's section: ", maxInFlight: 3"
  std::string extra;           // more YAML of the configuration
  std::string kubeconfig;      // empty: the control plane's
  std::string configuration;   // the whole of it, in place of what the options above would make
  uint16_t extender_port =
      0;  // 0: any; fixed where kube-scheduler must find a restarted server again
};

class TuttiProcess {
 public:
  // The binary: environment variable TUTTI_SERVER, else build/release. Waits for readiness unless
  // told otherwise.
  static absl::StatusOr<TuttiProcess> Start(ControlPlane& plane, const TuttiOptions& options,
                                            bool wait_ready = true);

  // "127.0.0.1:41234" of "extender", "webhook", "metrics".
  const std::string& door(const std::string& name) const { return doors_.at(name); }
  Process& process() { return process_; }
  bool ready() const;
  // The text of a GET on the metrics door; empty where it fails.
  std::string Fetch(const std::string& path) const;
  // One POST of JSON to a door without TLS; the whole reply, head included. Empty where none came.
  std::string Post(const std::string& door, const std::string& path, const std::string& body) const;
  // The value of a metric, summed over the lines that begin with `prefix`.
  double Metric(const std::string& prefix) const;

 private:
  Process process_;
  std::map<std::string, std::string> doors_;
};

std::string TuttiServerBinary();

}  // namespace tutti::testing
