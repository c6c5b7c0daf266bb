// Probes: the questions that tutti-check asks of a plugin, in order.
//
// A probe runs in a process of its own (probe_process.h): what it calls may crash or never return.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "check/check_report.h"
#include "framework/plugin_registry.h"
#include "tutti/config.h"

namespace tutti::check {

struct ProbeInfo {
  const char* name;
  const char* question;
};

// The plugin to ask; it is made anew for each probe.
struct Subject {
  std::string name;
  framework::PluginRegistry registry;  // holds it
  std::vector<ConfigEntry> args;
  std::string where;  // of its entry in the configuration; empty: it has none
};

// Where probes tell what they find. One thread.
class Findings {
 public:
  virtual ~Findings() = default;
  virtual void Add(Severity severity, std::string message) = 0;
  virtual void Add(Speed speed) = 0;

  void Fail(std::string message) { Add(Severity::kFailure, std::move(message)); }
  void Warn(std::string message) { Add(Severity::kWarning, std::move(message)); }
};

// The first one is the handshake: it has no subject yet, and RunProbe does not take it.
std::span<const ProbeInfo> ProbeInfos();
void AskProbe(size_t number, const Subject& subject, Findings& findings);

// start_probes.cc: how it is made.
void ProbeConfiguration(const Subject& subject, Findings& findings);
void ProbeDeclarations(const Subject& subject, Findings& findings);
// pod_probes.cc: PreFilter to NormalizeScore.
void ProbeContract(const Subject& subject, Findings& findings);
void ProbeVerdicts(const Subject& subject, Findings& findings);
void ProbeScores(const Subject& subject, Findings& findings);
void ProbeRepeatable(const Subject& subject, Findings& findings);
void ProbeThreads(const Subject& subject, Findings& findings);
// gang_probes.cc: PreEnqueue, QueueSort, PlacementGenerate, PlacementScore.
void ProbeGangs(const Subject& subject, Findings& findings);
void ProbeQueueOrder(const Subject& subject, Findings& findings);
// outcome_probes.cc: PostFilter and SelectVictims.
void ProbePostFilter(const Subject& subject, Findings& findings);
void ProbeVictims(const Subject& subject, Findings& findings);
// reserve_probe.cc: Reserve and Unreserve.
void ProbeReserve(const Subject& subject, Findings& findings);
// bind_probe.cc: Permit, PreBind and PostBind.
void ProbeBind(const Subject& subject, Findings& findings);
// event_probe.cc: ClusterEvent.
void ProbeEvents(const Subject& subject, Findings& findings);
// device_probe.cc: DeviceSelect.
void ProbeDevices(const Subject& subject, Findings& findings);
// queue_probes.cc: QueueSelect, ObjectWatch and State.
void ProbeQueues(const Subject& subject, Findings& findings);
void ProbeObjects(const Subject& subject, Findings& findings);
void ProbeState(const Subject& subject, Findings& findings);
// speed_probe.cc
void ProbeSpeed(const Subject& subject, Findings& findings);

}  // namespace tutti::check
